"""Every store of invites keeps the promises of `core.ports`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from orbit.core.ports import Bounds, Invite, Kept, Parcel, Standing
from orbit.core.types import BoardId
from tests.contract.test_purge import ENDS, WEEK, ended
from tests.kit.stores import AT, Store, new_board

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BOUNDS = Bounds(NOW - 10 * MINUTE, NOW - HOUR, 3, 4)


def invite(board: BoardId, mail: str = "ann", at: datetime = NOW) -> Invite:
    id = str(uuid4())
    token, sealed = f"t {id}".encode(), f"sealed {mail}".encode()
    ends = at + timedelta(days=7)
    return Invite(id, board, mail.encode(), token, sealed, id.encode(), at, ends)


def parcel(of: Invite) -> Parcel:
    return Parcel(of.id, b"mail", NOW + HOUR)


async def keep(store: Store, one: Invite, bounds: Bounds = BOUNDS) -> Kept:
    return await store.people.invites.keep(one, parcel(one), bounds)


async def kept(store: Store, mail: str = "ann", at: datetime = NOW) -> Invite:
    one = invite(await new_board(store), mail, at)
    assert await keep(store, one) is Kept.KEPT
    return one


async def mails(store: Store) -> Sequence[str]:
    due = await store.people.outbox.take(NOW, MINUTE, 100)
    return [each.id for each in due]


async def test_an_invite_is_found_by_link_and_by_address(store: Store) -> None:
    one, invites = await kept(store), store.people.invites
    assert await invites.by_token(one.board, one.token) == one
    assert await invites.by_mail(one.board, b"ann") == one
    assert await invites.of_board(one.board) == [one]
    assert await invites.open(b"ann", NOW, 5) == [one]
    assert await mails(store) == [one.id]


async def test_it_is_of_one_board_and_one_address(store: Store) -> None:
    one, invites = await kept(store), store.people.invites
    other = await new_board(store)
    assert await invites.by_token(other, one.token) is None
    assert await invites.by_mail(other, b"ann") is None
    assert await invites.by_mail(one.board, b"bob") is None
    assert await invites.open(b"bob", NOW, 5) == []
    assert await invites.of_board(other) == []


async def test_the_same_call_keeps_it_once(store: Store) -> None:
    one = await kept(store)
    again = replace(invite(one.board), op=one.op)
    assert await keep(store, again) is Kept.TOLD
    assert await store.people.invites.of_board(one.board) == [one]
    assert await mails(store) == [one.id]


async def test_a_board_mails_an_address_once_in_a_while(store: Store) -> None:
    invites = store.people.invites
    one = await kept(store, at=NOW - 9 * MINUTE)
    assert await keep(store, invite(one.board)) is Kept.AGAIN
    assert await invites.withdraw(one.board, b"ann")
    assert await keep(store, invite(one.board)) is Kept.AGAIN
    assert await keep(store, invite(one.board, "bob")) is Kept.KEPT


async def test_the_next_one_voids_the_one_before(store: Store) -> None:
    invites = store.people.invites
    one = await kept(store, at=NOW - 11 * MINUTE)
    next_one = invite(one.board)
    assert await keep(store, next_one) is Kept.KEPT
    assert await invites.of_board(one.board) == [next_one]
    assert await invites.by_token(one.board, one.token) is None
    assert not await invites.take(one.id, b"x", NOW)


async def test_an_address_is_not_mailed_by_everybody_at_once(store: Store) -> None:
    boards = [await new_board(store) for _ in range(6)]
    told = await asyncio.gather(*(keep(store, invite(board)) for board in boards))
    assert sorted(told) == [Kept.ADDRESS] * 3 + [Kept.KEPT] * 3
    long_ago = invite(boards[0], "bob", NOW - 2 * HOUR)
    for board in boards[:3]:
        await keep(store, replace(long_ago, id=str(uuid4()), board=board))
    assert await keep(store, invite(boards[5], "bob")) is Kept.KEPT


async def test_a_board_remembers_so_many(store: Store) -> None:
    board, invites = await new_board(store), store.people.invites
    people = [invite(board, f"p{n}", NOW - 20 * MINUTE) for n in range(6)]
    told = await asyncio.gather(*(keep(store, one) for one in people))
    assert sorted(told) == [Kept.BOARD] * 2 + [Kept.KEPT] * 4
    one = (await invites.of_board(board))[0]
    again = replace(one, id=str(uuid4()), op=b"again", made_at=NOW)
    assert await keep(store, again) is Kept.KEPT  # in the place of the one before
    await invites.withdraw(board, again.mail)
    assert await keep(store, invite(board, "late")) is Kept.KEPT


# Coming -----------------------------------------------------------------------------


async def test_of_many_who_come_by_one_invite_one_is_let_in(store: Store) -> None:
    one, invites = await kept(store), store.people.invites
    people = [f"p{n}".encode() for n in range(8)]
    taken = await asyncio.gather(*(invites.take(one.id, by, NOW) for by in people))
    assert sum(taken) == 1
    (by,) = [who for who, has in zip(people, taken, strict=True) if has]
    assert await invites.take(one.id, by, NOW)
    await invites.use(one.id, by)
    assert not await invites.take(one.id, by, NOW)
    assert await invites.of_board(one.board) == [replace(one, state=Standing.CAME)]
    assert await invites.open(b"ann", NOW, 5) == []


async def test_what_is_given_back_is_anybodys(store: Store) -> None:
    one, invites = await kept(store), store.people.invites
    assert await invites.take(one.id, b"x", NOW)
    await invites.give_back(one.id, b"y")
    assert not await invites.take(one.id, b"y", NOW)
    await invites.give_back(one.id, b"x")
    assert await invites.take(one.id, b"y", NOW)
    await invites.use(one.id, b"x")
    assert await invites.by_mail(one.board, b"ann") == one


async def test_nobody_comes_too_late(store: Store) -> None:
    one, invites = await kept(store), store.people.invites
    assert not await invites.take(one.id, b"x", one.expires_at)
    assert await invites.open(b"ann", one.expires_at, 5) == []
    assert await invites.of_board(one.board) == [one]  # as one that has expired


# Ends -------------------------------------------------------------------------------


async def test_what_is_withdrawn_is_void_and_so_is_its_mail(store: Store) -> None:
    one, invites = await kept(store), store.people.invites
    assert await invites.withdraw(one.board, b"ann")
    assert await invites.by_token(one.board, one.token) is None
    assert await invites.by_token(one.board, b"") is None
    assert await invites.by_mail(one.board, b"ann") is None
    assert await invites.of_board(one.board) == await invites.open(b"ann", NOW, 5) == []
    assert not await invites.take(one.id, b"x", NOW)
    assert await mails(store) == []
    assert await invites.withdraw(one.board, b"ann")
    assert not await invites.withdraw(one.board, b"bob")


async def test_an_address_is_forgotten_everywhere(store: Store) -> None:
    one, two, bob = await kept(store), await kept(store), await kept(store, "bob")
    invites = store.people.invites
    await invites.forget(b"ann")
    for board in (one.board, two.board):
        assert await invites.of_board(board) == []
        assert not await invites.withdraw(board, b"ann")
    assert await mails(store) == [bob.id]


@pytest.mark.parametrize("is_withdrawn", [False, True])
async def test_what_is_old_is_purged(store: Store, is_withdrawn: bool) -> None:
    one, invites = await kept(store, at=NOW - HOUR), store.people.invites
    if is_withdrawn:
        await invites.withdraw(one.board, b"ann")
    older, old = NOW - 2 * HOUR, NOW - MINUTE
    assert await invites.purge(older, old, 10) == is_withdrawn
    assert await invites.purge(old, older, 10) == (not is_withdrawn)
    assert not await invites.withdraw(one.board, b"ann")


async def test_a_board_that_is_purged_takes_its_invites_along(store: Store) -> None:
    old, invites = await ended(store, days=8), store.people.invites
    assert await keep(store, invite(old)) is Kept.KEPT
    assert await store.journal.purge(ENDS, AT - WEEK, 10) == 1
    assert await invites.of_board(old) == []
    assert not await invites.withdraw(old, b"ann")


async def test_whoever_has_unsubscribed_is_invited_and_not_mailed(
    store: Store,
) -> None:
    waiting = await kept(store)
    for _ in "ab":
        await store.people.unsubscribed.add(b"ann", NOW)
    assert await mails(store) == []
    silent = await kept(store)
    invites = store.people.invites
    assert await invites.by_token(silent.board, silent.token) == silent
    assert set(await invites.open(b"ann", NOW, 5)) == {waiting, silent}
    bob = await kept(store, "bob")
    assert await mails(store) == [bob.id]
    await store.people.unsubscribed.remove(b"ann")
    again = await kept(store)
    assert await mails(store) == [again.id]
