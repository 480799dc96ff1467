"""The documents of REST and sockets, and two viewers of REST's, without a network.

`docs_ui/` holds the viewers as published (see `tools/vendor_docs.py`).  They set inline
styles and start a worker from a blob, so their pages have a policy of their own; there
too, scripts come from here alone.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import orjson
from aiohttp import hdrs, web

from orbit.http.openapi import Json
from orbit.http.routing import OPERATION, Handle, serve
from orbit.http.static import assets, serving

FOLDER = Path(__file__).parent / "docs_ui"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self' data:; "
    "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
{head}</head>
<body>
<div id="docs"></div>
<script src="/api/docs/ui/{viewer}.min.js"></script>
<script src="/api/docs/ui/{viewer}.start.js"></script>
</body>
</html>
"""
STYLE = '<link rel="stylesheet" href="/api/docs/ui/swagger-ui.min.css">\n'
PAGES = {
    "/api/docs": PAGE.format(title="Orbit: API", head=STYLE, viewer="swagger-ui"),
    "/api/v1/docs": PAGE.format(title="Orbit: API", head=STYLE, viewer="swagger-ui"),
    "/api/redoc": PAGE.format(title="Orbit: API reference", head="", viewer="redoc"),
}
STARTS = {
    "swagger-ui": (
        'SwaggerUIBundle({url: "/api/schema/", dom_id: "#docs", deepLinking: true, '
        "validatorUrl: null, persistAuthorization: false});\n"
    ),
    "redoc": (
        'Redoc.init("/api/schema/", {hideDownloadButtons: false}, '
        'document.getElementById("docs"));\n'
    ),
}
SCRIPT = "text/javascript; charset=utf-8"


def mount(
    app: web.Application, rest: Callable[[], Json], sockets: Callable[[], Json]
) -> None:
    """Serve `/api/schema/`, `/api/asyncapi/`, and viewers of the first.

    A document is made when somebody asks first: it takes a tenth of a start.
    """
    for path, document in {"/api/schema": rest, "/api/asyncapi": sockets}.items():
        both(app, path, cache(partial(_dumped, document)), "application/json")
    for path, page in PAGES.items():
        both(app, path, page.encode, "text/html; charset=utf-8")
    for viewer, start in STARTS.items():
        path = f"/api/docs/ui/{viewer}.start.js"
        serve(app, path, _fixed(start.encode, SCRIPT))
    for name, asset in assets(FOLDER).items():
        serve(app, f"/api/docs/ui/{name}", serving(asset, "docs"))


def _dumped(document: Callable[[], Json]) -> bytes:
    return orjson.dumps(document())


def both(app: web.Application, path: str, body: Callable[[], bytes], type: str) -> None:
    """Serve a text at a path with and without its slash."""
    handle = _fixed(body, type)
    serve(app, path, handle)
    serve(app, f"{path}/", handle)


def _fixed(body: Callable[[], bytes], type: str) -> Handle:
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: type,
        hdrs.CACHE_CONTROL: "no-cache",
        "Content-Security-Policy": CSP,
    }

    async def answer(request: web.Request) -> web.Response:
        request[OPERATION] = "docs"
        return web.Response(body=body(), headers=headers)

    return answer
