"""Postgres decides who writes a board, whatever happens to nodes and connections.

Source: guarantees.md, 2 and 3.  Each layer of the fence is also taken away once, to see
that its check would notice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from orbit.core.errors import Internal, Unavailable
from orbit.core.ports import Append, Claim, Outcome
from orbit.core.types import BoardId
from orbit.store.clock import SystemClock
from orbit.store.postgres.append import Appender
from orbit.store.postgres.connect import Address
from orbit.store.postgres.errors import DatabaseFailed
from orbit.store.postgres.store import PostgresStore
from tests.kit.proxy import proxy
from tests.kit.sabotage import patient_claims, sabotage
from tests.kit.stores import Place, entries, entry, new_board, place, put, turn

DONE, FENCED, BUSY = Outcome.DONE, Outcome.FENCED, Outcome.BUSY
REFUSED, UNKNOWN = Outcome.REFUSED, Outcome.UNKNOWN
GATE = 4711  # an advisory lock that an append can be made to wait for


@pytest.fixture
async def db() -> AsyncIterator[Place]:
    """A database with Orbit's schema."""
    async with place("postgres") as opened:
        yield opened


def a_node(db: Place) -> PostgresStore:
    """Return one more node; it is not registered, so its boards may be taken."""
    store = db.node()
    assert isinstance(store, PostgresStore)
    return store


@asynccontextmanager
async def beside(db: Place) -> AsyncIterator[Any]:
    """Open a connection beside those of the nodes."""
    connection = await asyncpg.connect(db.dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def close_the_gate(connection: Any) -> None:
    """Make appends of an event `slow` wait, with their rows locked, for `GATE`."""
    await connection.execute(f"""
        CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;
        CREATE OR REPLACE TRIGGER gate BEFORE INSERT ON journal
           FOR EACH ROW WHEN (NEW.who = 'slow') EXECUTE FUNCTION gate()""")
    await connection.execute("SELECT pg_advisory_lock($1)", GATE)


async def open_the_gate(connection: Any) -> None:
    await connection.execute("SELECT pg_advisory_unlock($1)", GATE)


async def someone_waits(connection: Any, count: int = 1) -> int:
    """Return, when that many sessions wait for a lock, the pid of one."""
    async with asyncio.timeout(10):
        while True:
            rows = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
            if len(rows) >= count:
                return int(rows[0]["pid"])
            await asyncio.sleep(0.005)


async def a_claim(store: PostgresStore) -> Claim:
    return await store.journal.claim(await new_board(store))


async def end_connections(db: Place) -> None:
    """End those of the nodes, as a server does that is gone."""
    await db.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'orbit/%' AND datname = current_database()"
    )


async def head_and_told(store: PostgresStore, board: BoardId, op: bytes) -> Any:
    """Claim as after an unknown outcome, and tell whether the op is there."""
    claim = await store.journal.claim(board)
    told = await store.journal.told(board, [("slow", op)])
    tail = (await store.journal.load(claim, 1)).tail
    assert len(tail) == claim.seq
    return claim.seq, bool(told)


# --- what the fence is for, each with the layer that holds it -------------------------


async def stale_epoch(db: Place) -> None:
    """A claim that another one followed writes nothing."""
    ann, bob = a_node(db), a_node(db)
    old = await a_claim(ann)
    await bob.journal.claim(old.board)
    assert await ann.journal.append([turn(old, *entries([1]))]) == [FENCED]


async def stale_token(db: Place) -> None:
    """After a failover lost a claim, its epoch is given out again; its token is not."""
    zombie, owner = a_node(db), a_node(db)
    lost = await a_claim(zombie)
    await db.run("UPDATE board SET epoch = epoch - 1 WHERE id = $1", lost.board)
    claim = await owner.journal.claim(lost.board)
    assert (claim.epoch, claim.seq) == (lost.epoch, lost.seq)
    assert await zombie.journal.append([turn(lost, *entries([1]))]) == [FENCED]


async def wrong_head(db: Place) -> None:
    """A turn decided on a head that never was is not written, and leaves no gap."""
    ann = a_node(db)
    claim = await a_claim(ann)
    outcome = await ann.journal.append([turn(claim, *entries([2]))])
    again = await ann.journal.claim(claim.board)
    try:
        await ann.journal.load(again, 1)
    except Internal as gap:
        raise AssertionError("there is a gap") from gap
    assert outcome == [FENCED]


async def stale_history(db: Place) -> None:
    """After a failover that has cost a board nothing all matches but the history."""
    ann = PostgresStore(
        db.dsn, inc=str(uuid4()), name="n", clock=SystemClock(), is_synchronous=False
    )
    claim = await a_claim(ann)
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [DONE]
    await db.run("UPDATE log_identity SET timeline = '000000FF'")
    await end_connections(db)
    outcomes = await ann.journal.append([turn(claim, *entries([2]))])
    if outcomes == [UNKNOWN]:  # it had not seen yet that its connection is gone
        outcomes = await ann.journal.append([turn(claim, *entries([2]))])
    await ann.close()
    assert outcomes == [FENCED]


async def told_twice(db: Place) -> None:
    """An op that is told again is not done again."""
    ann = a_node(db)
    claim = await a_claim(ann)
    assert await ann.journal.append([turn(claim, entry(1, op=b"op"))]) == [DONE]
    assert await ann.journal.append([turn(claim, entry(2, op=b"op"))]) == [REFUSED]


CHECKS: dict[str, Callable[[Place], Awaitable[None]]] = {
    "no_fence": stale_epoch,
    "no_token": stale_token,
    "no_head": wrong_head,
    "no_history": stale_history,
    "no_dedupe": told_twice,
}


@pytest.mark.parametrize("layer", CHECKS)
async def test_each_layer_holds(db: Place, layer: str) -> None:
    await CHECKS[layer](db)


@pytest.mark.parametrize("layer", CHECKS)
async def test_a_layer_that_is_taken_away_is_noticed(db: Place, layer: str) -> None:
    async with beside(db) as connection:
        await sabotage(connection, layer)
    with pytest.raises(AssertionError):
        await CHECKS[layer](db)


async def test_the_token_covers_for_a_forgotten_epoch(db: Place) -> None:
    async with beside(db) as connection:
        await sabotage(connection, "no_epoch")
    await stale_epoch(db)


# --- claims ---------------------------------------------------------------------------


async def attempt(node: PostgresStore, board: BoardId) -> Claim | None:
    try:
        return await node.journal.claim(board)
    except Unavailable:
        return None


async def test_of_claimants_at_once_only_the_last_one_writes(db: Place) -> None:
    nodes = [a_node(db) for _ in range(4)]
    board = await new_board(nodes[0])
    async with asyncio.TaskGroup() as all_of_them:
        jobs = [all_of_them.create_task(attempt(node, board)) for node in nodes]
    claims = {
        claim.epoch: (node, claim)
        for node, job in zip(nodes, jobs, strict=True)
        if (claim := job.result())
    }
    assert sorted(claims) == list(range(1, len(claims) + 1))
    for epoch, (node, claim) in claims.items():
        expected = DONE if epoch == len(claims) else FENCED
        assert await node.journal.append([turn(claim, *entries([1]))]) == [expected]


async def test_of_two_living_claimants_one_gets_the_board(db: Place) -> None:
    nodes = [a_node(db), a_node(db)]
    for at, node in enumerate(nodes):
        await node.node.register(f"n{at}", f"lock {at}")
    board = await new_board(nodes[0])
    async with asyncio.TaskGroup() as both:
        jobs = [both.create_task(attempt(node, board)) for node in nodes]
    assert [job.result() for job in jobs].count(None) == 1


async def test_a_claim_waits_for_the_append_in_flight_and_sees_it(db: Place) -> None:
    ann, bob = a_node(db), a_node(db)
    old = await a_claim(ann)
    async with beside(db) as gate, asyncio.TaskGroup() as jobs:
        await patient_claims(gate)
        await close_the_gate(gate)
        append = jobs.create_task(ann.journal.append([turn(old, entry(1, who="slow"))]))
        await someone_waits(gate)
        claim = jobs.create_task(bob.journal.claim(old.board))
        await someone_waits(gate, 2)
        assert not claim.done()
        await open_the_gate(gate)
    assert append.result() == [DONE]
    assert claim.result().seq == 1
    assert len((await bob.journal.load(claim.result(), 1)).tail) == 1


async def test_a_claim_does_not_wait_for_ever(db: Place) -> None:
    ann = a_node(db)
    board = await new_board(ann)
    async with beside(db) as other, other.transaction():
        await other.execute("SELECT FROM board WHERE id = $1 FOR UPDATE", board)
        with pytest.raises(Unavailable) as refused:
            await ann.journal.claim(board)
    # ended by the lock's own bound: that of all statements is far too long for it
    assert isinstance(refused.value.__cause__, DatabaseFailed)
    assert refused.value.__cause__.sqlstate == "55P03"
    await ann.journal.claim(board)


async def test_of_two_who_claim_a_free_board_at_once_one_has_it(db: Place) -> None:
    ann, bob = a_node(db), a_node(db)
    await bob.node.register("bob", "lock")
    board = await new_board(ann)
    async with beside(db) as other:
        await patient_claims(other)
        transaction = other.transaction()
        await transaction.start()
        await other.fetch("SELECT * FROM claim($1, $2, 1)", board, bob.node.inc)
        attempt = asyncio.ensure_future(ann.journal.claim(board))
        async with beside(db) as watch:
            await someone_waits(watch)
        await transaction.commit()
        with pytest.raises(Unavailable, match="just now"):
            await attempt
    assert (await ann.journal.peek(board)).owner == bob.node.inc


async def test_a_claim_whose_epoch_was_given_out_again_is_not_held(db: Place) -> None:
    zombie, owner = a_node(db), a_node(db)
    lost = await a_claim(zombie)
    await db.run("UPDATE board SET epoch = epoch - 1 WHERE id = $1", lost.board)
    claim = await owner.journal.claim(lost.board)
    assert claim.epoch == lost.epoch
    assert await zombie.journal.held([lost]) == set()
    assert await owner.journal.held([claim]) == {claim.board}


async def test_a_journal_that_lacks_an_event_is_not_loaded(db: Place) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    assert await ann.journal.append([turn(claim, *entries([1, 2, 3]))]) == [DONE]
    await db.run("DELETE FROM journal WHERE board = $1 AND seq = 2", claim.board)
    again = await ann.journal.claim(claim.board)
    with pytest.raises(Internal, match="gap"):
        await ann.journal.load(again, 1)


async def test_a_beat_in_flight_is_seen_by_a_claim(db: Place) -> None:
    """Lock first, compare second: the claim must not act on the lease it saw before."""
    ann, bob = a_node(db), a_node(db)
    await ann.node.register("ann", "lock")
    claim = await a_claim(ann)
    await db.run("UPDATE node SET expires_at = clock_timestamp() - interval '1 s'")
    async with beside(db) as beat:
        await patient_claims(beat)
        transaction = beat.transaction()
        await transaction.start()
        await beat.fetch("SELECT beat($1)", ann.node.inc)
        attempt = asyncio.ensure_future(bob.journal.claim(claim.board))
        async with beside(db) as watch:
            await someone_waits(watch)
        await transaction.commit()
        with pytest.raises(Unavailable, match="alive"):
            await attempt


async def test_a_beat_waits_for_a_claim_in_flight_and_learns_of_it(db: Place) -> None:
    ann, bob = a_node(db), a_node(db)
    await ann.node.register("ann", "lock")
    mine, lost = await a_claim(ann), await a_claim(ann)
    assert await ann.node.lease.beat() == 0
    assert ann.node.lease.is_valid()
    await db.run("UPDATE node SET expires_at = clock_timestamp() - interval '1 s'")
    async with beside(db) as other:
        transaction = other.transaction()
        await transaction.start()
        await other.fetch("SELECT * FROM claim($1, $2, 1)", lost.board, bob.node.inc)
        beat = asyncio.ensure_future(ann.node.lease.beat())
        async with beside(db) as watch:
            await someone_waits(watch)
        await transaction.commit()
        assert await beat == 1
    assert not ann.node.lease.is_valid()  # until its claims were looked at again
    assert await ann.journal.held([mine, lost]) == {mine.board}
    ann.node.lease.trust(1)
    assert await ann.node.lease.beat() == 1
    assert ann.node.lease.is_valid()


async def test_a_board_of_a_newer_release_is_not_claimed(db: Place) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    newer = Appender(Address(db.dsn, "newer", str(uuid4())), proto=2)
    assert await newer.append([turn(claim, *entries([1]))]) == [DONE]
    await newer.close()
    with pytest.raises(Unavailable, match="newer"):
        await ann.journal.claim(claim.board)


async def test_a_failover_begins_a_new_history(db: Place) -> None:
    ann = a_node(db)
    before = await a_claim(ann)
    assert (await ann.journal.claim(before.board)).log_id == before.log_id
    await db.run("UPDATE log_identity SET timeline = '000000FF'")
    after = await ann.journal.claim(before.board)
    assert after.log_id != before.log_id
    assert await ann.node.log_id() == after.log_id


async def test_over_a_new_connection_nothing_is_read_as_of_the_old_history(
    db: Place,
) -> None:
    before = await a_claim(a_node(db))
    await db.run("UPDATE log_identity SET timeline = '000000FF'")
    bob = PostgresStore(
        db.dsn, inc=str(uuid4()), name="n", clock=SystemClock(), is_synchronous=False
    )
    held = await bob.journal.peek(before.board)
    await bob.close()
    assert held.claim.log_id != before.log_id


async def test_a_failover_to_a_synchronous_standby_does_not(db: Place) -> None:
    ann = PostgresStore(
        db.dsn, inc=str(uuid4()), name="n", clock=SystemClock(), is_synchronous=True
    )
    log = await ann.node.log_id()
    await db.run("UPDATE log_identity SET timeline = '000000FF'")
    assert await ann.node.log_id() == log
    assert (await a_claim(ann)).log_id == log
    await db.run("UPDATE log_identity SET system = 1")
    assert await ann.node.log_id() != log
    await ann.close()


# --- appends --------------------------------------------------------------------------


async def test_a_locked_board_is_busy_and_its_batch_mates_are_done(db: Place) -> None:
    ann = a_node(db)
    claims = [await a_claim(ann) for _ in range(3)]
    turns = [turn(claim, entry(1, put("n"))) for claim in claims]
    async with beside(db) as other, other.transaction():
        await other.execute(
            "SELECT FROM board WHERE id = $1 FOR UPDATE", claims[1].board
        )
        assert await ann.journal.append(turns) == [DONE, BUSY, DONE]
    assert await ann.journal.append(turns[1:2]) == [DONE]


async def test_an_erased_board_is_fenced_and_not_busy_for_ever(db: Place) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    await db.run("DELETE FROM board WHERE id = $1", claim.board)
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [FENCED]


async def test_a_culprit_is_found_among_many(db: Place) -> None:
    ann = a_node(db)
    claims = [await a_claim(ann) for _ in range(11)]
    bad = {3, 7, 8}
    turns = [
        turn(claim, entry(1, who="nul\0" if at in bad else "ann"))
        for at, claim in enumerate(claims)
    ]
    outcomes = await ann.journal.append(turns)
    assert outcomes == [REFUSED if at in bad else DONE for at in range(11)]


async def test_what_failed_is_logged_without_who_wrote_it(
    db: Place, caplog: pytest.LogCaptureFixture
) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    twice = [entry(seq, who="the key of an author", op=b"op") for seq in (1, 2)]
    assert await ann.journal.append([turn(claim, *twice)]) == [REFUSED]
    unfit = entry(1, who="the key of an author", op="no bytes")  # type: ignore[arg-type]
    assert await ann.journal.append([turn(claim, unfit)]) == [REFUSED]
    logged = "".join(map(logging.Formatter().format, caplog.records))
    assert "23505 journal_board_who_op_ix_key" in logged
    assert "the key of an author" not in logged


async def test_opposite_orders_do_not_lock_each_other_out(db: Place) -> None:
    writers = [a_node(db), a_node(db)]
    claims = [await a_claim(writers[0]) for _ in range(8)]
    heads = [0] * len(claims)

    async def rounds(writer: PostgresStore, *, is_reversed: bool) -> set[Outcome]:
        seen: set[Outcome] = set()
        for _ in range(40):
            turns = [
                turn(claim, *entries([head + 1]))
                for claim, head in zip(claims, heads, strict=True)
            ]
            outcomes = list(
                await writer.journal.append(turns[::-1] if is_reversed else turns)
            )
            for at, outcome in enumerate(outcomes[::-1] if is_reversed else outcomes):
                heads[at] += outcome is DONE
            seen |= set(outcomes)
        return seen

    async with asyncio.TaskGroup() as both:
        jobs = [
            both.create_task(rounds(writer, is_reversed=bool(at)))
            for at, writer in enumerate(writers)
        ]
    assert all(job.result() <= {DONE, FENCED, BUSY} for job in jobs)
    again = [await writers[0].journal.claim(claim.board) for claim in claims]
    assert [claim.seq for claim in again] == heads


async def test_a_cancelled_append_in_flight_is_finished(db: Place) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    async with beside(db) as gate:
        await patient_claims(gate)
        await close_the_gate(gate)
        append = asyncio.ensure_future(
            ann.journal.append([turn(claim, entry(1, who="slow", op=b"op"))])
        )
        pid = await someone_waits(gate)
        append.cancel()
        await asyncio.wait([append])
        assert append.cancelled()
        # whoever writes next comes after it, on whatever connection
        after = asyncio.ensure_future(
            ann.journal.append([turn(claim, entry(2, who="slow"))])
        )
        await open_the_gate(gate)
        assert await after == [DONE]
        sessions = await gate.fetch(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT append%'"
            " AND datname = current_database()"
        )
        assert pid in [row["pid"] for row in sessions], "its connection was ended"
    assert await head_and_told(ann, claim.board, b"op") == (2, True)


async def test_a_killed_connection_leaves_the_outcome_unknown(db: Place) -> None:
    ann = a_node(db)
    slow, other = await a_claim(ann), await a_claim(ann)
    async with beside(db) as gate:
        await patient_claims(gate)
        await close_the_gate(gate)
        append = asyncio.ensure_future(
            ann.journal.append(
                [turn(other, *entries([1])), turn(slow, entry(1, who="slow", op=b"op"))]
            )
        )
        pid = await someone_waits(gate)
        await gate.execute("SELECT pg_terminate_backend($1)", pid)
        assert await append == [UNKNOWN, UNKNOWN]
        await open_the_gate(gate)
    # the next append makes its own connection
    claim = await ann.journal.claim(other.board)
    assert claim.seq == 0
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [DONE]
    assert await head_and_told(ann, slow.board, b"op") == (0, False)


async def test_an_answer_that_never_came_is_unknown_and_the_journal_knows(
    db: Place,
) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    warm = [turn(claim, *entries([1]))]
    lost = [turn(claim, entry(2, who="slow", op=b"op"))]
    async with proxy(db.dsn) as door:
        address = Address(door.dsn, "n", str(uuid4()))
        appender = Appender(address, 1, timeout_s=0.5)
        assert await appender.append(warm) == [DONE]
        door.is_mute = True
        assert await appender.append(lost) == [UNKNOWN]
        door.is_mute = False
        assert await head_and_told(ann, claim.board, b"op") == (2, True)
        # what would still come on that connection is the answer to another question
        again = await ann.journal.claim(claim.board)
        assert await appender.append([turn(again, *entries([3]))]) == [DONE]
        await appender.close()


async def test_a_connection_on_which_nothing_can_be_prepared_is_ended(
    db: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise TimeoutError

    ann = a_node(db)
    claim = await a_claim(ann)
    appender = Appender(Address(db.dsn, "unprepared", str(uuid4())), 1)
    with monkeypatch.context() as broken:
        broken.setattr(asyncpg.Connection, "prepare", fail)
        outcome = await appender.append([turn(claim, *entries([1]))])
        assert outcome == [Outcome.UNAVAILABLE]
    async with asyncio.timeout(10):  # a session ends soon after its connection
        while await db.run(  # noqa: ASYNC110 - the server tells nobody
            "SELECT FROM pg_stat_activity WHERE application_name LIKE '%unprepared%'"
        ):
            await asyncio.sleep(0.01)
    assert await appender.append([turn(claim, *entries([1]))]) == [DONE]
    await appender.close()


async def test_an_append_that_was_given_up_is_there_or_not_but_never_both(
    db: Place,
) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    hasty = Appender(Address(db.dsn, "n", str(uuid4())), 1, timeout_s=0.1)
    async with beside(db) as gate:
        await patient_claims(gate)
        await close_the_gate(gate)
        turns = [turn(claim, entry(1, who="slow", op=b"op"))]
        assert await hasty.append(turns) == [UNKNOWN]
        await open_the_gate(gate)
        # the claim waits for the row, so from here on nothing older can commit
        seq, is_told = await head_and_told(ann, claim.board, b"op")
    assert (seq == 1) == is_told
    assert await ann.journal.append(turns) == [FENCED]
    await hasty.close()


async def test_appends_go_on_after_the_idle_connection_was_killed(db: Place) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [DONE]
    await end_connections(db)
    outcome = await ann.journal.append([turn(claim, *entries([2]))])
    assert outcome in ([DONE], [UNKNOWN])
    claim = await a_node(db).journal.claim(claim.board)
    assert claim.seq == (2 if outcome == [DONE] else 1)
    next_turn = turn(claim, *entries([claim.seq + 1]))
    assert await ann.journal.append([next_turn]) == [DONE]


async def test_a_database_that_may_not_be_written_is_unavailable(db: Place) -> None:
    ann = a_node(db)
    claim = await a_claim(ann)
    warm = turn(claim, *entries([1]))
    assert await ann.journal.append([warm]) == [DONE]
    name = db.dsn.partition("?")[0].rpartition("/")[2]
    await db.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    fresh = a_node(db)
    again = Append(claim, 1, entries([2]), None)
    assert await fresh.journal.append([again]) == [Outcome.UNAVAILABLE]
    async with beside(db) as connection:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(
            f'ALTER DATABASE "{name}" RESET default_transaction_read_only'
        )
    assert await fresh.journal.append([again]) == [DONE]


async def test_nobody_answers_so_nothing_was_done(tmp_path: Any) -> None:
    dsn = f"postgresql://orbit@/postgres?host={tmp_path}"
    appender = Appender(Address(dsn, "n", str(uuid4())), 1)
    claim = Claim(BoardId(str(uuid4())), "k", 1, str(uuid4()), 0, 0, str(uuid4()))
    outcomes = await appender.append([turn(claim, *entries([1]))])
    assert outcomes == [Outcome.UNAVAILABLE]
    await appender.close()
