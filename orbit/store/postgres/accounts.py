"""`core.ports.Accounts` and `Logins` on Postgres."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

import msgspec

from orbit.core.ports import About, Account, Login, Role
from orbit.store.postgres.connect import Lane

ADD = """
INSERT INTO account
       (id, email, personas, created_at, name, username, verified_at, about)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (email) DO NOTHING RETURNING id"""
FIND = """
SELECT id::text, email, personas, created_at, name, version, leaving, username,
       verified_at, role, about, suspended_at FROM account WHERE id = $1"""
OF = """
SELECT id::text, email, personas, created_at, name, version, leaving, username,
       verified_at, role, about, suspended_at FROM account WHERE email = $1"""
NAMES = "SELECT id::text, name FROM account WHERE id = ANY ($1::uuid[])"
EDIT = """
UPDATE account SET name = coalesce($2, name), about = about || $3 WHERE id = $1
RETURNING id::text, email, personas, created_at, name, version, leaving, username,
       verified_at, role, about, suspended_at"""
HOLD = """
UPDATE account SET personas = $3 WHERE id = $1 AND personas = $2 RETURNING id"""
PROVE = "SELECT prove_address($1, $2)::text"
SETTLE = "SELECT settle_address($1, $2, $3, $4, $5)::text[]"
GIVE = "SELECT give_role($1, $2)::text"
RETIRE = "UPDATE account SET leaving = true WHERE id = $1"
REMOVE = """
WITH cuts AS (DELETE FROM cut WHERE account = $1)
DELETE FROM account WHERE id = $1"""

BEGIN = """
INSERT INTO login
       (family, account, salt, began_at, rotated_at, counter, agent, scope, device)
SELECT $1, id, $3, $4, $5, $6, $7, $8, $9 FROM account
 WHERE id = $2 AND version = $10 AND suspended_at IS NULL FOR SHARE
RETURNING family"""
LOGIN = """
SELECT l.family::text, l.account::text, l.salt, l.began_at, l.rotated_at, l.counter,
       l.agent, l.scope, l.device, a.id::text, a.email, a.personas, a.created_at,
       a.name, a.version, a.leaving, a.username, a.verified_at, a.role, a.about,
       a.suspended_at
  FROM login l JOIN account a ON a.id = l.account
 WHERE l.family = $1"""
LOGIN_FIELDS = 9
_about = msgspec.json.Decoder(About).decode
ROTATE = """
UPDATE login SET counter = counter + 1, rotated_at = $3
 WHERE family = $1 AND counter = $2 RETURNING family"""
RECOGNISE = "SELECT recognise_device($1, $2, $3, $4, $5)"
END = "DELETE FROM login WHERE family = $1"
DISOWN = "SELECT disown_login($1)"
ALL_OF = """
SELECT family::text, account::text, salt, began_at, rotated_at, counter, agent, scope,
       device
  FROM login WHERE account = $1 ORDER BY rotated_at DESC, family"""
END_ALL = "SELECT end_logins($1, $2)::text"
ENDED = """
SELECT f::text FROM unnest($1::uuid[]) AS f
 WHERE NOT EXISTS (SELECT FROM login WHERE family = f)"""
PURGE = """
DELETE FROM login WHERE family IN (
  SELECT family FROM login WHERE began_at < $1 OR rotated_at < $2 LIMIT $3)
RETURNING family"""
PURGE_DEVICES = """
DELETE FROM device WHERE (account, mark) IN (
  SELECT account, mark FROM device WHERE seen_at < $1 LIMIT $2)
RETURNING mark"""


class PostgresAccounts:
    """Who has signed in."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def add(self, account: Account) -> Account:
        """Make an account, unless its address has one; return the one it has."""
        while True:  # again only if the other one was erased meanwhile
            if await self._lane.fetchrow(ADD, *columns(account)):
                return account
            if found := await self.of(account.email):
                return found

    async def find(self, id: str) -> Account | None:
        """Return an account, or None."""
        return _account(await self._lane.fetchrow(FIND, id))

    async def of(self, email: str) -> Account | None:
        """Return the account of an address, or None."""
        return _account(await self._lane.fetchrow(OF, email))

    async def names(self, ids: Set[str]) -> Mapping[str, str]:
        """Return what accounts are called, of those that there are."""
        return dict(await self._lane.fetch(NAMES, list(ids)))

    async def edit(
        self, id: str, name: str | None, about: Mapping[str, str]
    ) -> Account | None:
        """Change the name, unless it is None, and what is told of `About`."""
        told = msgspec.json.encode(about)
        return _account(await self._lane.fetchrow(EDIT, id, name, told))

    async def hold(self, id: str, before: bytes, after: bytes) -> bool:
        """Replace what is sealed, if it is still `before`; tell whether it was."""
        return await self._lane.fetchrow(HOLD, id, before, after) is not None

    async def prove(self, id: str, now: datetime) -> Set[str]:
        """Note that the address was shown to be his; return the logins that ended."""
        return {row[0] for row in await self._lane.fetch(PROVE, id, now)}

    async def give(self, id: str, role: Role) -> Set[str]:
        """Give an account a role; return the logins that ended."""
        return {row[0] for row in await self._lane.fetch(GIVE, id, role)}

    async def settle(
        self, id: str, was: str, email: str, now: datetime, but: str
    ) -> Set[str] | None:
        """Have an address be the account's; return the logins that ended."""
        row = await self._lane.fetchrow(SETTLE, id, was, email, now, but)
        return None if row[0] is None else set(row[0])

    async def retire(self, id: str) -> None:
        """Note that an account is leaving.  Does nothing if it is unknown."""
        await self._lane.fetch(RETIRE, id)

    async def remove(self, id: str) -> None:
        """Forget an account and its logins.  Does nothing if it is unknown."""
        await self._lane.fetch(REMOVE, id)


class PostgresLogins:
    """The sign-ins that have not ended."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def begin(self, login: Login, version: int) -> bool:
        """Remember a new login; False if the account's version is not this any more."""
        row = await self._lane.fetchrow(
            BEGIN,
            login.family,
            login.account,
            login.salt,
            login.began_at,
            login.rotated_at,
            login.counter,
            login.agent,
            login.scope,
            login.device,
            version,
        )
        return row is not None

    async def find(self, family: str) -> tuple[Login, Account] | None:
        """Return a login and whose it is; None if it has ended, or never was."""
        row = await self._lane.fetchrow(LOGIN, family)
        if row is None:
            return None
        values: Sequence[Any] = list(row.values())
        return _login(values[:LOGIN_FIELDS]), account_of(values[LOGIN_FIELDS:])

    async def rotate(self, family: str, counter: int, now: datetime) -> bool:
        """Count one up from `counter`; False if somebody else has, or it has ended."""
        return await self._lane.fetchrow(ROTATE, family, counter, now) is not None

    async def recognise(self, login: Login, since: datetime) -> bool:
        """Tell whether the device of a new login was seen since, at its account."""
        its = login.family, login.account, login.device, login.began_at
        return bool((await self._lane.fetchrow(RECOGNISE, *its, since))[0])

    async def end(self, family: str) -> None:
        """Forget a login.  Does nothing if it has ended."""
        await self._lane.fetch(END, family)

    async def disown(self, family: str) -> None:
        """Forget a login, and its device.  Does nothing if it has ended."""
        await self._lane.fetch(DISOWN, family)

    async def of(self, account: str) -> Sequence[Login]:
        """Return the logins of an account, the one that was used last first."""
        rows = await self._lane.fetch(ALL_OF, account)
        return [_login(list(row.values())) for row in rows]

    async def end_all(self, account: str, but: str | None = None) -> Set[str]:
        """End all logins of an account but one; return those that ended."""
        return {row[0] for row in await self._lane.fetch(END_ALL, account, but)}

    async def ended(self, families: Set[str]) -> Set[str]:
        """Return those that have ended."""
        rows = await self._lane.fetch(ENDED, list(families))
        return {row[0] for row in rows}

    async def purge(self, began: datetime, rotated: datetime, limit: int) -> int:
        """End logins that began, or were used last, before; return how many."""
        return len(await self._lane.fetch(PURGE, began, rotated, limit))

    async def purge_devices(self, before: datetime, limit: int) -> int:
        """Forget devices that were seen last before; return how many."""
        return len(await self._lane.fetch(PURGE_DEVICES, before, limit))


def columns(account: Account) -> Sequence[Any]:
    """Return what is kept of a new account, in the order of `ADD`."""
    return (
        account.id,
        account.email,
        account.personas,
        account.created_at,
        account.name,
        account.username,
        account.verified_at,
        msgspec.json.encode(account.about),
    )


def account_of(values: Sequence[Any]) -> Account:
    """Return an account out of its columns, in the order of its fields."""
    *plain, role, about, suspended_at = values
    whole: Sequence[Any] = (*plain, Role(role), _about(about), suspended_at)
    return Account(*whole)


def _login(values: Sequence[Any]) -> Login:
    *plain, scope, device = values
    whole: Sequence[Any] = (*plain, Role(scope), device)
    return Login(*whole)


def _account(row: Any) -> Account | None:
    return row and account_of(list(row.values()))
