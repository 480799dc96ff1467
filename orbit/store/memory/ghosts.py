"""`core.ports.Ghosts` in memory."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from orbit.core.ports import Ghost
from orbit.store.memory.world import World


class MemoryGhosts:
    """The ghosts that were minted, by their keyed hash."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def add(self, ghost: Ghost) -> None:
        """Remember a new ghost."""
        self._world.ghosts[ghost.key] = ghost

    async def find(self, key: bytes) -> Ghost | None:
        """Return the ghost, or None: unknown, erased or expired."""
        ghost = self._world.ghosts.get(key)
        now = self._world.clock.now()
        return ghost if ghost and (ghost.account or ghost.expires_at > now) else None

    async def retire(self, key: bytes) -> None:
        """Note that a ghost is leaving.  Does nothing if it is unknown."""
        if ghost := self._world.ghosts.get(key):
            self._world.ghosts[key] = replace(ghost, is_leaving=True)

    async def remove(self, key: bytes) -> None:
        """Forget a ghost.  A box has a label of its own, so it is forgotten apart."""
        self._world.ghosts.pop(key, None)

    async def claim(self, key: bytes, account: str) -> bool:
        """Tie a ghost to an account; tell whether it is that account's now."""
        ghost = await self.find(key)
        if ghost is None or ghost.is_leaving or ghost.account not in {None, account}:
            return False
        self._world.ghosts[key] = replace(ghost, account=account)
        return True

    async def box(self, label: bytes) -> tuple[int, bytes]:
        """Return version and sealed content of a ghost's own list; (0, b"") if none."""
        return self._world.boxes.get(label, (0, b""))

    async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
        """Replace the box if it still has `version`; tell whether it was replaced."""
        if self._world.boxes.get(label, (0, b""))[0] != version:
            return False
        self._world.boxes[label] = (version + 1, sealed)
        self._world.boxed.setdefault(label, self._world.clock.now().date())
        return True

    async def hold_box(self, label: bytes) -> None:
        """Keep a box for good, also one that is yet to come."""
        self._world.boxed[label] = date.max

    async def remove_box(self, label: bytes) -> None:
        """Forget a box."""
        self._world.boxes.pop(label, None)
        self._world.boxed.pop(label, None)

    async def purge(self, now: datetime, limit: int) -> int:
        """Remove ghosts that have expired, at most `limit`; return how many."""
        ghosts = self._world.ghosts
        over = [
            key
            for key, ghost in ghosts.items()
            if ghost.expires_at <= now and ghost.account is None
        ]
        for key in over[:limit]:
            del ghosts[key]
        return len(over[:limit])

    async def purge_boxes(self, before: datetime, limit: int) -> int:
        """Remove boxes that were made on a day before that of `before`."""
        day = before.astimezone(UTC).date()
        over = [label for label, made in self._world.boxed.items() if made < day]
        for label in over[:limit]:
            await self.remove_box(label)
        return len(over[:limit])
