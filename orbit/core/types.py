"""The plain values that every layer speaks of.  Immutable, compared by value."""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any, NewType, Protocol, TypeVar, dataclass_transform

from msgspec import Struct, StructMeta, field

BoardId = NewType("BoardId", str)  # a UUID in its canonical text form
Key = tuple[str, str]  # an item's type and id
Audience = Set[str]  # ids and roles of those who may see; fails closed: empty is nobody
EVERYONE: Audience = frozenset({"*"})


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _RecordMeta(StructMeta):
    """Tells the type checker that a subclass of a frozen struct is frozen too."""


class Record(Struct, frozen=True, metaclass=_RecordMeta):
    """An immutable value."""


def coarse(at: datetime) -> datetime:
    """Return a time cut to five minutes."""
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


class Principal(Record):
    """Who asks, as one board knows him.

    `id` is the author key of a ghost on this board, an account's id, `system`, or empty
    for a guest.  Claims are settled facts: `user`, `link:<sha256 of an admin token>`.
    """

    id: str
    name: str = ""
    claims: Set[str] = frozenset()


GUEST = Principal("")
SYSTEM = Principal("system", claims=frozenset({"system"}))


class Put(Record):
    """An item is now so."""

    type: str
    id: str
    data: Mapping[str, Any]
    audience: Audience = EVERYONE


class Drop(Record):
    """An item is gone.  Told only to those who could see it, or its id would leak."""

    type: str
    id: str
    audience: Audience = EVERYONE


Change = Put | Drop
Items = Mapping[Key, Put]


def sees(sight: Set[str], audience: Audience) -> bool:
    """Tell whether someone who holds the ids and roles in `sight` is in `audience`."""
    return audience == EVERYONE or not sight.isdisjoint(audience)


def sight(who: Principal, roles: Set[str]) -> Set[str]:
    """Return the ids and roles that somebody sees by; a guest has no id."""
    return {who.id, *roles} if who.id else roles


C = TypeVar("C", bound="_HasAudience")


class _HasAudience(Protocol):
    @property
    def audience(self) -> Audience: ...


def visible(sight: Set[str], changes: Iterable[C]) -> list[C]:
    """Return those of `changes` that `sight` may see, in order."""
    return [change for change in changes if sees(sight, change.audience)]


def fold(items: Items, changes: Iterable[Change]) -> Items:
    """Bring items up to date.  The one reducer: of browsers, index and tests alike."""
    after = dict(items)
    for change in changes:
        after.pop((change.type, change.id), None)
        if isinstance(change, Put):
            after[change.type, change.id] = change
    return after
