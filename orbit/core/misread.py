"""Which field of a JSON text it was that could not be read.

The schema library says at which byte it gave up, or only that more was needed; a client
is told the name of the field, as for a value out of bounds.  Pure; never raises.
"""

import re

DEEP = 64
MOST_PARTS = 8
MOST_NAME = 64
# A string, whole or cut off, or what gives the text its form.
_TOKEN = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"?|[{}\[\],:]', re.DOTALL)
_AT = re.compile(r"\(byte (\d+)\)")
# The first half of a surrogate pair alone; its backslash is none that was escaped.
_HALF = re.compile(
    rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


def field_of(body: bytes, error: Exception) -> str:
    """Return the path of the field (`seen.b`, `options.2`), or "" if it is in none.

    The fields of a command are named without the `with` around them, as elsewhere.
    """
    if isinstance(error, RecursionError):
        path = _path(body, DEEP)
        end = 2 if path[:1] == ["with"] else 1
    else:
        path, end = _path(body[: _end(body, error)]), MOST_PARTS
    path = path[:end]
    return ".".join(path[1:] if path[:1] == ["with"] and path[1:] else path)


def _end(body: bytes, error: Exception) -> int:
    """Return up to where the text could be read."""
    if isinstance(error, UnicodeDecodeError):  # it counts from where its string begins
        return _not_utf8(body)
    if at := _AT.search(str(error)):
        return int(at[1])
    half = _HALF.search(body)
    return half.start() if half else len(body)


def _not_utf8(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(body)


def _path(text: bytes, deepest: float = float("inf")) -> list[str]:
    """Return where one is at the end of a text, or where it gets too deep."""
    stack: list[str | int] = []  # the name or number that was come to, at each depth
    key = ""
    for token in _TOKEN.finditer(text):
        match token[0][:1]:
            case b'"':
                key = token[1][:MOST_NAME].decode(errors="replace")
            case b"{" | b"[" if len(stack) > deepest:
                break
            case b"{":
                stack.append("")
            case b"[":
                stack.append(0)
            case b"}" | b"]":
                del stack[-1:]
            case b",":
                stack[-1:] = [_next(part) for part in stack[-1:]]
            case _:  # a colon
                stack[-1:] = [key]
    return [str(part) for part in stack if part != ""]


def _next(part: str | int) -> str | int:
    return part + 1 if isinstance(part, int) else ""
