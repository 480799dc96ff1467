"""Who wrote which note?  What somebody finds out who sits in a meeting himself.

    python -m tests.harness.unmasking [--meetings 40]

He hears all that a board tells him, writes notes of his own to count others' acts by,
and is told for nothing who it is whenever the board shows that somebody comes.  People
come, write and go.  Seeded; over the real runtime, on a loop where time is free.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from random import Random
from typing import Any

from msgspec import Struct

from orbit.core.types import BoardId, Principal
from tests.kit.board import Rig, Seat
from tests.kit.sim import SimLoop, simulate

CROWD, VISITS = 5, 20
MEETING_S, STAY_S, PROBE_S = 300.0, 10.0, 5.0
WAIT_S = 30.0  # the longest wait for a release
ATTACKER = Principal("attacker")
PEOPLE = [Principal(f"person {n}") for n in range(CROWD)]


class Guesses(Struct):
    """How often he was right, of how many notes; and what he had to go by."""

    notes: int = 0
    right: int = 0
    comings: int = 0  # that the board showed
    counted: int = 0  # answers to himself that told of somebody else's act
    watching: int = 0  # right, had he also seen whose hands were on the keys

    def add(self, more: "Guesses") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(more, name))


class Spy(Seat):
    """A seat that notes what it was told when."""

    def __init__(self, rig: Rig, board: BoardId) -> None:
        super().__init__(rig.router, board, ATTACKER)
        self._loop, self.told = rig.loop, list[tuple[float, Any]]()

    def write(self, data: bytes) -> None:
        super().write(data)
        lines = data.split(b"\n")
        self.told += [(self._loop.now, json.loads(line)) for line in lines]

    def notes(self) -> Mapping[str, float]:
        """Return when each note was first seen."""
        first: dict[str, float] = {}
        for at, frame in self.told:
            for change in frame.get("changes", ()):
                type, id, *_ = change.get("put", ("", ""))
                if type == "note":
                    first.setdefault(id, at)
        return first

    def comings(self) -> list[float]:
        """Return when more were here than before."""
        counts = [(at, f["count"]) for at, f in self.told if f["type"] == "here"]
        pairs = zip([(0.0, 1), *counts], counts, strict=False)
        return [at for (_, before), (at, now) in pairs if now > before]


class Meeting:
    """A board, and what is true of the people at it."""

    def __init__(self, rig: Rig, board: BoardId, random: Random) -> None:
        self._rig, self._board, self._random = rig, board, random
        self.came: list[tuple[float, Principal]] = []
        self.wrote: dict[str, tuple[float, Principal]] = {}
        self.counted = 0

    async def visit(self) -> None:
        """Have somebody come at some time, write, and go."""
        random, loop = self._random, self._rig.loop
        await asyncio.sleep(random.uniform(0, MEETING_S))
        who = random.choice(PEOPLE)
        seat = await self._rig.seat(self._board, who)
        self.came.append((loop.now, who))
        await asyncio.sleep(random.uniform(2, STAY_S))
        at = loop.now
        note = await self._rig.do(self._board, "add_note", who, content="x")
        self.wrote[note.id] = at, who
        await asyncio.sleep(2)
        seat.leave()

    async def probe(self, spy: Spy) -> None:
        """Write again and again: does the answer count what nobody has shown?"""
        for n in range(int(MEETING_S / PROBE_S)):
            await asyncio.sleep(PROBE_S)
            heard = max(spy.seqs, default=1)
            done = await self._rig.do(self._board, "add_note", ATTACKER, content=f"{n}")
            self.counted += done.seq > heard + 1

    def guessed(self, spy: Spy) -> Guesses:
        """Guess each note's author, and compare."""
        shown = [self._who_came(at) for at in spy.comings()]
        found = Guesses(comings=len(shown), counted=self.counted)
        for note, at in spy.notes().items():
            if note in self.wrote:
                _, who = self.wrote[note]
                found.notes += 1
                found.right += self._by_presence(at, shown) == who
                found.watching += self._by_hands(at) == who
        return found

    def _who_came(self, seen: float) -> tuple[float, Principal]:
        return max(one for one in self.came if one[0] <= seen)

    def _by_presence(
        self, at: float, shown: list[tuple[float, Principal]]
    ) -> Principal:
        """Whoever came last, as far as the board has shown anybody."""
        before = [one for one in shown if one[0] <= at]
        return before[-1][1] if before else self._random.choice(PEOPLE)

    def _by_hands(self, at: float) -> Principal:
        """Whoever wrote just then, or, if all is told late, somebody who did."""
        just = [who for when, who in self.wrote.values() if at - 0.5 <= when <= at]
        since = at - WAIT_S - 1
        lately = [who for when, who in self.wrote.values() if since <= when <= at]
        return self._random.choice(just or lately)


def guesses(meetings: int, *, strict: int) -> Guesses:
    """Return what comes of so many meetings."""
    found = Guesses()

    async def life(loop: SimLoop, _fixtures: Mapping[str, Any]) -> None:
        rig = Rig(loop)
        await rig.start()
        for seed in range(meetings):
            board = await rig.board(strict=strict)
            meeting = Meeting(rig, board, Random(seed))
            spy = Spy(rig, board)
            await spy.joined()
            async with asyncio.TaskGroup() as people:
                people.create_task(meeting.probe(spy))
                for _ in range(VISITS):
                    people.create_task(meeting.visit())
            await asyncio.sleep(WAIT_S + 1)
            spy.leave()
            found.add(meeting.guessed(spy))
        await rig.close()

    simulate(life, 0, {})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meetings", type=int, default=40)
    meetings = parser.parse_args().meetings
    for name, strict in (("plain", 0), ("strict", CROWD)):
        found = guesses(meetings, strict=strict)
        print(  # noqa: T201 - it is what this is for
            f"{name:7} {found.notes} notes, right {found.right / found.notes:.1%} "
            f"(chance {1 / CROWD:.0%}); saw {found.comings} come, counted "
            f"{found.counted} acts; with an eye on all hands "
            f"{found.watching / found.notes:.1%}"
        )


if __name__ == "__main__":
    main()
