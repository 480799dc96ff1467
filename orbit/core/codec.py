"""A kind's values as bytes and back: what is journaled, indexed and told.

Encoded once, used for journal, index and every socket.  What comes in is checked here,
before any mailbox: a `BadRequest` names the field.  It never knows a transport.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec
from immutables import Map
from msgspec import Raw, Struct

from orbit.core.errors import BadRequest, Invalid
from orbit.core.kind import Asked, Command, Kind, Signal, wire_name
from orbit.core.misread import field_of
from orbit.core.turn import Recorded
from orbit.core.types import EVERYONE, Audience, Change, Put, coarse

T = TypeVar("T")


class Shown(Struct, frozen=True, array_like=True, gc=False):
    """A change with its data encoded.  `data` is None for an item that is gone."""

    type: str
    id: str
    data: bytes | None
    audience: Audience

    @property
    def item(self) -> bytes | None:
        """The item as `item` encodes it; None for one that is gone."""
        if self.data is None:
            return None
        return b"%b,%b]" % (_encode((self.type, self.id))[:-1], self.data)

    @property
    def wire(self) -> bytes:
        """The change as JSON, without its audience: `{"put":[type,id,data]}`."""
        if self.data is None:
            return b'{"drop":%b}' % _encode((self.type, self.id))
        return b'{"put":%b,%b]}' % (_encode((self.type, self.id))[:-1], self.data)


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """A row of the journal."""

    seq: int
    type: str
    version: int
    data: bytes
    changes: Sequence[Shown]
    who: str
    op: bytes
    ix: int
    digest: bytes
    at: str  # RFC 3339, UTC

    def changed(self, seen: Iterable[Shown]) -> bytes:
        """Return the event as JSON without its opening brace: more may stand before."""
        return b"%b%b]}" % (self.lead, b",".join([change.wire for change in seen]))

    @property
    def lead(self) -> bytes:
        """What of `changed` stands before the changes."""
        told = self.seq, self.at.encode(), self.type.encode()
        return b'"seq":%d,"at":"%b","event":"%b","changes":[' % told


class _StoredChange(Struct, omit_defaults=True):
    put: tuple[str, str, Raw] | None = None
    drop: tuple[str, str] | None = None
    to: list[str] | None = None  # None is everyone


def _hook(value: Any) -> Any:
    if isinstance(value, Map):
        return dict(value)
    raise NotImplementedError(type(value))


def _unhook(type_: Any, value: Any) -> Any:
    if get_origin(type_) is Map:
        return Map(msgspec.convert(value, dict[get_args(type_)], dec_hook=_unhook))  # type: ignore[misc]
    raise NotImplementedError(type_)


_encode = msgspec.json.Encoder(enc_hook=_hook).encode
_sorted = msgspec.json.Encoder(enc_hook=_hook, order="sorted").encode
_stored = msgspec.json.Decoder(list[_StoredChange])


class Codec:
    """Encodes and decodes for one kind."""

    def __init__(self, kind: Kind[Any]) -> None:
        self._kind = kind
        self._asked = {
            name: msgspec.json.Decoder(cls) for name, cls in kind.asked_by_name.items()
        }
        asked = kind.asked_by_name.items()
        self._signals = {name for name, cls in asked if issubclass(cls, Signal)}
        own = {*kind.internal, *([kind.erasure.command] if kind.erasure else [])}
        self._inner = {wire_name(cls): msgspec.json.Decoder(cls) for cls in own}
        self._events = {
            name: msgspec.json.Decoder(cls, dec_hook=_unhook)
            for name, cls in kind.event_by_name.items()
        }

    def asked(self, name: str, body: bytes) -> Asked:
        """Decode what somebody asks for.

        Raises:
            BadRequest: no such command, or malformed.
            Invalid: a field is out of bounds; `details` has the field.
        """
        decoder = self._asked.get(name)
        if decoder is None:
            raise BadRequest(f"no such command: {name[:64]}", details={"field": "do"})
        try:
            return checked(decoder.decode, body)
        except BadRequest as error:
            if "field" in error.details:
                raise
            raise Invalid(error.message, details={"field": "with"}) from None

    def command(self, name: str, body: bytes) -> Command:
        """Decode a command that somebody tells; raise as `asked`, or `Invalid`."""
        if name in self._signals:
            raise Invalid("that is a signal", details={"field": "do"})
        return cast(Command, self.asked(name, body))

    def inner(self, name: str, body: bytes) -> Command:
        """Decode a command that Orbit's own services tell, as `encoded` left it."""
        return self._inner[name].decode(body)

    def entry(self, record: Recorded, is_coarse: bool = False) -> Entry:
        """Encode an event for the journal, once for all.

        `is_coarse` has its time cut to five minutes.
        """
        letter = record.letter
        at = coarse(letter.ctx.at) if is_coarse else letter.ctx.at
        return Entry(
            seq=record.seq,
            type=wire_name(type(record.event)),
            version=self._kind.event_version,
            data=_encode(record.event),
            changes=[shown(change) for change in record.changes],
            who=letter.ctx.who.id,
            op=letter.op,
            ix=record.ix,
            digest=letter.digest,
            at=rfc3339(at),
        )

    def event(self, entry: Entry) -> Any:
        """Decode an event of the journal, upcast to today's."""
        type_, data = self._kind.upcast(entry.type, entry.version, entry.data)
        return self._events[type_].decode(data)

    def encode(self, value: Any) -> bytes:
        """Encode a state for a snapshot, or a signal."""
        return _encode(value)

    def restored(self, state: bytes) -> Any:
        """Decode the state of a snapshot of this `state_version`."""
        return self._states.decode(state)

    @cached_property
    def _states(self) -> Any:
        return msgspec.json.Decoder(type(self._kind.initial), dec_hook=_unhook)


def checked(decode: Callable[[bytes], T], body: bytes) -> T:
    """Decode with a `BadRequest` or `Invalid` for what is wrong, naming the field.

    A place in a list is a number (`options.2`), any in a mapping a star (`votes.*`).
    """
    try:
        value = decode(body)
    except msgspec.ValidationError as error:
        raise _named(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unread("not valid JSON in UTF-8", body, error) from None
    except RecursionError as error:
        raise _unread("nested too deeply", body, error) from None
    if b"\\" in body and b"\\u0000" in body:  # a byte is found faster than a word
        _refuse_nul(value)
    return value


def _unread(message: str, body: bytes, error: Exception) -> BadRequest:
    field = field_of(body, error)
    return BadRequest(message, details={"field": field} if field else {})


def _named(text: str) -> BadRequest:
    """Translate the schema library's sentence: `What is wrong - at `$.a[2]``."""
    # The last one: what was sent may be quoted in the sentence.
    message, at, path = text.rpartition(" - at `$")
    message, path = (message, path[:-1]) if at else (text, "")
    if named := _FIELD.fullmatch(message):
        path += f".{named[1][:64]}"
    field = path.replace("[...]", ".*").replace("[", ".").replace("]", "").strip(".")
    sentence = message[:1].lower() + message[1:200]
    if not field:
        return BadRequest(sentence)
    return Invalid(sentence, details={"field": field})


_FIELD = re.compile(
    "Object (?:missing required|contains unknown) field `(.+)`", re.DOTALL
)


def _refuse_nul(value: Any) -> None:
    """Postgres stores no NUL, so no text that is kept may hold one."""
    for path, text in _texts(value, ""):
        if "\0" in text:
            field = path.removeprefix(".")
            raise Invalid("text may not hold NUL", details={"field": field})


def _texts(value: Any, path: str) -> Iterable[tuple[str, str]]:
    """Return all texts in a value and where they are; not those in `Raw`."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Struct):
        names = zip(
            value.__struct_encode_fields__, value.__struct_fields__, strict=True
        )
        for name, attribute in names:
            yield from _texts(getattr(value, attribute), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield f"{path}.*", name
            yield from _texts(inner, f"{path}.*")
    elif isinstance(value, Sequence | Set) and not isinstance(value, bytes):
        for at, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{at}")


def digest(name: str, command: Asked) -> bytes:
    """Return 16 bytes, the same for the same command however it was written."""
    return blake2b(name.encode() + b"\0" + _encode(command), digest_size=16).digest()


def fingerprint(value: Any) -> bytes:
    """Return 16 bytes, the same for equal states, whatever the order of their maps."""
    return blake2b(_sorted(value), digest_size=16).digest()


def rfc3339(at: datetime) -> str:
    """Return a time in UTC to the millisecond, as the journal gives it back."""
    text: str = msgspec.to_builtins(at)  # a tenth of the price of `isoformat`
    return f"{text[:23]}Z" if len(text) == 27 else f"{text[:19]}.000Z"


def encoded(value: Any) -> bytes:
    """Encode a command as it would come over the wire."""
    return _encode(value)


def shown(change: Change) -> Shown:
    """Encode a change's data."""
    data = _encode(change.data) if isinstance(change, Put) else None
    return Shown(change.type, change.id, data, change.audience)


def item(put: Put) -> bytes:
    """Encode an item as JSON: [type,id,data]."""
    return _encode((put.type, put.id, put.data))


def store_changes(changes: Iterable[Shown]) -> bytes:
    """Encode changes for the journal, their audiences with them."""
    return b"[%b]" % b",".join([_with_audience(change) for change in changes])


def _with_audience(change: Shown) -> bytes:
    if change.audience == EVERYONE:
        return change.wire
    return b'%b,"to":%b}' % (change.wire[:-1], _encode(sorted(change.audience)))


def stored_changes(data: bytes) -> list[Shown]:
    """Decode what `store_changes` encoded."""
    return [_from_stored(change) for change in _stored.decode(data)]


def _from_stored(change: _StoredChange) -> Shown:
    to = EVERYONE if change.to is None else frozenset(change.to)
    if change.put:
        return Shown(change.put[0], change.put[1], bytes(change.put[2]), to)
    type_, id_ = change.drop or ("", "")
    return Shown(type_, id_, None, to)


def to_mapping(data: bytes) -> Mapping[str, Any]:
    """Decode an item's data."""
    return dict(msgspec.json.decode(data))
