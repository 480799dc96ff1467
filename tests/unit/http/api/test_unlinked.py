"""One ghost on a thousand boards: by nothing that they hold or tell is he the same."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec
import pytest

from orbit.core.codec import Entry
from orbit.core.ids import board_id, op_key
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.core.ports import NewBoard
from orbit.core.services.identity import GUEST, Caller, Keys, link_digest
from orbit.core.types import BoardId, Principal
from tests.kit.app import App, Client, running
from tests.unit.http.api.test_strict import Held

BOARDS, BY_HTTP, OTHERS, AT_ONCE = 1_000, 8, 30, 50
ENDS = ("", "journal/", "compare/", "items/note/", "items/removed/", "items/upvote/")
WORD = re.compile(r"[A-Za-z0-9_+/=-]{6,}")


def stranger(app: App, name: str) -> Caller:
    """Return a ghost that was never minted here."""
    return Caller("ghost", name, app.core.persons.identity.keys.persona(name))


async def lived(
    app: App, tag: str, ghosts: Sequence[Caller]
) -> Mapping[BoardId, Caller]:
    """Have each ghost do on a board of its own all that leaves a trace."""
    boards = {board_id(f"{tag} {n}".encode()): one for n, one in enumerate(ghosts)}
    left = iter(boards.items())
    while some := list(islice(left, AT_ONCE)):
        async with asyncio.TaskGroup() as lives:
            for board, ghost in some:
                lives.create_task(life(app, board, ghost))
    return boards


async def life(app: App, board: BoardId, ghost: Caller) -> None:
    salt = sha256(board.encode()).digest()
    await app.core.boards.journal.create(NewBoard(board, "feedback", salt))
    opening = OpenBoard(f"t {board}", is_public=True, link=link_digest(board))
    await tell(app, board, GUEST, "open_board", command=opening)
    note = await tell(app, board, ghost, "add_note", content=f"of {board}")
    other = stranger(app, f"other {board}")
    theirs = await tell(app, board, other, "add_note", content=f"not of {board}")
    await tell(app, board, ghost, "toggle_upvote", note=theirs)
    await tell(app, board, ghost, "report_note", note=theirs)
    await tell(app, board, ghost, "remove_note", note=note)


async def tell(
    app: App,
    board: BoardId,
    by: Caller,
    do: str,
    command: OpenBoard | None = None,
    **wish: str,
) -> str:
    who = await app.core.persons.identity.principal(by, board)
    op, body = op_key(f"{board} {do} {wish}"), msgspec.json.encode(wish)
    done = await app.core.boards.router.ask(board, who, op, do, body, command=command)
    return done.id


async def texts(
    app: App, boards: Mapping[BoardId, Caller], people: Sequence[Client]
) -> Sequence[str]:
    """Return all that there is of each board: stored, and told to whom it may be."""
    found: list[str] = []
    for board, ghost in boards.items():
        who = await app.core.persons.identity.principal(ghost, board)
        rows = app.place.world.boards[board].journal
        of_board = [*map(_row, rows), *[await _view(app, board, who)]]
        if len(found) < BY_HTTP:
            of_board += await _asked(board, people)
        found.append("\n".join(of_board))
    return found


async def _asked(board: BoardId, people: Sequence[Client]) -> list[str]:
    paths = [f"/boards/{board}/{end}" for end in ENDS]
    return [(await person.get(path)).text for person in people for path in paths]


async def _view(app: App, board: BoardId, who: Principal) -> str:
    seen = await app.core.boards.router.look(board, who)
    return f"{seen.seq} {seen.items!r}"


def _row(entry: Entry) -> str:
    changes = [(c.type, c.id, c.data, sorted(c.audience)) for c in entry.changes]
    row = (entry.who, entry.op.hex(), entry.digest.hex(), entry.data, entry.at)
    return f"{row} {changes}"


def shared(boards: Sequence[str]) -> set[str]:
    """Return the words that stand on more than one board."""
    words = Counter(word for text in boards for word in set(WORD.findall(text)))
    return {word for word, count in words.items() if count > 1}


async def alike() -> set[str]:
    """Return what a ghost's boards share, and those of many people do not."""
    async with running(clock=Held()) as app:
        person = await app.ghost()
        him = await app.core.persons.identity.recognise(person.headers["X-Ghost-ID"])
        his = await lived(app, "his", [him] * BOARDS)
        crowd = [stranger(app, f"crowd {n}") for n in range(OTHERS)]
        others = await lived(app, "others", crowd)
        people = [person, app.guest]
        public = shared(await texts(app, others, people))
        return shared(await texts(app, his, people)) - public


@pytest.mark.timeout(180)
async def test_boards_of_one_ghost_share_nothing() -> None:
    assert await alike() == set()


async def test_a_key_that_is_the_same_on_two_boards_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    author: Callable[[Keys, Any, bytes, bytes], str] = Keys.author

    def unsalted(keys: Keys, _board: BoardId, _salt: bytes, ghost_key: bytes) -> str:
        return author(keys, BoardId(""), b"", ghost_key)

    monkeypatch.setattr(Keys, "author", unsalted)
    monkeypatch.setattr("tests.unit.http.api.test_unlinked.BOARDS", 3)
    assert len(await alike()) >= 1
