"""Many sockets written to with one call in C, where that was compiled (ADR 19).

Bytes must never overtake each other, nor reach a stranger who has got a descriptor
that was closed.  So a connection holds a ticket, and the table says for each
descriptor which ticket may be written to past the transport: none while the transport
holds bytes back.  Who cannot be written to so is left to the caller.  It must never
know frames.
"""

from array import array
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final, Protocol

try:
    from orbit.http._crowd import send
except ImportError:
    IS_COMPILED = False
else:
    IS_COMPILED = True

_NOBODY: Final = 0
_table = array("Q")  # by descriptor: the ticket that may be written to
_numbers = count(1)


class Direct(Protocol):
    """A connection of a crowd."""

    @property
    def fd(self) -> int:
        """Its descriptor; negative: write to it by `write` alone."""

    @property
    def ticket(self) -> int:
        """What it was issued."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Send after what was sent before; never waits."""


def issue(fd: int) -> int:
    """Return a new ticket for the connection at `fd`; its transport holds nothing."""
    _table.extend([_NOBODY] * (fd + 1 - len(_table)))
    _table[fd] = number = next(_numbers)
    return number


def withdraw(fd: int) -> None:
    """Have nobody write to `fd` past its transport, from now on."""
    _table[fd] = _NOBODY


def restore(fd: int, ticket: int) -> None:
    """Allow again what `withdraw` has forbidden."""
    _table[fd] = ticket


class SocketCrowd:
    """Sockets that are written to together, each at its place."""

    __slots__ = ("_fds", "_links", "_tickets")

    def __init__(
        self, links: Sequence[Direct], fds: "array[int]", tickets: "array[int]"
    ) -> None:
        self._links, self._fds, self._tickets = links, fds, tickets

    def copy(self) -> "SocketCrowd":
        """Return one that can be changed by itself."""
        return SocketCrowd(self._links, self._fds, self._tickets[:])

    def skip(self, at: int) -> None:
        """Never write to the socket at `at`."""
        self._tickets[at] = _NOBODY

    def write(self, frame: bytes, start: int, stop: int) -> Sequence[int]:
        """Write to those from `start` to `stop`; return the places left out."""
        out = []
        for at, sent in send(self._fds, self._tickets, _table, start, stop, frame):
            if sent:
                self._links[at].write(frame[sent:])
            else:
                out.append(at)
        return out


def crowd(links: Sequence[Direct]) -> SocketCrowd | None:
    """Return a way to write to all of them together, if there is one."""
    if not IS_COMPILED:
        return None
    fds = array("i", [link.fd for link in links])
    return SocketCrowd(links, fds, array("Q", [link.ticket for link in links]))
