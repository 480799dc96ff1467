"""One object a line, without secrets, whoever logs."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.http_exceptions import BadStatusLine

from orbit.http import logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Give what is logged, and put logging back as it was."""
    root = logging.getLogger()
    kept = (list(root.handlers), root.level)
    stream = io.StringIO()
    logs.configure("info", stream)
    yield stream
    root.handlers, root.level = kept[0], kept[1]


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().split("\n") if line]


def test_a_line_has_what_where_when_and_the_fields_given(
    written: io.StringIO,
) -> None:
    before = datetime.now(UTC)
    logging.getLogger("a").warning("board %s failed", "b1", extra={"seq": 3})
    (line,) = lines(written)
    assert line["timestamp"].endswith("Z")
    told = datetime.fromisoformat(line.pop("timestamp"))
    assert before - timedelta(milliseconds=1) <= told <= datetime.now(UTC)
    assert line == {
        "event": "board b1 failed",
        "level": "warning",
        "logger": "a",
        "seq": 3,
    }


def test_whoever_formats_a_record_too_adds_no_field(written: io.StringIO) -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, "said", None, None)
    logging.Formatter("%(asctime)s %(message)s").format(record)
    logging.getLogger().handle(record)
    (line,) = lines(written)
    assert line.keys() == {"event", "level", "logger", "timestamp"}


def test_below_the_level_nothing_is_written(written: io.StringIO) -> None:
    logging.getLogger("a").debug("quiet")
    assert lines(written) == []


@pytest.mark.parametrize("text", ["a\r\nb", "a\x1b[31mb", "\u2028", 'quote " and \\'])
def test_nothing_breaks_a_line(written: io.StringIO, text: str) -> None:
    logging.getLogger("a").warning("said: %s", text)
    assert written.getvalue().count("\n") == 1
    assert lines(written)[0]["event"] == f"said: {text}"


@pytest.mark.parametrize(
    "name", ["X-Ghost-ID", "x-admin-token", "Authorization", "cookie", "secret"]
)
def test_what_bears_a_secrets_name_is_blanked(written: io.StringIO, name: str) -> None:
    logging.getLogger("a").warning("asked", extra={"headers": {name: "hush"}})
    logging.getLogger("a").warning("asked", extra={name: "hush"})
    assert "hush" not in written.getvalue()
    assert written.getvalue().count("[redacted]") == 2


def test_a_traceback_is_one_field(written: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("a").exception("a bug")
    (line,) = lines(written)
    assert "Traceback" in line["exception"]
    assert "ValueError: broken" in line["exception"]


def test_no_traceback_is_no_field(written: io.StringIO) -> None:
    logging.getLogger("a").error("a bug", exc_info=True)  # noqa: LOG014 - none is there
    (line,) = lines(written)
    assert "exception" not in line


@pytest.mark.parametrize("odd", ["\ud800", 1 << 70, {1: "x"}, object()])
def test_what_is_no_plain_json_is_written_somehow(odd: object) -> None:
    line = logs._line({"event": "said", "odd": odd})
    assert json.loads(line)["event"] == "said"
    line.encode()


def test_what_is_no_http_is_not_worth_a_line(written: io.StringIO) -> None:
    log = logging.getLogger("aiohttp.server")
    for error, count in ((BadStatusLine("x"), 0), (ValueError("ours"), 1)):
        try:
            raise error
        except Exception:
            log.exception("Error handling request from 203.0.113.9")
        assert len(lines(written)) == count
