"""What nodes say to each other about boards.  Pure; in msgpack, tagged by class.

A gateway is a node with sockets or requests for a board, an owner the one that writes
it.  Gateways ask, watch and pass signals on; owners answer, tell events and beacon.
Source: guarantees.md, 2.7.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from orbit.core.codec import Entry
from orbit.core.types import BoardId, Principal

MAX_BYTES = 256 << 10  # a longer word is replaced by "see the journal"
PART_BYTES = 128 << 10  # of who is present
PART_BOARDS = 2_000  # in one word about many, of 60 bytes each
T = TypeVar("T")


class Ask(Struct, frozen=True, tag=True, array_like=True):
    """Gateway: have a command decided, if you own the board under this epoch."""

    ref: int
    board: BoardId
    epoch: int
    who: Principal
    op: bytes
    do: str
    body: bytes
    attempt: int
    waited: float  # seconds, since it came to the gateway
    is_inner: bool  # one that only Orbit's own services tell
    copy: int = 1  # how often it was sent until now, to whomever


class Redact(Struct, frozen=True, tag=True, array_like=True):
    """Gateway: have journal and memory forget an author, as the state has."""

    ref: int
    board: BoardId
    epoch: int
    author: str
    alias: str
    upto: int


class Done(Struct, frozen=True, tag=True, array_like=True):
    """Owner: it is committed, in this history; "": by an earlier release."""

    ref: int
    board: BoardId
    seq: int
    id: str
    log_id: str = ""


class Refused(Struct, frozen=True, tag=True, array_like=True):
    """Owner: it was not done now.  `code` names the error."""

    ref: int
    board: BoardId
    code: str
    message: str
    details: Mapping[str, Any]
    after: float | None
    copy: int = 1  # which one it was


class Elsewhere(Struct, frozen=True, tag=True, array_like=True):
    """Owner no more, or of another epoch: that ask is not, and will not be, decided."""

    ref: int
    board: BoardId


class Interest(Struct, frozen=True, array_like=True):
    """What a gateway has of a board that it watches, and who is with it."""

    since: int
    people: int  # the digest of who is here: an owner that knows of others asks
    guests: int


class Watch(Struct, frozen=True, tag=True, array_like=True):
    """Gateway: tell me what comes next on these; said again every 2 s, lives for 6."""

    boards: Mapping[BoardId, Interest]


class Who(Struct, frozen=True, tag=True, array_like=True):
    """Owner: say who is with you; what you have told last is not what I have."""

    board: BoardId


class Present(Struct, frozen=True, tag=True, array_like=True):
    """Gateway: some of those who are with me; all of them with the last part."""

    board: BoardId
    part: int
    is_last: bool
    ids: bytes  # 64 bits each


class Unwatch(Struct, frozen=True, tag=True, array_like=True):
    """Gateway: nobody here watches it any more."""

    board: BoardId


class Watched(Struct, frozen=True, tag=True, array_like=True):
    """Owner: what came after `since`; None: see the journal."""

    board: BoardId
    log_id: str
    epoch: int
    head: int
    entries: Sequence[Entry] | None


class Happened(Struct, frozen=True, tag=True, array_like=True):
    """Owner: this was committed; None: see the journal."""

    board: BoardId
    log_id: str
    epoch: int
    head: int
    entries: Sequence[Entry] | None


class Beacon(Struct, frozen=True, tag=True, array_like=True):
    """Owner, every second: how far the boards are that you watch here."""

    heads: Mapping[BoardId, tuple[int, int, int]]  # epoch, head, how many are here


class Released(Struct, frozen=True, tag=True, array_like=True):
    """Owner no more: nothing is decided under this epoch, and `heir` takes it over."""

    board: BoardId
    epoch: int
    heir: str


class Take(Struct, frozen=True, tag=True, array_like=True):
    """Nobody owns this board, and it should live with you."""

    board: BoardId


class Forget(Struct, frozen=True, tag=True, array_like=True):
    """Owner: what its journal holds was redacted; read it again."""

    board: BoardId


class Signalled(Struct, frozen=True, tag=True, array_like=True):
    """Gateway to owner, then owner to gateways: a signal, at most once."""

    board: BoardId
    who: Principal
    do: str
    body: bytes


class Question(Struct, frozen=True, tag=True, array_like=True):
    """Any node: tell this to an operator.  See `inquiry`."""

    ref: int
    about: str
    body: bytes


class Answered(Struct, frozen=True, tag=True, array_like=True):
    """What was asked for; or, with a `code`, why it is not told."""

    ref: int
    body: bytes
    code: str = ""
    message: str = ""


News = Happened | Watched
ToFollower = Done | Refused | Elsewhere | Who | Forget | Released
ToOwner = Ask | Redact | Watch | Present | Unwatch
Word = ToOwner | Beacon | Take | Signalled | Question | Answered | ToFollower | News
DecodeError = msgspec.DecodeError
encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Word).decode


def parts(boards: Mapping[BoardId, T]) -> Iterator[dict[BoardId, T]]:
    """Return what is to be said of many boards, so much of it as one word may hold."""
    pairs = iter(boards.items())
    while part := dict(islice(pairs, PART_BOARDS)):
        yield part


def present(board: BoardId, ids: Set[int]) -> Iterator[Present]:
    """Return the words that tell who is here."""
    packed = array("Q", ids).tobytes()
    last = max(len(packed) - 1, 0) // PART_BYTES
    for part in range(last + 1):
        some = packed[part * PART_BYTES :][:PART_BYTES]
        yield Present(board, part, part == last, some)


def ids_of(packed: bytes) -> Set[int]:
    """Return the ids that parts hold.

    Raises:
        ValueError: their length is none of ids.
    """
    ids = array("Q")
    ids.frombytes(packed)
    return frozenset(ids)
