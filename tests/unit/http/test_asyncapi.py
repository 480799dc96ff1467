"""The document is valid, whole, and says what goes over a socket."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator
from msgspec import Struct

from orbit.core.kinds import ITEMS, KINDS
from orbit.core.protocol import frames, said
from orbit.http.asyncapi import document
from tests.kit.app import App
from tests.kit.asyncapi import Frames

SPEC = Path(__file__).parents[2] / "kit/asyncapi/3.0.0.json"
FRAMES: list[type[Struct]] = [*get_args(frames.Frame), *get_args(said.Said)]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return document(KINDS, ITEMS)


def refs(value: Any) -> Iterator[str]:
    """Give every reference in a document."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def test_the_document_is_valid(spec: dict[str, Any]) -> None:
    faults = Draft7Validator(json.loads(SPEC.read_text())).iter_errors(spec)
    assert [(fault.json_path, fault.message[:200]) for fault in faults] == []


def test_the_schema_of_documents_finds_faults(spec: dict[str, Any]) -> None:
    wrong = {**spec, "operations": {"hello": {"action": "shout"}}}
    assert not Draft7Validator(json.loads(SPEC.read_text())).is_valid(wrong)


def test_every_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    for ref in refs(spec):
        found: Any = spec
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.__name__)
def test_every_frame_is_a_message_with_an_operation(
    spec: dict[str, Any], frame: type[Struct]
) -> None:
    (key,) = [
        key
        for key, message in spec["components"]["messages"].items()
        if message["title"] == frame.__name__
    ]
    message = spec["components"]["messages"][key]
    assert message["name"] == frame.__struct_config__.tag
    assert message["summary"].endswith((".", "`", ":"))
    ref = {"$ref": f"#/channels/socket/messages/{key}"}
    used = [
        operation["messages"] + operation.get("reply", {}).get("messages", [])
        for operation in spec["operations"].values()
    ]
    assert any(ref in messages for messages in used)


def test_clients_say_and_servers_hear(spec: dict[str, Any]) -> None:
    heard = {
        key: one
        for key, one in spec["operations"].items()
        if one["action"] == "receive"
    }
    assert set(heard) == {
        "hello",
        "join_board",
        "tell",
        "pass",
        "leave_board",
        "ping",
    }
    answers = heard["tell"]["reply"]["messages"]
    assert [one["$ref"].rpartition("/")[2] for one in answers] == ["reply", "error"]


async def test_a_board_is_streamed_where_and_as_it_says(
    app: App, spec: dict[str, Any]
) -> None:
    made = await app.board(await app.ghost())
    address = spec["channels"]["stream"]["address"]
    async with app.http.get(address.format(board=made["board"]["id"])) as answer:
        assert answer.content_type == "text/event-stream"
        async for line in answer.content:
            if line.startswith(b"data: "):
                frame = json.loads(line.removeprefix(b"data: "))
                break
    assert frame["type"] == "joined"
    assert Frames(spec).faults(frame, of="server") == []


def test_every_example_is_a_frame_that_the_server_reads(spec: dict[str, Any]) -> None:
    validator = Frames(spec)
    told = set()
    for message in spec["components"]["messages"].values():
        for example in message.get("examples", ()):
            payload = example["payload"]
            frames.decode.decode(json.dumps(payload))
            assert validator.faults(payload, of="client") == []
            told.add(payload.get("do"))
    for kind in KINDS.values():
        assert set(kind.asked_by_name) <= told


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "here", "board": "b"},
        {"type": "here", "board": "b", "count": -1},
        {"type": "pong", "heads": {"b": "3"}},
        {"type": "reply", "ref": 1, "seq": 2, "result": {}},
        {"type": "unheard"},
    ],
)
def test_what_is_no_frame_is_found_out(
    spec: dict[str, Any], frame: dict[str, Any]
) -> None:
    assert Frames(spec).faults(frame, of="server")


def test_a_commands_bounds_are_in_it(spec: dict[str, Any]) -> None:
    validator = Frames(spec)
    tell = {"type": "tell", "ref": 1, "board": "b", "op": "o", "do": "add_note"}
    assert not validator.faults({**tell, "with": {"content": "x"}}, of="client")
    assert validator.faults({**tell, "with": {"content": ""}}, of="client")
    assert validator.faults({**tell, "with": {}}, of="client")
    assert validator.faults({**tell, "do": "open_board"}, of="client")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_item_of_a_kind_has_a_shape(kind: Any) -> None:
    assert set(ITEMS[kind.name]) == set(kind.shows)


async def test_it_is_what_the_node_serves(app: App, spec: dict[str, Any]) -> None:
    for path in ("//api/asyncapi/", "//api/asyncapi"):
        answer = await app.guest.get(path)
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json == json.loads(json.dumps(spec))
