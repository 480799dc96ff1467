"""What an erased ghost wrote is in no table of a real node's database, and on no wire.

The search is held to finding it before: in each place where it is known to be, and
still in the journal when an erasure was cut off half way.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from pydantic import SecretStr

from orbit.admin.boards import journal as opened
from orbit.core.actors import redaction
from orbit.core.errors import StoreDown
from orbit.core.kinds import KINDS
from orbit.core.protocol.close import Close
from orbit.core.services.consistency import Finding, Verifier
from orbit.core.types import BoardId
from orbit.node import Node, running
from orbit.settings import Limits, Settings

MARK = "kilroy-was-here"
PEPPER = SecretStr("a pepper of tests, as long as it should be")
KEPT = {
    "pepper": PEPPER,
    "secret_key": SecretStr("a secret key, as long as it should be"),
}
ME = "/identity/ghost/me/"

ALL_TABLES = """
SELECT c.oid::regclass::text AS name
  FROM pg_class c WHERE c.relkind IN ('r', 'm') ORDER BY 1"""
QUEUED = """
INSERT INTO outbox (org, board, seq, kind, payload)
SELECT org, board, seq, 'webhook', data FROM journal WHERE data::text LIKE $1"""

Hits = Mapping[str, int]


class Person:
    """Somebody at the REST interface of a node, and on its sockets."""

    def __init__(self, node: Node, http: aiohttp.ClientSession, **headers: str) -> None:
        self.node, self.http, self.headers = node, http, headers

    @classmethod
    async def ghost(cls, node: Node, http: aiohttp.ClientSession) -> "Person":
        minted = await cls(node, http).call("POST", "/identity/ghost/")
        return cls(node, http, **{"X-Ghost-ID": minted["ghost"]})

    @property
    def secret(self) -> str:
        return self.headers["X-Ghost-ID"]

    async def status(self, method: str, path: str) -> int:
        url = f"{self.node.address}/api/v1{path}"
        async with self.http.request(method, url, headers=self.headers) as answer:
            return answer.status

    async def call(self, method: str, path: str, **body: Any) -> Any:
        url = f"{self.node.address}/api/v1{path}"
        async with self.http.request(
            method, url, headers=self.headers, json=body or None
        ) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def socket(self, board: str) -> "aiohttp.ClientWebSocketResponse[Any]":
        """A socket that watches a board."""
        ws = await self.http.ws_connect(f"{self.node.address}/ws")
        await ws.send_json({"type": "hello", "ghost": self.secret})
        assert (await ws.receive_json())["type"] == "welcome"
        await ws.send_json({"type": "join", "ref": 1, "board": board})
        assert (await ws.receive_json())["type"] == "joined"
        return ws


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder with a short name, which the database's account may pass."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def a_node(data: Path, dsn: str) -> AsyncIterator[tuple[Node, Any]]:
    limits = Limits(ghosts_per_address_h=1_000, rest_per_address_min=100_000)
    given = Settings(data=data, database_url=dsn, port=0, limits=limits, **KEPT)
    async with running(given) as node, aiohttp.ClientSession() as http:
        yield node, http


async def hits(dsn: str, *words: str) -> Hits:
    """Return in how many rows of which tables a word is, catalogs and all.

    Rows are searched as text, and for what is in columns of bytes as hex digits.
    """
    connection = await asyncpg.connect(dsn)
    found = {}
    try:
        await connection.execute("ANALYZE")  # what it remembers is in a catalog
        forms = [form for word in words for form in (word, word.encode().hex())]
        patterns = [f"%{form}%" for form in forms]
        for (table,) in await connection.fetch(ALL_TABLES):
            count = await connection.fetchval(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE ANY ($1)",  # noqa: S608
                patterns,
            )
            if count:
                found[table] = count
    finally:
        await connection.close()
    return found


async def run(dsn: str, sql: str, *args: object) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(sql, *args)
    finally:
        await connection.close()


async def lived(ann: Person, bob: Person, title: str) -> str:
    """A board of bob's on which ann did all there is to do, and others with it."""
    made = await bob.call("POST", "/boards/", title=title)
    board = str(made["board"]["id"])
    link = Person(bob.node, bob.http, **{"X-Admin-Token": made["admin_token"]})
    notes = f"/boards/{board}/notes/"

    async def add(by: Person, content: str) -> str:
        body = {"content": content, "anonymous": False, "name": f"{content[:30]}"}
        return str((await by.call("POST", notes, **body))["result"]["id"])

    kept, away = await add(ann, f"{MARK} 1"), await add(ann, f"{MARK} 2")
    his = await add(bob, "from bob")
    await ann.call("PATCH", f"{notes}{kept}/", content=f'{MARK} 3 \u2603 \\ "q"')
    await ann.call("POST", f"{notes}{kept}/move/", x=3, y=4)
    await link.call("POST", f"{notes}{kept}/move/", x=5, y=6)
    await bob.call("POST", f"{notes}{kept}/upvote/")
    await ann.call("POST", f"{notes}{his}/upvote/")
    await ann.call("DELETE", f"{notes}{kept}/")
    await ann.call("POST", f"{notes}{kept}/restore/")
    await ann.call("DELETE", f"{notes}{away}/")
    return board


async def keys(node: Node, of: Person, *boards: str) -> list[str]:
    """Return by whom boards know a ghost; nobody outside is told."""
    identity = node.services.identity
    caller = identity.caller(of.secret)
    return [await identity.author(caller.persona, BoardId(board)) for board in boards]


async def looks_whole(node: Node, board: str, bob: Person) -> Any:
    """Check a board's history on all wires; return what is on it."""
    view = await bob.call("GET", f"/boards/{board}/")
    told, since = [], 0
    while page := (
        await bob.call("GET", f"/boards/{board}/journal/?since={since}&limit=5")
    )["changes"]:
        told += page
        since = page[-1]["seq"]
    assert [each["seq"] for each in told] == list(range(1, view["seq"] + 1))
    assert MARK not in repr((view, told))
    for seq in (0, 1, view["seq"] - 1):
        events = await stream(bob, board, f"{view['log_id']}-{seq}")
        assert MARK not in events
        assert '"items":' in events  # a whole view, and no event from before
    return sorted(map(repr, view["items"]))


async def stream(bob: Person, board: str, last: str) -> str:
    """Return the first message of a stream that goes on from somewhere."""
    url = f"{bob.node.address}/api/v1/boards/{board}/stream/"
    headers = {**bob.headers, "Last-Event-ID": last}
    async with asyncio.timeout(10), bob.http.get(url, headers=headers) as answer:
        line = b""
        while not line.startswith(b"data:"):
            line = await answer.content.readline()
        return line.decode()


async def faults(dsn: str, board: str) -> Sequence[Finding]:
    async with opened(dsn) as journal:
        return await Verifier(journal, KINDS).verify(BoardId(board))


async def test_no_table_holds_what_an_erased_ghost_wrote(data: Path, dsn: str) -> None:
    async with a_node(data, dsn) as (node, http):
        ann, bob = await Person.ghost(node, http), await Person.ghost(node, http)
        boards = [await lived(ann, bob, f"Board {n}") for n in range(3)]
        for board in boards:
            await node.directory.evict(BoardId(board))  # which saves a snapshot
        await run(dsn, QUEUED, f"%{MARK}%")
        words = [MARK, *await keys(node, ann, *boards)]
        before = await hits(dsn, MARK)
        assert before.keys() >= {"journal", "item", "snapshot", "outbox"}, before
        assert (await hits(dsn, *words[1:]))["journal"] > len(boards)

        hers, his = await ann.socket(boards[0]), await bob.socket(boards[0])
        assert await ann.status("DELETE", ME) == 204
        assert await hits(dsn, *words) == {}

        async with asyncio.timeout(5):
            while (await hers.receive()).type is not aiohttp.WSMsgType.CLOSE:
                pass
        assert hers.close_code == Close.UNAUTHENTICATED
        assert (await his.receive_json())["event"] == "author_erased"
        assert await ann.status("GET", f"/boards/{boards[0]}/") == 401
        assert await ann.status("DELETE", ME) == 401
        assert [await faults(dsn, board) for board in boards] == [[], [], []]
        seen = [await looks_whole(node, board, bob) for board in boards]
        assert all("from bob" in repr(items) for items in seen)
        await his.close()
        await hers.close()
    # it wakes from what is left, with a snapshot and without
    for statement in ("SELECT", "DELETE FROM snapshot"):
        await run(dsn, statement)
        async with a_node(data, dsn) as (node, http):
            bob = Person(node, http, **bob.headers)
            assert [await looks_whole(node, board, bob) for board in boards] == seen
    assert await hits(dsn, *words) == {}


async def test_what_was_cut_off_goes_on_after_a_restart(
    data: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction, "RETRY_S", 0.0)
    async with a_node(data, dsn) as (node, http):
        ann, bob = await Person.ghost(node, http), await Person.ghost(node, http)
        boards = [await lived(ann, bob, f"Board {n}") for n in range(3)]
        words = [MARK, *await keys(node, ann, *boards)]
        journal, left = node.services.journal, 1
        redact = journal.redact

        async def dies(*args: Any) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise StoreDown
            await redact(*args)

        monkeypatch.setattr(journal, "redact", dies)
        assert await ann.status("DELETE", ME) == 503
        monkeypatch.undo()
        # the search bites: one board is done, the others' journals tell all
        rows = await run(
            dsn,
            "SELECT DISTINCT board FROM journal WHERE data::text LIKE $1",
            f"%{MARK}%",
        )
        assert len(rows) == 2
        assert (await hits(dsn, MARK)).keys() >= {"journal"}
        assert await ann.status("GET", f"/boards/{boards[0]}/") == 401
    async with a_node(data, dsn) as (node, http):
        ann, bob = (Person(node, http, **each.headers) for each in (ann, bob))
        assert await ann.status("GET", f"/boards/{boards[0]}/") == 401
        assert await ann.status("DELETE", ME) == 204
        assert await hits(dsn, *words) == {}
        assert [await faults(dsn, board) for board in boards] == [[], [], []]
        for board in boards:
            await looks_whole(node, board, bob)


async def registered(node: Node, http: Any, email: str) -> Person:
    """Somebody with an account, whose address was shown to be his."""
    body = {"email": email, "password": "correct horse", "name": email[:30]}
    given = await Person(node, http).call("POST", "/auth/register/", **body)
    return Person(node, http, Authorization=f"Bearer {given['access']}")


async def test_no_table_holds_what_an_erased_account_was_or_said(
    data: Path, dsn: str
) -> None:
    async with a_node(data, dsn) as (node, http):
        ann = await registered(node, http, f"{MARK}@example.org")
        bob = await registered(node, http, "bob@example.org")
        await run(dsn, "UPDATE account SET verified_at = now()")
        me = await ann.call("PATCH", "/users/me/", bio=f"{MARK} 1")
        await ann.call("PATCH", "/settings/automation/", clear_read_after_days=7)
        await ann.call("POST", "/orgs/", name=f"{MARK} 2")
        said = {"name": MARK, "email": me["email"], "message": f"{MARK} 3"}
        await Person(node, http).call("POST", "/contact/", **said)
        made = await bob.call("POST", "/boards/", title="Tea")
        board = str(made["board"]["id"])
        link = Person(node, http, **{"X-Admin-Token": made["admin_token"]})
        await link.call("POST", f"/boards/{board}/invite/", email=me["email"])
        note = {"content": f"{MARK} 4"}
        await ann.call("POST", f"/boards/{board}/notes/", **note)
        told = await ann.call("GET", "/account/export/")
        assert all(f"{MARK} {n}" in repr(told) for n in range(1, 5)), told
        assert told["notices"][-1]["kind"] == "board_invited"
        assert told["trail"]

        before = await hits(dsn, MARK, me["id"])
        places = {"account", "org", "lead", "journal", "item", "preference", "notice"}
        assert before.keys() >= {*places, "login", "trail_name"}, before
        assert (await ann.call("GET", "/account/erasure/"))["possible"]
        assert await ann.status("DELETE", ME) == 204
        assert await hits(dsn, MARK) == {}
        # a sample of ids, from before: of itself it says nothing of anybody
        assert (await hits(dsn, me["id"])).keys() <= {"pg_statistic"}
        assert await bob.call("GET", f"/boards/{board}/")
