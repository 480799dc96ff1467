"""Rows become handlers: what they are called, and what they give."""

import pytest
from aiohttp.test_utils import make_mocked_request

from orbit.http.calls import Call
from orbit.http.routing import Routes, has_it, paths


def test_paths_are_with_and_without_the_slash_and_by_alias() -> None:
    aliases = {"/old/": "/new/", "//api/legacy/": "/new/", "//bare/": "/new/"}
    assert list(paths("/new/", aliases)) == [
        "/api/v1/new",
        "/api/v1/new/",
        "/api/v1/old",
        "/api/v1/old/",
        "/api/legacy",
        "/api/legacy/",
        "/bare",
        "/bare/",
    ]


@pytest.mark.parametrize(
    ("said", "has"),
    [
        ('"x"', True),
        ('W/"x"', True),
        ('"a", W/"x"', True),
        ("*", True),
        ('"y"', False),
        ("x", False),
        ("", False),
        ('"x', False),
    ],
)
def test_what_a_client_says_that_it_has(said: str, has: bool) -> None:
    request = make_mocked_request("GET", "/", {"If-None-Match": said})
    assert has_it(request, '"x"') is has


def test_a_rows_words_come_from_its_docstring() -> None:
    routes = Routes("tests")

    @routes.op("DELETE", "/tests/{number}/")
    async def nothing(call: Call, number: int) -> None:
        """Take a number.

        And give nothing.
        """

    (row,) = routes.rows
    assert row.summary == "Take a number"
    assert row.description == "And give nothing."
