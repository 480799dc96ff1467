"""How soon is whoever lost a right cut off, at whichever node he is connected?

    python -m tests.harness.revocation [--sockets 1000]

Somebody has sockets open at all three nodes, and one node takes a right from him: he
signs out, changes his password at another device, gets another role, is removed from
his organisation.  Then the same while Redis is down.  Exits with 1 if a bar is missed.
Source: guarantees.md, F23.
"""

import argparse
import asyncio
import math
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from tests.harness.cluster.figures import Figure
from tests.harness.cluster.nodes import Cluster, running
from tests.harness.field import Place, now
from tests.harness.raw import Raw
from tests.kit.hosts import Loopback, Network

SOCKETS, PASSWORD = 1_000, "correct horse battery"
CLOSED_S, WITHOUT_REDIS_S, PATIENCE_S = 5.0, 30.0, 60.0
FOUNDED = """
WITH made AS (
  INSERT INTO org VALUES (gen_random_uuid(), $1, now(), 1) RETURNING id
)
INSERT INTO org_member (org, account, role, joined_at)
SELECT made.id, who.id::uuid, who.role, now() FROM made,
  unnest($2::text[], ARRAY['ADMIN', 'MEMBER']) AS who (id, role)
RETURNING org::text
"""


class Roomy(Cluster):
    """Nodes that let one address sign in and connect as often as it likes."""

    def __init__(self, home: Path, network: Network | Loopback) -> None:
        super().__init__(home, network)
        limits = (
            *("sign_ins_per_person_min", "rest_per_address_min"),
            *("handshakes_per_address_s", "handshakes_per_s", "sockets_per_address"),
        )
        self._given |= {f"ORBIT_LIMITS__{name.upper()}": "100000" for name in limits}


class Person(Struct, frozen=True):
    """Somebody who has signed in."""

    id: str
    email: str
    access: str


class Taken(Struct, frozen=True):
    """A right was taken: after how long each socket was closed, and what still went."""

    waits_s: Sequence[float]
    left: int  # sockets that stayed open
    accepted: int  # of what was asked with the old token, afterwards


class Bench:
    """Takes rights away at the first node, and looks at what becomes of sockets."""

    def __init__(
        self, cluster: Cluster, web: aiohttp.ClientSession, sockets: int
    ) -> None:
        self._cluster, self._web, self._sockets = cluster, web, sockets

    async def sign_out(self) -> Taken:
        who = await self._person()
        return await self._taken(who, lambda: self._post("auth/logout", who), ends=True)

    async def change_password(self) -> Taken:
        who = await self._person()
        other = await self._signed_in(who.email)
        change = {"current_password": PASSWORD, "new_password": f"{PASSWORD} staple"}

        def act() -> Awaitable[Any]:
            return self._ask("PATCH", "account/password", other, change)

        return await self._taken(who, act, ends=True)

    async def give_role(self) -> Taken:
        admin, member, path = await self._organisation()
        role = {"role": "MANAGER"}
        return await self._taken(
            member, lambda: self._post(f"{path}/role", admin, role), ends=False
        )

    async def remove(self) -> Taken:
        admin, member, path = await self._organisation()
        return await self._taken(
            member, lambda: self._ask("DELETE", path, admin), ends=False
        )

    async def _taken(
        self, who: Person, act: Callable[[], Awaitable[Any]], *, ends: bool
    ) -> Taken:
        sockets = [await self._greeted(who, n) for n in range(self._sockets)]
        closing = [asyncio.create_task(_closed_at(socket)) for socket in sockets]
        began = now()
        await act()
        done, left = await asyncio.wait(closing, timeout=PATIENCE_S)
        accepted = await self._accepted(who) if ends else 0
        for job in left:
            job.cancel()
        for socket in sockets:
            socket.abort()
        return Taken(sorted(job.result() - began for job in done), len(left), accepted)

    async def _accepted(self, who: Person) -> int:
        """Ask each node for something with a token that is void."""
        urls = [f"{place.url}/api/v1/users/me/" for place in self._cluster.places]
        said = [await self._status("GET", url, who) for url in urls]
        return sum(status != 401 for status in said)

    async def _greeted(self, who: Person, n: int) -> Raw:
        place = self._cluster.places[n % len(self._cluster.places)]
        raw = await Raw.open(place.port, host=place.host)
        raw.send({"type": "hello", "token": who.access})
        await raw.expect("welcome")
        return raw

    async def _organisation(self) -> tuple[Person, Person, str]:
        """Return its admin, its member, and where the member stands."""
        admin, member = await self._person(), await self._person()
        name, people = secrets.token_hex(8), [admin.id, member.id]
        rows = await self._cluster.outside.sql(FOUNDED, name, people)
        return admin, member, f"orgs/{rows[0][0]}/members/{member.id}"

    async def _person(self) -> Person:
        email = f"{secrets.token_hex(8)}@example.org"
        body = {"name": "Ann", "email": email, "password": PASSWORD}
        await self._ask("POST", "auth/register", None, body)
        return await self._signed_in(email)

    async def _signed_in(self, email: str) -> Person:
        body = {"email": email, "password": PASSWORD}
        said = await self._ask("POST", "auth/login", None, body)
        return Person(said["user"]["id"], email, said["access"])

    async def _post(self, path: str, who: Person, body: Any = None) -> Any:
        return await self._ask("POST", path, who, body or {})

    async def _ask(
        self, method: str, path: str, who: Person | None, body: Any = None
    ) -> Any:
        url = f"{self._first.url}/api/v1/{path}/"
        async with self._web.request(
            method, url, json=body, headers=_bearer(who)
        ) as said:
            if said.status >= 400:
                raise RuntimeError(f"{method} {path}: {await said.text()}")
            return await said.json() if said.status != 204 else None

    async def _status(self, method: str, url: str, who: Person) -> int:
        async with self._web.request(method, url, headers=_bearer(who)) as said:
            return said.status

    @property
    def _first(self) -> Place:
        return self._cluster.places[0]


def _bearer(who: Person | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {who.access}"} if who else {}


async def _closed_at(socket: Raw) -> float:
    async for _frame in socket.messages():
        pass
    return now()


def judged(name: str, taken: Taken, within_s: float) -> list[Figure]:
    """Return what a right that was taken comes to."""
    waits = taken.waits_s or [math.inf]
    p99 = waits[min(int(0.99 * len(waits)), len(waits) - 1)]
    return [
        Figure("F23", f"{name}: sockets closed, p99", p99, " s", at_most=within_s),
        Figure("F23", f"{name}: sockets left open", taken.left, at_most=0),
        Figure("F23", f"{name}: accepted afterwards", taken.accepted, at_most=0),
    ]


async def measured(sockets: int, told: Callable[[Figure], None]) -> None:
    """Take all rights, with Redis and without."""
    async with running(Loopback(), Roomy) as cluster, aiohttp.ClientSession() as web:
        bench = Bench(cluster, web, sockets)
        acts = {
            "signed out": bench.sign_out,
            "password changed": bench.change_password,
            "role given": bench.give_role,
            "removed": bench.remove,
        }
        for within_s, how in ((CLOSED_S, ""), (WITHOUT_REDIS_S, ", Redis down")):
            for name, act in acts.items():
                for figure in judged(f"{name}{how}", await act(), within_s):
                    told(figure)
            if not how:
                await cluster.outside.kill_redis()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    missed = list[Figure]()

    def told(figure: Figure) -> None:
        print(figure, flush=True)  # noqa: T201 - it is what this is for
        if figure.verdict == "MISS":
            missed.append(figure)

    asyncio.run(measured(parser.parse_args().sockets, told))
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
