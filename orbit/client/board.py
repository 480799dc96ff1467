"""One live board: its items as of `seq`, and what is told to it.

It knows frames and time, which its `Host` has; sockets it leaves to the connection.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Literal, Protocol
from weakref import WeakSet

from msgspec import Struct

from orbit.client.failure import Refused, refusal, settled
from orbit.client.feed import Changed, Feed, Reset
from orbit.client.items import Frame, Items, fold, gather
from orbit.client.retry import Chance, backoff
from orbit.client.wire import Answer, Asking, encode

SILENCE_S = 15.0  # then a question is asked again
DOUBT_S = 60.0  # for so long a failover may undo what was acked
WINDOW = 16  # commands of one board under way at once
REFUSALS = 16  # in half a minute or more, then it is given up
DOUBLINGS = 3  # of a pause: who is connected comes back within 4 s
FRAME_BYTES = 64 << 10  # until the server has said what it takes
MAX_REF = 2**53


class Told(Struct, frozen=True):
    """A command is committed, on disk; `id` is also that of the item it made."""

    seq: int
    id: str


class _Command(Struct, eq=False):
    """A command on its way.  It keeps its op for life: told twice it is done once."""

    op: str
    do: str
    body: Frame
    answer: "asyncio.Future[Told]"
    attempt: int = 0
    refusals: int = 0
    ref: int | None = None  # of the question that is out; None: to be sent
    sent_at: float = 0.0


class Host(Protocol):
    """The connection, as a board sees it."""

    loop: asyncio.AbstractEventLoop
    chance: Chance

    @property
    def is_open(self) -> bool:
        """Whether a greeted socket is there."""

    @property
    def welcome(self) -> Frame | None:
        """What the server said of itself and of us, or None while offline."""

    def send(self, frame: Frame) -> None:
        """Send, or not at all."""

    def ask(self, frame: Frame, answer: Answer) -> int:
        """Send a question; `answer` hears the first frame that carries its ref."""

    def forget(self, board: "Board") -> None:
        """Have nothing more to do with it."""


class Board:
    """One live board: its items as of `seq`, and what is told to it."""

    def __init__(self, client: Host, id: str, link: str | None) -> None:
        self.id, self.link = id, link
        self.items: Items = {}
        self.kind: str | None = None
        self.log: str | None = None  # which history `seq` counts
        self.seq = 0
        self.role: list[str] = []
        self.may: list[str] = []
        self.here = 0
        self.mode = "live"
        self.error: Refused | None = None  # why it is closed to us for good
        self.entered: asyncio.Future[None] = client.loop.create_future()
        self._client = client
        self._commands: list[_Command] = []
        self._acked: list[tuple[float, _Command]] = []
        self._feeds: WeakSet[Feed] = WeakSet()
        self._reached: list[tuple[int, asyncio.Future[None]]] = []
        self._joined = False
        self._asked_at: float | None = None  # to join, while there is no answer
        self._question = 0  # which asking to join is the last one
        self._join_failures = 0
        self._paused_until = 0.0
        self.on_signal: Callable[[str, Frame], None] = lambda _do, _body: None

    @property
    def state(self) -> Literal["live", "catching up", "offline"]:
        """How much what we have is worth."""
        if self._joined and self._asked_at is None and self.mode == "live":
            return "live"
        offline = self.error or not self._client.is_open
        return "offline" if offline else "catching up"

    @property
    def waiting(self) -> int:
        """How many commands have no answer yet."""
        return len(self._commands)

    def tell(self, do: str, /, **body: Any) -> "asyncio.Future[Told]":
        """Have something done, at most once; it is sent as soon as possible.

        The answer may be awaited or not, now or later.  It raises `Refused`; at once
        for what can never be sent, as it is too long or no text.  Whoever stops waiting
        for it does not take the command back.
        """
        answer: asyncio.Future[Told] = self._client.loop.create_future()
        answer.add_done_callback(_looked_at)
        command = _Command(secrets.token_hex(16), do, body, answer)
        if error := self.error or self._flaw(command):
            answer.set_exception(error)
            return answer
        self._commands.append(command)
        self._pump()
        return answer

    def signal(self, do: str, /, **body: Any) -> None:
        """Pass something on: at most once, never stored, never answered."""
        if self._joined:
            frame = {"type": "signal", "board": self.id, "do": do, "with": body}
            self._client.send(frame)

    def changes(self) -> Feed:
        """Return what happens from now on: `async for change in board.changes()`."""
        feed = Feed()
        self._feeds.add(feed)
        if self.error:
            feed.end(self.error)
        return feed

    async def reached(self, seq: int) -> None:
        """Wait until the items are as of `seq` at least: read what you have written."""
        if self.seq < seq:
            future: asyncio.Future[None] = self._client.loop.create_future()
            self._reached.append((seq, future))
            await future

    def leave(self) -> None:
        """Watch no longer; commands without an answer are given up."""
        self._question += 1  # no answer brings us back
        self._client.send({"type": "leave", "board": self.id})
        self._client.forget(self)
        self._finish(Refused("left", "the board was left"), StopAsyncIteration())

    def _now(self) -> float:
        return self._client.loop.time()

    # What the client tells a board.

    def linked(self) -> None:
        """A new socket has been greeted: join."""
        self.unlinked()
        self._join()

    def follow(self, ask: Asking, told: Callable[[bool], None]) -> None:
        """Join over another socket, too, while the one that serves goes on.

        `told` hears whether we are in there.
        """
        if not self._joined:
            told(False)  # it joins when that one serves
            return
        question, since = self._question, self.seq

        def answered(_ref: int, frame: Frame) -> None:
            is_in = frame["type"] == "joined" and question == self._question
            if is_in:
                self._enter(self._newer(frame, since), is_answer=False)
            told(is_in)

        ask(self._asking(), answered)

    def _newer(self, view: Frame, since: int) -> Frame:
        """Return a view; not its items, if the other socket has told more meanwhile."""
        if view["log"] != self.log or not since <= view["seq"] < self.seq:
            return view
        return {**view, "items": None, "changes": []}

    def unlinked(self) -> None:
        """The socket is gone: whatever was under way is told again."""
        self._joined, self._asked_at = False, None
        for command in self._commands:
            command.ref = None

    def tick(self, now: float) -> None:
        """Ask again what has been silent for too long."""
        if self._asked_at is not None and now - self._asked_at > SILENCE_S:
            self._join()
        for command in self._commands:
            if command.ref is not None and now - command.sent_at > SILENCE_S:
                command.ref = None
        self._pump()

    def behind(self, head: int) -> None:
        """Catch up, if the head is further than we are."""
        if head > self.seq and self._joined:
            self._catch_up()

    def receive(self, frame: Frame) -> None:
        match frame.get("type"):
            case "changed":
                self._changed(frame)
            case "joined":
                self._enter(frame, is_answer=False)
            case "left":
                self._left(refusal(frame))
            case "signal":
                self.on_signal(frame["do"], frame["with"])
            case "here":
                self.here = frame["count"]
            case "status":
                self.mode = frame["mode"]
            case _:
                pass  # a later server's news

    def close(self, error: Refused) -> None:
        """The board is closed to us for good."""
        self._client.forget(self)
        self._finish(error, error)

    # Joining and following.

    def _asking(self) -> Frame:
        frame: Frame = {"type": "join", "board": self.id}
        if self.link:
            frame["link"] = self.link
        if self.log:
            frame |= {"log": self.log, "since": self.seq}
        return frame

    def _join(self) -> None:
        self._joined = False  # the server has us leave first: till then nothing is told
        self._asked_at = self._now()
        self._question += 1
        question = self._question
        told = self._join_answered
        self._client.ask(self._asking(), lambda _, answer: told(answer, question))

    def _join_answered(self, frame: Frame, question: int) -> None:
        is_last = question == self._question
        if frame["type"] == "joined":
            self._enter(frame, is_answer=is_last)
        elif is_last and frame["type"] == "error":
            self._not_joined(refusal(frame))

    def _not_joined(self, error: Refused) -> None:
        if not error.retry:
            self.close(error)
            return
        wait = error.after or 0.0
        wait += backoff(min(self._join_failures, DOUBLINGS), self._client.chance)
        self._join_failures += 1
        self._asked_at = self._now() + wait
        self._client.loop.call_later(wait, self._join_again, self._question)

    def _join_again(self, question: int) -> None:
        is_out = question == self._question and not self._joined and not self.error
        if is_out and self._client.is_open:
            self._join()

    def _catch_up(self) -> None:
        if self._asked_at is None:
            self._join()

    def _left(self, error: Refused) -> None:
        """We are out; for good, or until the board has woken up elsewhere."""
        if error.retry:
            self.unlinked()
        self._not_joined(error)

    def _enter(self, frame: Frame, *, is_answer: bool) -> None:
        """Take a view that answers our last asking to join, or that came unasked."""
        is_other = self.log is not None and frame["log"] != self.log
        self.kind, self.log = frame["kind"], frame["log"]
        self.role, self.may, self.here = frame["role"], frame["may"], frame["here"]
        self.mode = "live"  # unless the next frame says otherwise
        if is_answer:
            self._asked_at, self._join_failures = None, 0
        self._joined = self._asked_at is None
        if frame.get("items") is not None:
            self.items, self.seq = gather(frame["items"]), frame["seq"]
            self._publish(Reset(self.seq))
        else:
            for change in frame["changes"]:
                self._changed(change)
            if self.seq < frame["seq"]:  # not what was promised: begin anew
                self.log, self._asked_at = None, None
                self._join()
                return
        if is_other:
            self._tell_again()
        if not self.entered.done():
            self.entered.set_result(None)
        self._pump()

    def _changed(self, frame: Frame) -> None:
        seq = frame["seq"]
        if seq <= self.seq:
            return
        if seq > self.seq + 1:
            self._catch_up()
            return
        fold(self.items, frame["changes"])
        self.seq = seq
        self._publish(Changed(seq, frame["at"], frame["event"], frame["changes"]))

    def _publish(self, event: Changed | Reset) -> None:
        for feed in self._feeds:
            feed.put(event)
        if self._reached:
            for seq, future in self._reached:
                if seq <= self.seq and not future.done():
                    future.set_result(None)
            self._reached = [pair for pair in self._reached if not pair[1].done()]

    def _finish(self, error: Refused, end: BaseException) -> None:
        self.error = error
        self.unlinked()
        for feed in self._feeds:
            feed.end(end)
        waits = [self.entered, *[future for _seq, future in self._reached]]
        waiting: list[asyncio.Future[Any]] = [*waits]
        waiting += [command.answer for command in self._commands]
        for future in waiting:
            if not future.done():
                future.set_exception(error)
        _looked_at(self.entered)
        self._commands, self._reached = [], []

    # Telling.

    def _pump(self) -> None:
        if self._joined and self._now() >= self._paused_until:
            for command in self._ready():
                self._send(command)

    def _ready(self) -> list[_Command]:
        """Return what may be sent now, in order.

        Two commands about one item are never under way together: were the first
        refused for a moment, the second would overtake it.
        """
        out = [command for command in self._commands if command.ref is not None]
        taken = {name for command in out for name in self._targets(command)}
        room, ready = WINDOW - len(out), list[_Command]()
        for command in self._commands:
            if len(ready) >= room:
                break
            if command.ref is None:
                targets = self._targets(command)
                if taken.isdisjoint(targets):
                    ready.append(command)
                taken.update(targets)
        return ready

    def _targets(self, command: _Command) -> list[tuple[str, Any]]:
        """Return the items that a command names: `note` holds a note's id."""
        return [(k, str(v)) for k, v in command.body.items() if k in self.items]

    def _send(self, command: _Command) -> None:
        if error := self._flaw(command):  # the server may take less than it did
            self._drop(command, error)
            return
        command.attempt += 1
        command.sent_at = self._now()
        command.ref = self._client.ask(
            self._frame(command),
            lambda ref, answer: self._answered(command, ref, answer),
        )

    def _frame(self, command: _Command) -> Frame:
        return {
            "type": "tell",
            "board": self.id,
            "op": command.op,
            "attempt": command.attempt,
            "do": command.do,
            "with": command.body,
        }

    def _flaw(self, command: _Command) -> Refused | None:
        """Return why the server could never take a command."""
        limits = (self._client.welcome or {}).get("limits", {})
        most: int = limits.get("frame_bytes", FRAME_BYTES)
        try:
            size = len(encode({"ref": MAX_REF, **self._frame(command)}))
        except UnicodeEncodeError:
            return Refused("bad_request", "the text holds half a character")
        if size <= most:
            return None
        details = {"limit": most, "bytes": size}
        return Refused("too_large", "this is too long to be sent", details=details)

    def _answered(self, command: _Command, ref: int, frame: Frame) -> None:
        if command in self._commands:
            if frame["type"] == "reply":
                self._done(command, frame)
            elif ref != command.ref:
                pass  # that of an earlier question proves nothing
            elif frame["type"] == "lost":
                command.ref = None
            else:
                self._refused(command, refusal(frame))
        self._pump()

    def _done(self, command: _Command, frame: Frame) -> None:
        now = self._now()
        self._commands.remove(command)
        self._acked = [one for one in self._acked if now - one[0] < DOUBT_S]
        self._acked.append((now, command))
        if not command.answer.done():
            command.answer.set_result(Told(frame["seq"], frame["result"]["id"]))

    def _refused(self, command: _Command, error: Refused) -> None:
        strayed = error.code == "not_found" and error.details == {"field": "board"}
        passing = error.retry or error.code == "unknown" or strayed
        if not passing or command.refusals >= REFUSALS:
            self._drop(command, settled(error))
            return
        command.ref = None
        command.refusals += 1
        if strayed:  # we are not in: whether we may be, a join tells
            self._catch_up()
            return
        wait = error.after or 0.0
        wait += backoff(min(command.refusals - 1, DOUBLINGS), self._client.chance)
        self._paused_until = max(self._paused_until, self._now() + wait)
        self._resume()

    def _resume(self) -> None:
        """Go on when the pause is over: a timer may be early by a hair."""
        if self._now() < self._paused_until:
            self._client.loop.call_at(self._paused_until, self._resume)
        else:
            self._pump()

    def _drop(self, command: _Command, error: Refused) -> None:
        self._commands.remove(command)
        if not command.answer.done():
            command.answer.set_exception(error)

    def _tell_again(self) -> None:
        """Another history: what was done in the last minute may be in none of it."""
        now = self._now()
        doubtful = [command for at, command in self._acked if now - at < DOUBT_S]
        for command in doubtful:
            command.ref = None
        self._acked, self._commands = [], [*doubtful, *self._commands]


def _looked_at(future: "asyncio.Future[Any]") -> None:
    """Nobody has to wait for an answer: no warning if it was a refusal."""
    if future.done() and not future.cancelled():
        future.exception()
