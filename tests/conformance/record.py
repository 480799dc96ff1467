"""Writes the cases of the conformance kit from what a server says: `make conformance`.

Each function plays one case: what Ann's client should say and show, while Bob and the
server do what they do.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from orbit.core.protocol import frames
from orbit.store.memory.carrier import Hub
from orbit.store.memory.world import World
from tests.conformance.recording import Case
from tests.kit.cluster import owns
from tests.kit.sim import SimClock, SimLoop, simulate

CASES = Path(__file__).parent / "cases"
Play = Callable[[Case], Coroutine[Any, Any, None]]
PLAYS: dict[str, Play] = {}


def play(act: Play) -> Play:
    """Make a case of a function: its name, and what its docstring says."""
    PLAYS[act.__name__.replace("_", "-")] = act
    return act


@play
async def join_with_view(case: Case) -> None:
    """A join is answered with a whole view: items by type and id."""
    await case.begin()
    await case.rig.do(case.board, "toggle_upvote", case.ann, note=case.first)
    await case.enters()
    case.shows(here=1, kind="feedback", role=["anyone", "participant"])
    case.happened(("reset", 3))
    await case.passes(2)
    case.knows_the_time()


@play
async def join_with_changes(case: Case) -> None:
    """Who comes back says where he was, and gets what came after it."""
    await case.begin()
    await case.enters()
    case.shows()
    case.breaks(1)
    case.still_shows(state="offline")
    await case.bob("add_note", content="second")
    await case.bob("remove_note", note=case.first)
    await case.passes(1)
    await case.enters(2, ref="$again", log=case.log, since=2)
    case.shows()
    case.happened(("reset", 2), ("change", 3), ("change", 4))


@play
async def events(case: Case) -> None:
    """An event is folded once, in order: puts and drops, or nothing one may see."""
    await case.begin()
    await case.enters()
    await case.bob("add_note", content="second", colour="COOL")
    await case.bob("move_note", note=case.first, x=10.5, y=-3)
    await case.hears()
    case.shows()
    await case.bob("remove_note", note=case.first)
    await case.bob("remove_note", note=case.first, is_done=False)
    await case.bob("restore_note", note=case.first)
    await case.hears()
    case.says_again()
    case.shows()
    changes = [("change", seq) for seq in range(3, 7)]
    case.happened(("reset", 2), *changes)


@play
async def gap(case: Case) -> None:
    """A seq that is not the next: the rest is asked for, once, and is taken once."""
    await case.begin()
    await case.enters()
    case.shows()
    await case.bob("add_note", content="lost")
    await case.hears(lost=True)
    await case.bob("add_note", content="beyond")
    await case.bob("add_note", content="and beyond")
    await case.hears()
    case.still_shows(state="catching up")
    await case.sends(
        1, type="join", ref="$rest", board=case.board, log=case.log, since=2
    )
    case.shows()
    case.happened(("reset", 2), *[("change", seq) for seq in (3, 4, 5)])


@play
async def reset_of_the_log(case: Case) -> None:
    """The database is a restored one: another log, fewer events; it is all new."""
    await case.begin()
    await case.enters()
    await case.bob("add_note", content="after the backup")
    await case.hears()
    case.shows()
    before, log = case.rig, case.log
    world = World(SimClock(case.loop))
    world.log_id = "the log after the restore"
    case.rig = await case.house(world=world, inc="restored")
    assert await case.opened(case.rig) == case.board
    await case.bob("add_note", content="first", op="first")
    case.breaks(1)
    await case.passes(1)
    await case.enters(2, ref="$again", log=log, since=3)
    case.shows(log="the log after the restore")
    case.happened(("reset", 2), ("change", 3), ("reset", 2))
    await before.close()


@play
async def answers(case: Case) -> None:
    """An answer finds its question by `ref`, whether it is a reply or a refusal."""
    await case.begin()
    await case.enters()
    case.tells("mine", "add_note", content="mine")
    case.tells("vote", "toggle_upvote", note=case.first)
    case.tells("theirs", "edit_note", note=case.first, content="not mine to edit")
    await case.goes(1, "mine", "add_note", content="mine")
    await case.goes(1, "vote", "toggle_upvote", note=case.first)
    case.answered("mine", 3)
    case.answered("vote", 4)
    await case.goes(
        1, "theirs", "edit_note", note=case.first, content="not mine to edit"
    )
    case.refused("theirs", "forbidden")
    case.shows()


@play
async def told_while_offline(case: Case) -> None:
    """What is told while there is no socket waits, and goes out in its order."""
    await case.begin()
    await case.enters()
    case.breaks(1)
    case.tells("one", "add_note", content="one")
    case.tells("two", "add_note", content="two")
    case.still_shows(state="offline", waiting=2)
    await case.passes(1)
    await case.enters(2, ref="$again", log=case.log, since=2)
    await case.goes(2, "one", "add_note", content="one")
    await case.goes(2, "two", "add_note", content="two")
    case.answered("one", 3)
    case.answered("two", 4)
    case.shows()


@play
async def lost_answer(case: Case) -> None:
    """The answer was lost with its socket: told again under its op, it is done once."""
    await case.begin()
    await case.enters()
    case.tells("once", "add_note", content="once")
    await case.goes(1, "once", "add_note", lost=True, content="once")
    case.breaks(1)
    case.still_shows(state="offline", waiting=1)
    await case.passes(1)
    await case.enters(2, ref="$again", log=case.log, since=2)
    await case.goes(2, "once", "add_note", attempt=2, content="once")
    case.answered("once", 3)
    case.shows()


@play
async def unknown_outcome(case: Case) -> None:
    """`unknown`: it may have been done; told again under its op it is done once."""
    await case.begin()
    await case.enters()
    case.rig.journal.fate.append("applied")
    case.rig.journal.is_down = True
    case.tells("once", "add_note", content="once")
    await case.goes(1, "once", "add_note", content="once")
    await case.hears(15)
    case.rig.journal.is_down = False
    case.still_shows(waiting=1)
    await case.passes(3)
    await case.goes(1, "once", "add_note", attempt=2, content="once")
    await case.hears(5)
    case.answered("once", 3)
    case.shows()


@play
async def goaway(case: Case) -> None:
    """Make before break: the next socket is joined while this one serves."""
    await case.begin()
    await case.enters()
    await case.says(1, frames.goaway(2.0, "the node is restarted"))
    case.still_shows(state="live")
    await case.passes(3)
    case.opens(2)
    await case.sends(2, type="hello", versions=[1], ghost=case.secret)
    await case.bob("add_note", content="told by both")
    await case.hears()
    case.shows()
    await case.sends(
        2, type="join", ref="$move", board=case.board, log=case.log, since=2
    )
    case.ends(1)
    case.tells("there", "add_note", content="told there")
    await case.goes(2, "there", "add_note", content="told there")
    case.answered("there", 4)
    case.shows()
    case.happened(("reset", 2), ("change", 3), ("change", 4))


@play
async def left_for_good(case: Case) -> None:
    """The board is not for us any more: what waits is refused, nothing is asked."""
    await case.begin()
    await case.enters()
    await case.bob("edit_board", link=True, is_public=False)
    await case.hears()
    case.still_shows(state="offline", error="private_board")
    case.tells("late", "add_note", content="late")
    case.refused("late", "private_board")
    await case.passes(60)


@play
async def left_for_now(case: Case) -> None:
    """The board is looked after elsewhere: who waits a moment is let in again."""
    await case.begin()
    await case.enters()
    case.shows()
    await case.leaves_for_now()
    case.still_shows(state="catching up")
    await case.passes(3)
    await case.sends(
        1, type="join", ref="$again", board=case.board, log=case.log, since=2
    )
    case.shows()


@play
async def refused_join(case: Case) -> None:
    """A board that is not for us is closed to us, and why is said."""
    await case.begin(is_public=False)
    await case.enters()
    case.still_shows(state="offline", error="private_board")


@play
async def rights(case: Case) -> None:
    """A view that comes unasked, as rights have changed, replaces what there was."""
    await case.begin(link=True)
    await case.bob("hide_note", link=True, note=case.first)
    await case.enters()
    case.shows(role=case.roles(1))
    await case.revokes()
    await case.hears()
    case.shows(role=case.roles(1))


@play
async def signals(case: Case) -> None:
    """Signals pass both ways, and are not told to him who sent them."""
    await case.begin()
    await case.enters()
    bob, bobs = await case.bob_sits()
    await case.hears()
    drag: dict[str, Any] = {"note": case.first, "x": 1, "y": 2}
    said = {"type": "signal", "board": case.board, "do": "drag", "with": drag}
    bob.received(json.dumps(said).encode())
    await case.hears()
    case.lines.append({"passed": [["drag", {"note": case.first, "x": 1.0, "y": 2.0}]]})
    case.tells("mine", "add_note", content="mine")
    await case.goes(1, "mine", "add_note", content="mine")
    mine = case.answered("mine", 3)
    case.signals("drag", note=mine, x=5, y=6)
    drag = {"note": mine, "x": 5, "y": 6}
    await case.sends(1, type="signal", board=case.board, do="drag", **{"with": drag})
    assert {**said, "with": drag} in bobs.messages[-1]
    bob.lost()
    await case.hears()
    case.shows()


@play
async def here(case: Case) -> None:
    """How many people are here: at the join, and as they come and go."""
    await case.begin()
    await case.enters()
    case.shows(here=1)
    bob, _ = await case.bob_sits()
    await case.passes(3)
    case.shows(here=2)
    bob.lost()
    await case.passes(30)
    case.shows(here=1)


@play
async def status(case: Case) -> None:
    """`following`: the node hears of the board late; `live`: no longer so."""
    hub = Hub(SimClock(case.loop))
    world = World(SimClock(case.loop))
    case.rig = await case.house(world=world, hub=hub, inc="n1")
    far = await case.house(world=world, hub=hub, inc="n2")
    await asyncio.sleep(7)  # a younger view moves nothing
    case.board = await case.opened(case.rig)
    await case.bob("add_note", op="first", content="first")
    if not owns(case.rig, case.board):
        case.rig, far = far, case.rig
    case.joins()
    await case.enters(rig=far)
    case.shows()
    hub.cut(far.node.inc)
    await case.passes(5)
    case.still_shows(state="catching up")
    await case.bob("add_note", content="heard late")
    await case.passes(5)
    case.shows(state="catching up")
    hub.mend(far.node.inc)
    await case.passes(10)
    case.shows()
    await far.close()


def record(name: str) -> str:
    """Play a case, and return its lines."""
    act = PLAYS[name]
    lines: list[dict[str, Any]] = []

    async def run(loop: SimLoop) -> None:
        case = Case(loop, name, (act.__doc__ or "").split("\n")[0])
        await act(case)
        await case.over()
        lines.extend(case.lines)

    simulate(run, 0)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def write() -> None:
    """Write all cases, and nothing else."""
    CASES.mkdir(exist_ok=True)
    for old in CASES.glob("*.jsonl"):
        old.unlink()
    for name in PLAYS:
        (CASES / f"{name}.jsonl").write_text(record(name), encoding="utf-8")


if __name__ == "__main__":
    write()
