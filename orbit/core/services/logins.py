"""Sign-ins that last: tokens follow each other until it ends.

    begin ──> a login ──refresh──> the next tokens, one of each
                 └ leave, or a used token shown again: its connections end, everywhere

However somebody has shown who he is, this is what he gets.  Source: guarantees.md,
section 5; ADR-0028.
"""

import logging
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.errors import NotFound, OrbitError, Unauthenticated
from orbit.core.ids import uuid_of
from orbit.core.ports import Account, Act, Clock, Login, People, Role
from orbit.core.services.accounts import signed_in
from orbit.core.services.erasure import Erasure
from orbit.core.services.identity import Caller, Identity
from orbit.core.services.tokens import Tokens
from orbit.core.services.trail import tell

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=20)  # for an answer that was lost
SALT_BYTES = ID_BYTES = 16
MAX_AGENT = 200
PURGED_AT_ONCE = 1_000
FIRST = timedelta(minutes=1)
REMEMBERED = timedelta(days=90)  # a device, since somebody signed in by it


class Browser(Struct, frozen=True):
    """By what somebody signs in: he can say any agent, but not any network."""

    agent: str = ""  # what it says that it is
    network: str = ""  # from where it comes, masked


UNSEEN = Browser()


class Device(StrEnum):
    """By what an account is entered: a browser, together with its network."""

    FIRST = "first"  # it was made just now
    KNOWN = "known"  # it was entered by it of late
    NEW = "new"


class Pair(Struct, frozen=True):
    """What shows who one is, and what gets the next such pair."""

    access: str
    refresh: str
    account: Account
    lasts: timedelta  # the first of them


class Logins:
    """Begins sign-ins, renews and ends them."""

    def __init__(
        self,
        people: People,
        identity: Identity,
        erasure: Erasure,
        tokens: Tokens,
        clock: Clock,
    ) -> None:
        self._people, self._identity, self._erasure = people, identity, erasure
        self._tokens, self._clock = tokens, clock

    async def begin(
        self, account: Account, browser: Browser = UNSEEN, scope: Role = Role.USER
    ) -> Pair:
        """Begin a login for who has shown that an account is his, and may have `scope`.

        Raises:
            Unauthenticated: all logins of the account were ended meanwhile.
        """
        now = self._clock.now()
        family = uuid_of(secrets.token_bytes(ID_BYTES))
        salt, mark = secrets.token_bytes(SALT_BYTES), self._mark(account, browser)
        agent = browser.agent[:MAX_AGENT]
        login = Login(family, account.id, salt, now, now, 0, agent, scope, mark)
        if not await self._people.logins.begin(login, account.version):
            raise _ended()
        device = await self._device(login, account)
        tell(actor=account.id, scope=scope, device=device)
        return self._pair(login, account)

    async def _device(self, login: Login, account: Account) -> Device:
        """Tell whether an account is entered by what it was entered by of late."""
        since = login.began_at - REMEMBERED
        is_known = await self._people.logins.recognise(login, since)
        if login.began_at - account.created_at < FIRST:
            return Device.FIRST
        return Device.KNOWN if is_known else Device.NEW

    def _mark(self, account: Account, browser: Browser) -> bytes:
        """Return what a device is known by: once all logins were ended, by another."""
        its = account.id, str(account.version), browser.network, browser.agent
        return self._identity.keys.seed(b"device", *(each.encode() for each in its))

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
            tell(Act.REFRESH_REUSED, subject=account.id)
            await self._disown(login.family)
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
        tell(actor=login.account)
        await self._end(login.family)

    async def whose(self, token: str) -> Login:
        """Return the login of a refresh token, which is still good after this.

        Raises:
            Unauthenticated: the login has ended, or it is no token of ours.
        """
        login, _account, _counter = await self._shown(token)
        tell(actor=login.account)
        return login

    async def renew(self, caller: Caller) -> Pair:
        """Return the tokens of a caller's login; its refresh token is the one it was.

        Raises:
            Unauthenticated: the login has ended.
        """
        found = await self._people.logins.find(caller.login)
        if found is None:
            raise _ended()
        return self._pair(*found)

    async def listed(self, caller: Caller) -> Sequence[Login]:
        """Return a caller's logins, the one that was used last first.

        Raises:
            Unauthenticated: he has not signed in.
        """
        return await self._people.logins.of(signed_in(caller))

    async def end(self, account: str, family: str) -> None:
        """End a login of an account, by which it may be entered again.

        Raises:
            NotFound: it has none such.
        """
        await self._check(account, family)
        await self._end(family)

    async def end_by(self, caller: Caller, family: str) -> None:
        """End a login of a caller's; if it is another than he is here by, disown it.

        It is perhaps somebody else's: whoever comes by its device again is news again.

        Raises:
            Unauthenticated: he has not signed in.
            NotFound: he has none such.
        """
        await self._check(signed_in(caller), family)
        end = self._end if family == caller.login else self._disown
        await end(family)

    async def _check(self, account: str, family: str) -> None:
        his = await self._people.logins.of(account)
        if family not in {login.family for login in his}:
            raise NotFound("there is no such sign-in, or not any more")

    async def end_all(self, account: str) -> None:
        """End all logins of an account, and whatever rests on one."""
        await self.cut(await self._people.logins.end_all(account))

    async def _shown(self, token: str) -> tuple[Login, Account, int]:
        family, counter = self._tokens.opened(token)
        found = await self._people.logins.find(family)
        if found is None or not self._tokens.is_of(token, found[0]):
            raise _ended()
        login, account = found
        now = self._clock.now()
        if now >= self.expires_at(login) or account.is_leaving:
            raise _ended()
        return login, account, counter

    async def _end(self, family: str) -> None:
        await self._people.logins.end(family)
        await self.cut({family})

    async def _disown(self, family: str) -> None:
        await self._people.logins.disown(family)
        await self.cut({family})

    async def cut(self, families: Iterable[str]) -> None:
        """Have the connections of logins that have ended be closed, on all nodes."""
        for family in families:
            try:
                await self._erasure.cut(family)
            except OrbitError:  # it looks by itself, every 20 s
                log.warning("a node was not told of a login that has ended")

    async def look(self) -> None:
        """Cut off whose login has ended: another node may not have told this one."""
        for family in await self._identity.ended():
            self._erasure.end(family)

    async def purge(self) -> None:
        """Forget what is over."""
        now, lives = self._clock.now(), self._tokens.lives
        logins = self._people.logins
        await logins.purge(now - lives.login, now - lives.idle, PURGED_AT_ONCE)
        await logins.purge_devices(now - REMEMBERED, PURGED_AT_ONCE)

    def expires_at(self, login: Login) -> datetime:
        """Return when a login ends by itself, if it is not used before."""
        lives = self._tokens.lives
        return min(login.began_at + lives.login, login.rotated_at + lives.idle)

    def _pair(self, login: Login, account: Account) -> Pair:
        access = self._tokens.access(account, login)
        refresh, lives = self._tokens.refresh(login), self._tokens.lives
        return Pair(access, refresh, account, lives.access)


def _ended() -> Unauthenticated:
    return Unauthenticated("this sign-in has ended", details={"field": "refresh"})
