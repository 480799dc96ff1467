"""The program that hashes: lines in, lines out, and its end with its input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orbit.store import hashing

COST = ("1", "8192")
ODD = ["", "x\ny", "x\0y", "x\u2028y", "pässwörd", "🐎" * 300]


def answers(*asked: Any, manner: str = "gives-way") -> list[Any]:
    """Return what a process of it says to these questions, all at once."""
    command = [sys.executable, "-P", str(Path(hashing.__file__)), manner, *COST]
    said = subprocess.run(
        command,
        input="".join(json.dumps(each) + "\n" for each in asked),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert said.stderr == ""
    return [json.loads(line) for line in said.stdout.splitlines()]


@pytest.mark.parametrize("manner", list(hashing.MANNERS))
def test_each_line_is_answered_in_its_turn(manner: str) -> None:
    (kept,) = answers({"password": "horse"}, manner=manner)
    asked = [
        {"password": "horse", "kept": kept},
        {"password": "Horse", "kept": kept},
        {"password": "horse", "kept": None},
        {"password": "", "kept": None},
    ]
    assert answers(*asked, manner=manner) == [True, False, False, False]


@pytest.mark.parametrize("password", ODD)
def test_any_password_is_one_line(password: str) -> None:
    (kept,) = answers({"password": password})
    asked = [password, *(each for each in ODD if each != password)]
    fits = answers(*({"password": each, "kept": kept} for each in asked))
    assert fits == [True] + [False] * (len(ODD) - 1)


def test_it_loads_nothing_of_orbit() -> None:
    script = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    command = [sys.executable, "-P", "-c", script, hashing.__file__]
    loaded = subprocess.check_output(command, text=True, timeout=30).split()
    assert [name for name in loaded if name.partition(".")[0] == "orbit"] == []
    assert "asyncio" not in loaded
