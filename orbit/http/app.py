"""The whole of Orbit as one aiohttp application.

`make_app` puts together what the other files of this package make; it holds no state
of its own and reads no global.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import aiohttp_cors
from aiohttp import hdrs, web

from orbit.core.kinds import ITEMS
from orbit.http import (
    asyncapi,
    docs,
    health,
    openapi,
    outgoing,
    static,
    unsubscribing,
)
from orbit.http.api import ALIASES, TABLES
from orbit.http.auth import GHOST_HEADER, KEY_HEADER, LINK_HEADER
from orbit.http.calls import Services
from orbit.http.limits import Allowances
from orbit.http.metrics import Metrics
from orbit.http.middleware import REQUEST_ID_HEADER, dress, shell, unreadable
from orbit.http.operators import Operators
from orbit.http.proof import HEADER as PROOF_HEADER
from orbit.http.routing import (
    OPERATION,
    Handle,
    Routes,
    Row,
    expect,
    handler,
    paths,
    serve,
)
from orbit.http.runner import REFUSE
from orbit.http.sse import STREAMS, Streams
from orbit.settings import Settings

__all__ = ["Services", "make_app"]

WEB = Path(__file__).parent / "web"
PREFLIGHT_S = 600
EXPOSED = (
    hdrs.ETAG,
    hdrs.RETRY_AFTER,
    REQUEST_ID_HEADER,
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)
ALLOWED = (
    hdrs.AUTHORIZATION,
    hdrs.CONTENT_TYPE,
    hdrs.IF_NONE_MATCH,
    GHOST_HEADER,
    LINK_HEADER,
    PROOF_HEADER,
    KEY_HEADER,
    REQUEST_ID_HEADER,
    "Last-Event-ID",
)


def make_app(
    node: Services,
    settings: Settings,
    sockets: Handle | None = None,
    tables: Sequence[Routes] = TABLES,
) -> web.Application:
    """Return the application; `sockets` answers `/ws`, with bounds of its own."""
    metrics = Metrics(node)
    app = web.Application(
        middlewares=[shell(node.clock, metrics.seen)],
        client_max_size=settings.limits.frame_bytes,
    )
    app.on_response_prepare.append(dress(settings))
    app[REFUSE] = unreadable(node.clock, metrics.seen)
    app[STREAMS] = streams = Streams()
    node.erasure.ends.append(streams.hang_up)
    node.cuts.acts.append(streams.turn_out)
    app.on_shutdown.append(streams.close)
    if sockets is not None:
        serve(app, "/ws", _named("socket", sockets))
    health.mount(app, node)
    metrics.mount(app)
    allowances = Allowances(settings, node.identity.keys, node.clock)
    operators = Operators(settings, node.clock)
    if node.fleet:
        app.on_shutdown.append(node.fleet.inspector.close)
    rows = [row for table in tables for row in table.rows]
    doors = node, settings, allowances, operators
    _mount(app, rows, lambda row: handler(row, *doors), settings)
    docs.mount(
        app,
        partial(openapi.document, rows, node.kinds),
        partial(asyncapi.document, node.kinds, ITEMS),
    )
    outgoing.mount(app, settings)
    unsubscribing.mount(app, node.unsubscribing)
    static.mount_client(
        app,
        WEB,
        may_change=not settings.is_production,
        origins=settings.cors_origins,
    )
    return app


def _named(operation: str, handle: Handle) -> Handle:
    async def run(request: web.Request) -> web.StreamResponse:
        request[OPERATION] = operation
        return await handle(request)

    return run


def _mount(
    app: web.Application,
    rows: Sequence[Row],
    handle: Callable[[Row], Handle],
    settings: Settings,
) -> None:
    """Serve every row under all its paths, each with CORS."""
    cors = aiohttp_cors.setup(app, defaults=_origins(settings.cors_origins))
    for path, same in _by_path(rows):
        handles = [(row.method, handle(row)) for row in same]
        for whole in paths(path, ALIASES):
            resource = app.router.add_resource(whole)
            if settings.cors_origins:
                cors.add(resource)
            for method, run in handles:
                _add(resource, method, run, cors if settings.cors_origins else None)


def _add(
    resource: web.Resource,
    method: str,
    run: Handle,
    cors: aiohttp_cors.CorsConfig | None,
) -> None:
    methods = (method, "HEAD") if method == "GET" else (method,)
    for each in methods:
        route = resource.add_route(each, run, expect_handler=expect)
        if cors:
            cors.add(route)


def _by_path(rows: Sequence[Row]) -> Iterable[tuple[str, Sequence[Row]]]:
    """Group rows by path: aiohttp wants the methods of one path in one resource."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.path, []).append(row)
    return found.items()


def _origins(
    origins: Sequence[str],
) -> dict[str, aiohttp_cors.ResourceOptions]:
    """Return what pages of each other site may do; `*` never with credentials."""
    return {
        origin: aiohttp_cors.ResourceOptions(  # type: ignore[no-untyped-call]
            allow_credentials=origin != "*",
            expose_headers=EXPOSED,
            allow_headers=ALLOWED,
            max_age=PREFLIGHT_S,
        )
        for origin in origins
    }
