"""The contract between the actor runtime and every kind of live board.

Rule 1: a kind is data in, data out.  It never awaits, logs, reads a clock, draws a
random number or makes an id; what it needs of these is in the `Context`.
Rule 2: the runtime imports this and no kind; a kind imports this, `errors`, `types`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar

from msgspec import Struct

from orbit.core.errors import Forbidden, Rejected
from orbit.core.types import Audience, Change, Items, Key, Principal, Put, Record

S = TypeVar("S")


class Command(Record):
    """What somebody asks for.  Named in the imperative: `AddNote`."""


class Event(Record):
    """What happened.  In the past tense: `NoteAdded`.  Journaled, then applied."""


class Signal(Record):
    """Passing, at most once, never journaled: `Drag`."""


class Join(Command):
    """Asks to watch the board.  Every permission table lists it."""


class Tick(Command):
    """Told by the runtime when `Kind.deadline` has passed."""


class Context(Struct, frozen=True):
    """Everything from outside that a decision may depend on."""

    who: Principal
    at: datetime
    id: str  # of the board, the principal and the op; names new items
    items: Items = {}  # those of `Kind.needs` that exist


class Letter(Struct, frozen=True):
    """A command on its way to a board.  `op` and `digest` make it safe to repeat."""

    command: Command
    ctx: Context
    op: bytes = b""  # 16 bytes of a hash of the client's id of the command
    digest: bytes = b""  # 16 bytes of a hash of the command
    attempt: int = 1  # 0: the sender did not say, so it may have been told before


class Role(StrEnum):
    """What somebody is to a board; also an audience."""

    STRANGER = "stranger"  # who may only ask to be let in
    WAITING = "waiting"  # a stranger who has asked
    REFUSED = "refused"  # a stranger who was told no
    ANYONE = "anyone"
    PARTICIPANT = "participant"
    MEMBER = "member"
    MAKER = "maker"
    AUTHOR = "author"
    ADMIN = "admin"
    MODERATOR = "moderator"
    SYSTEM = "system"


Asked = Command | Signal
Permissions = Mapping[type[Asked], Set[Role]]


def refuse(_state: Any, asked: Asked, _held: Set[Role]) -> Rejected:
    """Return the plain refusal of what the table does not allow."""
    return Forbidden(f"you may not {wire_name(type(asked))}")


class Erasure(Struct, frozen=True):
    """How a board forgets what somebody wrote: now, and in what its journal holds.

    `command` has state and items forget whoever tells it, and is told first.  Then
    every event up to it goes through the rest, the oldest first, and what is left must
    still fold to the same state.  Author keys are not its concern.
    """

    command: type[Command]
    owned: Callable[[Any, str], Iterable[Key]]  # (event, author): items with his text
    event: Callable[[Any, Set[Key]], Any]  # an event without the text of such items
    data: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]  # (type, data): so, too


@dataclass(frozen=True)
class Kind(Generic[S]):
    """One kind of live board: a table and some pure functions.

    `public(state)` are all items in memory that everyone sees, `private(state, sight)`
    at least those that only `sight` does; together they are its view.
    `changes(state, event)` is given the state after the event.  Folding what it
    returned, event by event, gives the view.
    """

    name: str
    initial: S
    state_version: int
    events: Sequence[type[Event]]
    permissions: Permissions  # what is not in the table does not exist
    roles: Callable[[S, Asked, Context], Set[Role]]
    decide: Callable[[S, Any, Context], Sequence[Event]]
    apply: Callable[[S, Any], S]
    public: Callable[[S], Iterable[Put]]
    changes: Callable[[S, Any], Sequence[Change]]
    private: Callable[[S, Set[str]], Iterable[Put]] = field(
        default=lambda _state, _sight: ()
    )
    audience: Callable[[S, Any], Audience] = field(default=lambda _s, _signal: set())
    needs: Callable[[Any], Sequence[Key]] = field(default=lambda _command: ())
    deadline: Callable[[S], datetime | None] = field(default=lambda _state: None)
    refuse: Callable[[S, Asked, Set[Role]], Rejected] = refuse
    upcast: Callable[[str, int, bytes], tuple[str, bytes]] = field(
        default=lambda type, _version, data: (type, data)
    )
    internal: Set[type[Command]] = frozenset()  # told by Orbit's own services alone
    unmetered: Set[type[Command]] = frozenset()  # no bound per author: positions
    regroups: Set[type[Event]] = frozenset()  # after which rights are looked at anew
    ends: Set[type[Event]] = frozenset()  # `...Deleted`: it may be purged
    shows: Set[str] = frozenset()  # the types of all its items
    windowed: Set[str] = frozenset()  # item types that the state need not hold
    # Journaled, and told to nobody by themselves: clients count seqs without them, and
    # whoever sees what they change, of which nothing is public, is given a new view.
    quiet: Set[type[Event]] = frozenset()
    untold: Callable[[S], int] = field(default=lambda _state: 0)  # quiet ones so far
    # Whether nobody is told how many are here, nor to the minute when anything was.
    guarded: Callable[[S], bool] = field(default=lambda _state: False)
    blind: Set[type[Command]] = frozenset()  # by who sees nothing: answered without seq
    erasure: Erasure | None = None  # every registered kind has one
    event_version: int = 1

    def view(self, state: S, sight: Set[str]) -> Iterable[Put]:
        """Return what `sight` sees, or somewhat more."""
        return chain(self.public(state), self.private(state, sight))

    @cached_property
    def asked_by_name(self) -> Mapping[str, type[Asked]]:
        """The commands and signals that may come over the wire."""
        inner = {Join, Tick, *self.internal}
        return {wire_name(cls): cls for cls in self.permissions if cls not in inner}

    @cached_property
    def regrouping(self) -> Set[str]:
        """The wire names of `regroups`."""
        return {wire_name(cls) for cls in self.regroups}

    @cached_property
    def quieting(self) -> Set[str]:
        """The wire names of `quiet`."""
        return {wire_name(cls) for cls in self.quiet}

    @cached_property
    def event_by_name(self) -> Mapping[str, type[Event]]:
        return {wire_name(cls): cls for cls in self.events}


def wire_name(cls: type[Struct]) -> str:
    """Return the snake case of a class's name, which is its name on the wire."""
    return _NAMES.get(cls) or _NAMES.setdefault(
        cls, re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    )


_NAMES: dict[type[Struct], str] = {}


def authorize(kind: Kind[S], state: S, asked: Asked, ctx: Context) -> Set[Role]:
    """Return the caller's roles; raise `Rejected` unless the table allows one."""
    held = kind.roles(state, asked, ctx)
    if held.isdisjoint(kind.permissions.get(type(asked), frozenset())):
        raise kind.refuse(state, asked, held)
    return held


def may(kind: Kind[S], held: Set[Role]) -> Sequence[str]:
    """Return the wire names of what these roles alone allow, in the table's order."""
    return [
        name
        for name, cls in kind.asked_by_name.items()
        if not held.isdisjoint(kind.permissions[cls])
    ]
