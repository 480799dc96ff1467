"""Ghosts, and what a board may know of them."""

from datetime import timedelta

import pytest

from orbit.core.errors import NotFound, Unauthenticated
from orbit.core.ids import board_id
from orbit.core.ports import NewBoard
from orbit.core.services.identity import GUEST, LIFETIME, Identity, Keys, link_digest
from orbit.core.services.tokens import Tokens
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.store import MemoryStore
from orbit.store.memory.world import World
from tests.kit.sim import SimClock, SimLoop

A, B = board_id(b"a"), board_id(b"b")
KEYS = Keys(b"pepper")


@pytest.fixture
def world() -> World:
    loop = SimLoop(0)
    loop.close()
    return World(SimClock(loop))


def made(world: World, journal: MemoryJournal) -> Identity:
    people = MemoryStore(world, inc="n").people
    tokens = Tokens(b"secret key", world.clock)
    return Identity(KEYS, people, journal, world.clock, tokens)


@pytest.fixture
async def identity(world: World) -> Identity:
    journal = MemoryJournal(world)
    for board, salt in ((A, b"salt of a"), (B, b"salt of b")):
        await journal.create(NewBoard(board, "feedback", salt))
    return made(world, journal)


async def test_a_minted_ghost_is_recognised(identity: Identity) -> None:
    secret, ghost = await identity.mint()
    assert len(secret) >= 43
    assert ghost.expires_at - ghost.created_at == LIFETIME
    caller = await identity.recognise(secret)
    assert caller.kind == "ghost"
    assert await identity.recognise(secret) == caller


async def test_no_two_ghosts_are_alike(identity: Identity) -> None:
    secrets = [(await identity.mint())[0] for _ in range(20)]
    callers = [await identity.recognise(secret) for secret in secrets]
    assert len(set(secrets)) == len({caller.id for caller in callers}) == 20


@pytest.mark.parametrize("secret", ["", "x", "ö", "a" * 4_000])
async def test_an_unknown_secret_is_refused_and_creates_nothing(
    identity: Identity, world: World, secret: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await identity.recognise(secret)
    assert refused.value.details == {"field": "ghost"}
    assert world.ghosts == {}


async def test_a_ghost_ends(identity: Identity, world: World) -> None:
    secret, ghost = await identity.mint()
    loop = world.clock._loop  # type: ignore[attr-defined]
    loop.now += LIFETIME.total_seconds() - 1
    await identity.recognise(secret)
    loop.now += 2
    with pytest.raises(Unauthenticated):
        await identity.recognise(secret)
    assert ghost.expires_at - world.clock.now() == timedelta(seconds=-1)


async def test_nothing_that_is_stored_leads_back_to_the_secret(
    identity: Identity, world: World
) -> None:
    secret, _ = await identity.mint()
    assert secret not in repr(world.ghosts)
    assert list(world.ghosts) == [KEYS.ghost_id(secret)]
    assert Keys(b"other pepper").ghost_id(secret) != KEYS.ghost_id(secret)


async def test_a_board_knows_a_ghost_as_no_other_board_does(identity: Identity) -> None:
    caller = await identity.recognise((await identity.mint())[0])
    on_a = await identity.principal(caller, A)
    assert on_a == await identity.principal(caller, A)
    on_b = await identity.principal(caller, B)
    assert on_a.id != on_b.id
    assert len(on_a.id) == 22
    assert caller.id not in {on_a.id, on_b.id}


async def test_a_guest_is_nobody(identity: Identity) -> None:
    who = await identity.principal(GUEST, A)
    assert (who.id, who.claims) == ("", frozenset())


async def test_a_link_is_claimed_by_its_digest(identity: Identity) -> None:
    who = await identity.principal(GUEST, A, "token")
    assert who.claims == {f"link:{link_digest('token')}"}
    assert "token" not in repr(who)


async def test_a_board_that_does_not_exist_knows_nobody(identity: Identity) -> None:
    caller = await identity.recognise((await identity.mint())[0])
    with pytest.raises(NotFound):
        await identity.principal(caller, board_id(b"nowhere"))


def test_what_is_derived_for_one_purpose_serves_no_other() -> None:
    derived = [
        KEYS.ghost_id("s"),
        KEYS.ghost_key("s"),
        KEYS.persona("s").box.label,
        KEYS.persona("s").box.seal,
        KEYS.seed(b"s"),
    ]
    assert len(set(derived)) == len(derived)
    assert KEYS.link(A, b"s") != KEYS.link(B, b"s")


def test_parts_cannot_be_moved_from_one_to_the_next() -> None:
    assert KEYS.seed(b"ab", b"c") != KEYS.seed(b"a", b"bc")
    assert KEYS.author(A, b"salt", b"key") != KEYS.author(A, b"sal", b"tkey")


def test_an_author_is_another_on_each_board_and_under_each_salt() -> None:
    """So that nobody finds the boards of one ghost, not even with the pepper."""
    authors = [
        KEYS.author(A, b"salt", b"key"),
        KEYS.author(B, b"salt", b"key"),
        KEYS.author(A, b"other", b"key"),
        KEYS.author(A, b"salt", b"another's"),
    ]
    assert len(set(authors)) == 4
    assert KEYS.author(A, b"salt", b"key") == authors[0]


async def test_a_ghost_that_leaves_is_nobody_any_more(
    identity: Identity, world: World
) -> None:
    secret, _ = await identity.mint()
    caller = await identity.recognise(secret)
    await identity.principal(caller, A)
    assert await identity.retire(secret) == caller
    for ask in (
        lambda: identity.recognise(secret),
        lambda: identity.find(secret),
        lambda: identity.principal(caller, A),
    ):
        with pytest.raises(Unauthenticated):
            await ask()
    elsewhere = made(world, MemoryJournal(world))
    with pytest.raises(Unauthenticated):
        await elsewhere.recognise(secret)


async def test_whoever_erases_a_ghost_that_leaves_may_go_on(
    identity: Identity,
) -> None:
    secret, _ = await identity.mint()
    caller = await identity.recognise(secret)
    who = await identity.principal(caller, A)
    await identity.retire(secret)
    assert await identity.recognise(secret, leaving=True) == caller
    assert await identity.author(caller.persona, A) == who.id
    assert await identity.retire(secret) == caller
    with pytest.raises(Unauthenticated):
        await identity.retire("nobody's")


async def test_other_ghosts_and_guests_stay_who_they_are(identity: Identity) -> None:
    (gone, _), (stays, _) = await identity.mint(), await identity.mint()
    await identity.retire(gone)
    caller = await identity.recognise(stays)
    assert (await identity.principal(caller, A)).id
    assert (await identity.principal(GUEST, A)).id == ""
