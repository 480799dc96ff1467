"""Logs as JSON, one object a line, on standard error.

A line says what happened, where and for how long; never a body, a query string, an
address or a secret.  What could break a line (CR, LF) is escaped by being JSON.
Source: guarantees.md, section 5, Logs.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

REDACTED = "[redacted]"
SECRET_NAMES = frozenset(
    {
        "admin_token",
        "authorization",
        "cookie",
        "ghost",
        "idempotency-key",
        "link",
        "password",
        "pepper",
        "secret",
        "set-cookie",
        "token",
        "x-admin-token",
        "x-ghost-id",
    }
)

# What the library itself keeps in a record; whatever else is there came by `extra`.
_KEPT = frozenset(logging.makeLogRecord({}).__dict__) | {"asctime", "message"}


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything that is logged, by whatever library, to one place."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines())
    logging.getLogger("aiohttp.server").addFilter(_is_news)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())


class Lines(logging.Formatter):
    """Makes one line of a record; the fields given as `extra` stand beside ours."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a JSON object without a line's end; a traceback is one field of it."""
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": _told(record.created),
        }
        extra = record.__dict__.items()
        line |= {name: value for name, value in extra if name not in _KEPT}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack_info"] = record.stack_info
        return _line(redacted(line))


def _told(at: float) -> str:
    told = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
    return told.removesuffix("+00:00") + "Z"


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what is no HTTP: it says nothing of us, and has an address."""
    # where nothing is served, aiohttp need not be there: it is large
    from aiohttp.http_exceptions import HttpProcessingError  # noqa: PLC0415

    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


def redacted(line: dict[str, Any]) -> dict[str, Any]:
    """Return the line with what stands under a secret's name blanked, however deep."""
    return {name: _redacted(name, value) for name, value in line.items()}


def _redacted(name: str, value: Any) -> Any:
    if name.lower() in SECRET_NAMES:
        return REDACTED
    if isinstance(value, dict):
        return {key: _redacted(str(key), inner) for key, inner in value.items()}
    return value


def _line(event: Any) -> str:
    try:
        line = orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, or an integer above 64 bits
        return json.dumps(event, default=repr, skipkeys=True)
    return line.decode()
