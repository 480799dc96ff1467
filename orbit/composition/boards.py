"""Live boards: how they are kept, how they are reached, and what they may take."""

import asyncio

from msgspec import Struct

from orbit.composition.given import Given
from orbit.core.actors.around import Alone, Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.actors.journaling import Writer
from orbit.core.actors.latency import Latency
from orbit.core.actors.traffic import Traffic
from orbit.core.cluster.inflight import InFlight
from orbit.core.cluster.router import Router
from orbit.core.codec import Codec
from orbit.core.kinds import KINDS
from orbit.core.limits import Rate
from orbit.core.ports import Journal
from orbit.core.services.housekeeping import Housekeeper
from orbit.http.governor import Governor


class Boards(Struct, frozen=True):
    """The boards of a node, and the one way to each."""

    journal: Journal
    writer: Writer
    directory: Directory
    router: Router
    housekeeper: Housekeeper
    governor: Governor
    acks: Latency
    traffic: Traffic


def make_boards(given: Given) -> Boards:
    """Wire the boards; with other nodes, some of them live there."""
    journal, clock, nodes = given.journal, given.clock, given.nodes
    around = _surroundings(given)
    directory = Directory(around, first=nodes.follow if nodes else None)
    if nodes:
        nodes.connect(directory, around)
    governor = Governor(given.settings.limits)
    governor.shrinks.append(directory.shrink)
    in_flight = nodes.in_flight if nodes else InFlight()
    return Boards(
        journal,
        around.writer,
        directory,
        Router(directory, clock, in_flight, is_alone=nodes is None),
        Housekeeper(journal, given.people.ghosts, clock, KINDS),
        governor,
        around.acks,
        around.traffic,
    )


def _surroundings(given: Given) -> Surroundings:
    limits = given.settings.limits
    return Surroundings(
        kinds=KINDS,
        codecs={name: Codec(kind) for name, kind in KINDS.items()},
        journal=given.journal,
        writer=Writer(given.journal),
        lease=given.lease,
        clock=given.clock,
        jobs=given.jobs,
        wakes=asyncio.Semaphore(limits.activations),
        catch_ups=asyncio.Semaphore(limits.catch_ups),
        queue_s=limits.activation_wait_s,
        mailbox_age_s=limits.mailbox_age_s,
        author_rate=Rate(limits.writes_per_author_min, 60.0, limits.author_burst),
        mailbox_letters=limits.mailbox_letters,
        mailbox_bytes=limits.mailbox_bytes,
        ring_events=limits.ring_events,
        relay=given.nodes or Alone(),
    )
