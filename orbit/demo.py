"""A lively sample board on a running node: people who write, move and vote.

It does nothing that a visitor could not, by the SDK alone.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from urllib.parse import urljoin

import orbit.client
from orbit.client import Board, Refused

PEOPLE = 5
PACE_S = 1.5  # between two deeds of one of them: within anybody's limits
HAND_S = 0.05  # between two places of a note under a hand
TITLE = "Sprint 42: what went well, what did not?"
COLOURS = ("YELLOW", "CREATIVE", "COOL", "FRESH", "ROYAL")
NOTES: Sequence[tuple[str, str | None]] = (
    ("Deploys take two minutes now", "Ann"),
    ("The flaky login test is gone. Thank you, whoever you are!", None),
    ("We said yes to three things that were not in the plan", None),
    ("More pairing on the parser, please", "Bob"),
    ("Review within a day: it works", None),
    ("Nobody knew who was on call on Friday", None),
    ("The new onboarding page explains it in one picture", "Cleo"),
    ("Standup drifts. Ten minutes, then it ends", None),
    ("I would like to show the prototype to a customer", "Dan"),
    ("The build broke four times because of one package", None),
    ("Lunch on Thursdays stays", None),
    ("We should write down why we decided against the queue", "Eve"),
)
_dice = secrets.SystemRandom()


def run(
    url: str,
    *,
    once: bool = False,
    seconds: float = 300.0,
    say: Callable[[str], None] = print,
) -> None:
    """Make the board, say its link, and let people live on it for a while.

    With `once` it is left as soon as it is filled.

    Raises:
        Refused: the node did not want it, or is not there.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(url, once, seconds, say))


async def _run(
    url: str, once: bool, seconds: float, say: Callable[[str], None]
) -> None:
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(orbit.client.connect(url))
            for _ in range(PEOPLE)
        ]
        for person in people:
            await person.mint()
        made = await people[0].make_board(TITLE)
        boards = [await person.join(made.id) for person in people]
        await _fill(boards)
        say(f"a sample board:  {urljoin(url, made.share_url)}")
        say(f"its admin link:  {urljoin(url, made.admin_url)}")
        if once:
            return
        say(f"{PEOPLE} people are at it for {seconds:.0f} s; Ctrl-C ends it")
        await _live(boards, seconds)


async def _fill(boards: Sequence[Board]) -> None:
    """Write the notes, each by another, in rows around the middle."""
    for n, (content, name) in enumerate(NOTES):
        await boards[n % len(boards)].tell(
            "add_note",
            content=content,
            colour=COLOURS[n % len(COLOURS)],
            x=(n % 4 - 1.5) * 260.0 + _dice.uniform(-25, 25),
            y=(n // 4 - 1) * 240.0 + _dice.uniform(-25, 25),
            anonymous=name is None,
            **({"name": name} if name else {}),
        )


async def _live(boards: Sequence[Board], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as jobs:
            for board in boards:
                jobs.create_task(_person(board))


async def _person(board: Board) -> None:
    """Do something now and then; what is refused is no reason to go home."""
    while True:
        await asyncio.sleep(_dice.uniform(0.5, 1.5) * PACE_S)
        deed = _dice.choices((_move, _vote, _edit), weights=(5, 4, 1))[0]
        with contextlib.suppress(Refused):
            await deed(board)


async def _move(board: Board) -> None:
    """Take one of one's own notes by the hand and put it somewhere near."""
    if note := _one(board.items.get("signature", {})):
        data = board.items["note"][note]
        x, y = data["x"], data["y"]
        to_x, to_y = x + _dice.uniform(-150, 150), y + _dice.uniform(-120, 120)
        for step in range(1, 11):
            at = step / 10
            near = {"x": x + (to_x - x) * at, "y": y + (to_y - y) * at}
            board.signal("drag", note=note, **near)
            await asyncio.sleep(HAND_S)
        await board.tell("move_note", note=note, x=round(to_x, 1), y=round(to_y, 1))


async def _vote(board: Board) -> None:
    others = board.items.get("note", {}).keys() - board.items.get("signature", {})
    if note := _one(others):
        await board.tell("toggle_upvote", note=note)


async def _edit(board: Board) -> None:
    if note := _one(board.items.get("signature", {})):
        content = board.items["note"][note]["content"]
        dots = content.removesuffix(" (edited)")
        content = f"{dots} (edited)" if dots == content else dots
        await board.tell("edit_note", note=note, content=content)


def _one(ids: Iterable[str]) -> str | None:
    known = sorted(ids)
    return _dice.choice(known) if known else None
