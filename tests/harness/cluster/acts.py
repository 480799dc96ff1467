"""What is done to a cluster under load; each act is confirmed to have bitten.

An act returns when it has been undone and every board that it concerned has acked a
command that was first sent after it.
"""

import asyncio
import os
import re
import signal
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import asyncpg
from msgspec import Struct

from tests.harness.cluster.nodes import Cluster, Node, Workers
from tests.harness.cluster.witness import seen
from tests.harness.faults import Bench, Fault
from tests.harness.field import Field, Place, get, now, until
from tests.harness.ledger import Away
from tests.harness.server import is_stopped
from tests.kit.hosts import Host, Network

KEEPS_S, LOSES_S = 4.0, 8.0  # who is away for less keeps its boards, for more not
GONE_S = 60.0  # within which a node drains and ends
DEAF_S = 5.0  # by then a node has noticed that nothing arrives
RESENT_S = 7.0  # what was lost on a cable is sent again by TCP, ever more seldom
ENDS = ("redis", "postgres", "clients")
HELD = """
SELECT count(*) FROM pg_stat_activity
 WHERE application_name LIKE 'orbit/%' AND application_name LIKE '%' || $1 || '%'
   AND wait_event_type = 'Lock' AND query LIKE '%append%'"""
DEAF = re.compile(rb"^orbit_cluster_deaf(?:\{.*\})? 1(?:\.0)?$", re.MULTILINE)


LOST = (asyncpg.InterfaceError, asyncpg.PostgresError, OSError)  # with a connection


class Step(Struct, frozen=True):
    """One act; `at` is when it begins, where several may go on at once."""

    act: str
    target: str = ""  # a node's name; empty: whoever owns most
    seconds: float = 0.0
    other: str = ""  # the other end of a cut
    way: str = "both"  # of a cut: `to` the other end, `from` it, or `both`
    inside: bool = False  # a pause begins while an append is under way
    at: float = 0.0

    def __str__(self) -> str:
        words = [self.act, self.target, self.other and f"{self.way} {self.other}"]
        words.append(f"{self.seconds:g} s" if self.seconds else "")
        words.append("inside an append" if self.inside else "")
        return " ".join(filter(None, words))


class ClusterBench(Bench):
    """A cluster under load."""

    def __init__(
        self, cluster: Cluster, field: Field, sockets: int, *, alone: bool = True
    ) -> None:
        """With `alone` no other act goes on: then who owns what tells more."""
        super().__init__(field, sockets)
        self._cluster, self._outside = cluster, cluster.outside
        self._alone = alone
        self._boards = set[str]()
        self.own: list[str] = []  # boards that an act has made, to be judged as well
        self._acts: Mapping[str, Callable[[Step], Coroutine[Any, Any, Fault]]] = {
            "kill": self._kill,
            "kill-worker": self._kill_worker,
            "pause": self._pause,
            "redis-kill": self._redis_down,
            "redis-flush": self._redis_flush,
            "redis-freeze": self._redis_freeze,
            "redis-down": self._redis_down,
            "postgres-kill": self._postgres_down,
            "postgres-immediate": self._postgres_down,
            "cut": self._cut,
            "isolate": self._isolate,
            "roll": self._roll,
            "surge": self._surge,
            "hangup": self._hangup,
        }

    async def begin(self, boards: Collection[str]) -> None:
        """Wait until all is well."""
        self._boards = set(boards)
        await self.all_there()

    async def end(self) -> None:
        """Do what is left when all acts are over."""

    async def do(self, step: Step) -> Fault:
        """Do one thing, and wait until all is well again."""
        lost = self._field.lost
        fault = await self._acts[step.act](step)
        fault.evidence["sockets_lost"] = self._field.lost - lost
        return fault

    # Nodes.

    async def _kill(self, step: Step) -> Fault:
        """As when a machine is lost: nobody is left to say that it is dead."""
        node = await self._victim(step)
        boards, inc = await self._cluster.owned(node), node.inc
        in_flight, began = await self._moment()
        await node.server.kill()
        node.place.is_ready = False
        fault = await self._level(step, in_flight, began, began, boards)
        await node.come_back()
        taken = await self._taken(inc, began)
        fault.evidence = {"boards": len(boards), "takeovers": taken}
        fault.evidence["incs"] = [inc, node.inc]
        if (self._alone and not taken) or inc == node.inc:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _kill_worker(self, step: Step) -> Fault:
        """Kill one worker; its parent lives."""
        cluster = self._cluster
        assert isinstance(cluster, Workers)
        pids = cluster.pids()
        owned = {inc: await cluster.owned_by(inc) for inc in pids}
        inc = max(owned, key=lambda one: len(owned[one]))
        in_flight, began = await self._moment()
        os.kill(pids[inc], signal.SIGKILL)
        fault = await self._level(step, in_flight, began, began, owned[inc])
        is_whole = await cluster.all_there()
        taken = await self._taken(inc, began)
        fault.evidence = {"boards": len(owned[inc]), "takeovers": taken}
        fault.evidence["pids"] = [pids[inc], *cluster.pids().values()]
        if not taken or inc in cluster.pids() or not is_whole:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _pause(self, step: Step) -> Fault:
        node = await self._victim(step)
        boards, inc = await self._cluster.owned(node), node.inc
        in_flight, began = await self._moment()
        held = await self._stop(node, inside=step.inside)
        try:
            await asyncio.sleep(0.2)  # what was sent before may still be read
            acked = len(self._field.acked)
            await asyncio.sleep(max(0.0, began + step.seconds - now()))
            said = sum(one.via == inc for one in self._field.acked[acked:])
        finally:
            os.kill(node.server.pid, signal.SIGCONT)
        self._field.ledger.away.append(Away(inc, began, now()))
        fault = await self._level(step, in_flight, began, now(), boards)
        taken = await self._taken(inc, began)
        fault.evidence = {"boards": len(boards), "takeovers": taken, "held": held}
        fault.evidence["acks_while_stopped"] = said
        lost_none = self._alone and step.seconds > LOSES_S and not taken
        if said or lost_none or (self._alone and step.inside and not held):
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        if self._alone and step.seconds < KEEPS_S and taken:
            fault.problem = f"{taken} boards of a living owner were taken"
        return fault

    async def _stop(self, node: Node, *, inside: bool) -> int:
        """SIGSTOP; if `inside`, while appends of it are held and then let through."""
        if not inside:
            os.kill(node.server.pid, signal.SIGSTOP)
            await until(lambda: is_stopped(node.server.pid), 5.0)
            return 0
        held = 0
        with suppress(*LOST):  # of a soup: the lock has gone with its database
            held = await self._held(node)
        os.kill(node.server.pid, signal.SIGSTOP)
        await until(lambda: is_stopped(node.server.pid), 5.0)
        return held

    async def _held(self, node: Node) -> int:
        """SIGSTOP while appends of it are held; return how many were."""
        connection = await self._outside.connect()
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE journal IN SHARE MODE")
                held = 0
                end = now() + 2.0
                while not held and now() < end:
                    held = (await self._outside.sql(HELD, node.inc[:13]))[0][0]
                os.kill(node.server.pid, signal.SIGSTOP)
                await until(lambda: is_stopped(node.server.pid), 5.0)
        finally:
            await connection.close()
        return held

    async def _roll(self, step: Step) -> Fault:
        """Have each go in order, and another come in its place: same folder."""
        return await self._replaced(step, self._in_place)

    async def _surge(self, step: Step) -> Fault:
        """Have another come beside each, in a folder of its own, before it goes."""
        return await self._replaced(step, self._beside)

    async def _replaced(
        self, step: Step, replace: Callable[[int], Coroutine[Any, Any, None]]
    ) -> Fault:
        before = {node.inc for node in self._cluster.nodes}
        moved = self._field.moved
        in_flight, began = await self._moment()
        for n in range(len(self._cluster.nodes)):
            await replace(n)
        fault = await self._level(step, in_flight, began, now(), self._boards)
        stayed = before & {node.inc for node in self._cluster.nodes}
        taken = sum([await self._taken(inc, began) for inc in before])
        fault.evidence = {"moved": self._field.moved - moved, "takeovers": taken}
        if stayed or not fault.evidence["moved"]:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _in_place(self, n: int) -> None:
        node = self._cluster.nodes[n]
        await node.server.stop()
        await node.server.start()
        await self._ready(node.place)

    async def _beside(self, n: int) -> None:
        old = self._cluster.nodes[n]
        node = self._cluster.made(old.host, is_beside=old)
        await node.server.start()
        self._field.places.append(node.place)
        await self._ready(node.place)
        self._cluster.nodes[n] = node
        await old.server.stop()
        self._field.places.remove(old.place)

    async def _ready(self, place: Place) -> None:
        await until(lambda: place.is_ready, GONE_S, every_s=0.05)

    async def _hangup(self, step: Step) -> Fault:
        """SIGHUP to the parent of workers: each gets a successor."""
        cluster = self._cluster
        assert isinstance(cluster, Workers)
        before, moved = set(cluster.pids()), self._field.moved
        in_flight, began = await self._moment()
        os.kill(cluster.nodes[0].server.pid, signal.SIGHUP)

        def is_done() -> bool:
            living = set(cluster.pids())
            return not living & before and len(living) == len(before)

        is_rolled = await until(is_done, 3 * GONE_S, every_s=0.1)
        fault = await self._level(step, in_flight, began, now(), self._boards)
        taken = sum([await self._taken(inc, began) for inc in before])
        fault.evidence = {"moved": self._field.moved - moved, "takeovers": taken}
        if not is_rolled:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    # Redis.

    async def _redis_down(self, step: Step) -> Fault:
        pid = self._outside.redis_pid
        in_flight, began = await self._moment()
        await self._outside.kill_redis()
        deaf = await self._deaf(began + step.seconds)
        await asyncio.sleep(max(0.0, began + step.seconds - now()))
        await self._outside.start_redis()
        fault = await self._level(step, in_flight, began, now(), self._boards)
        fault.evidence = {"deaf_nodes": deaf, "pids": [pid, self._outside.redis_pid]}
        if self._outside.redis_pid in {None, pid}:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _redis_flush(self, step: Step) -> Fault:
        # one that has just come anew has nothing to lose before the nodes' next beat
        await until(self._has_keys, GONE_S, every_s=0.05)
        in_flight, began = await self._moment()
        keys = await self._outside.ask_redis("DBSIZE")
        await self._outside.ask_redis("FLUSHALL")
        await self._outside.ask_redis("CLIENT", "KILL", "TYPE", "pubsub")
        fault = await self._level(step, in_flight, began, now(), self._boards)
        fault.evidence = {"keys_lost": keys}
        if not keys:
            fault.problem = fault.problem or "it did not bite: there was no key"
        return fault

    async def _has_keys(self) -> bool:
        return bool(await self._outside.ask_redis("DBSIZE"))

    async def _redis_freeze(self, step: Step) -> Fault:
        pid = self._outside.redis_pid
        assert pid is not None
        in_flight, began = await self._moment()
        self._outside.freeze_redis()
        try:
            is_frozen = await until(lambda: is_stopped(pid), 5.0)
            deaf = await self._deaf(began + step.seconds)
            await asyncio.sleep(max(0.0, began + step.seconds - now()))
        finally:
            self._outside.thaw_redis()
        fault = await self._level(step, in_flight, began, now(), self._boards)
        fault.evidence = {"deaf_nodes": deaf}
        should_tell = step.seconds > DEAF_S and self._alone
        if not is_frozen or (should_tell and not deaf):
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _deaf(self, end: float) -> int:
        """Wait until all nodes say that they hear nothing; return how many did."""
        found = 0
        while now() < end:
            said = [await get(node.place, "/metrics") for node in self._cluster.nodes]
            found = max(found, sum(bool(DEAF.search(body)) for _, body in said))
            if found == len(said):
                break
            await asyncio.sleep(0.2)
        return found

    # The database.

    async def _postgres_down(self, step: Step) -> Fault:
        words = {"postgres-kill": signal.SIGKILL, "postgres-immediate": signal.SIGQUIT}
        pid = self._outside.postgres_pid
        in_flight, began = await self._moment()
        self._outside.signal_postgres(words[step.act])
        went = await until(lambda: self._outside.postgres_pid != pid, 30.0)
        await asyncio.sleep(step.seconds)
        await self._outside.start_postgres()
        up = now()
        fault = await self._level(step, in_flight, began, up, self._boards, since=up)
        fault.evidence = {"pids": [pid, self._outside.postgres_pid]}
        fault.evidence["down_s"] = round(up - began, 2)
        if not went or self._outside.postgres_pid in {None, pid}:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    # The network.

    async def _cut(self, step: Step) -> Fault:
        network = self._cluster.network
        assert isinstance(network, Network), "nothing can be cut here"
        node = await self._victim(step)
        ends = ENDS if step.other == "all" else (step.other,)
        there = {(node.host, self._end(name)) for name in ends}
        back = {(other, host) for host, other in there}
        cut = {"to": there, "from": back}.get(step.way, there | back)
        inc = node.inc
        in_flight, began = await self._moment()
        for pair in cut:
            network.cut(*pair)
        try:
            wrong = [pair for pair in cut if await self._passes(*pair)]
            wrong += [p for p in (there | back) - cut if not await self._passes(*p)]
            await asyncio.sleep(max(0.0, began + step.seconds - now()))
        finally:
            for pair in cut:
                network.heal(*pair)
        healed = now()
        if {"clients"} & set(ends):
            self._field.ledger.away.append(Away(inc, began, healed + RESENT_S))
        everybody = self._boards
        fault = await self._level(
            step, in_flight, began, healed, everybody, since=healed
        )
        wrong += [pair for pair in cut if not await self._passes(*pair)]
        names = [f"{sender.name} to {receiver.name}" for sender, receiver in wrong]
        fault.evidence = {"takeovers": await self._taken(inc, began), "wrong": names}
        if wrong and self._alone:
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _isolate(self, step: Step) -> Fault:
        """Cut a node from Redis for so long that all it has moves to the others."""
        network = self._cluster.network
        assert isinstance(network, Network), "nothing can be cut here"
        node, redis = await self._victim(step), self._end("redis")
        boards, inc = await self._cluster.owned(node), node.inc
        moved = self._field.moved
        in_flight, began = await self._moment()
        network.cut(node.host, redis)
        network.cut(redis, node.host)
        try:
            waits = await self._served_elsewhere(boards, inc, began)
            await asyncio.sleep(max(0.0, began + step.seconds - now()))
            left = await self._cluster.owned_by(inc)
        finally:
            network.heal(node.host, redis)
            network.heal(redis, node.host)
        healed = now()
        fault = await self._level(
            step, in_flight, began, healed, self._boards, since=healed
        )
        fault.waits_s = waits
        taken = await self._taken(inc, began)
        fault.evidence = {"boards": len(boards), "left": len(left), "takeovers": taken}
        fault.evidence["moved"] = self._field.moved - moved
        if not boards or left or len(waits) < len(boards):
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _served_elsewhere(
        self, boards: Collection[str], inc: str, since: float
    ) -> list[float]:
        """Wait until other nodes acked for each board; return how long that took."""
        first = dict[str, float]()

        def is_served() -> bool:
            for answer in self._field.acked[self._first_after(since) :]:
                if answer.via != inc and answer.at - answer.took_s > since:
                    first.setdefault(answer.board, answer.at - since)
            return first.keys() >= set(boards)

        await self._wait(is_served, every_s=0.05)
        return sorted(first[board] for board in boards if board in first)

    async def _passes(self, sender: Host, receiver: Host) -> bool:
        network = self._cluster.network
        assert isinstance(network, Network)
        return await asyncio.to_thread(network.passes, sender, receiver)

    def _end(self, name: str) -> Host:
        network = self._cluster.network
        assert isinstance(network, Network)
        return network.host(name)

    # Common to all.

    async def _victim(self, step: Step) -> Node:
        """Return the node that is meant, or the one that owns most."""
        nodes = {node.name: node for node in self._cluster.nodes}
        if step.target:
            return nodes[step.target]
        owned = {name: await self._cluster.owned(one) for name, one in nodes.items()}
        return nodes[max(owned, key=lambda name: len(owned[name]))]

    async def _taken(self, inc: str, since: float) -> int:
        return len((await seen(self._outside)).takeovers(since, inc))

    async def _level(
        self,
        step: Step,
        in_flight: int,
        began: float,
        ended: float,
        boards: Collection[str],
        *,
        since: float | None = None,
    ) -> Fault:
        """Wait until each board has acked a command that was first sent `since` then.

        That is since it began, unless otherwise said.
        """
        self._field.call()
        since = began if since is None else since
        waiting, first, read = set(boards), dict[str, float](), 0

        def is_level() -> bool:
            nonlocal read
            answers = self._field.acked
            for answer in answers[read:]:
                if answer.board in waiting and answer.at - answer.took_s > since:
                    first[answer.board] = answer.at - since
                    waiting.discard(answer.board)
            read = len(answers)
            return not waiting

        read = self._first_after(since)
        await self._wait(is_level, every_s=0.02)
        took_s = sorted(first.values())
        problem = f"{len(waiting)} boards acked nothing again" if waiting else ""
        slowest = took_s[-1] if took_s else 0.0
        found = Fault(str(step), in_flight, slowest, {}, problem, began, ended, took_s)
        await self._wait(lambda: len(self._field.open) == self._sockets)
        return found

    def _first_after(self, moment: float) -> int:
        """Return where the answers after a moment begin."""
        answers = self._field.acked
        at = len(answers)
        while at and answers[at - 1].at > moment:
            at -= 1
        return at
