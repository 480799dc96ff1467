"""Which browser the tests use: the one that `bin/test` found, or what is on the PATH.

Without one, a run in CI fails and any other skips.
"""

import os
import shutil

import pytest

NAMED_BY = "ORBIT_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")


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
