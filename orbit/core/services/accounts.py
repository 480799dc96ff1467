"""Accounts: made for whoever has an address, and who they are to boards.

An account is to boards what its first ghost is; one that no ghost was shown for is a
ghost that nobody else can be.  How somebody shows whose an address is, is for others.
Source: ADR-0028, ADR-0031.
"""

import re
import secrets
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from orbit.core.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Suspended,
    Unauthenticated,
)
from orbit.core.ids import uuid_of
from orbit.core.ports import About, Account, Act, Clock, People, Role
from orbit.core.services.belongings import Belongings
from orbit.core.services.identity import Caller, Identity, Persona
from orbit.core.services.trail import tell
from orbit.core.types import BoardId

ID_BYTES = 16
NAMES = frozenset({"first_name", "last_name"})
MAX_NAME = 80

# RFC 5321, 4.5.3.1, less what no provider gives out: quotes, comments, no dot at all,
# and what a mail server could take for an encoded word (RFC 2047) and decode.  A `$`
# alone lets a line break follow.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = rf"^(?!.*=\?){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}$(?!\n)"
MAX_ADDRESS = 254


class Accounts:
    """Makes and finds accounts, and has each hold who it is."""

    def __init__(
        self, people: People, identity: Identity, belongings: Belongings, clock: Clock
    ) -> None:
        self._people, self._identity = people, identity
        self._belongings, self._clock = belongings, clock

    async def enter(self, email: str, secret: str | None) -> Account:
        """Return the account of an address that was shown to be his; made if need be.

        A new one is the ghost of `secret`, if nobody else holds it.  Raises as `hold`.
        """
        accounts = self._people.accounts
        found = await accounts.of(email)
        if found is None:
            draft = self.draft(email, await self._free(secret))
            shown = replace(draft, verified_at=draft.created_at)
            found = await accounts.add(shown)
        return await self.hold(found)

    def draft(self, email: str, persona: Persona | None = None) -> Account:
        """Return an account that is yet to be kept; without a persona, a fresh one."""
        id = uuid_of(secrets.token_bytes(ID_BYTES))
        sealed = self._identity.keys.held(id, [persona or self._fresh()])
        return Account(id, email, sealed, self._clock.now())

    async def hold(self, account: Account) -> Account:
        """Have an account hold who it is; told again, it changes nothing.

        Whoever was cut off between the two comes here with the next sign-in.

        Raises:
            Conflict: the account is being erased.
            Suspended: it is nobody, until that is ended.
        """
        if account.is_leaving:
            raise Conflict("this account is being erased; try again later")
        if account.suspended_at:
            tell(subject=account.id)
            raise Suspended
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

    async def apart(self, account: Account, by: Caller) -> Sequence[BoardId]:
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

    async def edit(self, caller: Caller, told: Mapping[str, str]) -> Account:
        """Change his `name`, or fields of `About`; raise as `profile` does.

        Whole name, first and last follow from each other where only some are told.
        """
        account, about = await self.profile(caller), dict(told)
        name = about.pop("name", None)
        if name is not None or not NAMES.isdisjoint(about):
            was = account.about if name is None else About()
            name, about["first_name"], about["last_name"] = named(
                name or "",
                about.get("first_name", was.first_name),
                about.get("last_name", was.last_name),
            )
        return self._there(await self._people.accounts.edit(account.id, name, about))

    def _there(self, account: Account | None) -> Account:
        if account is None:
            raise NotFound("there is no such account")
        return account


def canonical(email: str) -> str:
    """Return an address as it is compared: nobody tells his mails apart by case."""
    return email.lower()


def is_address(text: str) -> bool:
    """Tell whether a text is a mail address, as all have to be that are kept."""
    return len(text) <= MAX_ADDRESS and re.search(ADDRESS, text) is not None


def signed_in(caller: Caller) -> str:
    """Return the account that a caller has signed in to.

    Raises:
        Unauthenticated: he has not.
    """
    if not caller.login:
        raise Unauthenticated("sign in first", details={"field": "Authorization"})
    return caller.account


def staff(caller: Caller) -> str:
    """Return the account of who has signed in for the console, with a second factor.

    Raises:
        Unauthenticated: he has not signed in.
        Forbidden: not for the console, whoever he is.
    """
    account = signed_in(caller)
    if caller.scope is not Role.DEV:
        tell(Act.CONSOLE_REFUSED)
        said = "sign in for the console: with the scope dev"
        raise Forbidden(said, details={"field": "scope"})
    return account


def named(name: str, first: str, last: str) -> tuple[str, str, str]:
    """Return whole, first and last name, what is missing made of what is there."""
    if not name:
        return f"{first} {last}".strip()[:MAX_NAME].strip(), first, last
    if not (first or last):
        first, _, last = name.partition(" ")
    return name, first, last.strip()
