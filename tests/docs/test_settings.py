"""A page names no setting that there is not."""

import re
from pathlib import Path

import pytest

from orbit.settings import TESTS_OWN, Limits, Settings, variable_of

ROOT = Path(__file__).parents[2]
DEPLOY = [path for path in sorted(ROOT.glob("deploy/**/*")) if path.is_file()]
PAGES = [
    ROOT / "README.md",
    ROOT / "Dockerfile",
    *sorted(ROOT.glob("docs/**/*.md")),
    *DEPLOY,
]
BOOTSTRAP = {"ORBIT_PYTHON"}  # of bin/bootstrap: there are no settings yet
SETTINGS = BOOTSTRAP | {variable_of(field) for field in Settings.model_fields}
BOUNDS = {variable_of(f"limits__{field}") for field in Limits.model_fields}
NAME = re.compile(r"\bORBIT_[A-Z][A-Z0-9_]*")
ENDING = re.compile(r"`(_[A-Z][A-Z_]*)`")  # of one like that before it


def unknown(text: str) -> list[str]:
    """Return the settings in a text that do not exist."""
    names = [name for name in NAME.findall(text) if not name.startswith(TESTS_OWN)]
    every = SETTINGS | BOUNDS
    wrong = [name for name in names if name not in every]
    endings = ENDING.findall(text)
    return wrong + [end for end in endings if not any(n.endswith(end) for n in every)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_settings_that_exist(page: Path) -> None:
    assert unknown(page.read_text(encoding="utf-8")) == []


def test_one_that_is_gone_would_be_found() -> None:
    text = "`ORBIT_LIMITS__NOPE`, `ORBIT_PEPPER`, `_NOWHERE`, `ORBIT_TEST_CHROMIUM`"
    assert unknown(text) == ["ORBIT_LIMITS__NOPE", "_NOWHERE"]
