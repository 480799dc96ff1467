"""The frames of the socket protocol: what a client may say, and how it is answered.

What is told to one is encoded by its type in `said`; what many are told, and a view or
reply, is put together as bytes.

Source: docs/reference/protocol.md.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, Struct

from orbit.core.actors.subscribers import Joined
from orbit.core.errors import OrbitError, outward
from orbit.core.protocol import said

VERSIONS = (1,)

Ref = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Board = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Secret = Annotated[str, Meta(min_length=1, max_length=4096)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]


class Hello(Struct, tag="hello", frozen=True):
    """Who you are: a ghost, an account, or neither, a guest.  First, and once."""

    versions: tuple[int, ...] = VERSIONS
    ghost: Secret | None = None
    token: Secret | None = None


class JoinBoard(Struct, tag="join", frozen=True):
    """Watch a board; with `log` and `since`, resume where you were."""

    ref: Ref
    board: Board
    link: Secret | None = None
    log: Name | None = None
    since: Seq | None = None


class Tell(Struct, tag="tell", frozen=True):
    """A command to a board.  Told twice under one `op` it is done once."""

    ref: Ref
    board: Board
    op: Name
    do: Name
    body: Raw = msgspec.field(name="with", default_factory=lambda: Raw(b"{}"))
    attempt: Annotated[int, Meta(ge=1, le=2**31)] | None = None


class Pass(Struct, tag="signal", frozen=True):
    """A passing signal: never stored, never answered."""

    board: Board
    do: Name
    body: Raw = msgspec.field(name="with", default_factory=lambda: Raw(b"{}"))


class LeaveBoard(Struct, tag="leave", frozen=True):
    """Watch a board no longer."""

    board: Board


class Ping(Struct, tag="ping", frozen=True):
    """Here I am, and so much I have seen of each board."""

    seen: Annotated[dict[Board, Seq], Meta(max_length=200)] = {}


Frame = Hello | JoinBoard | Tell | Pass | LeaveBoard | Ping

decode: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)
encode = msgspec.json.Encoder().encode


def welcome(
    node: str,
    now: datetime,
    ping_s: float,
    limits: Mapping[str, Any],
    me: Mapping[str, Any],
) -> bytes:
    greeted = said.Welcome(
        node=node,
        time=round(now.timestamp() * 1_000),
        versions=VERSIONS,
        ping=ping_s,
        limits=limits,
        me=said.Me(**me),
    )
    return encode(greeted)


def joined(view: Joined, ref: int | None) -> bytes:
    head = {"type": "joined"} if ref is None else {"type": "joined", "ref": ref}
    head |= {
        "board": view.board,
        "kind": view.kind,
        "log": view.log_id,
        "seq": view.seq,
        "role": view.roles,
        "may": view.may,
        "here": view.here,
    }
    name, what = (
        (b"changes", view.changes) if view.items is None else (b"items", view.items)
    )
    return b'%b,"%b":%b}' % (encode(head)[:-1], name, what)


def reply(ref: int, seq: int, id: str) -> bytes:
    return b'{"type":"reply","ref":%d,"seq":%d,"result":{"id":"%b"}}' % (
        ref,
        seq,
        id.encode(),
    )


def error(ref: int | None, refusal: OrbitError) -> bytes:
    refusal = outward(refusal)
    after = refusal.after
    told = said.Error(
        ref=UNSET if ref is None else ref,
        error=refusal.code,
        message=refusal.message,
        details=refusal.details,
        retry=refusal.retry,
        after=UNSET if after is None else math.ceil(after * 1_000) / 1_000,  # not early
    )
    return encode(told)


def left(board: str, refusal: OrbitError) -> bytes:
    refusal = outward(refusal)
    told = said.Left(
        board=board, error=refusal.code, message=refusal.message, retry=refusal.retry
    )
    return encode(told)


def goaway(after: float, why: str) -> bytes:
    return encode(said.Goaway(after=after, why=why))


def noticed(id: str) -> bytes:
    return encode(said.Noticed(id=id))


def pong(heads: Mapping[str, int]) -> bytes:
    return encode(said.Pong(heads=heads))
