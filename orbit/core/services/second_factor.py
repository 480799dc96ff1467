"""Second factors: who has one shows a code of it, too, before a login begins.

    enrol ──a secret──> an app ──its code──> confirm ──> recovery codes, shown this once
    begin ──> a login, or a challenge ──with a code──> finish ──> a login

What is kept of a challenge is how often it was tried, and that it was used; a code
counts once, whichever node it is shown to.  Source: guarantees.md, section 5; ADR-0031.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from orbit.core.errors import (
    Conflict,
    Forbidden,
    RateLimited,
    SecondFactorMissing,
    Unauthenticated,
    require,
)
from orbit.core.ports import Account, Clock, Factor, People, Role
from orbit.core.services import totp
from orbit.core.services.accounts import signed_in
from orbit.core.services.identity import Caller, Keys
from orbit.core.services.logins import UNSEEN, Browser, Logins, Pair
from orbit.core.services.passwords import Passwords
from orbit.core.services.trail import tell

GUESSES, GUESS_EACH = 10, timedelta(minutes=15)  # of an account: 1 in 10 a year
LIFE = timedelta(minutes=5)  # of a challenge
TRIES = 5  # of one
SECRET_BYTES = 20  # RFC 4226, 4, R6
CHANCE_BYTES = 16
RECOVERY_CODES, RECOVERY_LETTERS = 10, 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
FACTOR, CHALLENGE, RECOVERY = b"factor", b"challenge", b"recovery"
BETWEEN = str.maketrans("", "", " -")  # letters that nobody needs to type


class Challenge(Struct, frozen=True, array_like=True):
    """Somebody who has shown all but a code; what he is given is sealed."""

    account: str
    version: int
    ends: datetime
    chance: bytes
    scope: Role = Role.USER


class Standing(Struct, frozen=True):
    """Whether an account has a second factor, and what is left of its codes."""

    since: datetime | None = None
    recovery_codes: int = 0


class Enrolment(Struct, frozen=True):
    """A secret, this once: as it is typed, and as an app reads it."""

    secret: str
    url: str

    def __repr__(self) -> str:
        return "Enrolment()"  # what is in it may not reach a log


class SecondFactor:
    """Asks for second factors, and lets people have, change and end one."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        passwords: Passwords,
        logins: Logins,
        clock: Clock,
        master_code: str = "",
    ) -> None:
        """`master_code` opens the console without a factor: in development alone."""
        self._people, self._keys = people, keys
        self._passwords, self._logins = passwords, logins
        self._clock, self._master_code = clock, master_code

    # Signing in -----------------------------------------------------------------------

    async def begin(
        self,
        account: Account,
        browser: Browser = UNSEEN,
        code: str = "",
        scope: Role = Role.USER,
    ) -> Pair:
        """Begin a login for who has shown that an account is his, and needs no more.

        Raises:
            Forbidden: he may not have the scope, or has no second factor, without
                which nobody has more than what is his.
            SecondFactorMissing: it has a second factor, and there is no `code`; its
                `details` have a `challenge` to show with one.
            Unauthenticated: it is not the code, or was shown before.
            RateLimited: too many were guessed of late.
        """
        factor = await self._confirmed(account.id)
        if scope is not Role.USER:
            if account.role is not scope:
                raise _no_scope("this account has no console")
            if self._is_master(code):
                return await self._logins.begin(account, browser, scope)
            if factor is None:
                raise _no_scope("the console asks for a second factor: have one first")
        if factor is not None:
            if not code:
                raise self._challenged(account, scope)
            await self._show(factor, code, "otp")
        return await self._logins.begin(account, browser, scope)

    async def require(self, account: Account) -> None:
        """Raise `SecondFactorMissing` if an account has one, as `begin` does."""
        if await self._confirmed(account.id):
            raise self._challenged(account, Role.USER)

    def _is_master(self, code: str) -> bool:
        master = self._master_code.encode()
        return bool(master) and hmac.compare_digest(code.encode(), master)

    async def finish(self, token: str, code: str, browser: Browser = UNSEEN) -> Pair:
        """Begin a login for who shows a challenge, and a code of the second factor.

        Raises:
            Unauthenticated: it is not the code, or the challenge is over.
            RateLimited: as `begin`.
        """
        asked, now = self._keys.read(CHALLENGE, token, Challenge), self._clock.now()
        if asked is None:
            raise _over()
        account = await self._people.accounts.find(asked.account)
        factor = await self._confirmed(asked.account)
        if factor is None or account is None or account.version != asked.version:
            raise _over()
        if now >= asked.ends or not await self._count(CHALLENGE, asked.chance, TRIES):
            raise _over()
        await self._show(factor, code, "code")
        if not await self._count(CHALLENGE + b" used", asked.chance, 1):
            raise _over()
        return await self._logins.begin(account, browser, asked.scope)

    def _challenged(self, account: Account, scope: Role) -> SecondFactorMissing:
        ends = self._clock.now() + LIFE
        chance = secrets.token_bytes(CHANCE_BYTES)
        asked = Challenge(account.id, account.version, ends, chance, scope)
        token = self._keys.token(CHALLENGE, asked)
        expires_in = int(LIFE.total_seconds())
        return SecondFactorMissing(
            details={"challenge": token, "expires_in": expires_in}
        )

    async def _count(self, label: bytes, chance: bytes, most: int) -> bool:
        """Count something of a challenge that may be `most` times in its life."""
        who = self._keys.seed(label, chance)
        return await self._people.passwords.spend(who, self._clock.now(), LIFE, most)

    # Having one -----------------------------------------------------------------------

    async def standing(self, caller: Caller) -> Standing:
        """Return whether the account that somebody has signed in to has a factor.

        Raises:
            Unauthenticated: he has not.
        """
        factor = await self._confirmed(signed_in(caller))
        if factor is None:
            return Standing()
        return Standing(factor.confirmed_at, len(factor.recovery))

    async def enrol(self, caller: Caller, password: str) -> Enrolment:
        """Return a new secret; until a code of it confirms it, nothing is asked for.

        Raises:
            Unauthenticated, Forbidden, RateLimited: as `Passwords.confirm`; also for
                who has not shown that his address is his.
            Conflict: the account has a second factor.
        """
        account = await self._passwords.confirm(caller, password)
        if account.verified_at is None:  # or who typed it first keeps its owner out
            said = "show first that the address of your account is yours"
            raise Forbidden(said, details={"field": "email"})
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self._keys.seal(FACTOR, secret, account.id.encode())
        is_kept = await self._people.factors.enrol(account.id, sealed)
        require(is_kept, "this account has a second factor")
        return Enrolment(totp.spelt(secret), totp.url(secret, account.email))

    async def confirm(self, caller: Caller, code: str) -> Sequence[str]:
        """Have the account have the factor that was enrolled; return recovery codes.

        Raises:
            Unauthenticated: it is not the code, or he has not signed in.
            RateLimited: as `begin`; else a stolen token would do to guess it.
            Conflict: nothing waits to be confirmed.
        """
        id, now = signed_in(caller), self._clock.now()
        factor = await self._people.factors.find(id)
        if factor is None or factor.confirmed_at is not None:
            raise Conflict("there is no second factor to be confirmed")
        who = await self._guess(id)
        step = totp.step_of(self._secret(factor), code.translate(BETWEEN), now)
        if step is None:
            raise _wrong("code")
        codes = _recovery_codes()
        confirm, hashes = self._people.factors.confirm, self._hashes(id, codes)
        if not await confirm(id, factor.sealed, step, hashes, now):
            raise Conflict("this second factor was replaced just now")
        await self._people.passwords.forgive(who)
        return codes

    async def renew(self, caller: Caller, password: str, code: str) -> Sequence[str]:
        """Return new recovery codes; those that there were are void.

        Raises:
            Unauthenticated, Forbidden, RateLimited: as `Passwords.confirm`; or it is
                not the code.
            Conflict: the account has no second factor.
        """
        id, codes = await self._proven(caller, password, code), _recovery_codes()
        await self._people.factors.renew(id, self._hashes(id, codes))
        return codes

    async def disable(self, caller: Caller, password: str, code: str) -> None:
        """Have the account have no second factor; raise as `renew`.

        His sign-ins that rest on one end.
        """
        id = await self._proven(caller, password, code)
        await self._people.factors.remove(id)
        for login in await self._people.logins.of(id):
            if login.scope is not Role.USER:
                await self._logins.end(id, login.family)

    async def _proven(self, caller: Caller, password: str, code: str) -> str:
        account = await self._passwords.confirm(caller, password)
        factor = await self._confirmed(account.id)
        if factor is None:
            raise Conflict("this account has no second factor")
        await self._show(factor, code, "code")
        return account.id

    # A code ---------------------------------------------------------------------------

    async def _confirmed(self, account: str) -> Factor | None:
        factor = await self._people.factors.find(account)
        return factor if factor and factor.confirmed_at else None

    async def _show(self, factor: Factor, code: str, field: str) -> None:
        """Have a code count; raise if it is none, or did before."""
        shown = code.translate(BETWEEN).lower()
        is_right = self._step if shown.isdecimal() else self._recover
        if not await is_right(factor, shown):
            tell(subject=factor.account)
            raise _wrong(field)

    async def _step(self, factor: Factor, digits: str) -> bool:
        """Have a code of the app count; recovery codes are too many to be guessed."""
        who = await self._guess(factor.account)
        step = totp.step_of(self._secret(factor), digits, self._clock.now())
        if step is None or not await self._people.factors.spend(factor.account, step):
            return False
        await self._people.passwords.forgive(who)
        return True

    async def _guess(self, account: str) -> bytes:
        """Count a guess before it is looked at; return whose it is."""
        who = self._keys.seed(FACTOR, account.encode())
        spend = self._people.passwords.spend
        if not await spend(who, self._clock.now(), GUESS_EACH, GUESSES):
            said = "too many codes of this account were guessed"
            raise RateLimited(said, after=GUESS_EACH.total_seconds())
        return who

    async def _recover(self, factor: Factor, code: str) -> bool:
        (hashed,) = self._hashes(factor.account, [code])
        return await self._people.factors.recover(factor.account, hashed)

    def _secret(self, factor: Factor) -> bytes:
        return self._keys.unseal(FACTOR, factor.sealed, factor.account.encode())

    def _hashes(self, account: str, codes: Sequence[str]) -> Sequence[bytes]:
        bare = (code.translate(BETWEEN).encode() for code in codes)
        return [self._keys.seed(RECOVERY, account.encode(), code) for code in bare]


def _recovery_codes() -> Sequence[str]:
    half = RECOVERY_LETTERS // 2
    codes = (
        "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LETTERS))
        for _ in range(RECOVERY_CODES)
    )
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def _wrong(field: str) -> Unauthenticated:
    said = "this is not the code, or not any more"
    return Unauthenticated(said, details={"field": field})


def _no_scope(said: str) -> Forbidden:
    return Forbidden(said, details={"field": "scope"})


def _over() -> Unauthenticated:
    said = "this challenge is over: sign in again"
    return Unauthenticated(said, details={"field": "challenge"})
