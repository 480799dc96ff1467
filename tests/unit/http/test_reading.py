"""What a row takes is checked together, and each fault has its name."""

from typing import Annotated, Any

import pytest
from msgspec import Meta, Raw, Struct, field
from pydantic import BaseModel, Field

from orbit.core.kinds.feedback.asked import AddNote, EditBoard, MoveNote
from orbit.http.calls import Call
from orbit.http.reading import Clean, faults
from orbit.http.routing import Routes
from tests.kit.app import Answer, App, running

routes = Routes("tests")


class Query(BaseModel):
    page: Annotated[int, Field(ge=1, le=9)] = 1
    text: Annotated[str, Field(max_length=5), Clean] = ""


class Model(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=5), Clean]
    count: int = 0


class Fields(Struct):
    name: Annotated[str, Meta(max_length=5)]
    body: Raw = field(default_factory=lambda: Raw(b"null"))


class Out(Struct):
    said: str


@routes.op("POST", "/tests/{number}/", status=201)
async def everything(call: Call, number: int, query: Query, body: Model) -> Out:
    """Take everything."""
    return Out(f"{number} {query.page} {body.name} {body.count}")


@routes.op("DELETE", "/tests/{number}/")
async def nothing(call: Call, number: int) -> None:
    """Take and give nothing."""


@routes.op("PUT", "/tests/{number}/")
async def fields(call: Call, number: int, body: Fields) -> Out:
    """Take a struct."""
    return Out(bytes(body.body).decode())


@pytest.fixture
async def calls() -> Any:
    """A node that serves the rows above."""
    async with running(tables=[routes]) as app:
        yield app


async def post(app: App, path: str, body: object = None, **options: Any) -> Answer:
    return await app.guest.post(path, body, **options)


async def test_a_handler_is_given_what_it_asks_for(calls: App) -> None:
    answer = await post(calls, "/tests/7/?page=2", {"name": "ann"})
    assert (answer.status, answer.json) == (201, {"said": "7 2 ann 0"})
    assert (await calls.guest.delete("/tests/7")).status == 204


async def test_everything_that_is_wrong_is_told_at_once(calls: App) -> None:
    answer = await post(calls, "/tests/x/?page=0&text=123456", {"count": "1"})
    assert (answer.status, answer.error) == (422, "invalid")
    assert set(answer.json["details"]) == {"number", "page", "text", "name", "count"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b'{"name": NaN}', "name"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"name": "\xff"}', "name"),
        (b"[" * 1_000, "body, or 0"),
        (b'{"name": ' + b"[" * 10_000, "name"),
        ("\ufeff{}".encode(), "body"),
        ('{"name": "a"}'.encode("utf-16"), "body"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_is_no_json_is_a_bad_request(
    calls: App, method: str, body: bytes, field: str
) -> None:
    answer = await calls.guest.call(method, "/tests/7/", body)
    assert answer.status in {400, 422}, answer.text
    assert answer.error in {"bad_request", "invalid"}
    (named,) = answer.json["details"]
    assert named in field.split(", or ")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_is_no_object_is_a_bad_request(
    calls: App, method: str, body: bytes
) -> None:
    answer = await calls.guest.call(method, "/tests/7/", body)
    assert (answer.status, answer.error) == (400, "bad_request")
    assert list(answer.json["details"]) == ["body"]


async def test_no_body_is_an_empty_one(calls: App) -> None:
    answer = await post(calls, "/tests/7/")
    assert set(answer.json["details"]) == {"name"}


@pytest.mark.parametrize(
    "type", ["text/plain", "application/x-www-form-urlencoded", "", "text/json"]
)
async def test_a_body_says_that_it_is_json(calls: App, type: str) -> None:
    answer = await post(calls, "/tests/7/", b'{"name":"a"}', headers=_type(type))
    assert (answer.status, answer.error) == (415, "unsupported_media_type")


@pytest.mark.parametrize("type", ["application/json; charset=utf-8", "a/b+json"])
async def test_other_ways_to_say_json_do(calls: App, type: str) -> None:
    answer = await post(calls, "/tests/7/", b'{"name":"a"}', headers=_type(type))
    assert answer.status == 201


def _type(type: str) -> dict[str, str]:
    return {"Content-Type": type}


@pytest.mark.parametrize("name", ["", "123456", "a\0", 5, None, ["a"]])
async def test_a_field_has_its_bounds(calls: App, name: object) -> None:
    answer = await post(calls, "/tests/7/", {"name": name})
    assert (answer.status, list(answer.json["details"])) == (422, ["name"])


@pytest.mark.parametrize("count", ["1e400", "9" * 5_000, "1.5", "true", '"1"'])
async def test_an_integer_is_one(calls: App, count: str) -> None:
    body = f'{{"name": "a", "count": {count}}}'.encode()
    answer = await post(calls, "/tests/7/", body)
    assert answer.status in {400, 422}


# What needs no server --------------------------------------------------------------


def test_faults_of_a_command_are_found_field_by_field() -> None:
    found = dict(faults(AddNote, b'{"colour": "RED", "x": 1e99, "y": "a", "z": 1}'))
    assert set(found) == {"content", "colour", "x", "y"}
    assert found["content"] == "missing"
    assert dict(faults(EditBoard, b'{"title": "", "is_public": null}')).keys() == {
        "title",
        "is_public",
    }
    assert faults(EditBoard, b"{}") == []
    assert faults(MoveNote, b"[1]") == []


def test_a_pattern_is_told_in_words() -> None:
    class Numbered(Struct):
        number: Annotated[str, Meta(pattern=r"^[0-9]$(?!\n)", description="a digit")]

    assert faults(Numbered, b'{"number": "7"}') == []
    for wrong in (b'"x"', b'"7\\n"'):
        assert faults(Numbered, b'{"number": %b}' % wrong) == [
            ("number", "expected a digit")
        ]
