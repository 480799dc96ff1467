"""One tree of errors, two tables, one page: all in step."""

import ast
from http import HTTPStatus

import pytest

from orbit.core.errors import OrbitError, Rejected, Unavailable, catalogue
from orbit.core.protocol.close import Close, code
from orbit.http.errors import STATUS, status_of
from tools.errors_md import CLOSED, PAGE, come_back, page

CODE = PAGE.parents[2] / "orbit"
ERRORS = [error for error in catalogue() if error.__module__ == "orbit.core.errors"]


def test_the_page_is_what_make_docs_writes():
    assert PAGE.read_text() == page(), "run `make docs`"


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_has_a_status_of_the_right_kind(error):
    status = HTTPStatus(status_of(error))
    assert (400 <= status < 500) == issubclass(error, Rejected)
    if error.retry:
        assert status in {429, 503, 504}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_close_code_says_the_same_as_the_error_about_coming_back(error):
    if close := code(error):
        assert come_back(close) == error.retry


def test_the_tables_speak_of_known_errors_only():
    assert set(STATUS) <= set(ERRORS)
    assert all(issubclass(error, OrbitError) for error in STATUS)
    assert issubclass(Unavailable, OrbitError)


def test_every_close_code_is_explained():
    assert set(CLOSED) == set(Close)


def test_who_may_not_is_told_what_he_lacks():
    """Boards say it in their own words: what one may do is in the view."""
    paths = [
        *(CODE / "core/services").rglob("*.py"),
        *(CODE / "http/api").rglob("*.py"),
    ]
    bare = [
        f"{path.name}:{call.lineno}"
        for path in paths
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Forbidden"
        if not {"details"} & {each.arg for each in call.keywords}
    ]
    assert bare == []
