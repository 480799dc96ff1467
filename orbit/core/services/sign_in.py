"""Signing in: a code by mail shows whose an address is, and tokens remember it.

    send ──code──> mail ──code──> verify ──> a login, and the account if there was none
                                              │ refresh: the next tokens, one of each
                                              └ leave: its connections end, everywhere

An answer never tells whether an address has an account.  A try is counted before it is
compared.  Source: guarantees.md, section 5; ADR-0028.
"""

import hmac
import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.errors import (
    Conflict,
    NotFound,
    OrbitError,
    RateLimited,
    Unauthenticated,
)
from orbit.core.ids import uuid_of
from orbit.core.ports import Account, Clock, Code, Login, People
from orbit.core.services.belongings import Belongings
from orbit.core.services.erasure import Erasure
from orbit.core.services.identity import Caller, Identity, Persona
from orbit.core.services.post import Post
from orbit.core.services.tokens import Tokens
from orbit.core.services.wording import CODE
from orbit.core.types import BoardId

log = logging.getLogger(__name__)

CODE_LIFE = timedelta(minutes=10)
CODE_DIGITS = 6
TRIES = 5
HOUR = timedelta(hours=1)
FAMILY_LIFE, IDLE_LIFE = timedelta(days=30), timedelta(days=7)
GRACE = timedelta(seconds=20)  # for an answer that was lost
SALT_BYTES = ID_BYTES = 16


class Pair(Struct, frozen=True):
    """What shows who one is, and what gets the next such pair."""

    access: str
    refresh: str
    account: Account


class SignedIn(Struct, frozen=True):
    """Somebody has signed in; `apart` are boards of a ghost that stays another."""

    pair: Pair
    apart: Sequence[BoardId] = ()


class SignIn:
    """Sends codes, begins logins, renews and ends them."""

    def __init__(
        self,
        people: People,
        identity: Identity,
        belongings: Belongings,
        erasure: Erasure,
        tokens: Tokens,
        post: Post,
        clock: Clock,
        codes_per_mail_h: int,
    ) -> None:
        self._people, self._identity = people, identity
        self._belongings, self._erasure = belongings, erasure
        self._tokens, self._post, self._clock = tokens, post, clock
        self._codes_per_mail_h = codes_per_mail_h

    # A code ---------------------------------------------------------------------------

    async def send(self, email: str, by: Caller, site: str) -> None:
        """Mail a code to an address, whoever has it.

        If a ghost asks, it alone may show the code: who asks for codes in another's
        name can neither use up nor guess the one that he waits for.

        Raises:
            RateLimited: the address was sent too many of late.
        """
        now, email = self._clock.now(), canonical(email)
        digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        mail, asker = self._identity.keys.address(email), _asker(by)
        until = now + CODE_LIFE
        code = Code(mail, asker, self._hash(mail, asker, digits), now, until, TRIES)
        minutes = str(int(CODE_LIFE.total_seconds() // 60))
        message = CODE.to(email, code=digits, minutes=minutes, site=site)
        parcel = self._post.parcel(message, until)
        most = self._codes_per_mail_h
        if not await self._people.codes.keep(code, parcel, now - HOUR, most):
            raise RateLimited("too many codes to this address", after=600.0)
        self._post.look()

    async def verify(
        self, email: str, digits: str, by: Caller, secret: str | None
    ) -> SignedIn:
        """Begin a login for whoever shows the code; `secret` is of the ghost `by`.

        The first ghost that is shown becomes who the account is to boards.

        Raises:
            Unauthenticated: it is not the code, or not any more.
        """
        email = canonical(email)
        await self._prove(email, digits, by)
        account = await self._account(email, secret)
        pair = await self._begin(account)
        return SignedIn(pair, await self._apart(account, by))

    async def _prove(self, email: str, digits: str, by: Caller) -> None:
        mail = self._identity.keys.address(email)
        codes = self._people.codes
        for code in await codes.spend(mail, {_asker(by), b""}, self._clock.now()):
            right = self._hash(mail, code.asked_by, digits)
            if hmac.compare_digest(code.hash, right) and await codes.use(code):
                return
        raise Unauthenticated(
            "this is not the code, or not any more", details={"field": "code"}
        )

    def _hash(self, mail: bytes, asker: bytes, digits: str) -> bytes:
        return self._identity.keys.seed(b"code", mail, asker, digits.encode())

    # An account -----------------------------------------------------------------------

    async def _account(self, email: str, secret: str | None) -> Account:
        """Return the account of an address, made now if there is none."""
        people, keys = self._people, self._identity.keys
        found = await people.accounts.of(email)
        if found is None:
            id = uuid_of(secrets.token_bytes(ID_BYTES))
            persona = await self._free(secret) or self._fresh()
            sealed = keys.held(id, [persona])
            made = Account(id, email, sealed, self._clock.now())
            found = await people.accounts.add(made)
        if found.is_leaving:
            raise Conflict("this account is being erased; try again later")
        return await self._held(found)

    async def _held(self, account: Account) -> Account:
        """Have an account hold who it is; told again, it changes nothing.

        Whoever was cut off between the two comes here with the next sign-in.
        """
        people, keys = self._people, self._identity.keys
        first, *others = keys.personas(account)
        is_ghost = await people.ghosts.find(first.ghost) is not None
        if is_ghost and not await people.ghosts.claim(first.ghost, account.id):
            # somebody else was faster: it is his, and this account is another
            first = self._fresh()
            sealed = keys.held(account.id, [first, *others])
            await people.accounts.hold(account.id, account.personas, sealed)
            account = await people.accounts.find(account.id) or account
        await self._belongings.hold(first.box)
        return account

    async def _free(self, secret: str | None) -> Persona | None:
        """Return who holds a ghost's secret, if it is a ghost that nobody holds."""
        if secret is None:
            return None
        persona = self._identity.keys.persona(secret)
        ghost = await self._people.ghosts.find(persona.ghost)
        is_free = ghost and ghost.account is None and not ghost.is_leaving
        return persona if is_free else None

    def _fresh(self) -> Persona:
        """Return who nobody else can be: its secret is forgotten here."""
        return self._identity.keys.persona(secrets.token_urlsafe(32))

    async def _apart(self, account: Account, by: Caller) -> Sequence[BoardId]:
        """Return the boards of the ghost that asks, if it is not the account's."""
        if by.persona is None or by.account:
            return ()
        held = self._identity.keys.personas(account)
        if any(each.ghost == by.persona.ghost for each in held):
            return ()
        return await self._belongings.boards(by.persona.box)

    async def profile(self, caller: Caller) -> Account:
        """Return the account that somebody has signed in to.

        Raises:
            Unauthenticated: he has not.
        """
        return self._there(await self._people.accounts.find(signed_in(caller)))

    async def rename(self, caller: Caller, name: str) -> Account:
        """Give him another name; raise as `profile` does."""
        return self._there(await self._people.accounts.rename(signed_in(caller), name))

    def _there(self, account: Account | None) -> Account:
        if account is None:
            raise NotFound("there is no such account")
        return account

    # A login --------------------------------------------------------------------------

    async def _begin(self, account: Account) -> Pair:
        now = self._clock.now()
        family = uuid_of(secrets.token_bytes(ID_BYTES))
        salt = secrets.token_bytes(SALT_BYTES)
        login = Login(family, account.id, salt, now, now)
        await self._people.logins.begin(login)
        return self._pair(login, account)

    async def refresh(self, token: str) -> Pair:
        """Return the next tokens of a login.

        A token is good once.  Who has lost the answer gets the same again for 20 s;
        after that a used token is taken for a stolen one, and the login ends.

        Raises:
            Unauthenticated: the login has ended, or ends here.
        """
        while True:
            login, account, counter = await self._shown(token)
            now = self._clock.now()
            if counter == login.counter:
                if await self._people.logins.rotate(login.family, counter, now):
                    return self._pair(replace(login, counter=counter + 1), account)
                continue  # somebody was faster: what he got is ours, too
            is_lost = counter == login.counter - 1 and now - login.rotated_at <= GRACE
            if is_lost:
                return self._pair(login, account)
            log.warning("a used refresh token was shown again: its login ends")
            await self._end(login.family)
            raise _ended()

    async def leave(self, token: str) -> None:
        """End a login by its refresh token; nothing if it has ended.

        Raises:
            Unauthenticated: it is no token of ours.
        """
        try:
            login, _account, _counter = await self._shown(token)
        except Unauthenticated:
            self._tokens.opened(token)  # malformed is told; what has ended is ended
            return
        await self._end(login.family)

    async def _shown(self, token: str) -> tuple[Login, Account, int]:
        family, counter = self._tokens.opened(token)
        found = await self._people.logins.find(family)
        if found is None or not self._tokens.is_of(token, found[0]):
            raise _ended()
        login, account = found
        now = self._clock.now()
        is_over = now >= min(login.began_at + FAMILY_LIFE, login.rotated_at + IDLE_LIFE)
        if is_over or account.is_leaving:
            raise _ended()
        return login, account, counter

    async def _end(self, family: str) -> None:
        await self._people.logins.end(family)
        try:
            await self._erasure.cut(family)
        except OrbitError:  # it looks by itself, every 30 s
            log.warning("a node was not told of a login that has ended")

    async def look(self) -> None:
        """Cut off whose login has ended: another node may not have told this one."""
        for family in await self._identity.ended():
            self._erasure.end(family)

    async def purge(self) -> None:
        """Forget what is over: logins, codes."""
        now = self._clock.now()
        logins, codes = self._people.logins, self._people.codes
        await logins.purge(now - FAMILY_LIFE, now - IDLE_LIFE, 1_000)
        await codes.purge(now - HOUR, 1_000)

    def _pair(self, login: Login, account: Account) -> Pair:
        access = self._tokens.access(account, login)
        return Pair(access, self._tokens.refresh(login), account)


def canonical(email: str) -> str:
    """Return an address as it is compared: nobody tells his mails apart by case."""
    return email.lower()


def signed_in(caller: Caller) -> str:
    """Return the account that a caller has signed in to.

    Raises:
        Unauthenticated: he has not.
    """
    if not caller.login:
        raise Unauthenticated("sign in first", details={"field": "Authorization"})
    return caller.account


def _asker(by: Caller) -> bytes:
    return by.persona.ghost if by.persona else b""


def _ended() -> Unauthenticated:
    return Unauthenticated("this sign-in has ended", details={"field": "refresh"})
