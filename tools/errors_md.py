"""Writes docs/reference/errors.md from the tables that decide: run `make docs`."""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

from orbit.core.errors import Fenced, Moved, OrbitError, StoreDown, catalogue
from orbit.core.protocol.close import Close, code
from orbit.http.errors import OF_HTTP, status_of

PAGE = Path(__file__).parents[1] / "docs/reference/errors.md"
INSIDE = {Fenced, Moved, StoreDown}
CLOSED = {
    Close.NORMAL: "you, or we, have finished",
    Close.TOO_LARGE: "a message was too large",
    Close.RESTART: "the node is going down; another is there",
    Close.BUSY: "too much to do at the moment",
    Close.SLOW: "you read too slowly to be kept up to date",
    Close.TOKEN_ENDED: "your token has ended, or gives other rights now; get another",
    Close.NO_HELLO: "no `hello` within 5 s",
    Close.ENDED: "the node's admin closed this connection",
    Close.RATE_LIMITED: "too much was sent at once",
    Close.BAD_FRAMES: "three messages could not be read",
    Close.UNAUTHENTICATED: "who you say you are is unknown",
    Close.FORBIDDEN: "you may not be here",
    Close.NOT_FOUND: "there is no such board",
    Close.ID_REUSED: "an `op` was used for another command",
    Close.VERSION: "no version of the protocol that both of us speak",
}

HEAD = """\
# Errors

<!-- Made by `make docs`; change orbit/core/errors.py and the tables beside it. -->

The **code** is the contract, the sentence is for people, `details` is data. Every code
but `unknown` means: it was not done, and it will not be unless you ask again. After
`unknown`, ask again under the same `op` (REST: `Idempotency-Key`): what is asked twice
is done once.

Over REST an error is `{"error": code, "message", "detail", "details": {field: [why]},
"request_id", "timestamp"}`; on a socket `{"type": "error", "ref", "error": code,
"message", "details", "retry", "after"}`. Where *again* is yes, ask again after `after`
seconds (REST: `Retry-After`), or after a pause that doubles each time.

Whoever may not do something (403) is told in `details` what he lacks: a right (`role`,
`scope`), a header, or a field that has to be another. Where that is a board's own rule,
the sentence says it, and the board's view has what he may.
"""

CLOSES = """
## Close codes

A socket is rarely closed for an error: most are answers to one frame. From 4000 to
4499: come back; from 4500 on: do not, for the same would happen.
"""

WITHIN = """
## Inside

Passed between Orbit's own parts. Should one reach you, take it for `unavailable`.
"""

BY_HTTP = """
## HTTP alone

What HTTP refuses before Orbit is asked; same body.
"""


def come_back(close: Close) -> bool:
    """Tell whether it helps to connect again after this close code."""
    if close >= 4000:
        return close < 4500
    return close in {Close.RESTART, Close.BUSY}


def page() -> str:
    """Return the page."""
    errors = list(catalogue())
    told = _table(
        ("code", "REST", "closes", "again", "meaning"),
        (_row(error) for error in errors if error not in INSIDE),
    )
    closes = _table(
        ("code", "come back", "meaning"),
        ((f"{c.value}", _yes(come_back(c)), CLOSED[c]) for c in Close),
    )
    inside = _table(
        ("code", "meaning"),
        ((f"`{e.code}`", e.summary) for e in errors if e in INSIDE),
    )
    return "".join([HEAD, told, CLOSES, closes, WITHIN, inside, BY_HTTP, _http()])


def _row(error: type[OrbitError]) -> Sequence[str]:
    close = code(error)
    return (
        f"`{error.code}`",
        f"{status_of(error)}",
        f"{close.value}" if close else "",
        _yes(error.retry),
        error.summary,
    )


def _http() -> str:
    ours = {error.code for error in catalogue()}
    rest = ((status, name) for status, name in OF_HTTP.items() if name not in ours)
    rows = ((f"`{n}`", f"{s}", HTTPStatus(s).phrase.lower()) for s, n in rest)
    return _table(("code", "REST", "meaning"), rows)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n" + "".join(_lines([head, ["---"] * len(head), *rows]))


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(row)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
