"""A ghost is forgotten everywhere, also by who was cut off half way."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from orbit.core.actors import redaction
from orbit.core.errors import StoreDown, Unauthenticated, Unavailable
from orbit.core.ids import op_key
from orbit.core.services import erasure as erasure_module
from tests.kit.app import App, Client, until

MARK = "nobody but ann wrote this"


def secret(of: Client) -> str:
    return of.headers["X-Ghost-ID"]


def stored(app: App) -> str:
    rows = app.place.world.boards.values()
    return repr([(row.journal, row.told, row.items, row.snapshot) for row in rows])


async def wrote(app: App, by: Client, boards: int = 3) -> Sequence[str]:
    """Boards of others on which somebody has written."""
    made = [(await app.board())["board"]["id"] for _ in range(boards)]
    for board in made:
        done = await by.post(f"/boards/{board}/notes/", {"content": MARK})
        assert done.status == 201, done.text
    me = "/identity/ghost/me/"
    await until(lambda: by.get(me), lambda me: len(me.json["boards"]) == boards)
    return made


async def test_all_boards_forget_at_once(app: App) -> None:
    ann = await app.ghost()
    boards = await wrote(app, ann)
    assert stored(app).count(MARK) >= len(boards)
    await app.core.persons.erasure.erase(secret(ann))
    assert MARK not in stored(app)
    assert not app.place.world.ghosts
    assert not app.place.world.boxes
    with pytest.raises(Unauthenticated):
        await app.core.persons.erasure.erase(secret(ann))


async def test_a_ghost_that_wrote_nothing_changes_no_board(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    await wrote(app, ann)
    before = stored(app)
    await app.core.persons.erasure.erase(secret(bob))
    assert stored(app) == before


async def test_a_board_that_is_not_on_its_list_forgets_it_too(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure_module, "PAGE", 2)
    ann = await app.ghost()
    boards = await wrote(app, ann, 5)
    for board in boards:
        await app.core.boards.directory.evict(board)
    app.place.world.boxes.clear()
    await app.core.persons.erasure.erase(secret(ann))
    assert MARK not in stored(app)


async def test_who_was_cut_off_tells_it_again(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await app.ghost()
    await wrote(app, ann)
    journal, redact, left = app.core.boards.journal, app.core.boards.journal.redact, 1

    async def fails(*args: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise StoreDown
        await redact(*args)

    journal.redact = fails  # type: ignore[method-assign]
    monkeypatch.setattr(redaction, "RETRY_S", 0.0)
    with pytest.raises(Unavailable):
        await app.core.persons.erasure.erase(secret(ann))
    assert MARK in stored(app)
    ((_, ghost),) = app.place.world.ghosts.items()
    assert ghost.is_leaving
    journal.redact = redact  # type: ignore[method-assign]
    await app.core.persons.erasure.erase(secret(ann))
    assert MARK not in stored(app)
    assert not app.place.world.ghosts


async def test_a_ghost_that_leaves_is_nobody_on_other_nodes_and_after_a_restart(
    app: App,
) -> None:
    ann = await app.ghost()
    (board,) = await wrote(app, ann, 1)
    key = app.core.persons.identity.keys.ghost_id(secret(ann))
    world = app.place.world
    await app.place.node().ghosts.retire(key)  # what another process has noted
    assert world.ghosts[key].is_leaving
    for method, path in (("GET", f"/boards/{board}/"), ("GET", "/identity/ghost/me/")):
        answer = await ann.call(method, path)
        assert (answer.status, answer.error) == (401, "unauthenticated")
    assert (await ann.delete("/identity/ghost/me/")).status == 204
    assert MARK not in stored(app)


async def test_what_was_on_its_way_is_forgotten_and_nothing_follows(app: App) -> None:
    """A command that was told before is committed before the board forgets."""
    ann = await app.ghost()
    (board,) = await wrote(app, ann, 1)
    new = (await app.board())["board"]["id"]
    identity, router = app.core.persons.identity, app.core.boards.router
    caller = await identity.recognise(secret(ann))
    who = await identity.principal(caller, new)
    held, append = asyncio.Event(), app.core.boards.journal.append

    async def slow(turns: Any) -> Any:
        await held.wait()
        return await append(turns)

    app.core.boards.journal.append = slow  # type: ignore[method-assign]
    loop = asyncio.get_running_loop()
    body = b'{"content":"%b"}' % MARK.encode()
    late = loop.create_task(router.ask(new, who, op_key("late"), "add_note", body))
    erasing = loop.create_task(app.core.persons.erasure.erase(secret(ann)))
    with pytest.raises(Unauthenticated):
        async with asyncio.timeout(10):
            while True:
                await identity.principal(caller, board)
                await asyncio.sleep(0)
    held.set()
    await erasing
    assert (await late).seq == 2
    assert MARK not in stored(app)


async def test_a_note_of_a_board_that_comes_late_makes_no_box_anew(app: App) -> None:
    ann = await app.ghost()
    (board,) = await wrote(app, ann, 1)
    other = (await app.board())["board"]["id"]
    belongings = app.core.persons.belongings
    key = app.core.persons.identity.keys.persona(secret(ann)).box
    await app.core.persons.erasure.erase(secret(ann))
    await belongings.note(key, board)
    await belongings.note(key, other)
    assert not app.place.world.boxes


async def test_whoever_holds_connections_is_told_once_whose_to_end(app: App) -> None:
    ann = await app.ghost()
    told: list[str] = []
    app.core.persons.erasure.ends.append(told.append)
    await app.core.persons.erasure.erase(secret(ann))
    assert told == [app.core.persons.identity.caller(secret(ann)).id]


async def test_the_other_nodes_are_told_before_a_board_forgets(app: App) -> None:
    ann = await app.ghost()
    await wrote(app, ann)
    told: list[str] = []

    async def elsewhere(id: str) -> None:
        assert stored(app).count(MARK)
        told.append(id)
        if len(told) == 1:
            raise Unavailable("a node did not answer")

    app.core.persons.erasure.elsewhere = elsewhere
    with pytest.raises(Unavailable):
        await app.core.persons.erasure.erase(secret(ann))
    assert MARK in stored(app)
    await app.core.persons.erasure.erase(secret(ann))
    assert MARK not in stored(app)
    assert told == [app.core.persons.identity.caller(secret(ann)).id] * 2


async def test_who_is_told_so_knows_the_ghost_no_more(app: App) -> None:
    ann = await app.ghost()
    ended: list[str] = []
    app.core.persons.erasure.ends.append(ended.append)
    id = app.core.persons.identity.caller(secret(ann)).id
    app.core.persons.erasure.end(id)
    assert ended == [id]
    with pytest.raises(Unauthenticated):
        await app.core.persons.identity.recognise(secret(ann))


async def test_a_board_that_is_gone_is_no_obstacle(app: App) -> None:
    ann = await app.ghost()
    boards = await wrote(app, ann)
    await app.core.boards.directory.evict(boards[0])
    del app.place.world.boards[boards[0]]
    await app.core.persons.erasure.erase(secret(ann))
    assert MARK not in stored(app)
