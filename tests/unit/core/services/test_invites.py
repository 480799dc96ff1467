"""Invites, where letting somebody in does not go as it should."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from orbit.core.errors import Conflict, NotFound, RateLimited, Unknown
from orbit.core.ids import uuid_of
from orbit.core.kinds.feedback.asked import AcceptInvite
from orbit.core.services.identity import Caller
from orbit.core.services.invites import MOST, Invites, InviteState, Letter
from orbit.core.types import BoardId, Principal
from tests.kit.app import App, running

BOB = Letter("bob@example.org", "Retro", "https://orbit.test")


class Inviting:
    """A private board, and somebody who was invited to it."""

    def __init__(self, app: App, board: BoardId) -> None:
        self.app, self.board = app, board
        self.token = ""

    @property
    def invites(self) -> Invites:
        return self.app.core.sharing.invites

    async def enter(self) -> None:
        await self.invites.send(self.board, BOB, b"op")
        await self.app.core.mail.post.deliver()
        found = re.search(r"#invite=(\S+)", self.app.mailbox.mails[-1].text)
        assert found
        self.token = found[1]

    async def somebody(self) -> tuple[Caller, Principal]:
        identity = self.app.core.persons.identity
        caller = identity.caller((await identity.mint())[0])
        return caller, await identity.principal(caller, self.board)

    async def accept(self, caller: Caller, who: Principal) -> None:
        await self.invites.accept(self.board, caller, who, self.token)

    async def state(self) -> InviteState:
        (one,) = await self.invites.listed(self.board)
        return one.state


@pytest_asyncio.fixture
async def inviting() -> AsyncIterator[Inviting]:
    async with running() as app:
        made = await app.board(is_public=False)
        opened = Inviting(app, BoardId(made["board"]["id"]))
        await opened.enter()
        yield opened


class Refusing:
    """The way to boards, on which an answer turns out so; in doubt, it was done."""

    def __init__(self, app: App, error: Exception) -> None:
        self._router, self._error = app.core.boards.router, error
        self.look = self._router.look

    async def ask(self, *args: Any, **options: Any) -> Any:
        if isinstance(self._error, Unknown):
            await self._router.ask(*args, **options)
        raise self._error


def refusing(app: App, error: Exception) -> Invites:
    core, people = app.core, app.place.node().people
    way: Any = Refusing(app, error)
    given = (
        core.mail.post,
        core.mail.unsubscribing,
        core.mail.notices,
        core.clock,
        AcceptInvite(),
    )
    return Invites(people, core.persons.identity, way, *given)


async def test_of_many_at_once_one_comes_in(inviting: Inviting) -> None:
    people = [await inviting.somebody() for _ in range(5)]
    came = await asyncio.gather(
        *(inviting.accept(*one) for one in people), return_exceptions=True
    )
    assert sum(one is None for one in came) == 1
    assert all(one is None or isinstance(one, NotFound) for one in came)
    assert await inviting.state() is InviteState.CAME


async def test_whom_a_board_refuses_does_not_use_it_up(inviting: Inviting) -> None:
    bob, cyd = await inviting.somebody(), await inviting.somebody()
    refuses = refusing(inviting.app, Conflict("too many were let in"))
    with pytest.raises(Conflict):
        await refuses.accept(inviting.board, *bob, inviting.token)
    assert await inviting.state() is InviteState.INVITED
    await inviting.accept(*cyd)


async def test_what_is_in_doubt_stays_whose_it_is(inviting: Inviting) -> None:
    bob, cyd = await inviting.somebody(), await inviting.somebody()
    with pytest.raises(Unknown):
        doubts = refusing(inviting.app, Unknown())
        await doubts.accept(inviting.board, *bob, inviting.token)
    with pytest.raises(NotFound):
        await inviting.accept(*cyd)
    await inviting.accept(*bob)
    assert await inviting.state() is InviteState.CAME
    assert inviting.app.place.world.taken == {}


async def test_the_next_mail_has_to_wait(inviting: Inviting) -> None:
    with pytest.raises(RateLimited):
        await inviting.invites.send(inviting.board, BOB, b"another op")
    await inviting.invites.send(inviting.board, BOB, b"op")  # told again
    assert await inviting.app.core.mail.post.deliver() == 0


async def test_a_board_invites_so_many(inviting: Inviting) -> None:
    for n in range(MOST - 1):
        each = Letter(f"p{n}@example.org", "Retro", "https://orbit.test")
        await inviting.invites.send(inviting.board, each, b"op %d" % n)
    with pytest.raises(Conflict):
        late = Letter("late@example.org", "Retro", "https://orbit.test")
        await inviting.invites.send(inviting.board, late, b"late")


async def test_who_has_not_signed_in_has_no_address(inviting: Inviting) -> None:
    caller, who = await inviting.somebody()
    assert await inviting.invites.waiting(caller) == ()
    assert not await inviting.invites.opens(caller, inviting.board)
    with pytest.raises(NotFound):
        await inviting.invites.accept(inviting.board, caller, who)
    elsewhere = BoardId(uuid_of(b"elsewhere"))
    with pytest.raises(NotFound):
        await inviting.invites.accept(elsewhere, caller, who, inviting.token)
