"""The database's standby takes its place, again and again, while nodes are under load.

Each time what was acked and the standby lacks is counted; then who follows must be told
to begin anew, and who was acked must tell again.  The ledger sees whether they did.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.harness.cluster.acts import ClusterBench, Step
from tests.harness.cluster.nodes import Cluster, Node, Replicated
from tests.harness.cluster.zombies import Zombie
from tests.harness.faults import Fault
from tests.harness.field import Field, now
from tests.harness.load import LOG
from tests.harness.peers import Reader
from tests.harness.raw import Raw
from tests.kit.hosts import Host, Network

BOTH_S = 8.0  # leases end meanwhile, on either side


class FailoverBench(ClusterBench):
    """A cluster under load, whose database has a standby."""

    back_s = 60.0  # a silent server costs 5 s, and then a client's patience

    def __init__(
        self, cluster: Cluster, field: Field, sockets: int, *, alone: bool = True
    ) -> None:
        super().__init__(cluster, field, sockets, alone=alone)
        assert isinstance(cluster, Replicated)
        self._replicated, self._pair = cluster, cluster.outside
        self._acts = {
            "failover": self._failover,
            "failover-zombie": self._failover_with_zombie,
            "failover-cut": self._failover_without_a_word,
            "failover-split": self._failover_with_two,
        }

    async def end(self) -> None:
        """Look, at each node, at what zombies may have left behind."""
        for node in self._replicated.nodes:
            for board in self.own:
                await self._look(node, board)

    async def _failover(self, step: Step) -> Fault:
        """Kill the database; `step.seconds` is for how long its standby was behind."""
        return await self._fail_over(step, None)

    async def _failover_with_zombie(self, step: Step) -> Fault:
        """The same, while the node that owns most sleeps."""
        node = await self._victim(step)
        other = next(one for one in self._replicated.nodes if one is not node)
        async with AsyncExitStack() as stack:
            zombie = Zombie(self._replicated, self._field, (node, other), stack)
            self.own.append(await zombie.begins())
            return await self._fail_over(step, zombie)

    async def _failover_without_a_word(self, step: Step) -> Fault:
        """All cables of the database's machine are pulled."""
        return await self._fail_over(step, None, self._replicated.nodes)

    async def _failover_with_two(self, step: Step) -> Fault:
        """The same, but for a node's: it goes on with the old one for a while."""
        node = await self._victim(step)
        others = [one for one in self._replicated.nodes if one is not node]
        return await self._fail_over(step, None, others, node)

    async def _fail_over(
        self,
        step: Step,
        zombie: Zombie | None,
        cut: Sequence[Node] = (),
        left: Node | None = None,
    ) -> Fault:
        """Have the standby take over; the old one dies, or is `cut` from nodes.

        Who is `left` with it goes on with it, until it dies at last.
        """
        pair, log = self._pair, await self._log()
        pid, old = pair.postgres_pid, pair.postgres_host
        in_flight, began = await self._moment()
        if not pair.is_synchronous:
            await pair.fall_behind()
        if zombie:
            await zombie.falls_asleep()
        await self._acks_for(step.seconds)
        missing = await self._take_over(log, cut)
        up = now()
        if zombie:
            await zombie.wakes_up()
        fault = await self._level(step, in_flight, began, up, self._boards, since=up)
        two = await self._both(left.inc, up) if left else []
        await pair.bury()
        self._mend(old, cut)
        reset = await self._reset(log)
        if zombie:
            await zombie.recovers(await self._log())
        await pair.stand_by()
        fault.evidence = {
            "acks_missing": missing + sum(two[:1]),
            "pids": [pid, pair.postgres_pid],
            "reset": reset,
            "followers": len(self._field.ledger.viewers),
            "acks_of_two": two,
            **(zombie.evidence if zombie else {}),
        }
        is_sharp = all(two) and (zombie is None or zombie.bit)
        if not is_sharp or not (missing or pair.is_synchronous):
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

    async def _take_over(self, log: str, cut: Sequence[Node]) -> int:
        """Have the standby serve, and return how many acks it lacks."""
        if cut:
            self._pull(self._pair.postgres_host, cut)
        else:
            await self._pair.kill()
        missing = self._missing(await self._pair.heads(), log)
        await self._pair.promote()
        return missing

    def _pull(self, database: Host, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._network.cut(node.host, database)
            self._network.cut(database, node.host)

    def _mend(self, database: Host, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._network.heal(node.host, database)
            self._network.heal(database, node.host)

    @property
    def _network(self) -> Network:
        network = self._replicated.network
        assert isinstance(network, Network), "nothing can be cut here"
        return network

    async def _both(self, inc: str, since: float) -> list[int]:
        """Wait until both databases serve; return acks of the node, and of the others.

        The node's are of commands that were sent after the others had the new one.
        """

        def acks() -> list[int]:
            late = self._field.acked[self._first_after(since) :]
            ours = sum(one.via == inc and one.at - one.took_s > since for one in late)
            return [ours, len(late) - ours]

        await self._wait(lambda: all(acks()), every_s=0.05)
        await asyncio.sleep(BOTH_S)
        return acks()

    async def _acks_for(self, seconds: float) -> None:
        """Let acks come for a while: one at least, whatever the machine is at."""
        acks, end = self._field.acks, now() + seconds
        await self._wait(lambda: now() > end and self._field.acks > acks)

    def _missing(self, heads: dict[str, int], log: str) -> int:
        """Return how many commands were acked that the standby lacks."""
        return sum(
            any(sent.log == log and sent.seq > heads[one.board] for sent in one.acks())
            for one in self._field.ledger.commands
        )

    async def _reset(self, log: str) -> int:
        """Wait until all who follow are in another history; return how many are."""
        viewers = self._field.ledger.viewers

        def reset() -> int:
            return sum(viewer.seen[-1].log != log for viewer in viewers)

        if not self._pair.is_synchronous:
            await self._wait(lambda: reset() == len(viewers), every_s=0.05)
        return reset()

    async def _log(self) -> str:
        return str((await self._pair.sql(LOG))[0][0])

    async def _look(self, node: Node, board: str) -> None:
        raw = await Raw.greeted(node.place.port, host=node.place.host)
        try:
            await Reader(self._field, [board], followed=True).look(raw, board)
        finally:
            raw.abort()
