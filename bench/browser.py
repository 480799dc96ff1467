"""A real Chromium that somebody looks at a board with, and what that costs it.

Frames are what `requestAnimationFrame` says; the renderer's main thread is read from
/proc, for its CPU is robust against what else the machine does.
"""

import json
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    sync_playwright,
)

from bench import build
from tests.kit.browser import ARGS, chromium

SCRIPT = (build.HERE / "page.js").read_text()
SIZE = {"width": 1280, "height": 800}
MIDDLE = (640.0, 420.0)
PATIENCE_MS = 120_000  # with a machine that does other things
LOOK_MS = 50
CIRCLE, TURN_S = 150.0, 1.5

Seconds = float
Gesture = Callable[[Page, Seconds], None]


class Looking:
    """A page of somebody who looks at a board."""

    def __init__(self, browser: Browser, context: BrowserContext, url: str) -> None:
        self._browser, self.url = browser, url
        self.page = context.new_page()
        self._alone = Alone(browser, self.page)

    def open(self) -> None:
        """Load the board; nothing else is looked at from now on."""
        self._alone.close()
        self.page.bring_to_front()
        self.page.goto(self.url)
        self.page.locator('.status[data-state="live"]').wait_for()

    def expect(self, places: Mapping[str, Sequence[float]]) -> None:
        """Have pages that join from now on know where notes are."""
        xs, ys = zip(*places.values(), strict=True)
        flat = json.dumps(json.dumps({"ids": [*places], "xs": xs, "ys": ys}))
        self._alone.prepare(f"window.__seen.places = JSON.parse({flat})")

    def join(self) -> Mapping[str, float]:
        """Return how long a load takes until all notes in view are painted, in ms.

        `main` is what of that the page's main thread has worked.  The first one has
        neither a cache nor a ghost, which those after it have.
        """
        self._alone.goto("about:blank")
        before = self._cpu_s()
        self._alone.goto(self.url)
        while not self._alone.evaluate("window.__seen?.paintedAt"):
            self.page.wait_for_timeout(LOOK_MS)  # its policy lets us not wait in it
        seen = self._alone.evaluate("window.__seen")
        painted = seen["paintedAt"]
        main = _most(before, self._cpu_s()) * 1e3
        return {"load": painted, "socket": painted - seen["socketAt"], "main": main}

    def measure(self, gesture: Gesture, seconds: Seconds) -> Mapping[str, float]:
        """Do something for a while, and return how the page kept up."""
        self.page.evaluate("Object.assign(window.__seen, { frames: [], tasks: [] })")
        before, began = self._cpu_s(), time.monotonic()
        gesture(self.page, seconds)
        spent, took = self._cpu_s(), time.monotonic() - began
        main = _most(before, spent)
        seen = self.page.evaluate("window.__seen")
        frames = seen["frames"]
        gaps = sorted(b - a for a, b in pairwise(frames))
        return {
            "per_s": len(gaps) / (frames[-1] - frames[0]) * 1e3,
            "gap_p95": gaps[int(0.95 * (len(gaps) - 1))],
            "gap_max": gaps[-1],
            "main_ms": main / len(gaps) * 1e3,
            "main_share": main / took,
            "long_tasks": len(seen["tasks"]),
            "longest": max(seen["tasks"], default=0.0),
            "cards": self.page.locator("[data-note]").count(),
        }

    def _cpu_s(self) -> Mapping[int, float]:
        """Return the CPU seconds of the main threads of pages, by process."""
        session = self._browser.new_browser_cdp_session()
        told = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        pids = [int(one["id"]) for one in told if one["type"] == "renderer"]
        spent = {}
        for pid in pids:
            with suppress(FileNotFoundError):  # a page that was left may be gone by now
                spent[pid] = cpu_s(pid)
        return spent


class Alone:
    """A page, in a profile of its own, of whose network nobody hears.

    Of any other Playwright hears each request and each message: of a board of 5,000
    notes 1.5 MB are written, sent and read once more, on the page's own thread and on
    the two cores.
    """

    def __init__(self, browser: Browser, page: Page) -> None:
        """`page` is another one, by which to wait for what the browser says."""
        self._page, self._asked = page, 0
        self._answers: dict[int, Any] = {}
        self._session = browser.new_browser_cdp_session()
        self._session.on("Target.receivedMessageFromTarget", self._heard)
        profile = self._session.send("Target.createBrowserContext")
        url = {"url": "about:blank", **profile}
        self._target = self._session.send("Target.createTarget", url)
        attached = self._session.send("Target.attachToTarget", self._target)
        self._id = attached["sessionId"]
        self._send("Page.enable")
        screen = {**SIZE, "deviceScaleFactor": 1, "mobile": False}
        self._send("Emulation.setDeviceMetricsOverride", **screen)
        self.prepare(SCRIPT)

    def prepare(self, script: str) -> None:
        """Run a script before all others of whatever is loaded from now on."""
        self._send("Page.addScriptToEvaluateOnNewDocument", source=script)

    def goto(self, url: str) -> None:
        """Load a page, without waiting for it."""
        self._send("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression."""
        asked = {"expression": expression, "returnByValue": True}
        return self._send("Runtime.evaluate", **asked)["result"].get("value")

    def close(self) -> None:
        """Be gone: a page that is open works, too."""
        self._session.send("Target.closeTarget", self._target)

    def _heard(self, event: Mapping[str, Any]) -> None:
        message = json.loads(event["message"])
        self._answers[message.get("id", 0)] = message

    def _send(self, method: str, **params: Any) -> Any:
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": params}
        told = {"sessionId": self._id, "message": json.dumps(message)}
        self._session.send("Target.sendMessageToTarget", told)
        while self._asked not in self._answers:
            self._page.wait_for_timeout(LOOK_MS)
        return self._answers.pop(self._asked)["result"]


def _most(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return what the process has worked that has worked most."""
    return max(after[pid] - before.get(pid, 0.0) for pid in after)


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process's main thread."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def looking(url: str) -> Iterator[Looking]:
    """Run a browser with one page, whose ghost and cache stay."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        context = browser.new_context(viewport=SIZE)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(SCRIPT)
        yield Looking(browser, context, url)
        browser.close()


# What somebody does, for a while.


def watch(page: Page, seconds: Seconds) -> None:
    page.wait_for_timeout(seconds * 1e3)


def pan(page: Page, seconds: Seconds) -> None:
    """Take the canvas, or a note that is another's, and go around with it."""
    _around(page, seconds, *MIDDLE)


def drag(page: Page, seconds: Seconds) -> None:
    """Take the note of one's own, and go around with it."""
    box = page.locator(".note.mine").bounding_box()
    if box is None:
        raise RuntimeError("the note of one's own is not in view")
    _around(page, seconds, box["x"] + box["width"] / 2, box["y"] + 10)


def _around(page: Page, seconds: Seconds, x: float, y: float) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    end = (began := time.monotonic()) + seconds
    while (now := time.monotonic()) < end:
        turn = (now - began) / TURN_S * math.tau
        page.mouse.move(x + CIRCLE * math.sin(turn), y + CIRCLE * (1 - math.cos(turn)))
    page.mouse.move(x, y)
    page.mouse.up()


def zoom(page: Page, seconds: Seconds) -> None:
    """Look from afar and from near, in turns."""
    page.mouse.move(*MIDDLE)
    page.keyboard.down("Control")
    end = (began := time.monotonic()) + seconds
    while (now := time.monotonic()) < end:
        is_out = (now - began) % (2 * TURN_S) < TURN_S
        page.mouse.wheel(0, 12 if is_out else -12)
    page.keyboard.up("Control")


def median(rounds: Sequence[Mapping[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in rounds)
