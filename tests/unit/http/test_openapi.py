"""The document is valid, whole, and says what the rows do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from orbit.core.kinds import KINDS
from orbit.http.api import ALIASES, TABLES
from orbit.http.openapi import document
from tests.kit.app import App

ROWS = [row for table in TABLES for row in table.rows]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return document(ROWS, KINDS)


def operation(spec: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = spec["paths"][f"/api/v1{path}"][method]
    return found


def found_in(part: Any, name: str) -> Iterator[dict[str, Any]]:
    """Give every object in a document that has a member of this name."""
    if isinstance(part, dict):
        if isinstance(part.get(name), str):
            yield part
        part = list(part.values())
    for inner in part if isinstance(part, list) else []:
        yield from found_in(inner, name)


def test_the_document_is_valid(spec: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(spec).validate()
    assert spec["openapi"] == "3.1.0"
    json.dumps(spec)


def test_every_row_is_in_it_under_a_name_of_its_own(spec: dict[str, Any]) -> None:
    names = [o["operationId"] for item in spec["paths"].values() for o in item.values()]
    assert sorted(names) == sorted(row.name for row in ROWS)
    assert len(set(names)) == len(names)
    assert all(o["summary"] for item in spec["paths"].values() for o in item.values())


def test_what_has_a_pattern_is_one_line_and_says_in_words_what_it_is(
    spec: dict[str, Any],
) -> None:
    patterns = list(found_in(spec, "pattern"))
    assert len(patterns) > 3
    for each in patterns:
        assert each["pattern"].endswith(r"$(?!\n)")
        assert each["description"]


def test_aliases_are_not_documented_twice(spec: dict[str, Any]) -> None:
    assert not {f"/api/v1{old}" for old in ALIASES} & set(spec["paths"])
    assert all(new in {row.path for row in ROWS} for new in ALIASES.values())


def test_a_commands_body_is_the_commands_schema(spec: dict[str, Any]) -> None:
    add = operation(spec, "post", "/boards/{board}/notes/")["requestBody"]
    schema = add["content"]["application/json"]["schema"]
    assert schema["required"] == ["content"]
    assert schema["properties"]["content"]["maxLength"] == 4_000
    assert add["required"] is True


def test_what_the_path_says_is_not_in_the_body(spec: dict[str, Any]) -> None:
    move = operation(spec, "post", "/boards/{board}/notes/{note}/move/")["requestBody"]
    schema = move["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"x", "y"}
    assert sorted(schema["required"]) == ["x", "y"]
    upvote = operation(spec, "post", "/boards/{board}/notes/{note}/upvote/")
    assert "requestBody" not in upvote


def test_do_takes_every_command_and_no_internal_one(spec: dict[str, Any]) -> None:
    body = operation(spec, "post", "/boards/{board}/do/")["requestBody"]
    choices = body["content"]["application/json"]["schema"]["anyOf"]
    names = {choice["properties"]["do"]["const"] for choice in choices}
    assert {"add_note", "edit_board", "toggle_upvote"} <= names
    assert not {"open_board", "revoke_link", "drag", "join", "tick"} & names


def test_writes_document_their_key_and_reads_do_not(spec: dict[str, Any]) -> None:
    def headers(method: str) -> list[str]:
        found = operation(spec, method, "/boards/{board}/")["parameters"]
        return [each["name"] for each in found if each["in"] == "header"]

    assert headers("patch") == ["Idempotency-Key"]
    assert headers("get") == []


def test_every_refusal_is_the_envelope(spec: dict[str, Any]) -> None:
    for item in spec["paths"].values():
        for each in item.values():
            for code, answer in each["responses"].items():
                if code == "default" or int(code) >= 400:
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Error"}


async def test_it_is_what_the_node_serves(app: App, spec: dict[str, Any]) -> None:
    for path in ("//api/schema/", "//api/schema"):
        assert (await app.guest.get(path)).json == spec
