"""The frames of the socket protocol: what a client may say, and how it is answered.

Source: docs/reference/protocol.md.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from orbit.core.actors.subscribers import Joined
from orbit.core.errors import OrbitError, outward

VERSIONS = (1,)

Ref = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Board = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Secret = Annotated[str, Meta(min_length=1, max_length=4096)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]


class Hello(Struct, tag="hello", frozen=True):
    versions: tuple[int, ...] = VERSIONS
    ghost: Secret | None = None
    token: Secret | None = None


class JoinBoard(Struct, tag="join", frozen=True):
    ref: Ref
    board: Board
    link: Secret | None = None
    log: Name | None = None
    since: Seq | None = None


class Tell(Struct, tag="tell", frozen=True):
    ref: Ref
    board: Board
    op: Name
    do: Name
    body: Raw = msgspec.field(name="with", default_factory=lambda: Raw(b"{}"))
    attempt: Annotated[int, Meta(ge=1, le=2**31)] | None = None


class Pass(Struct, tag="signal", frozen=True):
    board: Board
    do: Name
    body: Raw = msgspec.field(name="with", default_factory=lambda: Raw(b"{}"))


class LeaveBoard(Struct, tag="leave", frozen=True):
    board: Board


class Ping(Struct, tag="ping", frozen=True):
    seen: Annotated[dict[Board, Seq], Meta(max_length=200)] = {}


Frame = Hello | JoinBoard | Tell | Pass | LeaveBoard | Ping

decode: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)
encode = msgspec.json.Encoder().encode


def welcome(
    node: str, ping_s: float, limits: Mapping[str, Any], me: Mapping[str, Any]
) -> bytes:
    return encode(
        {
            "type": "welcome",
            "node": node,
            "versions": VERSIONS,
            "ping": ping_s,
            "limits": limits,
            "me": me,
        }
    )


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
    frame: dict[str, Any] = {"type": "error"}
    if ref is not None:
        frame["ref"] = ref
    frame |= {
        "error": refusal.code,
        "message": refusal.message,
        "details": refusal.details,
        "retry": refusal.retry,
    }
    if refusal.after is not None:
        frame["after"] = math.ceil(refusal.after * 1_000) / 1_000  # never too early
    return encode(frame)


def left(board: str, refusal: OrbitError) -> bytes:
    refusal = outward(refusal)
    return encode(
        {
            "type": "left",
            "board": board,
            "error": refusal.code,
            "message": refusal.message,
            "retry": refusal.retry,
        }
    )


def goaway(after: float, why: str) -> bytes:
    return encode({"type": "goaway", "after": after, "why": why})


def pong(heads: Mapping[str, int]) -> bytes:
    return encode({"type": "pong", "heads": heads})
