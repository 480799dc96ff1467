"""What Orbit itself says of how it is deployed: to be compared with what files say."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiohttp import web

from orbit import cluster, leaving, node, workers
from orbit.environment import load
from orbit.http import health
from orbit.preflight import check
from orbit.settings import BadSettings, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SECRETS: Mapping[str, str] = {
    "ORBIT_PEPPER": "a pepper of tests, as long as it should be",
    "ORBIT_SECRET_KEY": "what signs the tokens of tests, and nothing else",
    "ORBIT_CLUSTER_SECRET": "what seals the words between the nodes of tests",
    "ORBIT_OPERATOR_KEY": "what opens the room of the operators of tests",
}
# as long as a node may take after SIGTERM; its parent waits no longer, either
DRAIN_S = cluster.LONGEST_AWAY_S + leaving.GONE_S + 2 * node.DRAIN_S
LEAVE_S = max(workers.LEAVE_S, DRAIN_S)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Have these variables of Orbit's and no others."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ORBIT_")
    }
    with patch.dict(os.environ, {**others, **variables}, clear=True):
        yield


def settings(variables: Mapping[str, str], data: Path) -> Settings:
    """Load what a node would, but for its folder, which is not here."""
    with environment({**variables, "ORBIT_DATA": str(data)}):
        return load()


def faults(variables: Mapping[str, str], data: Path) -> list[str]:
    """Return why a node would not start with these variables."""
    try:
        return check(settings(variables, data))
    except BadSettings as error:
        return error.lines


def probes() -> set[str]:
    """Return the paths at which a node says how it is."""
    app = web.Application()
    unused: Any = None
    health.mount(app, unused)
    return {route.resource.canonical for route in app.router.routes() if route.resource}


def seconds(text: str) -> float:
    """Read `45s`, `2m` or `500ms`."""
    for unit, factor in (("ms", 0.001), ("s", 1), ("m", 60)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)
