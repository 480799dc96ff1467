"""Logs as JSON, one object a line, on standard error.

A line says what happened, where and for how long; never a body, a query string, an
address or a secret.  What could break a line (CR, LF) is escaped by being JSON.
Source: guarantees.md, section 5, Logs.
"""

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.stdlib import ExtraAdder, ProcessorFormatter

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
Event = MutableMapping[str, Any]


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything that is logged, by whatever library, to one place."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*shared, ExtraAdder()],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(serializer=_line),
            ],
        )
    )
    logging.getLogger("aiohttp.server").addFilter(_is_news)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what is no HTTP: it says nothing of us, and has an address."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Blank what stands under the name of a secret, however deep."""
    for name in event:
        event[name] = _redacted(name, event[name])
    return event


def _redacted(name: str, value: Any) -> Any:
    if name.lower() in SECRET_NAMES:
        return REDACTED
    if isinstance(value, dict):
        return {key: _redacted(str(key), inner) for key, inner in value.items()}
    return value


def _line(event: Any, **_options: Any) -> str:
    try:
        line = orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, or an integer above 64 bits
        return json.dumps(event, default=repr, skipkeys=True)
    return line.decode()
