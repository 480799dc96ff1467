"""Numbers for Prometheus at `/metrics`: what a user would feel, by operation.

A label is never made from what a client sent.  The node's own numbers are read when
somebody asks; nothing here is on the way of a message.
"""

import platform
from collections.abc import Iterable, Iterator
from itertools import accumulate

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

import orbit
from orbit.core.actors.latency import BOUNDS_S, Latency
from orbit.http.calls import Services
from orbit.http.governor import Governor
from orbit.http.reports import NodeRow, Numbers
from orbit.http.routing import LASTING, OPERATION, serve

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
UNTIMED = LASTING | {"unreadable"}  # which is over before it began
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Metrics:
    """What this node counts, in a registry of its own."""

    def __init__(self, node: Services) -> None:
        self._node = node
        self.registry = CollectorRegistry()
        self.registry.register(_Numbers(node))
        self._requests = Counter(
            "orbit_requests",
            "REST requests answered",
            ("operation", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "orbit_request_seconds",
            "Time from request to answer",
            ("operation",),
            buckets=BOUNDS_S,
            registry=self.registry,
        )
        built = Gauge("orbit_build", "1", ("version", "python"), registry=self.registry)
        built.labels(orbit.__version__, platform.python_version()).set(1)

    def seen(self, operation: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        known = method if method in METHODS else "other"
        self._requests.labels(operation, known, str(status)).inc()
        if operation not in UNTIMED:
            self._seconds.labels(operation).observe(seconds)

    def mount(self, app: web.Application) -> None:
        """Serve `/metrics`."""
        serve(app, "/metrics", self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer `/metrics`."""
        request[OPERATION] = "metrics"
        return web.Response(
            body=generate_latest(self.registry),
            headers={"Content-Type": CONTENT_TYPE},
        )


class _Numbers(Collector):
    """The node's own numbers; those that end in `_total` only grow."""

    def __init__(self, node: Services) -> None:
        self._node = node

    def collect(self) -> Iterator[Metric]:
        for name, value in self._node.info().items():
            plain = name.removesuffix("_total")
            family = CounterMetricFamily if plain != name else GaugeMetricFamily
            yield family(f"orbit_{plain}", name.replace("_", " "), value=value)
        yield _histogram(self._node.acks)
        yield from _load(self._node.governor)


def _load(governor: Governor) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "orbit_loop_lag_seconds",
        "How much later than asked the event loop woke, at the last look",
        value=governor.lag_s,
    )
    yield GaugeMetricFamily(
        "orbit_memory_used_ratio",
        "The share of the memory it may use that this process has",
        value=governor.used,
    )
    yield GaugeMetricFamily(
        "orbit_sheds",
        "What is refused: 0 nothing, 1 signals, 2 joins, 3 reads, 4 writes",
        value=governor.sheds,
    )


def _histogram(acks: Latency) -> Metric:
    """Return what took how long: counts up to each bound, as Prometheus adds them."""
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    return HistogramMetricFamily(
        "orbit_ack_seconds",
        "Time from a command to its ack, by socket and by REST",
        buckets=[*zip(bounds, accumulate(acks.counts), strict=True)],
        sum_value=acks.total_s,
    )


def of_fleet(nodes: Iterable[NodeRow]) -> bytes:
    """Return the numbers of all nodes, by name: a scrape of any node tells of each.

    A name outlives a restart, and is set by whoever runs the node.  Who did not answer
    has `orbit_node_up` 0 and no numbers.
    """
    registry = CollectorRegistry()
    registry.register(_Fleet([node for node in nodes if node.state != "gone"]))
    return generate_latest(registry)


class _Fleet(Collector):
    """The nodes of a cluster, as they have answered."""

    def __init__(self, nodes: list[NodeRow]) -> None:
        self._nodes = nodes

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "orbit_node_up", "Whether the node answers", labels=["node", "state"]
        )
        age = GaugeMetricFamily(
            "orbit_node_beat_age_seconds",
            "Since the database has last heard of the node",
            labels=["node"],
        )
        for node in self._nodes:
            up.add_metric([node.name, node.state], float(node.numbers is not None))
            age.add_metric([node.name], node.beat_age_s)
        yield from (up, age)
        for name in NUMBERS:
            yield self._family(name)

    def _family(self, name: str) -> Metric:
        plain = name.removesuffix("_total")
        family = CounterMetricFamily if plain != name else GaugeMetricFamily
        made = family(f"orbit_node_{plain}", name.replace("_", " "), labels=["node"])
        for node in self._nodes:
            if node.numbers is not None:
                made.add_metric([node.name], float(getattr(node.numbers, name)))
        return made


NUMBERS = [
    field.name
    for field in msgspec.structs.fields(Numbers)
    if field.type in (bool, int, float)
]
