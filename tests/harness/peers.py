"""Writers, followers and readers that go on through every fault and write it all down.

The raw ones speak by the letter and remember for themselves; the others use the SDK,
whose promises are so tried as well.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orbit.client
from orbit.client import Changed, Reset
from tests.harness.field import Field, now
from tests.harness.ledger import (
    Applied,
    Command,
    Read,
    Viewed,
    Viewer,
    fold,
    mark,
    mark_of,
)
from tests.harness.raw import Frame, Raw

DEPTH = 4  # commands of one writer under way at once
DOUBT_S = 60.0  # for so long a failover may undo what was acked: it is told again

Telling = tuple[Command, str, dict[str, Any]]


class Deeds:
    """What a writer has done and may do next; nothing it does is without effect."""

    def __init__(self, field: Field, name: str) -> None:
        self._random, self._name = field.random, name
        self._n = 0
        self.notes: list[str] = []

    def may_go_on(self, under_way: int) -> bool:
        """Say whether one more may be done: without a note, one at a time."""
        return under_way < (DEPTH if self.notes else 1)

    def next(self) -> tuple[str, str, dict[str, Any]]:
        """Return op, name and body of a command that changes something."""
        self._n += 1
        op = f"{self._name}-{self._n}"
        dice = self._random.random()
        if not self.notes or dice < 0.05:  # a person may add 30 a minute
            return op, "add_note", {"content": op, "x": float(self._n)}
        note = self._random.choice(self.notes)
        if dice < 0.6:
            return op, "move_note", {"note": note, "x": float(self._n), "y": 0.5}
        return op, "edit_note", {"note": note, "content": op}


class RawWriter:
    """Tells commands, and tells them again under the same op until it knows."""

    def __init__(self, field: Field, name: str, board: str, ghost: str) -> None:
        self._field, self._board, self._ghost = field, board, ghost
        self._deeds = Deeds(field, name)
        self._raw: Raw | None = None
        self._ref = 0
        self._open: dict[int, Telling] = {}
        self._waiting: list[Telling] = []
        self._acked: list[tuple[float, Telling]] = []
        self._doubtful: list[Telling] = []  # one at a time: one may need the other
        self._log = ""
        self._names: dict[bytes, str] = {}
        self._lives_at = 0.0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as jobs:
            ticking = jobs.create_task(self._tick())
            async for raw in self._field.sockets(self._ghost):
                await self._serve(raw)
                if self._is_done:
                    break
            ticking.cancel()

    @property
    def _is_done(self) -> bool:
        left = self._open or self._waiting or self._doubtful
        return self._field.is_stopping and not left

    async def _serve(self, raw: Raw) -> None:
        self._ref += 1
        join = self._ref
        raw.send({"type": "join", "ref": join, "board": self._board})
        async for frame in raw.messages():
            if frame["type"] == "joined":
                self._raw = raw
                self._entered(frame["log"])
            elif frame.get("ref") == join:
                self._field.turned_away(frame)
                await asyncio.sleep(0.1)
                raw.send({"type": "join", "ref": join, "board": self._board})
            elif frame["type"] in {"reply", "error"} and frame.get("ref") in self._open:
                self._answered(frame)
            elif frame["type"] == "left":
                self._field.turned_away(frame)
                self._raw = None
                raw.send({"type": "join", "ref": join, "board": self._board})
            if self._is_done:
                break
        self._raw = None
        for told in self._open.values():
            self._field.cut(told[0].sends[-1])
            if not any(told is one for one in self._doubtful):
                self._waiting.append(told)
        self._open.clear()

    def _entered(self, log: str) -> None:
        """Be in a history; in another one what was acked of late may be missing."""
        if self._log and log != self._log:
            since = now() - DOUBT_S
            self._doubtful += [told for at, told in self._acked if at > since]
            self._acked.clear()
        self._log = log
        self._pump()

    async def _tick(self) -> None:
        while True:
            await self._field.think()
            if self._field.is_stopping:
                if self._is_done and self._raw:
                    self._raw.abort()  # or it would wait for one more frame
                await asyncio.sleep(0.05)
            elif await self._field.room(self._may_go_on):
                op, do, body = self._deeds.next()
                command = self._field.began(self._board, op)
                self._names[command.op] = op
                self._waiting.append((command, do, body))
            self._pump()

    def _may_go_on(self) -> bool:
        return self._deeds.may_go_on(len(self._waiting) + len(self._open))

    def _pump(self) -> None:
        if self._raw is None or now() < self._lives_at:
            return
        if self._doubtful:  # the rest may rest on it
            if not any(told is self._doubtful[0] for told in self._open.values()):
                self._tell(self._raw, self._doubtful[0])
            return
        for told in self._waiting:
            self._tell(self._raw, told)
        self._waiting.clear()

    def _tell(self, raw: Raw, told: Telling) -> None:
        command, do, body = told
        self._ref += 1
        self._field.sent(command, raw.node)
        self._open[self._ref] = told
        raw.send(
            {
                "type": "tell",
                "ref": self._ref,
                "board": self._board,
                "op": self._names[command.op],
                "attempt": len(command.sends),
                "do": do,
                "with": body,
            }
        )

    def _answered(self, frame: Frame) -> None:
        told = self._open.pop(frame["ref"])
        command, do, _body = told
        self._field.answered(command, command.sends[-1], frame, self._log)
        is_retold = any(told is one for one in self._doubtful)
        if frame["type"] == "reply":
            self._acked = [one for one in self._acked if one[0] > now() - DOUBT_S]
            self._acked.append((now(), told))
            if do == "add_note" and not is_retold:
                self._deeds.notes.append(frame["result"]["id"])
        if frame.get("retry"):
            after = frame.get("after", 0.1)
            self._lives_at = now() + after
            asyncio.get_running_loop().call_later(after + 0.01, self._pump)
            if not is_retold:
                self._waiting.append(told)
        elif is_retold:
            self._doubtful.remove(told)
            self._pump()


class SdkWriter:
    """The same by the SDK, which tells again by itself."""

    def __init__(self, field: Field, name: str, board: str, ghost: str) -> None:
        self._field, self._board, self._ghost = field, board, ghost
        self._deeds = Deeds(field, name)

    async def run(self) -> None:
        async with self._field.client(self._ghost) as client:
            board = await client.join(self._board)
            async with asyncio.TaskGroup() as jobs:
                while not self._field.is_stopping:
                    await self._field.think()
                    if board.error:
                        return  # what it says is in the answers; the ledger decides
                    if await self._field.room(
                        lambda: self._deeds.may_go_on(board.waiting)
                    ):
                        jobs.create_task(self._tell(board))

    async def _tell(self, board: orbit.client.Board) -> None:
        if board.error:
            return  # since this was begun
        _op, do, body = self._deeds.next()
        answer = board.tell(do, **body)
        self._field.began(self._board, board._commands[-1].op)
        with suppress(orbit.client.Refused):  # what it was told, its socket has heard
            told = await answer
            if do == "add_note":
                self._deeds.notes.append(told.id)


class RawFollower:
    """Follows a board as a guest; what it has, it has from frames alone."""

    def __init__(self, field: Field, name: str, board: str) -> None:
        self._field = field
        self.viewer = Viewer(name, board)
        field.ledger.viewers.append(self.viewer)
        self._items: dict[tuple[str, str], Any] = {}
        self._log = ""
        self.seq = self.here = 0
        self.raw: Raw | None = None

    async def run(self) -> None:
        async for raw in self._field.sockets(None):
            self.raw = raw
            self._join(raw)
            async for frame in raw.messages():
                if frame["type"] == "joined":
                    self._joined(frame)
                elif frame["type"] == "changed":
                    self._changed(frame)
                elif frame["type"] == "here":
                    self.here = frame["count"]
                elif frame["type"] in {"left", "error"}:
                    self._field.turned_away(frame)
                    await asyncio.sleep(0.1)
                    self._join(raw)

    def _join(self, raw: Raw) -> None:
        join = {"type": "join", "ref": 1, "board": self.viewer.board}
        if self._log:
            join |= {"log": self._log, "since": self.seq}
        raw.send(join)

    def _joined(self, frame: Frame) -> None:
        self._log, self.here = frame["log"], frame["here"]
        if "items" in frame:
            self._field.resets += 1
            self._items = {(type_, id): data for type_, id, data in frame["items"]}
            self.seq = frame["seq"]
            view = Viewed(self._log, self.seq, mark_of(self._items))
            self.viewer.seen.append(view)
        for change in frame.get("changes", ()):
            self._changed(change)
        self.viewer.screen = self._items

    def _changed(self, frame: Frame) -> None:
        """What a client would drop or ask for again is written down as it came."""
        self.seq = frame["seq"]
        fold(self._items, frame["changes"])
        told = Applied(self._log, self.seq, mark(frame["changes"]), now())
        self.viewer.seen.append(told)


class SdkFollower:
    """Follows a board as a guest, by the SDK: what its application sees."""

    def __init__(self, field: Field, name: str, board: str) -> None:
        self._field = field
        self.viewer = Viewer(name, board)
        field.ledger.viewers.append(self.viewer)
        self.seq = 0
        self._board: orbit.client.Board | None = None

    @property
    def here(self) -> int:
        """How many there are, by the last it was told."""
        return self._board.here if self._board else 0

    async def run(self) -> None:
        async with self._field.client() as client:
            board = self._board = await client.join(self.viewer.board)
            feed = board.changes()
            self.viewer.seen.append(Viewed(board.log or "", board.seq))
            self.seq = board.seq
            log = board.log or ""
            try:
                async for event in feed:
                    if not isinstance(event, Changed):  # no other begins a history
                        log = board.log or ""
                    self._happened(event, log)
            except orbit.client.Refused as error:
                self._field.turned_away({"type": "closed", "error": error.code})

    def _happened(self, event: Changed | Reset, log: str) -> None:
        self.seq = event.seq
        if isinstance(event, Changed):
            told = Applied(log, event.seq, mark(event.changes), now())
            self.viewer.seen.append(told)
        else:
            self._field.resets += 1
            self.viewer.seen.append(Viewed(log, event.seq))


class Reader:
    """Looks at boards now and then, as one who has just come.

    Where boards are `followed` a node may be late.  Then he has heard of the newest ack
    each other time, says so, and must be shown no less.
    """

    def __init__(
        self,
        field: Field,
        boards: Sequence[str],
        every_s: float = 0.25,
        *,
        followed: bool = False,
    ) -> None:
        self._field, self._boards, self._every_s = field, boards, every_s
        self._followed, self._log = followed, ""

    async def run(self) -> None:
        async for raw in self._field.sockets(None):
            while True:
                await asyncio.sleep(self._every_s)
                if not await self.look(raw, self._field.random.choice(self._boards)):
                    break

    async def look(self, raw: Raw, board: str) -> bool:
        """Read a board; False: the connection is over."""
        at, join = now(), {"type": "join", "ref": 1, "board": board}
        if self._followed and self._log and self._field.random.random() < 0.5:
            head = self._field.heads.get((board, self._log), 0)
            join |= {"log": self._log, "since": head}
        raw.send(join)
        try:
            frame = await raw.expect("joined", "error", ref=1)
        except (ConnectionError, TimeoutError):
            return False
        raw.send({"type": "leave", "board": board})
        if frame["type"] == "joined":
            self._log, items = frame["log"], None
            if "items" in frame:
                items = mark_of({(type_, id): it for type_, id, it in frame["items"]})
            seen = Viewed(frame["log"], frame["seq"], items)
            # Of a history that was over as he asked he has heard nothing that counts.
            knows = not self._followed or join.get("log") == seen.log
            read = Read(board, at if knows else float("-inf"), seen)
            self._field.ledger.reads.append(read)
        return True
