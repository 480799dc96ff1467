"""What tests of the program itself start with."""

import os

import pytest

from orbit.environment import FIELDS, MAIL


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with nothing set."""
    for name in list(os.environ):
        if name.startswith("ORBIT_") or name in {*FIELDS, *MAIL}:
            monkeypatch.delenv(name)
