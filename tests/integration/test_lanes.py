"""Lanes lend connections that work, within their bound, and never one that failed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from orbit.core.errors import Busy, StoreDown, Unavailable
from orbit.core.types import BoardId
from orbit.store.postgres.connect import Address, Lane, dial
from orbit.store.postgres.errors import DatabaseFailed
from tests.kit.postgres import database
from tests.kit.stores import Store, new_board, place

PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def lane() -> AsyncIterator[Lane]:
    """A lane of one connection."""
    async with database(migrated=False) as dsn:
        opened = Lane(Address(dsn, "n", "inc"), 1)
        yield opened
        opened.close()


async def pid(lane: Lane) -> int:
    return int((await lane.fetchrow(PID))[0])


async def test_a_connection_is_used_again(lane: Lane) -> None:
    assert await pid(lane) == await pid(lane)


async def test_a_connection_that_is_lent_is_nobody_elses(lane: Lane) -> None:
    async with lane.connection():
        with pytest.raises(Unavailable, match="too many"):
            await lane.fetch("SELECT 1")
    assert await lane.fetch("SELECT 1")


async def test_a_wrong_statement_does_not_cost_the_connection(lane: Lane) -> None:
    before = await pid(lane)
    with pytest.raises(DatabaseFailed, match="42P01"):
        await lane.fetch("SELECT * FROM nowhere")
    assert await pid(lane) == before


async def test_a_cancelled_statement_costs_the_connection(lane: Lane) -> None:
    before = await pid(lane)
    job = asyncio.ensure_future(lane.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0)
    job.cancel()
    await asyncio.wait([job])
    assert await pid(lane) != before


async def test_a_killed_connection_is_replaced(lane: Lane) -> None:
    with pytest.raises(StoreDown):
        await lane.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await lane.fetch("SELECT 1")


async def test_who_loses_a_connection_trusts_none_of_the_others(lane: Lane) -> None:
    wide = Lane(lane._address, 2)
    async with wide.connection() as one, wide.connection() as two:
        before = {await connection.fetchval(PID) for connection in (one, two)}
    with pytest.raises(StoreDown):
        await wide.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await pid(wide) not in before
    wide.close()


async def test_a_statement_that_is_stopped_is_not_our_bug(lane: Lane) -> None:
    async with lane.connection() as connection:
        await connection.execute("SET statement_timeout = '10ms'")
    with pytest.raises(Unavailable):
        await lane.fetch("SELECT pg_sleep(60)")


async def test_a_connection_that_does_not_come_about_is_ended(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise TimeoutError

    await lane.fetch("SELECT 1")
    with monkeypatch.context() as broken:
        broken.setattr(asyncpg.Connection, "set_type_codec", fail)
        other = Lane(lane._address, 1)
        with pytest.raises(StoreDown):
            await other.fetch("SELECT 1")
    async with asyncio.timeout(10):  # a session ends soon after its connection
        while await sessions(lane) > 1:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


async def sessions(lane: Lane) -> int:
    rows = await lane.fetch(
        "SELECT FROM pg_stat_activity WHERE datname = current_database()"
    )
    return len(rows)


async def test_searches_keep_nobody_waiting_but_searchers() -> None:
    async with place("postgres") as db:
        store = db.node()
        board = await new_board(store)
        connection = await asyncpg.connect(db.dsn)
        async with connection.transaction():
            # nothing answers that looks at items: the dearest of all searches
            await connection.execute("LOCK TABLE item IN ACCESS EXCLUSIVE MODE")
            async with asyncio.TaskGroup() as jobs:
                searches = [
                    jobs.create_task(dear_search(store, board)) for _ in range(8)
                ]
                await asyncio.wait(searches, return_when=asyncio.FIRST_COMPLETED)
                assert await store.ghosts.find(b"a ghost") is None
                assert await store.journal.salt(board)
        await connection.close()
        assert await store.journal.items(board, "note", set(), search="coffee") == []


async def dear_search(store: Store, board: BoardId) -> None:
    with pytest.raises(Busy) as refused:
        await store.journal.items(board, "note", set(), search="coffee")
    assert refused.value.after


async def test_nobody_answers(tmp_path: Any) -> None:
    lane = Lane(Address(f"postgresql://o@/p?host={tmp_path}", "n", "inc"), 1)
    for _ in range(2):  # the first failure gave its place back
        with pytest.raises(StoreDown):
            await lane.fetch("SELECT 1")


async def test_a_server_that_is_silent_is_passed_over_and_asked_last_from_then_on() -> (
    None
):
    async with database(migrated=False) as dsn:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            servers = [f"postgresql://o@127.0.0.1:{port}/o", dsn]
            connection = await dial(servers, within_s=0.3)
            await connection.close()
    assert servers[0] == dsn
