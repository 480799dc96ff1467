"""Lists by page: any of them, as JSON and as a table."""

import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO

import pytest
from aiohttp import web
from msgspec import Struct

from orbit.http.api.paging import CSV, Pagination, Paging, listed
from orbit.http.calls import Call
from orbit.http.routing import Routes
from tests.kit.app import App, running

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
routes = Routes("things")


class Thing(Struct, frozen=True):
    n: int
    name: str
    is_new: bool
    at: datetime | None
    about: Mapping[str, str]


class Things(Struct, frozen=True):
    items: Sequence[Thing]
    pagination: Pagination


class Few(Paging):
    of: int = 7


@routes.op("GET", "/things/", answer=(Things, CSV))
async def list_things(call: Call, query: Few) -> web.Response:
    """List things."""

    async def read(skip: int, limit: int) -> tuple[Sequence[Thing], int]:
        about = {"=a": "b", "c": "d"}
        all_of = [Thing(n, "=1+1", n > 1, AT, about) for n in range(query.of)]
        return all_of[skip : skip + limit], query.of

    return await listed(call, query, read, Things)


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with running(tables=[routes]) as started:
        yield started


@pytest.mark.parametrize(
    ("asked", "found", "pages"),
    [
        ("", range(7), 1),
        ("limit=3", range(3), 3),
        ("limit=3&page=3", range(6, 7), 3),
        ("limit=3&page=4", [], 3),
        ("limit=7", range(7), 1),
        ("of=0", [], 0),
    ],
)
async def test_a_page_says_where_it_stands(
    app: App, asked: str, found: Sequence[int], pages: int
) -> None:
    told = (await app.guest.get(f"/things/?{asked}")).json
    assert [item["n"] for item in told["items"]] == list(found)
    assert told["pagination"]["total_pages"] == pages


@pytest.mark.parametrize(
    "asked", ["page=0", "page=-1", "page=x", "limit=0", "limit=201", "format=xml"]
)
async def test_what_is_no_page_is_told(app: App, asked: str) -> None:
    answer = await app.guest.get(f"/things/?{asked}")
    assert answer.status == 422
    assert asked.partition("=")[0] in answer.json["details"]


@pytest.mark.parametrize(
    ("asked", "accept"),
    [("format=csv", "*/*"), ("", "text/csv"), ("", "Text/CSV;q=1, */*;q=0.1")],
)
async def test_a_table_has_all_lines_and_no_formula(
    app: App, asked: str, accept: str
) -> None:
    path = f"/things/?limit=2&{asked}"
    answer = await app.guest.get(path, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == CSV
    said = answer.headers["Content-Disposition"]
    assert said == 'attachment; filename="things.csv"'
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(answer.text[1:], newline="")))
    assert len(rows) == 7
    assert rows[1] == {
        "n": "1",
        "name": "'=1+1",
        "is_new": "no",
        "at": "2026-11-22T08:00:00.000Z",
        "about": "'=a=b; c=d",
    }


async def test_a_table_of_nothing_has_its_columns(app: App) -> None:
    answer = await app.guest.get("/things/?format=csv&of=0")
    assert answer.text == "\ufeffn,name,is_new,at,about\r\n"


async def test_json_is_given_to_who_takes_anything(app: App) -> None:
    for accept in ("application/json, text/csv", "*/*"):
        answer = await app.guest.get("/things/", headers={"Accept": accept})
        assert answer.headers["Content-Type"].startswith("application/json")
    both = await app.guest.get("/things/?format=json", headers={"Accept": "text/csv"})
    assert both.json["pagination"]["total"] == 7
