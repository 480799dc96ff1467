"""Which browser the tests use: the one that `bin/test` found, or what is on the PATH.

Without one, a run in CI fails and any other skips.
"""

import os
import shutil

import pytest
from playwright.async_api import Page

NAMED_BY = "ORBIT_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP orbit.lan 127.0.0.1",  # a host that is not localhost
]
PASSING = (
    "Failed to load resource",
    "WebSocket connection",
    "Cross-Origin-Opener-Policy header has been ignored",  # over plain http
)


def chromium() -> str:
    """Return the path of the browser."""
    named = os.environ.get(NAMED_BY)
    for name in [named] if named else NAMES:
        if found := shutil.which(name):
            return found
    said = f"NO BROWSER ({NAMED_BY}={named}): the web client goes untested"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


def watch(page: Page, faults: list[str]) -> None:
    """Note each fault on a page, a resource that its policy blocks too."""

    def heard(kind: str, text: str) -> None:
        if kind == "error" and not any(words in text for words in PASSING):
            faults.append(text)

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: heard(said.type, said.text))
