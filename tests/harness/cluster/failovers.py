"""The database's standby takes its place, again and again, while nodes are under load.

Each time what was acked and the standby lacks is counted; then who follows must be told
to begin anew, and who was acked must tell again.  The ledger sees whether they did.
"""

from contextlib import AsyncExitStack

from tests.harness.cluster.acts import ClusterBench, Step
from tests.harness.cluster.nodes import Cluster, Node, Replicated
from tests.harness.cluster.zombies import Zombie
from tests.harness.faults import Fault
from tests.harness.field import Field, now
from tests.harness.load import LOG
from tests.harness.peers import Reader
from tests.harness.raw import Raw


class FailoverBench(ClusterBench):
    """A cluster under load, whose database has a standby."""

    def __init__(
        self, cluster: Cluster, field: Field, sockets: int, *, alone: bool = True
    ) -> None:
        super().__init__(cluster, field, sockets, alone=alone)
        assert isinstance(cluster, Replicated)
        self._replicated, self._pair = cluster, cluster.outside
        self._acts = {
            "failover": self._failover,
            "failover-zombie": self._failover_with_zombie,
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

    async def _fail_over(self, step: Step, zombie: Zombie | None) -> Fault:
        pair, log = self._pair, await self._log()
        in_flight, began = await self._moment()
        if not pair.is_synchronous:
            await pair.fall_behind()
        if zombie:
            await zombie.falls_asleep()
        await self._acks_for(step.seconds)
        pid = pair.postgres_pid
        await pair.kill()
        missing = self._missing(await pair.heads(), log)
        await pair.promote()
        up = now()
        if zombie:
            await zombie.wakes_up()
        fault = await self._level(step, in_flight, began, up, self._boards, since=up)
        reset = await self._reset(log)
        if zombie:
            await zombie.recovers(await self._log())
        await pair.stand_by()
        followers = len(self._field.ledger.viewers)
        fault.evidence = {"acks_missing": missing, "pids": [pid, pair.postgres_pid]}
        fault.evidence |= {"reset": reset, "followers": followers}
        fault.evidence |= zombie.evidence if zombie else {}
        is_numb = zombie is not None and not zombie.bit
        if is_numb or not (missing or pair.is_synchronous):
            fault.problem = fault.problem or f"it did not bite: {fault.evidence}"
        return fault

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
