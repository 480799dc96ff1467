"""Poison by socket: a clear error, nothing changed, batch mates unharmed.

Each poison travels between two honest commands, in one message, so that they are told
in one batch.
"""

from collections.abc import AsyncIterator

import pytest

from tests.harness.raw import Raw
from tests.harness.server import Server, mint, new_board, served

# JSON, but no value for any field of a note; the error says which field it was.
VALUES = {
    "NUL": rb'"a\u0000b"',
    "1e400": b"1e400",
    "-1e400": b"-1e400",
    "1e131071": b"1e131071",
    "5,000 digits": b"9" * 5_000,
    "2^64": b"18446744073709551616",
    "an object": b"{}",
    "a list": b"[[[]]]",
    "null": b"null",
    "4,001 letters": b'"' + b"x" * 4_001 + b'"',
}
# What makes the frame no JSON at all.
TEXTS = {
    "a lone surrogate": rb'"\ud800"',
    "two low surrogates": rb'"\udfff\udfff"',
    "NaN": b"NaN",
    "-Infinity": b"-Infinity",
    "deep": b"[" * 30_000 + b"]" * 30_000,
    "deeper and open": b'{"a":' * 12_000,
}
FIELDS = ("content", "colour", "x", "y", "anonymous", "name")


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    async with served() as running:
        yield running


class Bench:
    """A board, and one who tells it things."""

    def __init__(self, raw: Raw, board: str) -> None:
        self.raw, self.board = raw, board

    def frame(self, ref: int, body: bytes, do: bytes = b"add_note") -> bytes:
        return (
            b'{"type":"tell","ref":%d,"board":"%b","op":"%d","do":"%b","with":%b}'
            % (
                ref,
                self.board.encode(),
                ref,
                do,
                body,
            )
        )

    async def between_mates(self, poison: bytes) -> dict[str, object]:
        """Send a message between two honest ones; return the error that it got."""
        mates = [self.frame(n, b'{"content":"mate %d"}' % n) for n in (1, 3)]
        self.raw.send_text(b"\n".join([mates[0], poison, mates[1]]))
        answers = [await self.raw.expect("reply", "error") for _ in range(3)]
        replies = [one for one in answers if one["type"] == "reply"]
        assert sorted(one["ref"] for one in replies) == [1, 3]
        assert {one["seq"] for one in replies} <= {2, 3}, "something else was stored"
        return next(one for one in answers if one["type"] == "error")

    async def items(self) -> list[object]:
        """Look at the board as one who has just come."""
        view = await self.raw.join(self.board, ref=9)
        return [data for type_, _, data in view["items"] if type_ == "note"]


@pytest.fixture
async def bench(server: Server) -> AsyncIterator[Bench]:
    board = (await new_board(server))["board"]["id"]
    raw = await Raw.greeted(server.port, await mint(server))
    await raw.join(board)
    yield Bench(raw, board)
    raw.abort()
    assert server.errors() == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", VALUES)
async def test_a_value_that_fits_no_field_is_refused_by_name(
    bench: Bench, field: str, name: str
) -> None:
    if name == "null" and field in {"name", "x", "y"}:
        pytest.skip("no name is a name, and no place is one")
    first = b"" if field == "content" else b'"content":"c",'
    body = b'{%b"%b":%b}' % (first, field.encode(), VALUES[name])
    error = await bench.between_mates(bench.frame(2, body))
    assert (error["ref"], error["error"]) == (2, "invalid")
    assert error["details"] == {"field": field}
    assert error["retry"] is False
    assert len(await bench.items()) == 2


@pytest.mark.parametrize("name", TEXTS)
async def test_what_is_no_json_is_refused(bench: Bench, name: str) -> None:
    error = await bench.between_mates(bench.frame(2, b'{"content":%b}' % TEXTS[name]))
    assert error["error"] in {"bad_request", "invalid"}
    assert error["details"] == {"field": "content"}
    assert len(await bench.items()) == 2


@pytest.mark.parametrize("body", [b"[]", b"null", b'"content"', b"7"])
async def test_a_with_that_is_no_object_is_refused_by_name(
    bench: Bench, body: bytes
) -> None:
    error = await bench.between_mates(bench.frame(2, body))
    assert (error["ref"], error["error"]) == (2, "invalid")
    assert error["details"] == {"field": "with"}
    assert len(await bench.items()) == 2


@pytest.mark.parametrize(
    "do", ["nope", "__init__", "open_board", "tick", "drag", "join"]
)
async def test_a_verb_that_is_none_of_ours_is_refused(bench: Bench, do: str) -> None:
    error = await bench.between_mates(bench.frame(2, b"{}", do.encode()))
    assert error["ref"] == 2
    assert error["error"] in {"bad_request", "forbidden", "invalid"}
    assert len(await bench.items()) == 2


async def test_text_that_runs_backwards_is_only_text(bench: Bench) -> None:
    text = "\u202eevil\u2066 \u200bzero"
    frame = bench.frame(1, b'{"content":"%b"}' % text.encode())
    bench.raw.send_text(frame)
    await bench.raw.expect("reply")
    items = await bench.items()
    assert [note["content"] for note in items] == [text]  # type: ignore[index]


async def test_a_message_that_is_too_long_closes_and_changes_nothing(
    bench: Bench, server: Server
) -> None:
    body = b'{"content":"%b"}' % (b"x" * (64 * 1024 + 1))
    bench.raw.send_text(bench.frame(1, body))
    assert await bench.raw.next() is None
    assert bench.raw.code == 1009
    other = await Raw.greeted(server.port)
    assert (await other.join(bench.board))["seq"] == 1
    other.abort()


async def test_bytes_that_are_no_text_close_and_change_nothing(
    bench: Bench, server: Server
) -> None:
    bench.raw.send_text(bench.frame(1, b'{"content":"\xff\xfe"}'))
    assert await bench.raw.next() is None
    assert bench.raw.code == 1007
    other = await Raw.greeted(server.port)
    assert (await other.join(bench.board))["seq"] == 1
    other.abort()
