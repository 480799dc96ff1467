"""The frames of one inc: numbered, sealed, and told from those that are none of ours.

A frame is `[v, log_id, from, to, n, kind, is_sealed, body]` in msgpack; its body is a
list of what was said, sealed as one.  For each pair of incs n counts 1, 2, 3, ... and
is the nonce of an AEAD whose key is derived for this pair and this log.  So a frame can
be read, forged, turned round, sent again or sent to another installation by nobody who
lacks the cluster's secret.  No I/O.

Source: guarantees.md, 2.7; NIST SP 800-38D (AES-GCM); RFC 5869 (HKDF).
"""

from collections.abc import Sequence
from enum import IntEnum, StrEnum

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

VERSION = 1


class Kind(IntEnum):
    """What a frame is for the carrier."""

    WORDS = 0  # for whoever listens
    ECHO = 1  # to oneself


class Drop(StrEnum):
    """Why a frame is not taken."""

    GARBLED = "garbled"
    STRAY = "stray"  # another version, log, inc or way of sealing
    OLD = "old"  # overtaken, or sent again
    FORGED = "forged"


class Opened(Struct):
    """What somebody has said."""

    source: str
    kind: Kind
    bodies: Sequence[bytes]


class Frame(Struct, array_like=True):
    """A frame as it travels."""

    v: int
    log_id: str
    source: str
    to: str
    n: int
    kind: Kind
    is_sealed: bool
    body: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Frame).decode
_bodies = msgspec.msgpack.Decoder(list[bytes]).decode
_GARBLED = msgspec.DecodeError, UnicodeDecodeError, RecursionError


def _beside(kind: Kind) -> bytes:
    """Return what is vouched for unsealed; the rest is in the key or in the nonce."""
    return b"\1" if kind is Kind.ECHO else b"\0"


class Frames:
    """Packs what one inc sends, and opens what it receives.

    One a start of a node: a second one would count from 1 under the same keys.
    """

    def __init__(self, inc: str, log_id: str, secret: bytes | None = None) -> None:
        self._inc, self._log_id, self._secret = inc, log_id, secret
        self._ciphers: dict[tuple[str, str], AESGCM] = {}
        self._sent: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def rotate(self, log_id: str) -> None:
        """Be of another log; numbers go on, should it ever be this one again."""
        self._log_id = log_id
        self._ciphers.clear()

    def pack(self, to: str, kind: Kind, bodies: Sequence[bytes]) -> bytes:
        """Return the next frame to an inc."""
        n = self._sent[to] = self._sent.get(to, 0) + 1
        body = _encode(bodies)
        is_sealed = self._secret is not None
        if is_sealed:
            cipher = self._cipher(self._inc, to)
            body = cipher.encrypt(n.to_bytes(12), body, _beside(kind))
        return _encode(
            Frame(VERSION, self._log_id, self._inc, to, n, kind, is_sealed, body)
        )

    def open(self, data: bytes) -> Opened | Drop:
        """Return what a frame says, once, or why it is none of ours."""
        try:
            frame = _decode(data)
        except _GARBLED:
            return Drop.GARBLED
        if not self._is_ours(frame):
            return Drop.STRAY
        if frame.n <= self._last.get(frame.source, 0):
            return Drop.OLD
        if frame.is_sealed and not self._unseal(frame):
            return Drop.FORGED
        try:
            opened = Opened(frame.source, frame.kind, _bodies(frame.body))
        except _GARBLED:
            return Drop.GARBLED
        self._last[frame.source] = frame.n
        return opened

    def _is_ours(self, frame: Frame) -> bool:
        return (
            frame.v == VERSION
            and frame.log_id == self._log_id
            and frame.to == self._inc
            and frame.is_sealed == (self._secret is not None)
        )

    def _unseal(self, frame: Frame) -> bool:
        try:
            cipher = self._cipher(frame.source, self._inc)
            nonce = frame.n.to_bytes(12)
            frame.body = cipher.decrypt(nonce, frame.body, _beside(frame.kind))
        except (InvalidTag, OverflowError):
            if frame.source not in self._last:  # a made-up name costs no memory
                self._ciphers.pop((frame.source, self._inc), None)
            return False
        return True

    def _cipher(self, source: str, to: str) -> AESGCM:
        pair = source, to
        if pair not in self._ciphers:
            assert self._secret is not None  # noqa: S101 - callers have asked
            key = HKDF(
                algorithm=SHA256(),
                length=32,
                salt=self._log_id.encode(),
                info=_encode(("orbit carrier", VERSION, source, to)),
            ).derive(self._secret)
            self._ciphers[pair] = AESGCM(key)
        return self._ciphers[pair]
