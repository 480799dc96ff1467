"""The one door to Redis: calls that are answered, and bare links that carry.

Nothing is retried and nothing waits for longer than a second: a publish that timed out
may still be delivered, so trying again is the caller's decision.  redis-py opens every
connection (addresses, TLS, names and passwords).  A `Link` then takes its transport
over: 0.5 us a message in place of 6.  It must never know what is said.

Source: guarantees.md, 2.7 (client settings); dependencies.md, 3.
"""

import asyncio
import re
from collections.abc import Callable
from hashlib import sha1
from typing import Any, cast

import hiredis
from redis import asyncio as aioredis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

TIMEOUT_S = 1.0
_MORE = object()  # what the parser says when a reply is not whole
_RUN_ID = re.compile(rb"^run_id:(\w+)", re.MULTILINE)

Word = bytes | str | int


class RedisDown(Exception):
    """Redis did not answer, or the connection broke.  The address is not told."""


class RedisRefused(Exception):
    """Redis answered with an error: it did nothing."""


def _connection(url: str) -> aioredis.Connection:
    """Return a connection that is not open yet.

    Raises:
        ValueError: the address is malformed.
    """
    given: dict[str, Any] = dict(parse_url(url))
    kind = given.pop("connection_class", aioredis.Connection)
    ours: dict[str, Any] = {
        # with one of its own redis-py uses `asyncio.wait_for`, which before Python 3.12
        # loses a cancellation (python/cpython#86296): who calls it would never end
        "socket_timeout": None,
        "socket_connect_timeout": TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "retry_on_error": [],
        "health_check_interval": 0,
        "protocol": 2,
        "driver_info": None,
    }
    try:
        made = kind(**{"client_name": "orbit", **given, **ours})
    except TypeError as error:
        raise ValueError("the address of redis has an option that is none") from error
    return cast(aioredis.Connection, made)


def check(url: str) -> None:
    """Raise ValueError if the address is malformed."""
    _connection(url)


async def _open(connection: aioredis.Connection) -> None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await connection.connect()  # type: ignore[no-untyped-call]
    except (aioredis.RedisError, OSError, TimeoutError) as error:
        await connection.disconnect(nowait=True)
        raise RedisDown(f"cannot connect: {error}") from error
    except asyncio.CancelledError:
        await connection.disconnect(nowait=True)
        raise


class Client:
    """Calls, one after the other, over one connection that is opened when needed."""

    def __init__(self, url: str) -> None:
        self._connection = _connection(url)
        self._turn = asyncio.Lock()
        self.run_id = ""  # of the server that answered last

    async def call(self, *words: Word) -> Any:
        """Send a command and return its reply, texts as bytes.

        Raises:
            RedisDown: no answer within a second; it may have been done.
            RedisRefused: it was not done.
        """
        async with self._turn:
            if not self._connection.is_connected:
                await _open(self._connection)
                info = await self._ask("INFO", "server")
                found = _RUN_ID.search(info)
                self.run_id = found[1].decode() if found else ""
            return await self._ask(*words)

    async def script(self, text: str, key: str, *words: Word) -> Any:
        """Run a script over one key; its text travels when Redis does not have it.

        Raises:
            RedisDown, RedisRefused: as `call`.
        """
        name = sha1(text.encode(), usedforsecurity=False).hexdigest()
        try:
            return await self.call("EVALSHA", name, 1, key, *words)
        except _UnknownScript:
            return await self.call("EVAL", text, 1, key, *words)

    async def _ask(self, *words: Word) -> Any:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._connection.send_command(*words)
                return await self._connection.read_response()
        except NoScriptError as error:
            raise _UnknownScript from error
        except aioredis.ResponseError as error:
            raise RedisRefused(str(error)) from error
        except (aioredis.RedisError, OSError) as error:
            await self._connection.disconnect(nowait=True)
            raise RedisDown("no answer") from error

    async def close(self) -> None:
        """Close the connection; a call would open it again."""
        await self._connection.disconnect(nowait=True)


class _UnknownScript(RedisRefused):
    """Redis was restarted, or told to forget its scripts."""


class Link(asyncio.Protocol):
    """An open connection whose replies are given to one function as they come.

    That function must not raise: the connection would be closed.
    """

    def __init__(
        self, connection: aioredis.Connection, replied: Callable[[Any], None]
    ) -> None:
        self._replied = replied
        self.is_open = True  # what is written may reach Redis
        self._parser = hiredis.Reader(notEnoughData=_MORE)
        # `redis-py` has no way to let its transport go, and must not be collected
        # before us: its writer closes the transport then.
        self._connection = connection
        writer = connection._writer  # noqa: SLF001
        assert writer is not None  # noqa: S101 - it was just opened
        self._transport = cast(asyncio.Transport, writer.transport)
        self._transport.set_protocol(self)
        self.broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, url: str, replied: Callable[[Any], None]) -> "Link":
        """Connect within a second.

        Raises:
            RedisDown: that was not possible.
        """
        connection = _connection(url)
        await _open(connection)
        return cls(connection, replied)

    def write(self, data: bytes) -> None:
        """Send packed commands; never waits."""
        self._transport.write(data)

    def break_(self, why: str) -> None:
        """Close at once; what was not yet sent is thrown away."""
        self.is_open = False
        if not self.broken.done():
            self.broken.set_result(why)
        self._transport.abort()
        # let redis-py see that its connection is gone, or it warns when collected
        self._connection._writer = self._connection._reader = None  # noqa: SLF001

    def data_received(self, data: bytes) -> None:
        self._parser.feed(data)
        while self.is_open:
            try:
                reply = self._parser.gets()
            except hiredis.HiredisError:
                self.break_("it does not speak as Redis does")
                return
            if reply is _MORE:
                return
            self._replied(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.break_(f"the connection was lost: {exc}" if exc else "it hung up")


def refused(reply: object) -> str | None:
    """Return what Redis said no with, if a link's reply is a no."""
    return str(reply) if isinstance(reply, hiredis.ReplyError) else None
