"""The frames that a server says, as types: for documents, tests and other languages.

What many are told is written as bytes where it happens; recorded frames hold those
bytes to these types.  Which items and changes there are, the kinds say: here they are
anything.  Source: docs/reference/protocol.md.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Ref = Annotated[int, Meta(description="Of the question that this answers")]
Seconds = Annotated[float, Meta(ge=0)]
Seq = Annotated[int, Meta(ge=0, description="A place in the board's journal")]
Count = Annotated[int, Meta(ge=0)]
Code = Annotated[str, Meta(description="The contract; the message is for people")]
Retry = Annotated[bool, Meta(description="Passing trouble: ask the same again")]
Names = Annotated[Sequence[str], Meta(description="Names of commands")]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Me(Struct, frozen=True):
    """Whom the hello has shown."""

    kind: Literal["guest", "ghost", "account"]


class Result(Struct, frozen=True):
    """What came of a command."""

    id: Annotated[str, Meta(description="Of the command, and of the item it made")]


class Put(Struct, frozen=True):
    """An item is now so: `[type, id, data]`."""

    put: Any


class Drop(Struct, frozen=True):
    """An item is gone, or not for you any more: `[type, id]`."""

    drop: tuple[str, str]


class Told(Struct, frozen=True, kw_only=True):
    """An event of the journal, as far as you may see it; perhaps without changes."""

    seq: Seq
    at: Time
    event: Annotated[str, Meta(description="Its name; others may be added")]
    changes: Sequence[Any]


class Welcome(Struct, tag="welcome", frozen=True, kw_only=True):
    """You are greeted: join boards now."""

    node: str
    time: Annotated[int, Meta(ge=0, description="The server's clock, ms since 1970")]
    versions: Sequence[int]
    ping: Annotated[Seconds, Meta(description="Seconds between your pings")]
    limits: Annotated[
        Mapping[str, float], Meta(description="How much may be said on this socket")
    ]
    me: Me


class Joined(Struct, tag="joined", frozen=True, kw_only=True):
    """You are on a board, and hear what happens there from `seq` on."""

    ref: Ref | UnsetType = UNSET
    board: str
    kind: str
    log: Annotated[str, Meta(description="The history that `seq` counts")]
    seq: Seq
    role: Sequence[str]
    may: Names
    here: Annotated[Count, Meta(description="People who are here now")]


class JoinedWithView(Joined, tag="joined", frozen=True, kw_only=True):
    """A whole view: forget what you had.  Without `ref` it comes unasked."""

    items: Sequence[Any]


class JoinedWithChanges(Joined, tag="joined", frozen=True, kw_only=True):
    """What came after the seq that you had: apply it to that."""

    changes: Sequence[Any]


class Changed(Told, tag="changed", frozen=True, kw_only=True):
    """An event was committed.  A gap in `seq`: join again with `log` and `since`."""

    board: str


class Signalled(Struct, tag="signal", frozen=True, kw_only=True):
    """A passing signal of somebody else, never stored."""

    board: str
    do: str
    body: dict[str, Any] = field(name="with")


class Here(Struct, tag="here", frozen=True, kw_only=True):
    """How many people are on a board now."""

    board: str
    count: Count


class Reply(Struct, tag="reply", frozen=True, kw_only=True):
    """A command is committed, on disk."""

    ref: Ref
    seq: Seq
    result: Result


class Error(Struct, tag="error", frozen=True, kw_only=True):
    """Something was refused; without `ref` the socket itself, or what has none."""

    ref: Ref | UnsetType = UNSET
    error: Code
    message: str
    details: Mapping[str, Any]
    retry: Retry
    after: Annotated[Seconds, Meta(description="Seconds to wait")] | UnsetType = UNSET


class Status(Struct, tag="status", frozen=True, kw_only=True):
    """How this node hears of a board: `following` is a second late, commands wait."""

    board: str
    mode: Literal["following", "live"]


class Left(Struct, tag="left", frozen=True, kw_only=True):
    """You are off a board; with `retry` for a while, else for good."""

    board: str
    error: Code
    message: str
    retry: Retry


class Goaway(Struct, tag="goaway", frozen=True, kw_only=True):
    """The node is about to go: move to a new socket, then close this one."""

    after: Annotated[Seconds, Meta(description="Seconds until you should move")]
    why: str


class Noticed(Struct, tag="notices", frozen=True, kw_only=True):
    """There is a notice for whoever has signed in here: read the list."""

    id: Annotated[str, Meta(description="Of that notice")]


class Pong(Struct, tag="pong", frozen=True, kw_only=True):
    """The answer to a ping: how far each board is that was named there."""

    heads: Mapping[str, Seq]


Said = (
    Welcome
    | JoinedWithView
    | JoinedWithChanges
    | Changed
    | Signalled
    | Here
    | Reply
    | Error
    | Status
    | Left
    | Goaway
    | Noticed
    | Pong
)
