"""A real Valkey for a test, to be killed, frozen, flushed and started again."""

import asyncio
import os
import shutil
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from orbit.store.embedded.valkey import EmbeddedValkey


class Valkey:
    """A server that stays at one address, whatever is done to it."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self._server = EmbeddedValkey(folder, options=options)

    @property
    def pid(self) -> int | None:
        """The server's pid; None while it does not run."""
        return self._server.pid

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def socket(self) -> str:
        return self._server.url.removeprefix("unix://")

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        """End it by kill -9; `start` brings another one."""
        self._signal(signal.SIGKILL)
        self._server.stop()

    def freeze(self) -> None:
        """Let it stand still, with its connections open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal(signal.SIGCONT)

    async def ask(self, *words: str | bytes | int) -> Any:
        """Send it a command beside everything else."""
        async with Redis.from_url(self.url, protocol=2) as client:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]

    def _signal(self, word: signal.Signals) -> None:
        pid = self._server.pid
        assert pid is not None, "the server does not run"
        os.kill(pid, word)


@contextmanager
def valkey() -> Iterator[Valkey]:
    """Run a server of one's own."""
    folder = Path(tempfile.mkdtemp(prefix="orbit-valkey-", dir="/tmp"))
    server = Valkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Door:
    """A door before a server: over TCP, perhaps with TLS.

    What the server says to those who have subscribed is lost while `is_mute`.
    """

    def __init__(self) -> None:
        self.port = 0
        self.is_mute = False
        self.lost = 0
        self.connections = 0
        self._listening: list[asyncio.StreamWriter] = []

    def half_close(self) -> None:
        """Cut those who have subscribed off from the server, without their noticing."""
        for to_server in self._listening:
            to_server.transport.abort()
        self._listening.clear()

    async def serve(
        self, socket: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        from_server, to_server = await asyncio.open_unix_connection(socket)
        listens = asyncio.Event()

        async def there() -> None:
            while data := await reader.read(65536):
                if data.startswith(b"SUBSCRIBE"):
                    listens.set()
                    self._listening.append(to_server)
                to_server.write(data)
            to_server.close()

        async def back() -> None:
            while data := await from_server.read(65536):
                if self.is_mute and listens.is_set():
                    self.lost += len(data)
                else:
                    writer.write(data)
            if not listens.is_set():
                writer.close()

        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(there())
                both.create_task(back())
        except* ConnectionError:
            pass
        finally:
            for end in (writer, to_server):
                end.transport.abort()


@asynccontextmanager
async def door(
    server: Valkey, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Door]:
    """Open a door on a free port of loopback."""
    opened, served = Door(), set[asyncio.Task[None]]()

    async def accept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        job = asyncio.current_task()
        assert job is not None
        served.add(job)
        try:
            await opened.serve(server.socket, reader, writer)
        except asyncio.CancelledError:
            pass  # the end of the test
        finally:
            served.discard(job)

    listening = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    opened.port = listening.sockets[0].getsockname()[1]
    try:
        yield opened
    finally:
        listening.close()
        for job in list(served):
            job.cancel()
        while served:  # noqa: ASYNC110 - they end at once
            await asyncio.sleep(0.001)
