"""A full board in a real browser: does it stay smooth while 200 people work on it?"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bench import browser
from bench.browser import Looking, median
from bench.rig import Rig
from bench.scene import scene
from bench.servers import CLIENT_CORE, Server, serving

PEOPLE, NOTES = 199, 5_000
FRAMES_PER_S, JOIN_MS = 30, 300
MINE = "the note that the browser has in hand"
LEGIBLE = 0.3  # the scale at which most notes have an element


def run(rig: Rig) -> None:
    if not rig.those("orbit"):
        return
    people, notes = (50, 1_000) if rig.quick else (PEOPLE, NOTES)
    with serving("orbit", rig.data) as server, company(rig, server, people, notes) as c:
        url = f"{server.base}/b/{c.board}"
        with browser.looking(url) as page:
            page.expect(c.places)
            page.join()  # now there are a ghost and a cache
            joins = _join(rig, page)
            c.say("act")
            time.sleep(browser.TURN_S)
            busy = _join(rig, page)
            rows = list(_work(rig, page))
        _judge(rig, rows, joins, busy)


class Company:
    """Everybody else on the board, in a process of their own."""

    def __init__(self, process: "subprocess.Popen[str]", board: str) -> None:
        self._process, self.board = process, board
        assert process.stdout is not None  # noqa: S101 - it was asked for
        self.places: Mapping[str, Sequence[float]] = json.loads(
            process.stdout.readline()
        )

    def say(self, command: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()


@contextmanager
def company(rig: Rig, server: Server, people: int, notes: int) -> Iterator[Company]:
    """Have a board full of notes, and all who wrote them."""
    ghosts = scene(server, rig.data, subscribers=people, authors=1).ghosts[:people]
    board, token = _board(server, ghosts[0])
    command = [sys.executable, "-m", "bench.crowd", str(server.port), board, token]
    notes -= 1  # and one is the browser's
    process = subprocess.Popen(
        ["nice", "-n", "5", "taskset", "-c", CLIENT_CORE, *command, str(notes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.write("".join(f"{ghost}\n" for ghost in [*ghosts, ""]))
        process.stdin.flush()
        yield Company(process, board)
    finally:
        process.communicate(timeout=30)


def _board(server: Server, ghost: str) -> tuple[str, str]:
    asked = urllib.request.Request(
        f"{server.base}/api/v1/boards/",
        json.dumps({"title": "A full board"}).encode(),
        {"X-Ghost-ID": ghost, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked) as answer:
        made = json.load(answer)
    return made["board"]["id"], made["admin_token"]


Joins = Sequence[Mapping[str, float]]
Row = tuple[str, Joins]


def _join(rig: Rig, page: Looking) -> Joins:
    found = [page.join() for _ in range(2 * rig.rounds + 1)]
    for one in found:
        rig.report.keep(test="canvas-join", **one)
    return found


def _work(rig: Rig, looking: Looking) -> Iterator[Row]:
    looking.open()
    page, add = looking.page, looking.page.get_by_role("button", name="Add note")
    add.and_(page.locator(":enabled")).wait_for()
    page.keyboard.press("n")
    page.keyboard.type(MINE)
    page.keyboard.press("Control+Enter")
    page.get_by_role("article").filter(has_text=MINE).wait_for()
    for name, prepare, gesture in ACTS:
        prepare(page)
        found = [looking.measure(gesture, rig.seconds) for _ in range(rig.rounds)]
        for one in found:
            rig.report.keep(test="canvas", act=name, **one)
        yield name, found


def _scale(page: Any, wanted: float) -> None:
    """Zoom by keys until the scale is about `wanted`."""
    scale = "() => new DOMMatrix(document.querySelector('.layer').style.transform).a"
    page.locator("main").focus()
    while page.evaluate(scale) > wanted * 1.12:
        page.keyboard.press("-")
    while page.evaluate(scale) < wanted / 1.12:
        page.keyboard.press("+")


def _near(page: Any) -> None:
    _scale(page, 0.6)


def _far(page: Any) -> None:
    page.keyboard.press("f")


def _dense(page: Any) -> None:
    _scale(page, LEGIBLE)


def _here(_page: Any) -> None:
    """Stay where one has written the note of one's own."""


ACTS: Sequence[tuple[str, Callable[[Any], None], browser.Gesture]] = (
    ("drags a note", _here, browser.drag),
    ("watches", _near, browser.watch),
    ("pans", _near, browser.pan),
    ("zooms", _near, browser.zoom),
    ("watches as many as may be read", _dense, browser.watch),
    ("pans there", _dense, browser.pan),
    ("watches all of it", _far, browser.watch),
    ("pans there", _far, browser.pan),
)


def _judge(rig: Rig, rows: Sequence[Row], joins: Joins, busy: Joins) -> None:
    heads = ("frames/s", "gap p95 ms", "longest", "main thread ms a frame", "its share")
    names = ("per_s", "gap_p95", "gap_max", "main_ms", "main_share", "longest", "cards")
    rig.report.table(
        "One browser on a full board, among people who drag and vote",
        ("it", *heads, "longest task ms", "elements"),
        [(act, *(median(found, name) for name in names)) for act, found in rows],
    )
    rig.report.table(
        "Until all notes in view are painted, ms",
        ("others", "from the socket's opening", "from the click", "main thread's CPU"),
        [
            (act, *(median(found, name) for name in ("socket", "load", "main")))
            for act, found in (("rest", joins), ("work", busy))
        ],
    )
    slowest = min(median(found, "per_s") for _, found in rows)
    dearest = max(median(found, "main_ms") for _, found in rows)
    a_frame, joined = 1e3 / FRAMES_PER_S, median(joins, "socket")
    rig.report.least("frames a second, the slowest act", slowest, FRAMES_PER_S)
    rig.report.figure("main thread, the dearest act's frame", dearest, a_frame, " ms")
    rig.report.figure("join to paint", joined, JOIN_MS, " ms")
