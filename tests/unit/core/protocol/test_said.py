"""What a server says has the types that it is said to have."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from orbit.core.actors.subscribers import Joined
from orbit.core.errors import Busy, Forbidden
from orbit.core.protocol import frames, said
from orbit.core.types import BoardId


def view(items: bytes | None) -> bytes:
    entered = Joined(BoardId("b"), "poll", "log", 7, ["anyone"], ["vote"], 2, items)
    return frames.joined(entered, 3)


FRAMES = [
    (
        frames.welcome(
            "n", datetime.fromtimestamp(4, UTC), 25.0, {"burst": 9}, {"kind": "ghost"}
        ),
        said.Welcome(
            node="n",
            time=4_000,
            versions=[1],
            ping=25.0,
            limits={"burst": 9},
            me=said.Me("ghost"),
        ),
    ),
    (
        view(b'[["note","n",{}]]'),
        said.JoinedWithView(
            ref=3,
            board="b",
            kind="poll",
            log="log",
            seq=7,
            role=["anyone"],
            may=["vote"],
            here=2,
            items=[["note", "n", {}]],
        ),
    ),
    (
        view(None),
        said.JoinedWithChanges(
            ref=3,
            board="b",
            kind="poll",
            log="log",
            seq=7,
            role=["anyone"],
            may=["vote"],
            here=2,
            changes=[],
        ),
    ),
    (
        frames.reply(4, 9, "id"),
        said.Reply(ref=4, seq=9, result=said.Result("id")),
    ),
    (
        frames.error(None, Busy("no room", after=0.5)),
        said.Error(error="busy", message="no room", details={}, retry=True, after=0.5),
    ),
    (
        frames.left("b", Forbidden("not you")),
        said.Left(board="b", error="forbidden", message="not you", retry=False),
    ),
    (frames.goaway(2.5, "drain"), said.Goaway(after=2.5, why="drain")),
    (frames.noticed("n"), said.Noticed(id="n")),
    (frames.pong({"b": 3}), said.Pong(heads={"b": 3})),
]


@pytest.mark.parametrize(
    ("told", "meant"), FRAMES, ids=[type(meant).__name__ for _, meant in FRAMES]
)
def test_a_frame_is_written_as_its_type(told: bytes, meant: Any) -> None:
    assert msgspec.json.decode(told, type=type(meant)) == meant
    fields = msgspec.json.decode(msgspec.json.encode(meant))
    assert msgspec.json.decode(told) == fields  # and nothing more


def test_a_client_tells_frames_apart_by_their_type_and_fields() -> None:
    tags = [frame.__struct_config__.tag for frame in get_args(said.Said)]
    assert {tag for tag in tags if tags.count(tag) > 1} == {"joined"}
    names = said.JoinedWithView.__struct_fields__
    assert "items" in names
    assert "changes" not in names
