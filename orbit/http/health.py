"""Whether this node is well: for probes, balancers and people.

`live` touches nothing but this process: a database that is down must not have every
node killed.  The others look, at most once a second for all who ask.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from msgspec import Struct

import orbit
from orbit.http.calls import Check, Services
from orbit.http.routing import OPERATION, json_response, serve

# What a check may return of a thing that is not simply well.
NOT_CONFIGURED = "not configured"  # it is not used
DEGRADED = "degraded"  # the node can do without it for a while
DRAINING = "draining"  # the node is about to go: send it nobody
ISOLATED = "isolated"  # the others do without the node: send it nobody
SAID = frozenset({NOT_CONFIGURED, DEGRADED, DRAINING, ISOLATED})
NOT_READY = frozenset({"unhealthy", DRAINING, ISOLATED})
WORST = ("unhealthy", DRAINING, ISOLATED, DEGRADED)  # the worst first
PATIENCE_S = 2.0  # for one check
FRESH_S = 1.0  # for so long a look does for all who ask


class Checked(Struct, frozen=True, omit_defaults=True):
    """How one thing is."""

    status: str
    latency_ms: float | None = None


class Report(Struct, frozen=True, omit_defaults=True):
    """How the node is."""

    status: str
    timestamp: datetime
    checks: Mapping[str, Checked] = {}
    version: str = ""
    numbers: Mapping[str, float] = {}


class Health:
    """Looks at what a node needs."""

    def __init__(self, node: Services) -> None:
        self._node = node
        self._lock = asyncio.Lock()
        self._seen: tuple[float, Mapping[str, Checked]] = (float("-inf"), {})

    async def checks(self) -> Mapping[str, Checked]:
        """Return how each thing is, as of a second ago at most."""
        async with self._lock:
            at, seen = self._seen
            if self._node.clock.monotonic() - at > FRESH_S:
                seen = {
                    name: await self._look(check)
                    for name, check in self._node.checks.items()
                }
                self._seen = (self._node.clock.monotonic(), seen)
        return seen

    async def _look(self, check: Check) -> Checked:
        began = self._node.clock.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_S):
                said = await check()
        except Exception:  # whatever it is, this is what the probe asks for
            return Checked("unhealthy")
        took = self._node.clock.monotonic() - began
        status = str(said) if said in SAID else "healthy"
        return Checked(status, round(took * 1_000, 2))

    async def report(self) -> Report:
        checks = await self.checks()
        return Report(_worst(checks.values()), self._node.clock.now(), checks)


def _worst(checks: Iterable[Checked]) -> str:
    found = {each.status for each in checks}
    worst = (each for each in WORST if each in found)
    return next(worst, "healthy")


def mount(app: web.Application, node: Services) -> None:
    """Serve `/health/` and what is below it, and the names that products use."""
    health = Health(node)

    async def live(request: web.Request) -> web.Response:
        request[OPERATION] = "health_live"
        return json_response(Report("healthy", node.clock.now()))

    async def ready(request: web.Request) -> web.Response:
        request[OPERATION] = "health"
        report = await health.report()
        return json_response(report, 503 if report.status in NOT_READY else 200)

    async def status(request: web.Request) -> web.Response:
        request[OPERATION] = "health_status"
        report = await health.report()
        told: dict[str, Any] = {
            "version": orbit.__version__,
            "numbers": node.info(),
        }
        whole = Report(report.status, report.timestamp, report.checks, **told)
        return json_response(whole)

    for path, handle in (
        ("/health", ready),
        ("/health/ready", ready),
        ("/api/v1/readyz", ready),
        ("/health/live", live),
        ("/api/v1/healthz", live),
        ("/health/status", status),
    ):
        serve(app, path, handle)
        serve(app, f"{path}/", handle)
