"""Plays a recorded case to the Python SDK, over a fake network."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orbit.client.board import Board, Told
from orbit.client.connection import Client
from orbit.client.failure import Refused
from orbit.client.feed import Feed, Reset
from tests.kit.network import FakePipe, Network, settle

CASES = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
Line = dict[str, Any]


def lines(case: Path) -> list[Line]:
    return [json.loads(line) for line in case.read_text(encoding="utf-8").splitlines()]


class Player:
    """One client, and what it has said so far that was expected."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._names: Line = {}  # of the client's own refs and ops
        self._read: Counter[int] = Counter()  # frames of each socket
        self._answers: dict[str, asyncio.Future[Told]] = {}
        self._signals: list[list[Any]] = []
        self._acts: dict[str, Callable[[Line], Any]] = {
            name.removeprefix("do_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("do_")
        }
        self._board: Board
        self._feed: Feed
        self._joining: asyncio.Task[Board]

    async def play(self, case: list[Line]) -> None:
        for at, line in enumerate(case, 1):
            (name,) = (key for key in line if key in self._acts)
            try:
                self._acts[name](line)
                await settle()
                if name == "passes":
                    await asyncio.sleep(line["passes"])
            except AssertionError as error:
                raise AssertionError(f"line {at}, {name}: {error}") from error
        for number in range(1, len(self._network.pipes) + 1):
            assert self._unread(number) == [], "nobody expects this"
        self._joining.cancel()

    def _pipe(self, number: int) -> FakePipe:
        assert len(self._network.pipes) >= number, f"socket {number} was not dialled"
        return self._network.pipes[number - 1]

    def _unread(self, number: int) -> list[Line]:
        said = [one for one in self._pipe(number).sent if one["type"] != "ping"]
        return said[self._read[number] :]

    def do_case(self, line: Line) -> None:
        """Nothing: it says what the case is about."""

    def do_joins(self, line: Line) -> None:
        about, network = line["joins"], self._network
        client = Client(
            "http://node",
            network.dial,
            None,
            ghost=about["ghost"],
            chance=lambda: 0.5,
        )
        network.client = client
        joining = client.join(about["board"], about.get("link"))
        self._joining = client.loop.create_task(joining)
        self._joining.add_done_callback(lambda job: job.cancelled() or job.exception())

    def do_opens(self, line: Line) -> None:
        self._pipe(line["opens"])
        if line["opens"] == 1:
            (self._board,) = self._network.client._boards.values()
            self._feed = self._board.changes()
            self._board.on_signal = lambda do, body: self._signals.append([do, body])

    def do_sends(self, line: Line) -> None:
        unread = self._unread(line["sends"])
        assert unread, "it has sent nothing"
        self._read[line["sends"]] += 1
        assert unread[0].keys() == line["frame"].keys(), unread[0]
        for key, expected in line["frame"].items():
            said = unread[0][key]
            if isinstance(expected, str) and expected.startswith("$"):
                assert self._names.setdefault(expected, said) == said, f"{key}: {said}"
            else:
                assert said == expected, f"{key} is {said}, not {expected}"

    def do_says(self, line: Line) -> None:
        told = [dict(frame) for frame in line["frames"]]
        for frame in told:
            if "ref" in frame:
                frame["ref"] = self._names[frame["ref"]]
        self._pipe(line["says"]).say(*told)

    def do_breaks(self, line: Line) -> None:
        self._pipe(line["breaks"]).fail(line["code"])

    def do_ends(self, line: Line) -> None:
        assert self._pipe(line["ends"]).is_closed, "it has not closed it"

    def do_passes(self, line: Line) -> None:
        """Have time pass, after the client has spoken."""

    def do_clock(self, line: Line) -> None:
        assert self._network.client is not None
        time = self._network.client.time()
        assert time is not None, "it does not know the time"
        assert time.timestamp() * 1_000 == line["clock"]

    def do_tells(self, line: Line) -> None:
        self._answers[line["tells"]] = self._board.tell(line["do"], **line["with"])

    def do_signals(self, line: Line) -> None:
        self._board.signal(line["signals"], **line["with"])

    def do_answered(self, line: Line) -> None:
        answer = self._answers[line["answered"]]
        assert answer.done(), "it has no answer"
        assert answer.result() == Told(line["seq"], line["id"])

    def do_refused(self, line: Line) -> None:
        answer = self._answers[line["refused"]]
        assert answer.done(), "it has no answer"
        error = answer.exception()
        assert isinstance(error, Refused)
        assert error.code == line["error"]

    def do_shows(self, line: Line) -> None:
        board = self._board
        error = board.error.code if board.error else None
        there = {name: held for name, held in board.items.items() if held}
        for name, expected in line["shows"].items():
            shown = {"items": there, "error": error}.get(name, getattr(board, name))
            assert shown == expected, f"{name} is {shown}, not {expected}"

    def do_happened(self, line: Line) -> None:
        events = [
            ["reset" if isinstance(event, Reset) else "change", event.seq]
            for event in self._feed._events
        ]
        self._feed._events.clear()
        assert events == line["happened"]

    def do_passed(self, line: Line) -> None:
        assert self._signals == line["passed"]
