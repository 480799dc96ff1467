"""Runs an application so that what is no HTTP is refused in our words as well.

aiohttp's parser refuses before any middleware is asked, and would repeat what was sent,
name its own version, and log the sender's address with a traceback.  Only public names
of aiohttp are used: a handler's `handle_error`, and the runner's `server`, which sites
ask for what makes a handler of each connection.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from orbit.core.errors import BadRequest, Internal, OrbitError

Refuse = Callable[[OrbitError], web.Response]
REFUSE: Final[web.AppKey[Refuse]] = web.AppKey("refuse")  # an application's answer

LAST_S = 10.0  # guarantees.md, 2.12

_log = logging.getLogger(__name__)


class Runner(web.AppRunner):
    """Runs an application that has a `REFUSE`; without an access log of aiohttp's.

    At its end requests have as long as an ask may be held, and are cut off then.
    """

    __slots__ = ()

    def __init__(self, app: web.Application, **options: Any) -> None:
        super().__init__(app, **{"shutdown_timeout": LAST_S, **options})

    @property
    def server(self) -> Any:
        """What makes a handler of each connection; None before `setup`."""
        server = super().server
        if server is None:
            return None
        loop, refuse = asyncio.get_running_loop(), self.app[REFUSE]
        return lambda: _Handler(server, refuse, loop)


class _Handler(web.RequestHandler):
    """One connection."""

    __slots__ = ("_refuse",)

    def __init__(
        self, server: web.Server, refuse: Refuse, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type]
        self._refuse = refuse

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what never came to a handler; the connection is closed after it."""
        if request.writer.output_size > 0 or isinstance(exc, ConnectionError):
            raise ConnectionError("nobody is there, or has been answered") from exc
        if status >= 500:
            _log.error("a bug", exc_info=exc)
        response = self._refuse(_meaning(status, exc))
        response.force_close()
        return response


def _meaning(status: int, exc: BaseException | None) -> OrbitError:
    if isinstance(exc, LineTooLong):
        return BadRequest("the address or a header is too long")
    if status < 500:
        return BadRequest("this cannot be read as HTTP")
    return Internal()
