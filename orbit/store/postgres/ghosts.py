"""`core.ports.Ghosts` on Postgres.  Keys and labels are hashes; nothing joins them."""

from datetime import UTC, datetime

from orbit.core.ports import Ghost
from orbit.store.postgres.connect import Lane

ADD = "INSERT INTO ghost (key, created_at, expires_at) VALUES ($1, $2, $3)"
FIND = """
SELECT key, created_at, expires_at, leaving, account::text FROM ghost
 WHERE key = $1 AND (expires_at > clock_timestamp() OR account IS NOT NULL)"""
CLAIM = """
UPDATE ghost SET account = $2
 WHERE key = $1 AND NOT leaving
   AND (account = $2 OR account IS NULL AND expires_at > clock_timestamp())
RETURNING key"""
RETIRE = "UPDATE ghost SET leaving = true WHERE key = $1"
REMOVE = "DELETE FROM ghost WHERE key = $1"
BOX = "SELECT version, sealed FROM ghost_box WHERE label = $1"
FIRST_BOX = """
INSERT INTO ghost_box (label, version, sealed) VALUES ($1, 1, $2)
    ON CONFLICT (label) DO UPDATE SET version = 1, sealed = excluded.sealed
    WHERE ghost_box.version = 0 RETURNING version"""
HOLD_BOX = """
INSERT INTO ghost_box (label, version, sealed, made_on)
SELECT $1, 0, '', 'infinity'
 WHERE NOT EXISTS (SELECT FROM ghost_box WHERE label = $1 AND made_on = 'infinity')
    ON CONFLICT (label) DO UPDATE SET made_on = 'infinity'"""
KEEP_BOX = """
UPDATE ghost_box SET version = version + 1, sealed = $3
 WHERE label = $1 AND version = $2 RETURNING version"""
PURGE = """
DELETE FROM ghost WHERE key IN (
  SELECT key FROM ghost WHERE expires_at <= $1 AND account IS NULL LIMIT $2)
RETURNING key"""
PURGE_BOXES = """
DELETE FROM ghost_box WHERE label IN (
  SELECT label FROM ghost_box WHERE made_on < $1 LIMIT $2) RETURNING label"""
REMOVE_BOX = "DELETE FROM ghost_box WHERE label = $1"


class PostgresGhosts:
    """The ghosts that were minted, by their keyed hash."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def add(self, ghost: Ghost) -> None:
        """Remember a new ghost."""
        await self._lane.fetch(ADD, ghost.key, ghost.created_at, ghost.expires_at)

    async def find(self, key: bytes) -> Ghost | None:
        """Return the ghost, or None: unknown, erased or expired."""
        row = await self._lane.fetchrow(FIND, key)
        return row and Ghost(*row.values())

    async def retire(self, key: bytes) -> None:
        """Note that a ghost is leaving.  Does nothing if it is unknown."""
        await self._lane.fetch(RETIRE, key)

    async def remove(self, key: bytes) -> None:
        """Forget a ghost.  A box has a label of its own, so it is forgotten apart."""
        await self._lane.fetch(REMOVE, key)

    async def claim(self, key: bytes, account: str) -> bool:
        """Tie a ghost to an account; tell whether it is that account's now."""
        return await self._lane.fetchrow(CLAIM, key, account) is not None

    async def box(self, label: bytes) -> tuple[int, bytes]:
        """Return version and sealed content of a ghost's own list; (0, b"") if none."""
        row = await self._lane.fetchrow(BOX, label)
        return (row["version"], row["sealed"]) if row else (0, b"")

    async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
        """Replace the box if it still has `version`; tell whether it was replaced."""
        if version == 0:
            row = await self._lane.fetchrow(FIRST_BOX, label, sealed)
        else:
            row = await self._lane.fetchrow(KEEP_BOX, label, version, sealed)
        return row is not None

    async def hold_box(self, label: bytes) -> None:
        """Keep a box for good, also one that is yet to come."""
        await self._lane.fetch(HOLD_BOX, label)

    async def remove_box(self, label: bytes) -> None:
        """Forget a box."""
        await self._lane.fetch(REMOVE_BOX, label)

    async def purge(self, now: datetime, limit: int) -> int:
        """Remove ghosts that have expired, at most `limit`; return how many."""
        return len(await self._lane.fetch(PURGE, now, limit))

    async def purge_boxes(self, before: datetime, limit: int) -> int:
        """Remove boxes that were made on a day before that of `before`."""
        day = before.astimezone(UTC).date()
        return len(await self._lane.fetch(PURGE_BOXES, day, limit))
