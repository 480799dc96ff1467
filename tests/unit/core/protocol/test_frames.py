"""The frames as they are on the wire."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orbit.core.actors.subscribers import Joined
from orbit.core.codec import checked
from orbit.core.errors import (
    BadRequest,
    Busy,
    Fenced,
    Forbidden,
    Invalid,
    Moved,
    OrbitError,
    PrivateBoard,
    StoreDown,
    Unavailable,
)
from orbit.core.protocol import frames
from orbit.core.types import BoardId

VIEW: dict[str, Any] = {
    "board": BoardId("b"),
    "kind": "feedback",
    "log_id": "log",
    "seq": 7,
    "roles": ["anyone"],
    "may": ["add_note"],
    "here": 2,
}


def test_a_view_is_items_or_what_came_after() -> None:
    head = {
        "type": "joined",
        "ref": 3,
        "board": "b",
        "kind": "feedback",
        "log": "log",
        "seq": 7,
        "role": ["anyone"],
        "may": ["add_note"],
        "here": 2,
    }
    whole = Joined(items=b'[["note","n",{}]]', **VIEW)
    assert json.loads(frames.joined(whole, 3)) == {
        **head,
        "items": [["note", "n", {}]],
    }
    rest = Joined(items=None, changes=b'[{"seq":7}]', **VIEW)
    assert json.loads(frames.joined(rest, 3)) == {**head, "changes": [{"seq": 7}]}
    assert "ref" not in json.loads(frames.joined(rest, None))


@pytest.mark.parametrize("ref", [0, -5, 2**53])
def test_a_reply_names_its_question(ref: int) -> None:
    assert json.loads(frames.reply(ref, 9, "abc")) == {
        "type": "reply",
        "ref": ref,
        "seq": 9,
        "result": {"id": "abc"},
    }


def test_an_error_says_whether_and_when_to_come_back() -> None:
    refusal = Busy(after=0.33333333)
    assert json.loads(frames.error(4, refusal)) == {
        "type": "error",
        "ref": 4,
        "error": "busy",
        "message": refusal.message,
        "details": {},
        "retry": True,
        "after": 0.334,  # rounded up: who comes at that time is not too early
    }
    invalid = Invalid("too long", details={"field": "title"})
    assert json.loads(frames.error(None, invalid)) == {
        "type": "error",
        "error": "invalid",
        "message": "too long",
        "details": {"field": "title"},
        "retry": False,
    }


@pytest.mark.parametrize("inner", [Fenced, Moved, StoreDown])
def test_what_is_the_cluster_s_own_is_told_as_what_passes(
    inner: type[OrbitError],
) -> None:
    for frame in (frames.error(1, inner(after=2.0)), frames.left("b", inner())):
        told = json.loads(frame)
        assert (told["error"], told["retry"]) == ("unavailable", True)
        assert told["message"] == Unavailable.summary
    assert json.loads(frames.error(1, inner(after=2.0)))["after"] == 2


def test_what_else_a_server_says() -> None:
    left = json.loads(frames.left("b", PrivateBoard()))
    assert (left["type"], left["board"], left["error"]) == (
        "left",
        "b",
        "private_board",
    )
    assert left["retry"] is False
    assert json.loads(frames.pong({"b": 3})) == {"type": "pong", "heads": {"b": 3}}
    assert json.loads(frames.goaway(2.5, "restart")) == {
        "type": "goaway",
        "after": 2.5,
        "why": "restart",
    }
    noon = datetime(2026, 1, 2, 12, 0, 0, 345_678, UTC)
    assert json.loads(frames.welcome("n", noon, 25.0, {"x": 1}, {"kind": "ghost"})) == {
        "type": "welcome",
        "node": "n",
        "time": 1767355200346,
        "versions": [1],
        "ping": 25.0,
        "limits": {"x": 1},
        "me": {"kind": "ghost"},
    }


def test_no_frame_has_a_newline_in_it() -> None:
    text = "line\nline"
    assert b"\n" not in frames.error(1, Forbidden(text))
    assert b"\n" not in frames.goaway(1, text)


def test_what_a_client_leaves_out_has_a_meaning() -> None:
    tell = checked(
        frames.decode.decode,
        b'{"type":"tell","ref":1,"board":"b","op":"o","do":"add_note"}',
    )
    assert isinstance(tell, frames.Tell)
    assert (bytes(tell.body), tell.attempt) == (b"{}", None)
    hello = checked(frames.decode.decode, b'{"type":"hello"}')
    assert hello == frames.Hello((1,), None, None)


def test_a_body_is_passed_on_as_it_was_said() -> None:
    said = b'{"type":"signal","board":"b","do":"drag","with":{"x": 1.50, "a":[]}}'
    frame = checked(frames.decode.decode, said)
    assert isinstance(frame, frames.Pass)
    assert bytes(frame.body) == b'{"x": 1.50, "a":[]}'


@pytest.mark.parametrize(
    "said",
    [
        b'{"type":"hello","ghost":""}',
        b'{"type":"hello","ghost":"%b"}' % (b"x" * 4_097),
        b'{"type":"join","ref":1,"board":"%b"}' % (b"x" * 65),
        b'{"type":"tell","ref":1,"board":"b","op":"%b","do":"x"}' % (b"x" * 65),
        b'{"type":"tell","ref":1,"board":"b","op":"a\\u0000b","do":"x"}',
        b'{"type":"join","ref":1.5,"board":"b"}',
        b'{"type":"ping","seen":{%b}}' % b",".join(b'"%d":1' % n for n in range(201)),
    ],
)
def test_bounds_are_kept(said: bytes) -> None:
    with pytest.raises(BadRequest):
        checked(frames.decode.decode, said)
