"""Who somebody is: ghosts, and what a board may know of them.

A ghost's secret is shown once and never kept; all that is stored is made from it with
the pepper, which is not in the database.  A board knows an author key that no other
board knows, and shows it to nobody.  Source: guarantees.md, section 5; ADR-0015.
"""

import base64
import hmac
import secrets
from collections import OrderedDict
from datetime import timedelta
from hashlib import sha256

from msgspec import Struct

from orbit.core.errors import Unauthenticated
from orbit.core.ports import Clock, Ghost, Ghosts, Journal
from orbit.core.services.patience import Patience
from orbit.core.types import BoardId, Principal

LIFETIME = timedelta(days=30)
KNOWN = 50_000  # ghosts and salts that are remembered


class Caller(Struct, frozen=True):
    """Who asks, as this node knows him.  It never leaves the node's memory."""

    kind: str  # guest, ghost or account
    id: str = ""  # of limits: unlike on any board
    ghost_key: bytes = b""


GUEST = Caller("guest")
GONE = "this ghost is being erased"


class Keys:
    """What is derived with the pepper."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def ghost_id(self, secret: str) -> bytes:
        """Return what is stored of a ghost."""
        return self._mac(b"ghost-id", secret.encode())

    def ghost_key(self, secret: str) -> bytes:
        """Return what author keys are made from; kept in memory only."""
        return self._mac(b"ghost", secret.encode())

    def box_label(self, secret: str) -> bytes:
        """Return where a ghost's own list is stored."""
        return self._mac(b"list", secret.encode())

    def author(self, board: BoardId, salt: bytes, ghost_key: bytes) -> str:
        """Return by whom a board knows a ghost: 22 characters, unlike on any other."""
        mac = self._mac(b"board", board.encode(), salt, ghost_key)[:16]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def link(self, board: BoardId, seed: bytes) -> str:
        """Return an admin token for a board; the same for the same seed."""
        mac = self._mac(b"link", board.encode(), seed)
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def seed(self, *parts: bytes) -> bytes:
        """Return 32 bytes that only this installation can make from `parts`."""
        return self._mac(b"seed", *parts)

    def _mac(self, label: bytes, *parts: bytes) -> bytes:
        """Unambiguous: each part goes in with its length."""
        mac = hmac.new(self._pepper, label, sha256)
        for part in parts:
            mac.update(len(part).to_bytes(4, "big") + part)
        return mac.digest()


def link_digest(token: str) -> str:
    """Return what a board keeps of an admin token."""
    return sha256(token.encode()).hexdigest()


class Identity:
    """Mints ghosts, recognises callers, and tells boards who they are."""

    def __init__(
        self, keys: Keys, ghosts: Ghosts, journal: Journal, clock: Clock
    ) -> None:
        self.keys = keys
        self._ghosts, self._journal, self._clock = ghosts, journal, clock
        self._patience = Patience(clock)
        self._salts: OrderedDict[BoardId, bytes] = OrderedDict()
        self._leaving: OrderedDict[str, None] = OrderedDict()  # ids of callers

    async def mint(self) -> tuple[str, Ghost]:
        """Return a new ghost's secret, this once, and what is kept of it."""
        secret = secrets.token_urlsafe(32)
        now = self._clock.now()
        ghost = Ghost(self.keys.ghost_id(secret), now, now + LIFETIME)
        await self._ghosts.add(ghost)
        return secret, ghost

    async def recognise(
        self, secret: str, *, at: float | None = None, leaving: bool = False
    ) -> Caller:
        """Return who holds a ghost's secret; one that is leaving only if `leaving`.

        While the database is away it waits, until 10 s after `at`, or after now.

        Raises:
            Unauthenticated: nobody does; nothing was created.
            Unavailable: the database did not come back in time.
        """
        await self.find(secret, at=at, leaving=leaving)
        return self.caller(secret)

    async def find(
        self, secret: str, *, at: float | None = None, leaving: bool = False
    ) -> Ghost:
        """Return what is kept of a ghost; raise and wait as `recognise` does."""
        id = self.keys.ghost_id(secret)
        ghost = await self._patience.read(lambda: self._ghosts.find(id), at)
        if ghost is None:
            raise Unauthenticated("this ghost is not known", details={"field": "ghost"})
        if not leaving and (ghost.is_leaving or self._has_left(self.caller(secret))):
            raise Unauthenticated(GONE, details={"field": "ghost"})
        return ghost

    async def retire(self, secret: str) -> Caller:
        """Recognise a ghost for the last time: from now on it is nobody, for all.

        Nothing that this node was about to do in its name is begun after this.

        Raises:
            Unauthenticated: nobody holds the secret, or it has left already.
        """
        ghost = await self.find(secret, leaving=True)
        await self._ghosts.retire(ghost.key)
        caller = self.caller(secret)
        self.leave(caller.id)
        return caller

    def leave(self, id: str) -> None:
        """Have a caller be nobody on this node, whatever it was about to do."""
        self._leaving[id] = None
        if len(self._leaving) > KNOWN:
            self._leaving.popitem(last=False)

    def _has_left(self, caller: Caller) -> bool:
        return caller.id in self._leaving

    def caller(self, secret: str) -> Caller:
        key = self.keys.ghost_key(secret)
        return Caller("ghost", self.keys.seed(b"caller", key).hex()[:32], key)

    async def principal(
        self,
        caller: Caller,
        board: BoardId,
        link: str | None = None,
        *,
        at: float | None = None,
    ) -> Principal:
        """Return the caller as the board knows him; it may wait, as `recognise`.

        Raises:
            NotFound: there is no such board.
            Unauthenticated: the caller has left meanwhile.
            Unavailable: the database did not come back in time.
        """
        id = await self.author(caller, board, at=at) if caller.ghost_key else ""
        if self._has_left(caller):  # last: whoever gets past this asks at once
            raise Unauthenticated(GONE, details={"field": "ghost"})
        claims = {f"link:{link_digest(link)}"} if link else set()
        return Principal(id, claims=frozenset(claims))

    async def author(
        self, caller: Caller, board: BoardId, *, at: float | None = None
    ) -> str:
        """Return by whom a board knows a ghost, even one that has left."""
        salt = await self._salt(board, at)
        return self.keys.author(board, salt, caller.ghost_key)

    async def _salt(self, board: BoardId, at: float | None) -> bytes:
        salt = self._salts.get(board)
        if salt is None:
            salt = await self._patience.read(lambda: self._journal.salt(board), at)
            self._salts[board] = salt
            if len(self._salts) > KNOWN:
                self._salts.popitem(last=False)
        return salt
