"""Hashes passwords: a program of its own, which speaks in lines of JSON.

    [1, {"password": "x"}]                  ──> [1, the hash: argon2id, RFC 9106]
    [2, {"password": "x", "kept": "$..."}]  ──> [2, whether it is of it]

A `kept` of null takes as long, and is nobody's.  It hears and answers on the socket
that is its input, and ends with that.  `store.passwords` begins it, by its path:
nothing of Orbit is imported, so it is there at once and small, and it knows no secret.
"""

import json
import os
import socket
import sys
from contextlib import suppress
from typing import Any

NICE, LEAST = 10, 19


def give_way() -> None:
    """Run when nobody else wants the core; niceness alone does not do that."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return
    os.nice(LEAST)


def compete() -> None:
    """Take a small share of the core, if others want it."""
    os.nice(NICE)


MANNERS = {"gives-way": give_way, "competes": compete}


class Argon2:
    """Answers what is asked; `time` in passes, `memory` in bytes."""

    def __init__(self, time: int, memory: int) -> None:
        from nacl.exceptions import CryptoError  # noqa: PLC0415
        from nacl.pwhash import argon2id  # noqa: PLC0415

        self._argon2id, self._error = argon2id, CryptoError
        self._time, self._memory = time, memory
        self._nobodys = self._hash("")

    def answer(self, asked: Any) -> str | bool:
        """Return a hash, or whether one fits."""
        password = asked["password"]
        if "kept" not in asked:
            return self._hash(password)
        kept = asked["kept"]
        return self._fits(password, kept or self._nobodys) and bool(kept)

    def _hash(self, password: str) -> str:
        made: bytes = self._argon2id.str(password.encode(), self._time, self._memory)
        return made.decode()

    def _fits(self, password: str, kept: str) -> bool:
        with suppress(self._error):
            return bool(self._argon2id.verify(kept.encode(), password.encode()))
        return False


def main(manner: str, time: str, memory: str) -> None:
    """Answer until there is nobody to ask."""
    MANNERS[manner]()  # before all else: to load the rest takes longer than a hash
    argon2 = Argon2(int(time), int(memory))
    with socket.socket(fileno=0) as link, link.makefile("rb") as asked:
        for line in asked:
            id, question = json.loads(line)
            answer = json.dumps([id, argon2.answer(question)])
            link.sendall(answer.encode() + b"\n")


if __name__ == "__main__":
    with suppress(ConnectionError):  # whoever asked is gone
        main(*sys.argv[1:])
