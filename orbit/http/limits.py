"""How often somebody may call: classes of operations, and who each counts.

Counted by class and by person, never by path: an alias is no second allowance.  Reads
without an identity are not counted, but for searches; sockets have bounds of their own:
a class-room shares one address, and may pay for more ghosts by work.  Source:
products.md, Conventions; guarantees.md, section 4.
"""

import math
from collections.abc import Mapping
from enum import StrEnum

from aiohttp import web

from orbit.core.errors import RateLimited
from orbit.core.limits import Limiter, Rate
from orbit.core.ports import Clock
from orbit.core.services.identity import Caller, Keys
from orbit.http.auth import SAFE_METHODS, address
from orbit.http.proof import HEADER as PROOF_HEADER
from orbit.http.proof import Proofs
from orbit.settings import Limits, Settings

HEADERS = web.RequestKey("allowance", Mapping)


class Class(StrEnum):
    """A class of operations that share one allowance."""

    GENERAL = "general"  # writes, and reads by somebody who says who he is
    GHOSTS = "ghosts"  # new ghosts, by address
    SEARCHES = (
        "searches"  # by address: they cost the database more than all other reads
    )
    CODES = "codes"  # to sign in with: by ghost, or else by address
    SIGN_INS = "sign_ins"  # alike
    INVITES = "invites"  # alike: each is a mail to somebody
    FORMS = "forms"  # alike: each is a row, and a mail to whomever
    COPIES = "copies"  # of whole boards, by address: each is thousands of events
    FREE = "free"  # not counted


# By person, and so that a class-room can: but so many times that from one address.
IN_A_CROWD = frozenset({Class.CODES, Class.SIGN_INS, Class.INVITES, Class.FORMS})
FROM_ONE_ADDRESS = 12


# How many bytes a body may have, where that is more than elsewhere.
BODIES: Mapping[Class, int] = {Class.COPIES: 8 << 20}  # 5,000 notes of several lines


class Allowances:
    """What everybody has left on this node."""

    def __init__(self, settings: Settings, keys: Keys, clock: Clock) -> None:
        self._settings, self._keys, self._clock = settings, keys, clock
        self._rates = rates(settings.limits)
        self._limiters = {name: Limiter(rate) for name, rate in self._rates.items()}
        self._crowds = {
            name: Limiter(_times(FROM_ONE_ADDRESS, self._rates[name]))
            for name in IN_A_CROWD
        }
        self._proofs = Proofs(keys, clock)

    def spend(self, request: web.Request, caller: Caller, class_: Class) -> None:
        """Count one call, and note for the answer's headers what is left.

        Raises:
            RateLimited: there is nothing left; `after` says for how long.  For a new
                ghost `details` has the work that does in place of waiting.
        """
        who = self._who(request, caller, class_)
        if who is None:
            return
        now = self._clock.monotonic()
        wait = self._limiters[class_].spend(who, now)
        if class_ in IN_A_CROWD and not wait:
            wait = self._crowds[class_].spend(self._where(request), now)
        request[HEADERS] = self._headers(class_, who, now)
        if not wait:
            return
        if class_ is not Class.GHOSTS:
            raise RateLimited(after=wait)
        if not self._proofs.take(request.headers.get(PROOF_HEADER, ""), who):
            raise RateLimited(after=wait, details={"proof": self._proofs.task(who)})

    def _who(self, request: web.Request, caller: Caller, class_: Class) -> str | None:
        """Return whom a call counts for; None if it is not counted."""
        if class_ is Class.FREE:
            return None
        if class_ is Class.GENERAL or class_ in IN_A_CROWD:
            if caller.id:
                return caller.id
            if class_ is Class.GENERAL and request.method in SAFE_METHODS:
                return None
        return self._where(request)

    def _where(self, request: web.Request) -> str:
        """Return what stands for an address."""
        # a key of the day: what is counted tells no address a day later
        day = self._clock.now().date().isoformat().encode()
        client = address(request, self._settings).encode()
        return self._keys.seed(b"address", day, client).hex()

    def _headers(self, class_: Class, who: str, now: float) -> Mapping[str, str]:
        rate = self._rates[class_]
        left = self._limiters[class_].left(who, now)
        full_in_s = (rate.burst - left) * rate.spacing_s
        reset = self._clock.now().timestamp() + full_in_s
        return {
            "X-RateLimit-Limit": str(int(rate.burst)),
            "X-RateLimit-Remaining": str(max(left, 0)),
            "X-RateLimit-Reset": str(math.ceil(reset)),
        }


def rates(limits: Limits) -> Mapping[Class, Rate]:
    """Return the rate of each class that is counted."""
    general, ghosts = limits.rest_per_address_min, limits.ghosts_per_address_h
    codes, sign_ins = limits.codes_per_person_min, limits.sign_ins_per_person_min
    invites, copies = limits.invites_per_person_h, max(general / 10, 1)
    forms = limits.forms_per_person_10min
    return {
        Class.COPIES: Rate(copies, 60.0, copies),
        Class.CODES: Rate(codes, 60.0, codes),
        Class.SIGN_INS: Rate(sign_ins, 60.0, sign_ins),
        Class.FORMS: Rate(forms, 600.0, forms),
        Class.INVITES: Rate(invites, 3_600.0, invites),
        Class.GENERAL: Rate(general, 60.0, general),
        Class.GHOSTS: Rate(ghosts, 3_600.0, ghosts),
        Class.SEARCHES: Rate(general, 60.0, general),
    }


def _times(n: int, rate: Rate) -> Rate:
    return Rate(rate.count * n, rate.per_s, rate.burst * n)
