"""A node's second door: a socket file that only its account may open.

It leads to the same application as the port, for an operator on this machine who knows
the data folder alone.  Who comes in by it shows the operator key all the same.
"""

import logging
import os
import socket
from pathlib import Path

from aiohttp import web

MAX_PATH_BYTES = 107  # of a socket file: the system knows no longer names
_log = logging.getLogger(__name__)


def socket_path(data: Path) -> Path:
    """Return where the node that owns a data folder listens."""
    return data / "node.sock"


async def listen_inside(runner: web.BaseRunner, path: Path) -> bool:
    """Serve on a socket file, too; False if its name is too long for the system.

    The caller is the only one who may use the folder: what is left there is stale.
    """
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        _log.warning("no_socket_for_the_operator", extra={"path": str(path)})
        return False
    await web.SockSite(runner, _bound(path)).start()
    return True


def _bound(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)  # from its first moment nobody else may open it
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    return listening
