"""What nodes tell operators of themselves and each other: values, as REST shows them.

Of people nothing but what a journal holds of them: author keys.  No address, no secret,
no text, unless a trace is asked for it.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Raw, Struct


class Numbers(Struct, frozen=True):
    """What a node says of itself, at the moment; the totals only grow."""

    version: str
    is_draining: bool
    is_deaf: bool
    sheds: str  # what is refused: nothing, signals, joins, reads or writes
    boards_owned: int
    boards_followed: int
    boards_waking: int
    sockets: int
    sockets_lagging: int
    loop_lag_s: float
    memory_bytes: int
    memory_share: float  # of what it may use
    commands_total: int
    events_total: int
    commits_total: int
    deliveries_total: int


class NodeRow(Struct, frozen=True):
    """A node: as the database knows it, as Redis does, and by its own words.

    `state` is `fit`, `busy` (it refuses what is new), `deaf` (Redis does not reach it),
    `draining`, `silent` (it did not answer) or `gone`. Who is `is_me` has told this.
    """

    inc: str
    name: str
    state: str
    is_me: bool
    proto: int
    started_at: datetime
    beat_age_s: float
    lapses: int
    is_seen: bool | None  # by Redis; null: there is none, or it is silent
    numbers: Numbers | None  # null: it did not answer


class NodeList(Struct, frozen=True):
    """The nodes that live, and those that have ended within the last minute."""

    nodes: Sequence[NodeRow]


class Busy(Struct, frozen=True):
    """What happens on one board, a second."""

    board: str
    kind: str
    owner: str  # the inc that writes it; empty: it did not answer
    commands_s: float  # answered, refusals too
    events_s: float
    deliveries_s: float  # events, times who was there to be told
    watchers: int  # connections, at all nodes
    slowest_ms: float  # from a command's arrival to its answer


class Top(Struct, frozen=True):
    """The boards with the most of something, over the seconds that were measured."""

    measured_s: float
    commands_s: float
    events_s: float
    deliveries_s: float
    boards: Sequence[Busy]
    silent: Sequence[str]  # incs that did not answer: of theirs nothing is known


class Place(Struct, frozen=True):
    """What a board is at a node: `owner`, `follower`, `waking`, `absent`, `unknown`."""

    inc: str
    name: str
    role: str
    epoch: int | None = None
    seq: int | None = None
    watchers: int = 0
    waiting: bool = False  # somebody waits there for it


class Where(Struct, frozen=True):
    """Where a board lives.  Owner, epoch and seq are the database's."""

    board: str
    kind: str
    log_id: str
    epoch: int
    seq: int
    floor: int
    owner: str | None  # the inc that writes it; null: nobody who is alive
    heir: str | None  # the inc to which it is being handed over
    should_be: str  # the inc where it would be placed now
    places: Sequence[Place]


class SocketRow(Struct, frozen=True):
    """A connection.  `lag_s` is for how long it has taken nothing."""

    id: str
    node: str  # its inc
    since: datetime
    boards: int
    boards_behind: int
    queued_bytes: int  # unsent, the kernel's too
    lag_s: float
    frames_s: float  # that it sends


class SocketList(Struct, frozen=True):
    """Connections: the slowest first, then by what they send."""

    measured_s: float
    total: int
    sockets: Sequence[SocketRow]
    silent: Sequence[str]


class Traced(Struct, frozen=True, omit_defaults=True):
    """An event, as it was committed.

    `ms` is from its decision, by its owner's clock, until this node could tell it; it
    is missing where the event was read from the journal. `event` is asked for.
    """

    seq: int
    at: str
    type: str
    who: str  # an author key, `system`, or empty for a guest
    bytes: int
    ms: float | None = None
    event: Raw | None = None


class Outcome(Struct, frozen=True):
    """Whether there was something to be done, and it was."""

    done: bool


class Flaw(Struct, frozen=True):
    sort: str
    seq: int
    words: str


class Verdict(Struct, frozen=True):
    """What is wrong with a board: nothing, if `findings` is empty."""

    events: int
    findings: Sequence[Flaw]
