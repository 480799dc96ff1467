"""What the handlers may use of a node.  Composed in `orbit.node`, never global."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from orbit.core.actors.jobs import Jobs
from orbit.core.cluster.router import Router
from orbit.core.kind import Kind
from orbit.core.ports import Clock, Journal
from orbit.core.services.belongings import Belongings
from orbit.core.services.identity import Identity

Check = Callable[[], Awaitable[object]]  # raises when what it looks at is not well


class Services(Struct, frozen=True):
    """A node, as its HTTP handlers see it."""

    router: Router
    identity: Identity
    belongings: Belongings
    journal: Journal
    clock: Clock
    jobs: Jobs
    kinds: Mapping[str, Kind[Any]]
    checks: Mapping[str, Check]  # by the names that `/health/` tells: database, ...
    info: Callable[[], Mapping[str, float]]  # numbers of the moment, for `/metrics`
