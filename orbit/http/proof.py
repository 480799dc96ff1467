"""Proof of work: what a new ghost costs where an address has had its share for nothing.

A challenge is an HMAC over its end and whom it is for, so nothing is kept of those that
are given out; of the proofs that were taken only, until they end, so that none counts
twice on a node.  It knows no ghost.  Source: guarantees.md, section 4.
"""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from orbit.core.ports import Clock
from orbit.core.services.identity import Keys

HEADER = "X-Proof"
BITS = 17  # about a second of a phone, in JavaScript
LIFE_S = 300
MAX_TAKEN = 20_000
MAX_LENGTH = 80


class Proofs:
    """Gives out challenges, and takes each proof once."""

    def __init__(self, keys: Keys, clock: Clock, bits: int = BITS) -> None:
        self._keys, self._clock, self._bits = keys, clock, bits
        self._taken: dict[str, int] = {}  # challenge -> when it ends

    def task(self, who: str) -> Mapping[str, Any]:
        """Return what somebody may do: find `proof`, `challenge` + ":" + anything.

        The SHA-256 of the whole must begin with so many zero bits.
        """
        head = f"{self._now() + LIFE_S:x}.{secrets.token_urlsafe(6)}"
        return {"challenge": f"{head}.{self._sign(head, who)}", "bits": self._bits}

    def take(self, proof: str, who: str) -> bool:
        """Tell whether this is a proof of `who`, in time and for the first time."""
        challenge, _, _ = proof.partition(":")
        head, _, signed = challenge.rpartition(".")
        if not proof.isascii() or len(proof) > MAX_LENGTH:
            return False
        if not hmac.compare_digest(self._sign(head, who), signed):
            return False
        end = int(head.partition(".")[0], 16)  # it is ours, so it is a number
        if end < self._now() or challenge in self._taken or not self._has_room():
            return False
        if not _begins_with_zeros(sha256(proof.encode()).digest(), self._bits):
            return False
        self._taken[challenge] = end
        return True

    def _has_room(self) -> bool:
        if len(self._taken) >= MAX_TAKEN:
            now = self._now()
            self._taken = {one: end for one, end in self._taken.items() if end >= now}
        return len(self._taken) < MAX_TAKEN

    def _sign(self, head: str, who: str) -> str:
        return self._keys.seed(b"proof", head.encode(), who.encode()).hex()[:20]

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _begins_with_zeros(found: bytes, bits: int) -> bool:
    return int.from_bytes(found, "big") >> (len(found) * 8 - bits) == 0
