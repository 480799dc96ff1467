"""The types for front-end developers are in step with the server, and hold."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.frames_dts import PAGE, page

USES = Path(__file__).parents[1] / "types"


def test_the_frames_are_what_make_docs_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def compiler() -> str:
    """Return the path of tsc; CI has it wherever it installs anything."""
    found = shutil.which("tsc")
    if found is None:
        pytest.skip("NO tsc: whether the types hold is not looked at")
    return found


def test_a_developer_is_helped_and_his_mistakes_are_found() -> None:
    run = subprocess.run(
        [compiler(), "-p", str(USES)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stdout
