"""Garbage with a grammar: our frames bent, JSON that bites, bytes that are no frame.

Pure: a `random.Random` decides, so that a seed tells the same lies again.
"""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.harness.raw import text_frame
from tests.kit.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, masked

DEEP = b"[" * 100_000
POISON: Sequence[bytes] = (
    rb'"NUL \u0000"',
    rb'"\ud800"',
    rb'"\udfff lone"',
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"1e131071",
    b"-1e400",
    b"9" * 5_000,
    b"18446744073709551616",
    b"-9223372036854775809",
    b"0.1e-400",
    "\u202eevil\u2066".encode(),
    '"\u202e\u2066bidi\u2069"'.encode(),
    b'"' + b"x" * 5_000 + b'"',
    DEEP[:30_000],
    b'{"a":' * 10_000,
    b"[[[[]]]]",
    b"{}",
    b"null",
    b"true",
    b"''",
    b'""',
    b'"__proto__"',
    b"1.5",
    b"-0.0",
)
NOT_UTF8 = (b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\x80")
FIELDS = ("content", "colour", "x", "y", "anonymous", "name", "note", "title", "ref")
TYPES = ("hello", "join", "tell", "signal", "leave", "ping", "pong", "changed", "nope")
VERBS = (
    "add_note",
    "edit_note",
    "move_note",
    "recolour_note",
    "remove_note",
    "restore_note",
    "toggle_upvote",
    "edit_board",
    "open_board",
    "delete_board",
    "tick",
    "drag",
    "__init__",
    "",
)
Make = Callable[[random.Random, str], bytes]


def whole(dice: random.Random, board: str) -> dict[str, Any]:
    """Return a frame that might be right."""
    frame: dict[str, Any] = {"type": dice.choice(TYPES), "ref": dice.randint(-5, 10**6)}
    frame["board"] = dice.choice([board, board.upper(), "", "x" * 64, "../etc"])
    frame |= {"op": f"op{dice.randint(0, 50)}", "attempt": dice.randint(0, 3)}
    frame |= {"do": dice.choice(VERBS), "seen": {board: 1}, "since": dice.randint(0, 9)}
    frame["with"] = {
        name: dice.choice(["x", 1, 1.5, None, [], {}, True, "n" * 16])
        for name in dice.sample(FIELDS, dice.randint(0, 4))
    }
    for name in dice.sample(sorted(frame), dice.randint(0, 3)):
        del frame[name]
    return frame


def bent(dice: random.Random, board: str) -> bytes:
    """A frame of ours with one value replaced by poison."""
    frame = whole(dice, board)
    text = json.dumps(frame).encode()
    if not frame:
        return text
    victim = json.dumps(frame[dice.choice(sorted(frame))]).encode()
    return text.replace(victim, dice.choice(POISON), 1)


def plausible(dice: random.Random, board: str) -> bytes:
    return json.dumps(whole(dice, board)).encode()


def told(dice: random.Random, board: str) -> bytes:
    """A command whose one field is poison: it gets as far as a command can."""
    body = b'{"%b":%b}' % (dice.choice(FIELDS).encode(), dice.choice(POISON))
    return b'{"type":"tell","ref":1,"board":"%b","op":"o","do":"%b","with":%b}' % (
        board.encode(),
        dice.choice(VERBS).encode(),
        body,
    )


def mutated(dice: random.Random, board: str) -> bytes:
    """A frame of ours with some bytes changed, cut out or doubled."""
    text = bytearray(plausible(dice, board))
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(text) + 1)
        match dice.randrange(3):
            case 0:
                text[at:at] = bytes([dice.randrange(256)])
            case 1:
                del text[at : at + dice.randint(1, 9)]
            case _:
                text[at:at] = text[at : at + dice.randint(1, 9)]
    return bytes(text)


def noise(dice: random.Random, _board: str) -> bytes:
    return dice.randbytes(dice.randint(0, 200))


def many(dice: random.Random, board: str) -> bytes:
    """Several messages in one."""
    return b"\n".join(plausible(dice, board) for _ in range(dice.randint(2, 12)))


MESSAGES: Sequence[Make] = (bent, plausible, told, mutated, noise, many)


def message(dice: random.Random, board: str) -> bytes:
    """Return a text message, well framed and UTF-8, that is wrong in some way."""
    text = dice.choice(MESSAGES)(dice, board)
    return text_frame(text.decode(errors="replace").encode())


def unframed(dice: random.Random, board: str) -> bytes:
    """Return bytes that RFC 6455 does not allow; each ends the connection."""
    text = plausible(dice, board)
    options = (
        masked(text, rsv=dice.randint(1, 7)),
        masked(text[:100], mask=None),
        masked(text, opcode=dice.choice([3, 4, 5, 6, 7, 11, 12, 15])),
        masked(b"x" * 126, PING),
        masked(b"", PING, fin=False),
        masked(b"rest", CONTINUATION),
        masked(text, fin=False) + masked(text),
        masked(b"\xff\xfe\xfd"),
        text_frame(mutated(dice, board) + dice.choice(NOT_UTF8)),
        masked(text[:20], length_bytes=8),
        masked(b"\0", CLOSE),
        masked((1005).to_bytes(2), CLOSE),
        masked((1000).to_bytes(2) + b"\xff", CLOSE),
        text_frame(b"x" * (64 * 1024 + 1)),
        b"\x81\xff" + (1 << 62).to_bytes(8) + b"\0\0\0\0",
        masked(text, BINARY),
        dice.randbytes(300),
        masked(b"", PONG, fin=False),
    )
    return dice.choice(options)
