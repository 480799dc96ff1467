"""Hashes passwords: a program of its own, which speaks in lines of JSON.

    {"password": "x"}                  ──> the hash, argon2id (RFC 9106)
    {"password": "x", "kept": "$..."}  ──> whether it is of it; null takes as long

It knows neither pepper nor database, and ends with its input.  `store.passwords` begins
it, by its path: nothing of Orbit is imported here, so it is there at once and small.
"""

import json
import os
import sys
from contextlib import suppress
from typing import Any

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

NICE = 10


def give_way() -> None:
    """Run when nobody else wants the core; niceness alone would not do that."""
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def compete() -> None:
    """Take a small share of the core, if others want it."""
    os.nice(NICE)


MANNERS = {"gives-way": give_way, "competes": compete}


class Argon2:
    """Answers what is asked; `time` in passes, `memory` in bytes."""

    def __init__(self, time: int, memory: int) -> None:
        self._time, self._memory = time, memory
        self._nobodys = self._hash("")

    def answer(self, asked: Any) -> str | bool:
        password = asked["password"]
        if "kept" not in asked:
            return self._hash(password)
        kept = asked["kept"]
        return self._fits(password, kept or self._nobodys) and bool(kept)

    def _hash(self, password: str) -> str:
        return argon2id.str(password.encode(), self._time, self._memory).decode()

    def _fits(self, password: str, kept: str) -> bool:
        try:
            return argon2id.verify(kept.encode(), password.encode())
        except InvalidkeyError:
            return False


def main(manner: str, time: str, memory: str) -> None:
    with suppress(OSError):  # a sandbox may forbid it
        MANNERS[manner]()
    argon2 = Argon2(int(time), int(memory))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(argon2.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
