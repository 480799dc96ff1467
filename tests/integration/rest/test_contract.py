"""Every operation: called well, and called badly in many ways.

A good call answers as the document says.  A bad one is refused with a 4xx, names the
field where there is one, and changes nothing.
"""

from collections.abc import AsyncIterator

import pytest

from tests.integration.rest.cast import Cast, entered
from tests.integration.rest.ops import ELSEWHERE, OPS
from tests.integration.rest.ops.op import Op
from tests.kit.spec import ROWS, judge

DEEP = b'{"x":' * 5_000
# Wrong for whatever takes a body: malformed, or no object.
NO_BODIES: tuple[object, ...] = (
    b"{",
    b"[]",
    b"null",
    b"NaN",
    b'"\xff"',
    b'{"title": "\\ud800", "content": "\\ud800", "do": "\\ud800", "x": NaN}',
    DEEP,
)


@pytest.fixture(params=["memory", "postgres"])
async def cast(request: pytest.FixtureRequest) -> AsyncIterator[Cast]:
    async with entered(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=["memory", "postgres"])
async def steady(request: pytest.FixtureRequest) -> AsyncIterator[Cast]:
    """Give one cast to all tests that change nothing."""
    async with entered(request.param) as made:
        yield made


def name(op: Op) -> str:
    return f"{op.method} {op.path}"


def test_no_operation_is_left_out() -> None:
    told = {(op.method, op.path) for op in OPS} | ELSEWHERE.keys()
    assert told == {(row.method, row.path) for row in ROWS}


async def answers_as_documented(cast: Cast, op: Op) -> None:
    who = await cast.caller(op)
    answer = await who.call(op.method, cast.path(op), cast.body(op))
    assert answer.status == op.status, answer.text
    judge(op.method, op.path, answer)


@pytest.mark.parametrize("op", [op for op in OPS if op.method != "GET"], ids=name)
async def test_a_good_call_answers_as_documented(cast: Cast, op: Op) -> None:
    await answers_as_documented(cast, op)


@pytest.mark.parametrize("op", [op for op in OPS if op.method == "GET"], ids=name)
async def test_a_read_answers_as_documented(steady: Cast, op: Op) -> None:
    await answers_as_documented(steady, op)


@pytest.mark.parametrize("op", [op for op in OPS if op.bad], ids=name)
async def test_a_bad_body_is_refused_and_changes_nothing(steady: Cast, op: Op) -> None:
    who, before = await steady.caller(op), await steady.seq()
    for body in op.bad:
        answer = await who.call(op.method, steady.path(op), body)
        assert answer.status in {400, 422}, (body, answer.text)
        if answer.status == 422:
            assert answer.json["details"], body
        judge(op.method, op.path, answer)
    for raw in NO_BODIES:
        answer = await who.call(op.method, steady.path(op), raw)
        assert answer.status in {400, 422}, (raw, answer.text)
        judge(op.method, op.path, answer)
    assert await steady.seq() == before


# Not a fork: it is a board of one's own, of what one sees.
WRITES = [
    op
    for op in OPS
    if "{board}" in op.path and op.method != "GET" and not op.path.endswith("/fork/")
]


@pytest.mark.parametrize("op", WRITES, ids=name)
async def test_a_stranger_changes_nothing(steady: Cast, op: Op) -> None:
    """A guest without a link has no right to any write."""
    before = await steady.seq()
    answer = await steady.app.guest.call(op.method, steady.path(op), op.body)
    assert answer.status in {401, 403, 404}, answer.text
    judge(op.method, op.path, answer)
    assert await steady.seq() == before
