"""The tables of operations, one file a product, and the one table of other paths."""

from collections.abc import Mapping, Sequence

from orbit.http.api import (
    access,
    accounts,
    boards,
    catalogue,
    export,
    identity,
    invites,
    node,
    notes,
)
from orbit.http.routing import Routes

TABLES: Sequence[Routes] = (
    identity.routes,
    accounts.routes,
    catalogue.routes,
    invites.routes,
    boards.routes,
    access.routes,
    export.routes,
    notes.routes,
    node.routes,
)

# What else a path is documented as -> the path of its row.
ALIASES: Mapping[str, str] = {
    "/boards/history/": "/boards/mine/",
    "/identity/ghost/generate/": "/identity/ghost/",
}
