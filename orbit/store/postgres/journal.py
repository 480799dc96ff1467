"""The boards and what happened on them: `core.ports.Journal` on Postgres.

Commits, claims and loads, reads, and searches run in lanes of their own.  Every write
of an owner checks his token.  It must never know a kind.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from orbit.core.codec import Entry, Shown, stored_changes, to_mapping
from orbit.core.errors import (
    Busy,
    Fenced,
    Gone,
    Internal,
    Moved,
    NotFound,
    StoreDown,
    Unavailable,
)
from orbit.core.ports import (
    Append,
    Claim,
    Held,
    Loaded,
    NewBoard,
    Op,
    Outcome,
    Snapshot,
    Told,
)
from orbit.core.types import EVERYONE, Audience, BoardId, Items, Key, Put
from orbit.store.ids import can_exist, existing
from orbit.store.postgres.append import Appender
from orbit.store.postgres.batch import replacing
from orbit.store.postgres.connect import Lane

PROTO = 1  # of the journal: who speaks less may not claim what we have written
REDACTED_AT_ONCE = 1_000  # entries a statement: each has 5 s
SEARCH_AGAIN_S = 1.0

CREATE = """
INSERT INTO board (id, kind, salt) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"""
SALT = "SELECT salt FROM board WHERE id = $1"
SALTS_OF = "SELECT id::text, salt FROM board WHERE id = ANY ($1::uuid[])"
CLAIM = "SELECT * FROM claim($1, $2, $3, $4)"
PEEK = """
SELECT b.id, b.kind, b.epoch, b.token, b.seq, b.floor, log.log_id, node.inc AS owner,
       CASE WHEN b.owner IS NULL AND b.heir_until > clock_timestamp() THEN b.heir END
       AS heir
  FROM log_identity log
  JOIN board b ON b.id = ANY ($1::uuid[])
  LEFT JOIN node ON node.inc = b.owner AND node.expires_at >= clock_timestamp()"""
RELEASE = "SELECT release($1, $2, $3, $4)"
HELD = """
SELECT id FROM board
  JOIN unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS mine (board, epoch, token)
    ON id = mine.board AND board.epoch = mine.epoch AND board.token = mine.token
   AND board.log = (SELECT log_id FROM log_identity)"""
SNAPSHOT = """
SELECT b.epoch = $2 AND b.token IS NOT DISTINCT FROM $3
       AND $6 = (SELECT log_id FROM log_identity) AS held,
       s.seq, s.version, s.state
  FROM board b LEFT JOIN snapshot s ON s.board = b.id AND s.version = $4 AND s.seq <= $5
 WHERE b.id = $1"""
KEPT = "SELECT seq, version, state FROM snapshot WHERE board = $1"
TAIL = """
SELECT seq, type, v, data, changes, who, op, ix, digest,
       to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
  FROM journal WHERE board = $1 AND seq > $2 AND seq <= $3 ORDER BY seq"""
TOLD = """
SELECT asked.who, asked.op, last.seq, last.digest
  FROM unnest($2::text[], $3::bytea[]) AS asked (who, op)
 CROSS JOIN LATERAL (
       SELECT seq, digest FROM journal j
        WHERE j.board = $1 AND j.who = asked.who AND j.op = asked.op
        ORDER BY ix DESC LIMIT 1) AS last"""
SINCE = """
SELECT b.floor, log.log_id, after.*
  FROM log_identity log, board b
  LEFT JOIN LATERAL (
       SELECT seq, type, v, data, changes, who, op, ix, digest,
              to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
         FROM journal j WHERE j.board = b.id AND j.seq > $2
        ORDER BY j.seq LIMIT $3) AS after ON true
 WHERE b.id = $1 ORDER BY after.seq"""
SAVE = """
INSERT INTO snapshot (board, seq, version, state)
SELECT id, $4, $5, $6 FROM board
 WHERE id = $1 AND epoch = $2 AND token = $3 AND seq >= $4
    ON CONFLICT (board) DO UPDATE
   SET seq = excluded.seq, version = excluded.version, state = excluded.state
 WHERE snapshot.seq <= excluded.seq
RETURNING board"""
# The rows of one board at a time: `redact()` looks at the fence and at the lock.
REDACT = "SELECT redact($1, $2, $3, $4)"
WROTE = """
SELECT asked.board FROM unnest($1::uuid[], $2::text[]) AS asked (board, who)
 CROSS JOIN LATERAL (
       SELECT FROM journal j WHERE j.board = asked.board AND j.who = asked.who
        LIMIT 1) AS found"""
SALTS = "SELECT id, salt FROM board WHERE id > $1 ORDER BY id LIMIT $2"
NEEDED = """
SELECT i.type, i.id, i.data, i.audience
  FROM unnest($2::text[], $3::text[]) AS key (type, id)
  JOIN item i ON i.board = $1 AND i.type = key.type AND i.id = key.id"""
ITEMS = """
SELECT type, id, data, audience FROM item
 WHERE board = $1 AND type = $2 AND id > $3
   AND (audience IS NULL OR audience && $4::text[])
   AND (cardinality($5::text[]) = 0 OR (
        SELECT bool_and(position(lower(word) IN said) > 0)
          FROM unnest($5::text[]) AS word, (
               SELECT coalesce(lower(string_agg(text #>> '{}', E'\\n')), '') AS said
                 FROM jsonb_path_query(data, 'strict $.** ? (@.type() == "string")')
                      AS text) AS all_of_it))
 ORDER BY id LIMIT $6"""
DUE = "SELECT id FROM board WHERE wake_at <= $1 ORDER BY wake_at, id LIMIT $2"
BOARDS = "SELECT id FROM board WHERE id > $1 ORDER BY id LIMIT $2"
# The pattern is that of the index `journal_endings`.  What somebody else has locked is
# left for the next time.
ENDED = """
SELECT b.id FROM journal j JOIN board b ON b.id = j.board
  JOIN unnest($1::text[], $2::text[]) AS ends (kind, type)
    ON ends.kind = b.kind AND ends.type = j.type
 WHERE j.type LIKE '%\\_deleted' AND j.at < $3
 LIMIT $4 FOR UPDATE OF b SKIP LOCKED"""
# A statement of its own: its snapshot is younger than the locks, so nothing is left.
PURGE = """
WITH events AS (DELETE FROM journal WHERE board = ANY ($1)),
     items AS (DELETE FROM item WHERE board = ANY ($1)),
     mails AS (DELETE FROM outbox WHERE board = ANY ($1))
DELETE FROM board WHERE id = ANY ($1) RETURNING id"""

_LOWEST = BoardId("00000000-0000-0000-0000-000000000000")
_WHY_NOT = {
    "alive": "its owner is alive",
    "promised": "it is being handed over",
    "newer": "a newer release of Orbit writes it",
    "raced": "another node claimed it just now",
}


class PostgresJournal:
    """`core.ports.Journal` of one node.

    With `is_synchronous`, a failover is known to lose nothing (guarantees.md, 2.11).
    """

    def __init__(
        self,
        inc: str,
        appends: Sequence[Appender],
        loads: Lane,
        reads: Lane,
        searches: Lane,
        *,
        is_synchronous: bool = False,
    ) -> None:
        self._inc = inc
        self._is_synchronous = is_synchronous
        self._appends = appends
        self._loads = loads
        self._reads = reads
        self._searches = searches

    async def create(self, board: NewBoard) -> None:
        """Make the row of a board, with head 0.  Does nothing if it is there."""
        await self._reads.fetch(CREATE, existing(board.id), board.kind, board.salt)

    async def salt(self, board: BoardId) -> bytes:
        """Return the board's salt."""
        row = await self._reads.fetchrow(SALT, existing(board))
        if row is None:
            raise NotFound("there is no such board")
        return bytes(row["salt"])

    async def salts_of(self, boards: Set[BoardId]) -> Mapping[BoardId, bytes]:
        """Return the salts of boards, of those that there are."""
        rows = await self._reads.fetch(SALTS_OF, list(filter(can_exist, boards)))
        return {BoardId(row["id"]): bytes(row["salt"]) for row in rows}

    async def claim(self, board: BoardId) -> Claim:
        """Take the board over, unless its owner is alive."""
        row = await self._loads.fetchrow(
            CLAIM, existing(board), self._inc, PROTO, self._is_synchronous
        )
        if row["result"] == "missing":
            raise NotFound("there is no such board")
        if row["result"] in ("alive", "promised"):
            raise Moved(_WHY_NOT[row["result"]], after=0.25)
        if row["result"] != "done":
            raise Unavailable(_WHY_NOT[row["result"]], after=0.25)
        return _claim(board, row)

    async def peek(self, board: BoardId) -> Held:
        """Return who holds the board, and its head, without touching it."""
        found = await self.peek_all([board])
        if board not in found:
            raise NotFound("there is no such board")
        return found[board]

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        """Return what `peek` does, of each of these that there is."""
        rows = await self._reads.fetch(PEEK, list(filter(can_exist, boards)))
        found = {BoardId(str(row["id"])): row for row in rows}
        return {
            board: Held(_claim(board, row), _text(row["owner"]), _text(row["heir"]))
            for board, row in found.items()
        }

    async def release(self, claim: Claim, heir: str | None = None) -> bool:
        """Let a board go; `heir`, an inc, has it to himself for 2 s."""
        row = await self._loads.fetchrow(
            RELEASE, claim.board, claim.epoch, claim.token, heir
        )
        return bool(row[0])

    async def held(self, claims: Sequence[Claim]) -> Set[BoardId]:
        """Return the boards of those claims that are still the newest."""
        rows = await self._loads.fetch(
            HELD,
            [claim.board for claim in claims],
            [claim.epoch for claim in claims],
            [claim.token for claim in claims],
        )
        return {BoardId(str(row["id"])) for row in rows}

    async def load(self, claim: Claim, version: int) -> Loaded:
        """Return snapshot and tail up to the claim's head, in one view of the data."""
        async with (
            self._loads.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            row = await connection.fetchrow(
                SNAPSHOT,
                claim.board,
                claim.epoch,
                claim.token or None,
                version,
                claim.seq,
                claim.log_id,
            )
            if row is None or not row["held"]:
                raise Fenced
            snapshot = _snapshot(row)
            start = snapshot.seq if snapshot else 0
            rows = await connection.fetch(TAIL, claim.board, start, claim.seq)
        tail = [_entry(row) for row in rows]
        if [entry.seq for entry in tail] != list(range(start + 1, claim.seq + 1)):
            raise Internal(f"the journal of {claim.board} has a gap above {start}")
        return Loaded(snapshot, tail)

    async def snapshot(self, board: BoardId) -> Snapshot | None:
        """Return the snapshot that is kept of a board, of whatever version."""
        row = await self._reads.fetchrow(KEPT, existing(board))
        return _snapshot(row) if row else None

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        """Store events, their changes and the items; per board, all or nothing."""
        idle = (lane for lane in self._appends if lane.is_idle)
        return await next(idle, self._appends[0]).append(turns)

    async def told(self, board: BoardId, ops: Sequence[Op]) -> Mapping[Op, Told]:
        """Return those of `ops` that the journal has."""
        rows = await self._loads.fetch(
            TOLD, existing(board), [who for who, _ in ops], [op for _, op in ops]
        )
        return {
            (row["who"], row["op"]): Told(row["seq"], row["digest"]) for row in rows
        }

    async def since(
        self, board: BoardId, seq: int, limit: int, *, log_id: str | None = None
    ) -> Sequence[Entry]:
        """Return the entries after `seq`, oldest first, at most `limit` of them."""
        rows = await self._reads.fetch(SINCE, existing(board), seq, max(limit, 1))
        if not rows:
            raise NotFound("there is no such board")
        if log_id and log_id != str(rows[0]["log_id"]):
            raise Fenced
        if seq < (floor := rows[0]["floor"]):
            raise Gone("these events are no longer kept", details={"floor": floor})
        return [_entry(row) for row in rows if row["seq"] is not None]

    async def save(self, claim: Claim, snapshot: Snapshot) -> bool:
        """Keep a snapshot, unless the claim is old or a newer one is kept."""
        row = await self._loads.fetchrow(
            SAVE,
            claim.board,
            claim.epoch,
            claim.token,
            snapshot.seq,
            snapshot.version,
            snapshot.state,
        )
        return row is not None

    async def redact(
        self, claim: Claim, entries: Sequence[Entry], snapshot: Snapshot
    ) -> None:
        """Replace entries that the journal has, and the snapshot: all or nothing."""
        mine = claim.board, claim.epoch, claim.token
        kept = snapshot.seq, snapshot.version, snapshot.state
        async with (
            self._loads.connection() as connection,
            connection.transaction(),
        ):
            for start in range(0, max(len(entries), 1), REDACTED_AT_ONCE):
                some = entries[start : start + REDACTED_AT_ONCE]
                if not await connection.fetchval(REDACT, *mine, replacing(some)):
                    raise Fenced
            # Under the lock: whatever was being saved meanwhile is older than this.
            await connection.fetch(SAVE, *mine, *kept)

    async def wrote(self, authors: Mapping[BoardId, str]) -> Set[BoardId]:
        """Return those boards whose journal names their author as such."""
        rows = await self._reads.fetch(WROTE, [*authors], [*authors.values()])
        return {BoardId(str(row["board"])) for row in rows}

    async def salts(self, after: str, limit: int) -> Sequence[tuple[BoardId, bytes]]:
        """Return all boards with their salts, in the order of `boards`."""
        rows = await self._reads.fetch(SALTS, existing(after or _LOWEST), limit)
        return [(BoardId(str(row["id"])), bytes(row["salt"])) for row in rows]

    async def needed(self, board: BoardId, keys: Set[Key]) -> Items:
        """Return those of `keys` that exist, as the last append left them."""
        types, ids = [type for type, _ in keys], [id for _, id in keys]
        rows = await self._loads.fetch(NEEDED, existing(board), types, ids)
        return {(row["type"], row["id"]): _put(row) for row in rows}

    async def items(
        self,
        board: BoardId,
        type: str,
        sight: Set[str],
        *,
        after: str = "",
        search: str = "",
        limit: int = 100,
    ) -> Sequence[Shown]:
        """Return a board's items of one type that `sight` may see, by id."""
        words = search.split()
        asked = existing(board), type, after, list(sight), words, limit
        rows = await (
            self._search(asked) if words else self._reads.fetch(ITEMS, *asked)
        )
        return [
            Shown(row["type"], row["id"], row["data"], _audience(row)) for row in rows
        ]

    async def _search(self, asked: Sequence[object]) -> Sequence[Any]:
        """Look for words in a lane where nothing else waits, for as long as it grants.

        What a search costs is up to whoever asks, and to what others have written.
        """
        try:
            return await self._searches.fetch(ITEMS, *asked)
        except StoreDown:
            raise
        except Unavailable as error:
            raise Busy("too much to search", after=SEARCH_AGAIN_S) from error

    async def due(self, now: datetime, limit: int) -> Sequence[BoardId]:
        """Return boards whose deadline has passed, the longest due first."""
        rows = await self._reads.fetch(DUE, now, limit)
        return [BoardId(str(row["id"])) for row in rows]

    async def boards(self, after: str, limit: int) -> Sequence[BoardId]:
        """Return all boards in the order of their ids, after one of them."""
        rows = await self._reads.fetch(BOARDS, existing(after or _LOWEST), limit)
        return [BoardId(str(row["id"])) for row in rows]

    async def purge(
        self, ends: Set[tuple[str, str]], before: datetime, limit: int
    ) -> int:
        """Remove boards that have ended, with all that they hold; return how many."""
        kinds, types = [kind for kind, _ in ends], [type for _, type in ends]
        async with (
            self._reads.connection() as connection,
            connection.transaction(),
        ):
            rows = await connection.fetch(ENDED, kinds, types, before, limit)
            over = {row["id"] for row in rows}
            return len(await connection.fetch(PURGE, over))


def _claim(board: BoardId, row: Any) -> Claim:
    return Claim(
        board=board,
        kind=row["kind"],
        epoch=row["epoch"],
        token=_text(row["token"]) or "",
        seq=row["seq"],
        floor=row["floor"],
        log_id=str(row["log_id"]),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _snapshot(row: Any) -> Snapshot | None:
    if row["seq"] is None:
        return None
    return Snapshot(row["seq"], row["version"], row["state"])


def _entry(row: Any) -> Entry:
    return Entry(
        seq=row["seq"],
        type=row["type"],
        version=row["v"],
        data=row["data"],
        changes=stored_changes(row["changes"]),
        who=row["who"],
        op=row["op"],
        ix=row["ix"],
        digest=row["digest"],
        at=row["at"],
    )


def _put(row: Any) -> Put:
    return Put(row["type"], row["id"], to_mapping(row["data"]), _audience(row))


def _audience(row: Any) -> Audience:
    return EVERYONE if row["audience"] is None else frozenset(row["audience"])
