"""Pages of another site, and a node that lets them in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

from tests.kit.node import GENEROUS, NodeProcess, node_process


class Elsewhere:
    """Another site; `pages` by path, each with a policy perhaps."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.policy: str | None = None
        self.origin = ""

    async def show(self, request: web.Request) -> web.Response:
        text = self.pages.get(request.path)
        if text is None:
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": self.policy} if self.policy else {}
        return web.Response(text=text, content_type="text/html", headers=headers)


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """Run another site on a port of its own."""
    site = Elsewhere()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.show)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    site.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


@contextmanager
def node_for(origin: str) -> Iterator[NodeProcess]:
    """Give a node that runs, and that pages of `origin` may call."""
    with node_process({**GENEROUS, "ORBIT_CORS_ORIGINS": origin}) as node:
        node.start()
        yield node
