"""Who somebody is: ghosts and accounts, and what a board may know of them.

A ghost's secret is shown once and never kept; all that is stored is made from it with
the pepper, which is not in the database.  An account is to boards what the first ghost
that it holds is.  A board knows an author key that no other board knows, and shows it
to nobody.  Source: guarantees.md, section 5; ADR-0015, ADR-0028.
"""

import base64
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct
from msgspec.structs import replace

from orbit.core.errors import Conflict, Suspended, Unauthenticated
from orbit.core.ports import Account, Clock, Ghost, Journal, People, Role
from orbit.core.services.patience import Patience
from orbit.core.services.tokens import Access, Tokens
from orbit.core.types import BoardId, Principal

T = TypeVar("T")
LIFETIME = timedelta(days=30)
KNOWN = 50_000  # ghosts, salts and logins that are remembered
NONCE_BYTES = 12


class BoxKey(Struct, frozen=True):
    """What opens one ghost's box; made from the secret, and leads not back to it."""

    label: bytes
    seal: bytes


class Persona(Struct, frozen=True, array_like=True):
    """All that follows from a ghost's secret, but for the secret itself."""

    ghost: bytes  # what is stored of it
    key: bytes  # what author keys are made from
    box: BoxKey
    boards: tuple[BoardId, ...] = ()  # on which an account that took it in is this one

    def __repr__(self) -> str:
        return "Persona()"  # what is in it may not reach a log


class Caller(Struct, frozen=True):
    """Who asks, as this node knows him.  It never leaves the node's memory."""

    kind: str  # guest, ghost or account
    id: str = ""  # of limits: unlike on any board
    persona: Persona | None = None
    elsewhere: Mapping[BoardId, Persona] = {}  # boards on which he is another
    account: str = ""  # that he has signed in to, or that holds his ghost
    login: str = ""  # the sign-in by which he is an account
    scope: Role = Role.USER  # what that was begun for

    @property
    def ghost_key(self) -> bytes:
        """What his author keys are made from; empty for a guest."""
        return self.persona.key if self.persona else b""

    def on(self, board: BoardId) -> Persona | None:
        """Return who he is to a board."""
        return self.elsewhere.get(board, self.persona)

    def is_called(self, id: str) -> bool:
        """Tell whether this is the caller, or the login, of that id."""
        return id in (self.id, self.login)


GUEST = Caller("guest")
GONE = "this ghost is being erased"
ENDED = "this sign-in has ended"


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

    def persona(self, secret: str) -> Persona:
        """Return what follows from a ghost's secret."""
        seal = HKDF(SHA256(), 32, salt=None, info=b"orbit box v1")
        label = self._mac(b"list", secret.encode())
        box = BoxKey(label, seal.derive(secret.encode()))
        return Persona(self.ghost_id(secret), self.ghost_key(secret), box)

    def seal(self, label: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return what `unseal` opens again, under the same label and bound to the same.

        Whoever has the database and not the pepper can do nothing with it.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher(label).encrypt(nonce, plain, bound)

    def unseal(self, label: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return what was sealed; raise `InvalidTag` if it is another's, or broken."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return self._cipher(label).decrypt(nonce, text, bound)

    def token(self, label: bytes, said: Struct) -> str:
        """Return something to hand out, which tells nothing until `read` reads it."""
        sealed = self.seal(label, msgspec.msgpack.encode(said), b"")
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, label: bytes, token: str, type_: type[T]) -> T | None:
        """Return what a token says; None if it is none of that label."""
        padded = token + "=" * (-len(token) % 4)
        try:
            sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
            plain = self.unseal(label, sealed, b"")
        except (ValueError, InvalidTag):
            return None
        return msgspec.msgpack.decode(plain, type=type_)

    def held(self, id: str, personas: Sequence[Persona]) -> bytes:
        """Return what the account `id` keeps of the ghosts that it holds."""
        return self.seal(b"personas", msgspec.msgpack.encode(personas), id.encode())

    def personas(self, account: Account) -> Sequence[Persona]:
        """Return whom an account holds: first who it is, then whom it took in."""
        plain = self.unseal(b"personas", account.personas, account.id.encode())
        return msgspec.msgpack.decode(plain, type=list[Persona])

    def _cipher(self, label: bytes) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(self._mac(b"seal", label))

    def author(self, board: BoardId, salt: bytes, ghost_key: bytes) -> str:
        """Return by whom a board knows a ghost: 22 characters, unlike on any other."""
        mac = self._mac(b"board", board.encode(), salt, ghost_key)[:16]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def link(self, board: BoardId, seed: bytes) -> str:
        """Return an admin token for a board; the same for the same seed."""
        mac = self._mac(b"link", board.encode(), seed)
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def address(self, email: str) -> bytes:
        """Return what stands for a mail address where it is looked for."""
        return self.seed(b"mail", email.encode())

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
        self,
        keys: Keys,
        people: People,
        journal: Journal,
        clock: Clock,
        tokens: Tokens,
    ) -> None:
        self.keys = keys
        self._people, self._journal, self._clock = people, journal, clock
        self._tokens = tokens
        self.outside: Callable[[str], Awaitable[Access]] | None = None  # reads others'
        self._patience = Patience(clock)
        self._salts: OrderedDict[BoardId, bytes] = OrderedDict()
        self._leaving: OrderedDict[str, None] = OrderedDict()  # ids of callers, logins
        self._logins: OrderedDict[str, None] = OrderedDict()  # that were shown here

    async def mint(self) -> tuple[str, Ghost]:
        """Return a new ghost's secret, this once, and what is kept of it."""
        secret = secrets.token_urlsafe(32)
        now = self._clock.now()
        ghost = Ghost(self.keys.ghost_id(secret), now, now + LIFETIME)
        await self._people.ghosts.add(ghost)
        return secret, ghost

    async def recognise(
        self, secret: str, *, at: float | None = None, leaving: bool = False
    ) -> Caller:
        """Return who holds a ghost's secret; one that is leaving only if `leaving`.

        A ghost that an account holds is to boards who the account is.  While the
        database is away it waits, until 10 s after `at`, or after now.

        Raises:
            Unauthenticated: nobody does; nothing was created.
            Unavailable: the database did not come back in time.
        """
        ghost = await self.find(secret, at=at, leaving=leaving)
        if (id := ghost.account) is None:
            return self.caller(secret)
        find = self._people.accounts.find
        account = await self._patience.read(lambda: find(id), at)
        if account is None:  # erased just now
            raise Unauthenticated(GONE, details={"field": "ghost"})
        return self._member("ghost", account, leaving=leaving)

    async def find(
        self, secret: str, *, at: float | None = None, leaving: bool = False
    ) -> Ghost:
        """Return what is kept of a ghost; raise and wait as `recognise` does."""
        id = self.keys.ghost_id(secret)
        ghost = await self._patience.read(lambda: self._people.ghosts.find(id), at)
        if ghost is None:
            raise Unauthenticated("this ghost is not known", details={"field": "ghost"})
        is_gone = ghost.is_leaving or (
            ghost.account is None and self._has_left(self.caller(secret))
        )
        if is_gone and not leaving:
            raise Unauthenticated(GONE, details={"field": "ghost"})
        return ghost

    async def admit(
        self, token: str, *, at: float | None = None, leaving: bool = False
    ) -> Caller:
        """Return who has signed in, by an access token; waits as `recognise` does.

        Raises:
            Unauthenticated: the token is not valid, or what it stands for has ended.
            Unavailable: the database did not come back in time.
        """
        if self.outside is not None and not self._tokens.is_of_ours(token):
            said = await self.outside(token)
            await self._return(said.login, at)
        else:
            said = self._tokens.read(token)
        find = self._people.logins.find
        found = await self._patience.read(lambda: find(said.login), at)
        if found is None or (found[1].id, found[1].version) != (
            said.account,
            said.version,
        ):
            raise Unauthenticated(ENDED, details={"field": "Authorization"})
        caller = self._member("account", found[1], said, leaving=leaving)
        self._logins[said.login] = None
        if len(self._logins) > KNOWN:
            self._logins.popitem(last=False)
        return caller

    async def _return(self, login: str, at: float | None) -> None:
        """Have a login be one again that has begun anew, as those from elsewhere do.

        It was removed before anybody was told that it has ended: one that is there is
        another, under the id of its session.
        """
        if login in self._leaving:
            find = self._people.logins.find
            if await self._patience.read(lambda: find(login), at) is not None:
                self._leaving.pop(login, None)

    async def ended(self) -> Sequence[str]:
        """Return the logins that were shown to this node and have ended since."""
        ended = await self._people.logins.ended(set(self._logins))
        for login in ended:
            self._logins.pop(login, None)
        return sorted(ended)

    def _member(
        self, kind: str, account: Account, said: Access | None = None, *, leaving: bool
    ) -> Caller:
        first, *others = self.keys.personas(account)
        elsewhere = {board: other for other in others for board in other.boards}
        id = self._id(first.key)
        caller = Caller(kind, id, first, elsewhere, account.id)
        if said:
            caller = replace(caller, login=said.login, scope=said.scope)
        if account.suspended_at:
            raise Suspended
        if not leaving and (account.is_leaving or self._has_left(caller)):
            raise Unauthenticated(GONE if account.is_leaving else ENDED)
        return caller

    async def retire(self, secret: str) -> Caller:
        """Recognise a ghost for the last time: from now on it is nobody, for all.

        Nothing that this node was about to do in its name is begun after this.

        Raises:
            Unauthenticated: nobody holds the secret, or it has left already.
            Conflict: an account holds it, and with it more than the secret shows.
        """
        ghost = await self.find(secret, leaving=True)
        if ghost.account:
            raise Conflict("an account holds this ghost: sign in to erase it")
        await self._people.ghosts.retire(ghost.key)
        caller = self.caller(secret)
        self.leave(caller.id)
        return caller

    async def retire_account(self, caller: Caller) -> Sequence[Persona]:
        """Have an account be nobody, for all, from now on; return whom it held.

        Raises:
            Unauthenticated: there is no such account any more.
        """
        account = await self._people.accounts.find(caller.account)
        if account is None:
            raise Unauthenticated(GONE)
        await self._people.accounts.retire(account.id)
        self.leave(caller.id)
        return self.keys.personas(account)

    def leave(self, id: str) -> None:
        """Have a caller, or a login, be nobody on this node, whatever it was about."""
        self._leaving[id] = None
        self._logins.pop(id, None)
        if len(self._leaving) > KNOWN:
            self._leaving.popitem(last=False)

    def _has_left(self, caller: Caller) -> bool:
        return caller.id in self._leaving or caller.login in self._leaving

    def caller(self, secret: str) -> Caller:
        """Return the ghost of a secret, as if no account held it."""
        persona = self.keys.persona(secret)
        return Caller("ghost", self._id(persona.key), persona)

    def _id(self, key: bytes) -> str:
        return self.keys.seed(b"caller", key).hex()[:32]

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
        id, persona = "", caller.on(board)
        if persona:
            id = await self.author(persona, board, at=at)
        if self._has_left(caller):  # last: whoever gets past this asks at once
            raise Unauthenticated(GONE, details={"field": "ghost"})
        claims = {f"link:{link_digest(link)}"} if link else set()
        if caller.login:
            claims.add("user")
        return Principal(id, claims=frozenset(claims))

    async def there(
        self, boards: Iterable[BoardId], at: float | None = None
    ) -> Sequence[BoardId]:
        """Return those of some boards that there are, by one question for all.

        What `principal` asks of each is known then.
        """
        boards = list(boards)
        if fresh := set(boards) - self._salts.keys():
            ask = self._journal.salts_of
            self._learn(await self._patience.read(lambda: ask(fresh), at))
        return [board for board in boards if board in self._salts]

    async def author(
        self, persona: Persona, board: BoardId, *, at: float | None = None
    ) -> str:
        """Return by whom a board knows a ghost, even one that has left."""
        salt = await self._salt(board, at)
        return self.keys.author(board, salt, persona.key)

    async def _salt(self, board: BoardId, at: float | None) -> bytes:
        salt = self._salts.get(board)
        if salt is None:
            salt = await self._patience.read(lambda: self._journal.salt(board), at)
            self._learn({board: salt})
        return salt

    def _learn(self, salts: Mapping[BoardId, bytes]) -> None:
        self._salts.update(salts)
        while len(self._salts) > KNOWN:
            self._salts.popitem(last=False)
