"""This node among others: what carries words between them, and how it goes in order.

Redis advises and carries; losing it takes no node out.  Who goes says so, sends its
sockets away one by one, and gives its boards up: nobody waits for a lease to end.
It must never know HTTP: sockets are told by whoever has them.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress

from orbit.core.actors.directory import Actor, Directory
from orbit.core.cluster.asking import Room
from orbit.core.cluster.following import Follower
from orbit.core.cluster.moving import AT_ONCE
from orbit.core.cluster.nodes import Nodes
from orbit.core.errors import Unavailable
from orbit.core.ports import Clock, Journal, Registry
from orbit.preflight import CannotServe
from orbit.settings import Settings

BUSY_S = 1.0  # for so long a board may finish what it has begun
LOOK_S = 0.01
SENT_AWAY_PER_S = 250  # sockets: the others let in 300 a second, each
LONGEST_AWAY_S = 20.0


class Cluster:
    """The other nodes, by way of Redis."""

    def __init__(
        self,
        settings: Settings,
        *,
        inc: str,
        name: str,
        log_id: str,
        clock: Clock,
        registry: Registry,
    ) -> None:
        """Describe it; nothing happens before `nodes.run`.

        Raises:
            CannotServe: the address of Redis is malformed.
        """
        # Here: a node without Redis starts without its client, a tenth sooner.
        from orbit.store.redis.carrier import RedisCarrier  # noqa: PLC0415
        from orbit.store.redis.members import RedisMembers  # noqa: PLC0415

        url, secret = settings.redis_url or "", settings.cluster_secret
        seal = secret.get_secret_value().encode() if secret else None
        try:
            self.carrier = RedisCarrier(
                url, inc=inc, log_id=log_id, clock=clock, secret=seal
            )
            self.members = RedisMembers(url, log_id=log_id)
        except ValueError as error:
            raise CannotServe(f"ORBIT_REDIS_URL: {error}") from None
        limits = settings.limits
        room = Room(
            limits.remote_letters, limits.remote_bytes, limits.remote_letters_per_board
        )
        self.nodes = Nodes(
            self.carrier,
            self.members,
            registry,
            name=name,
            room=room,
            deaf_s=limits.deaf_s,
        )

    def info(self, directory: Directory) -> Mapping[str, float]:
        """Return the numbers of the moment, as `/metrics` names them."""
        followed = sum(isinstance(actor, Follower) for actor in directory.actors())
        return {
            "nodes_seen": self.members.seen,
            "boards_followed": followed,
            "boards_moved_total": self.nodes.moving.moved,
            "cluster_deaf": float(self.carrier.is_deaf),
            "cluster_isolated": float(self.nodes.is_isolated),
            "cluster_frames_sent_total": self.carrier.sent,
            "cluster_frames_taken_total": self.carrier.taken,
            "cluster_frames_dropped_total": self.carrier.dropped.total(),
        }

    def rotate(self, log_id: str) -> None:
        """Be with the nodes of another history of the database."""
        self.carrier.rotate(log_id)
        self.members.rotate(log_id)

    async def announce(self) -> None:
        """Say that we are about to go: from now on nothing is placed here."""
        self.nodes.is_draining = True
        await self.nodes.beat()

    async def give_away(self, within_s: float = 0.0) -> None:
        """Hand all boards over to the nodes where they should live now."""
        await self.nodes.moving.give_all(within_s)

    async def leave(self) -> None:
        """Be gone, for the others."""
        await self.members.leave(self.nodes.inc)
        await self.members.close()


def away_s(sockets: int) -> float:
    """Return over how many seconds so many sockets are to be sent away."""
    return min(LONGEST_AWAY_S, sockets / SENT_AWAY_PER_S)


async def let_go(directory: Directory, journal: Journal) -> None:
    """Save and end all boards, and give up those that are ours, for anybody.

    A board that is busy is let finish for up to a second.
    """
    left = iter(directory.actors())
    async with asyncio.TaskGroup() as jobs:
        for _ in range(AT_ONCE):
            jobs.create_task(_let_go_of(left, directory, journal))


async def _let_go_of(
    left: Iterator[Actor], directory: Directory, journal: Journal
) -> None:
    for actor in left:
        if actor.claim:
            await _rested(actor)
        claim = actor.claim
        await directory.evict(actor.id)
        if claim:
            with suppress(Unavailable):  # the end of our lease gives it up as well
                await journal.release(claim)


async def _rested(actor: Actor) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(BUSY_S):
            while actor.is_busy:  # noqa: ASYNC110 - it tells nobody when it is done
                await asyncio.sleep(LOOK_S)
