"""What every part of a core is given: the settings, the stores, and what all share."""

from msgspec import Struct

from orbit.core.actors.jobs import Jobs
from orbit.core.cluster.nodes import Nodes
from orbit.core.ports import Clock, Hasher, Journal, Lease, Mailer, People
from orbit.settings import Settings


class Given(Struct, frozen=True):
    """What a core is made from."""

    settings: Settings
    journal: Journal
    people: People
    lease: Lease
    clock: Clock
    mailer: Mailer
    hasher: Hasher
    jobs: Jobs
    nodes: Nodes | None
