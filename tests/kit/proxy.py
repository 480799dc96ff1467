"""A door before a server on a unix socket that can stop answering without a word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Passes bytes on; while it `is_mute`, what the server says is dropped."""

    def __init__(self, server: Path, door: Path, dsn: str) -> None:
        """`dsn` is what the server is called behind this door."""
        self._server, self._door, self.dsn = server, door, dsn
        self.is_mute = False
        self._served: set[asyncio.Task[None]] = set()

    async def open(self) -> asyncio.Server:
        """Begin to listen."""
        return await asyncio.start_unix_server(self._accept, self._door)

    async def close(self) -> None:
        """Cut all connections."""
        for job in self._served:
            job.cancel()
        if self._served:
            await asyncio.wait(self._served)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        job = asyncio.create_task(self._serve(reader, writer))
        self._served.add(job)
        job.add_done_callback(self._served.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._server)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, to_server))
                both.create_task(self._pass_on(from_server, writer, is_answer=True))
        finally:
            for end in (writer, to_server):
                end.transport.abort()

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        is_answer: bool = False,
    ) -> None:
        try:
            while data := await reader.read(65536):
                if not (is_answer and self.is_mute):
                    writer.write(data)
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


def _before(dsn: str, folder: Path) -> Proxy:
    """Return a door to a Postgres, or to a Redis."""
    parts = urlsplit(dsn)
    if parts.scheme == "unix":
        door = folder / "redis"
        return Proxy(Path(parts.path), door, f"unix://{door}")
    there = Path(parse_qs(parts.query)["host"][0]) / SOCKET
    host = quote(str(folder), safe="")
    return Proxy(there, folder / SOCKET, parts._replace(query=f"host={host}").geturl())


@asynccontextmanager
async def proxy(dsn: str) -> AsyncIterator[Proxy]:
    """Open a proxy before the server of `dsn`, a Postgres or a Redis."""
    with TemporaryDirectory(prefix="orbit-proxy-", dir="/tmp") as folder:
        opened = _before(dsn, Path(folder))
        server = await opened.open()
        try:
            yield opened
        finally:
            server.close()
            await opened.close()
