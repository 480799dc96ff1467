"""Signing in by a password: it is chosen once, and whoever types it has signed in.

    register ──> an account, whose address nobody has shown to be his yet
    prove ──a guess is counted──> found or not ──as long for either──> whose it is

Whether there is an account, signing in does not tell; registering does, for no two have
one address.  What is kept is a slow hash, sealed with the pepper.
Source: guarantees.md, section 5; ADR-0031.
"""

from datetime import timedelta
from unicodedata import normalize

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.errors import Conflict, Forbidden, RateLimited, Unauthenticated, require
from orbit.core.ports import About, Account, Clock, Hasher, People
from orbit.core.services.accounts import Accounts, canonical
from orbit.core.services.identity import Caller, Keys
from orbit.core.services.logins import Logins
from orbit.core.services.trail import tell

HOUR = timedelta(hours=1)
FRESH = timedelta(minutes=10)  # a sign-in that still shows who it is
LABEL = b"password"
PURGED_AT_ONCE = 1_000


class Registration(Struct, frozen=True):
    """Who wants to have an account; what it may hold was checked before."""

    email: str
    password: str
    username: str = ""
    name: str = ""
    about: About = About()

    def __repr__(self) -> str:
        return "Registration()"  # what is in it may not reach a log


class Passwords:
    """Makes accounts that have a password, finds who knows it, and changes it."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        accounts: Accounts,
        logins: Logins,
        hasher: Hasher,
        clock: Clock,
        guesses_per_account_h: int,
    ) -> None:
        self._people, self._keys = people, keys
        self._accounts, self._logins = accounts, logins
        self._hasher, self._clock = hasher, clock
        self._guesses_h = guesses_per_account_h

    async def register(self, who: Registration) -> Account:
        """Make an account.

        It is a ghost that nobody else is: one that was shown might be of somebody who
        has typed another's address.

        Raises:
            Conflict: another account has the address, or the user name.
            Busy: too many sign in at the moment.
        """
        draft = replace(
            self._accounts.draft(canonical(who.email)),
            username=who.username,
            name=who.name,
            about=who.about,
        )
        sealed = self._sealed(draft.id, await self.hashed(who.password))
        if taken := await self._people.passwords.register(draft, sealed):
            said = f"there is an account of this {taken} already"
            raise Conflict(said, details={"field": taken})
        return await self._accounts.hold(draft)

    async def prove(self, name: str, password: str) -> Account:
        """Return the account of an address or user name to whoever knows its password.

        Raises:
            Unauthenticated: he does not, or there is no such account.
            RateLimited: too many have tried of late to be this one.
            Busy: too many sign in at the moment.
        """
        name = canonical(name)
        account, _ = await self._proven(self._who(name), name, password, "password")
        return await self._accounts.hold(account)

    async def change(self, caller: Caller, current: str, new: str) -> None:
        """Change a caller's password; all his other logins end.

        Raises:
            Unauthenticated: it is not the current one, or he has not signed in.
            Conflict: he has none yet, or it was changed meanwhile.
            RateLimited, Busy: as `prove`.
        """
        name = (await self._accounts.profile(caller)).email
        found = await self._people.passwords.of(name)
        require(bool(found and found[1]), "this account has no password to change")
        account, before = await self._his(caller, name, current, "current_password")
        ended = await self._people.passwords.change(
            account.id,
            before,
            self._sealed(account.id, await self.hashed(new)),
            self._clock.now(),
            caller.login,
        )
        if ended is None:
            raise Conflict("this password was changed just now")
        await self._logins.cut(ended)

    async def confirm(self, caller: Caller, password: str) -> Account:
        """Return a caller's account, if he has just signed in or knows its password.

        Whoever has got hold of a token cannot change by what the account is entered.

        Raises:
            Unauthenticated: it is not the password, or he has not signed in.
            Forbidden: it is empty, and his sign-in is of more than 10 minutes ago.
            RateLimited, Busy: as `prove`.
        """
        account = await self._accounts.profile(caller)
        if password:
            return (await self._his(caller, account.email, password, "password"))[0]
        found = await self._people.logins.find(caller.login)
        if found is None or self._clock.now() - found[0].began_at > FRESH:
            said = "show your password, or sign in once more"
            raise Forbidden(said, details={"field": "password"})
        return account

    async def choose(self, account: Account, kept: str) -> None:
        """Give whoever has shown his address a password; all his logins end.

        What was guessed before counts no more: others may have kept him out by that.
        """
        sealed, now = self._sealed(account.id, kept), self._clock.now()
        tell(actor=account.id)
        await self._logins.cut(
            await self._people.passwords.choose(account.id, sealed, now)
        )
        for name in filter(None, (account.email, canonical(account.username))):
            await self._people.passwords.forgive(self._who(name))

    async def _his(
        self, caller: Caller, name: str, password: str, field: str
    ) -> tuple[Account, bytes]:
        """Do as `_proven`; what others guess does not keep out who has signed in."""
        who = self._keys.seed(b"own guess", caller.account.encode())
        return await self._proven(who, name, password, field)

    async def _proven(
        self, who: bytes, name: str, password: str, field: str
    ) -> tuple[Account, bytes]:
        """Return whose a password is, and what is sealed of it; `who` guesses."""
        await self._count(who)
        found = await self._people.passwords.of(name)
        sealed = found[1] if found else b""
        kept = self._opened(found[0].id, sealed) if found and sealed else None
        is_right = await self._hasher.fits(normalize("NFC", password), kept)
        if found is None or not is_right:
            tell(subject=found[0].id if found else "")
            said = "this is not the password of such an account"
            raise Unauthenticated(said, details={"field": field})
        await self._people.passwords.forgive(who)
        return found

    async def _count(self, who: bytes) -> None:
        """Count a guess before it is looked at, whichever node it is told to."""
        per, now = HOUR / self._guesses_h, self._clock.now()
        spend = self._people.passwords.spend
        if not await spend(who, now, per, self._guesses_h):
            said = "too many have tried to sign in to this account"
            raise RateLimited(said, after=per.total_seconds())

    def _who(self, name: str) -> bytes:
        return self._keys.seed(b"guess", name.encode())

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password, before it is sealed; raises `Busy`."""
        return await self._hasher.hash(normalize("NFC", password))

    def _sealed(self, id: str, kept: str) -> bytes:
        return self._keys.seal(LABEL, kept.encode(), id.encode())

    def _opened(self, id: str, sealed: bytes) -> str:
        return self._keys.unseal(LABEL, sealed, id.encode()).decode()

    async def purge(self) -> None:
        """Forget guesses that count no more."""
        await self._people.passwords.purge(self._clock.now(), PURGED_AT_ONCE)
