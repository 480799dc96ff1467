"""`core.ports.Trail` in memory."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from orbit.core.ports import MOST_COUNTED, Ends, Link, Record, Recorded, Wanted
from orbit.core.ports.trail import digest
from orbit.store.memory.world import World


class MemoryTrail:
    """What was done, in one chain."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def append(self, records: Sequence[Record]) -> None:
        """Remember them, in this order; those that are there already stay once."""
        known = {row.id for row, _ in self._world.trail}
        for record in records:
            if record.id not in known:
                known.add(record.id)
                self._append(record)

    def _append(self, record: Record) -> None:
        world, ends = self._world, self._world.trail_ends
        seq, named = ends.seq + 1, msgspec.structs.asdict(record)
        for field in ("actor", "subject"):
            named[field] = self._alias(named[field])
        row = Recorded(**named, seq=seq)
        hashed = digest(ends.hash, seq, row.at, _words(row))
        world.trail.append((row, hashed))
        world.trail_ends = replace(ends, seq=seq, hash=hashed)

    def _alias(self, account: str) -> str:
        if account not in self._world.accounts:
            return ""
        names = self._world.trail_names
        return names.setdefault(account, self._world.fresh_id())

    async def page(
        self, wanted: Wanted, skip: int, limit: int
    ) -> tuple[Sequence[Recorded], int]:
        """Return rows, the newest first, and how many there are, counted to 10,000."""
        names = self._world.trail_names
        actor = names.get(wanted.actor, wanted.actor)
        account = names.get(wanted.account, wanted.account)
        sought = replace(wanted, actor=actor, account=account)
        found = [row for row, _ in reversed(self._world.trail) if _is(row, sought)]
        shown = [self._shown(row) for row in found[skip : skip + limit]]
        return shown, min(len(found), MOST_COUNTED)

    async def of(self, account: str, limit: int) -> Sequence[Recorded]:
        """Return what an account did, or had done to it, the newest first."""
        alias = self._world.trail_names.get(account)
        rows = (row for row, _ in reversed(self._world.trail))
        his = [row for row in rows if alias in (row.actor, row.subject)]
        return [self._shown(row) for row in his[:limit]]

    def _shown(self, row: Recorded) -> Recorded:
        known = {alias: id for id, alias in self._world.trail_names.items()}
        actor = known.get(row.actor, row.actor)
        return replace(row, actor=actor, subject=known.get(row.subject, row.subject))

    async def links(self, after: int, limit: int) -> Sequence[Link]:
        """Return the chain in order, from the row after a seq."""
        rows = [each for each in self._world.trail if each[0].seq > after]
        return [Link(row.seq, row.at, _words(row), h) for row, h in rows[:limit]]

    async def ends(self) -> Ends:
        """Return where the chain is said to begin and to end."""
        return self._world.trail_ends

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove the oldest rows, if they are from before; return how many."""
        trail, ends = self._world.trail, self._world.trail_ends
        old = [n for n, (row, _) in enumerate(trail[:limit], 1) if row.at < before]
        if not old:
            return 0
        row, hashed = trail[old[-1] - 1]
        self._world.trail_ends = replace(ends, floor=row.seq, floor_hash=hashed)
        del trail[: old[-1]]
        return old[-1]


def _is(row: Recorded, wanted: Wanted) -> bool:
    said = " ".join([row.act, row.path, row.ip, _about(row)])
    return (
        wanted.actor in ("", row.actor)
        and wanted.account in ("", row.actor, row.subject)
        and wanted.act in ("", row.act)
        and (wanted.since is None or row.at >= wanted.since)
        and (wanted.until is None or row.at < wanted.until)
        and wanted.text.lower() in said.lower()
    )


def _about(row: Recorded) -> str:
    return msgspec.json.encode(row.about).decode()


def _words(row: Recorded) -> Sequence[str]:
    return row.id, row.act, row.actor, row.subject, row.path, row.ip, _about(row)
