"""The program that hashes: lines in, lines out, and its end with its input."""

import json
import os
import socket
import subprocess
import sys
from typing import Any

import pytest
from nacl.pwhash import argon2id

from orbit.store import hashing

COST = ("1", "8192")
ODD = ["", "x\ny", "x\0y", "x\u2028y", "pässwörd", "🐎" * 300]


def answers(*asked: Any, manner: str = "gives-way") -> list[Any]:
    """Return what a process of it says to these questions, all at once."""
    command = [sys.executable, "-P", hashing.__file__, manner, *COST]
    lines = [json.dumps([id, each]) + "\n" for id, each in enumerate(asked)]
    latin = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    ours, theirs = socket.socketpair()
    with ours, subprocess.Popen(command, stdin=theirs, env=latin) as process:
        theirs.close()
        ours.sendall("".join(lines).encode())
        ours.shutdown(socket.SHUT_WR)
        with ours.makefile("rb") as lines_said:
            said = [json.loads(line) for line in lines_said]
    assert process.returncode == 0
    assert [id for id, _ in said] == list(range(len(asked)))
    return [answer for _, answer in said]


@pytest.mark.parametrize("manner", list(hashing.MANNERS))
def test_each_line_is_answered_in_its_turn(manner: str) -> None:
    (kept,) = answers({"password": "horse"}, manner=manner)
    asked = [
        {"password": "horse", "kept": kept},
        {"password": "Horse", "kept": kept},
        {"password": "horse", "kept": None},
        {"password": "", "kept": None},
        {"password": "horse", "kept": "$argon2id$" + "x" * 300},
    ]
    assert answers(*asked, manner=manner) == [True, False, False, False, False]


@pytest.mark.parametrize("password", ODD)
def test_any_password_is_one_line(password: str) -> None:
    (kept,) = answers({"password": password})
    asked = [password, *(each for each in ODD if each != password)]
    fits = answers(*({"password": each, "kept": kept} for each in asked))
    assert fits == [True] + [False] * (len(ODD) - 1)


def test_who_is_unknown_costs_as_much_as_who_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    argon2, verify = hashing.Argon2(time=3, memory=16 << 10), argon2id.verify
    seen: list[bytes] = []

    def spy(kept: bytes, password: bytes) -> bool:
        seen.append(kept)
        return verify(kept, password)

    kept = argon2.answer({"password": "horse"})
    monkeypatch.setattr(argon2id, "verify", spy)
    fits = [argon2.answer({"password": "horse", "kept": of}) for of in (kept, None)]
    assert fits == [True, False]
    costs = [kept.rpartition(b"$")[0].rpartition(b"$")[0] for kept in seen]
    assert costs == [b"$argon2id$v=19$m=16,t=3,p=1"] * 2


def test_it_loads_nothing_of_orbit() -> None:
    script = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    command = [sys.executable, "-P", "-c", script, hashing.__file__]
    loaded = subprocess.check_output(command, text=True, timeout=30).split()
    assert [name for name in loaded if name.partition(".")[0] == "orbit"] == []
    assert "asyncio" not in loaded
