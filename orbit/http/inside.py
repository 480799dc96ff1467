"""What a node answers to its operator: on a socket file that only its account may open.

It is no part of the API: no identity, no limits, no documents.  It must never be served
on an address.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from orbit.core.actors.directory import Directory
from orbit.core.ids import canonical

MAX_PATH_BYTES = 107  # of a socket file: the system knows no longer names
_log = logging.getLogger(__name__)


def socket_path(data: Path) -> Path:
    """Return where the node that owns a data folder listens."""
    return data / "node.sock"


def make_inside(
    directory: Directory, status: Callable[[], Mapping[str, Any]]
) -> web.Application:
    """Return the routes: `POST /evict/{board}` and `GET /status`."""

    async def evict(request: web.Request) -> web.Response:
        board = canonical(request.match_info["board"])
        if board is None:
            return web.json_response({"error": "not_found"}, status=404)
        was_live = board in directory
        await directory.evict(board)
        return web.json_response({"board": board, "was_live": was_live})

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response(dict(status()))

    app = web.Application()
    app.router.add_post("/evict/{board}", evict)
    app.router.add_get("/status", tell)
    return app


async def listen_inside(app: web.Application, path: Path) -> web.AppRunner | None:
    """Serve on a socket file; None if its name would be too long for the system.

    The caller is the only one who may use the folder: what is left there is stale.
    """
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        _log.warning("no_socket_for_the_operator", extra={"path": str(path)})
        return None
    runner = web.AppRunner(app, handle_signals=False, access_log=None)
    await runner.setup()
    await web.SockSite(runner, _bound(path)).start()
    return runner


def _bound(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)  # from its first moment nobody else may open it
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    return listening
