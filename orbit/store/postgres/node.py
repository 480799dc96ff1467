"""This node as the database knows it: its registration, its beat, its read lease.

Takeovers rest on `node.expires_at` alone, which is the database's clock; the lease ends
1 s before it on ours.  Writes rest on no clock at all.
Source: guarantees.md, 2.2 and 2.9.
"""

from collections.abc import Sequence

from msgspec import Struct

from orbit.core.ports import Clock, Registered
from orbit.store.postgres.connect import SAME_LOG, Lane

LEASE_S = 5.0  # the row's 6 s less a margin for clocks of different speed

REGISTER = """
INSERT INTO node (inc, name, lock_key, proto, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + interval '6 s')
    ON CONFLICT (inc) DO UPDATE SET expires_at = excluded.expires_at"""
BURY = """
UPDATE node SET expires_at = clock_timestamp() - interval '1 s', state = 'dead'
 WHERE lock_key = $1 AND inc <> $2 AND expires_at > clock_timestamp()
RETURNING inc"""
BURY_ONE = """
UPDATE node SET expires_at = clock_timestamp() - interval '1 s', state = 'dead'
 WHERE inc = $1 AND expires_at > clock_timestamp()
RETURNING inc"""
FORGET = "DELETE FROM node WHERE expires_at < clock_timestamp() - interval '1 day'"
BEAT = """
UPDATE node
   SET lapses = lapses + (expires_at < clock_timestamp())::int,
       expires_at = clock_timestamp() + interval '6 s',
       deaf_since = clock_timestamp() - make_interval(secs => $2)
 WHERE inc = $1
RETURNING lapses"""
OTHERS = """
SELECT inc, name FROM node
 WHERE inc <> $1 AND expires_at >= clock_timestamp() ORDER BY started_at"""
REGISTERED = """
SELECT inc, name, state, proto, started_at, lapses,
       expires_at >= clock_timestamp() AS is_alive,
       extract(epoch FROM clock_timestamp() - expires_at)::float8 + 6 AS beat_age_s,
       extract(epoch FROM clock_timestamp() - deaf_since)::float8 AS deaf_s
  FROM node WHERE expires_at >= clock_timestamp() - make_interval(secs => $1)
 ORDER BY started_at, inc"""
LEAVE = """
UPDATE node SET expires_at = clock_timestamp() - interval '1 s', state = 'left'
 WHERE inc = $1"""
ROTATE = "UPDATE log_identity SET log_id = gen_random_uuid() RETURNING log_id"


class Other(Struct, frozen=True):
    """Another node whose lease has not ended."""

    inc: str
    name: str


class Beat:
    """Renews a node's lease; `core.ports.Lease` of this node.

    Call `beat` every 2 s in the event loop, never in a thread: a live beat over a dead
    loop makes a zombie.
    """

    def __init__(self, lane: Lane, inc: str, clock: Clock) -> None:
        self._lane = lane
        self._inc = inc
        self._clock = clock
        self._lapses = 0
        self._until = float("-inf")

    def is_valid(self) -> bool:
        """Tell whether no other node can have claimed one of our boards by now."""
        return self._clock.monotonic() < self._until

    async def beat(self, deaf_s: float | None = None) -> int | None:
        """Renew, and return how often the lease had ended before; None if forgotten.

        `deaf_s` is for how long this node has heard no other; None: it hears.

        When that number has grown, boards may have been claimed: the lease stays
        invalid until `trust` is called with it, after all claims were looked at again.
        None: register as a new inc; this one never comes back.
        """
        sent = self._clock.monotonic()  # before it is sent: the answer may be late
        row = await self._lane.fetchrow(BEAT, self._inc, deaf_s)
        lapses: int | None = row[0] if row else None
        if lapses == self._lapses:
            self._until = sent + LEASE_S
        else:
            self._until = float("-inf")
        return lapses

    def trust(self, lapses: int) -> None:
        """Say that every claim was found to be the newest after that many lapses.

        The next beat makes the lease valid.
        """
        self._lapses = lapses


class PostgresNode:
    """What one start of a node says about itself and asks about others."""

    def __init__(
        self, lane: Lane, inc: str, clock: Clock, *, is_synchronous: bool = False
    ) -> None:
        self._lane = lane
        self._is_synchronous = is_synchronous
        self.inc = inc
        self.lease = Beat(lane, inc, clock)

    async def register(self, name: str, lock_key: str, proto: int = 1) -> Sequence[str]:
        """Enter the node, and return the incs that it has buried.

        The caller holds the lock file that `lock_key` names, exclusively and for life:
        whoever registered under it before is certainly dead.
        """
        await self._lane.fetch(REGISTER, self.inc, name, lock_key, proto)
        await self._lane.fetch(FORGET)
        rows = await self._lane.fetch(BURY, lock_key, self.inc)
        return [str(row["inc"]) for row in rows]

    async def bury(self, inc: str) -> bool:
        """Write another inc's death certificate; only its parent may, after `waitpid`.

        Returns whether it was alive until now.
        """
        return await self._lane.fetchrow(BURY_ONE, inc) is not None

    async def leave(self) -> None:
        """End our own lease, after the last board was let go."""
        await self._lane.fetch(LEAVE, self.inc)

    async def other_live_incs(self) -> Sequence[Other]:
        """Return the other nodes whose lease has not ended, oldest first."""
        rows = await self._lane.fetch(OTHERS, self.inc)
        return [Other(str(row["inc"]), row["name"]) for row in rows]

    async def registered(self, ended_within_s: float) -> Sequence[Registered]:
        """Return who lives, or has ended of late; the oldest first."""
        rows = await self._lane.fetch(REGISTERED, ended_within_s)
        return [Registered(**{**row, "inc": str(row["inc"])}) for row in rows]

    async def log_id(self) -> str:
        """Return the id of this history of the database; a new one after a failover."""
        row = await self._lane.fetchrow(SAME_LOG, self._is_synchronous)
        return str(row[0])

    async def rotate_log(self) -> str:
        """Begin a new history, as after a restore, and return its id."""
        row = await self._lane.fetchrow(ROTATE)
        return str(row[0])
