"""The operator's room of a node that runs, as the command line enters it.

By the socket file in the data folder, or by an address; with the key that was given or
that the folder keeps.  It must never show the key.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from pydantic import SecretStr

from orbit.core.errors import Internal, OrbitError, Unavailable, catalogue
from orbit.http.inside import socket_path
from orbit.preflight import CannotServe, operator_key
from orbit.settings import Settings

PREFIX = "/api/v1/node"
ANSWER_S = 15.0
BY_CODE: Mapping[str, type[OrbitError]] = {cls.code: cls for cls in catalogue()}


class Room:
    """What may be asked, and done."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def get(self, path: str, **query: Any) -> Any:
        """Return what is there; raise what it is refused with."""
        return await self.call("GET", path, params=query)

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """Do something, and return what it came to; raise what it is refused with."""
        async with self._http.request(method, PREFIX + path, **options) as answer:
            await _check(answer)
            return msgspec.json.decode(await answer.read())

    async def lines(self, path: str, **query: Any) -> AsyncIterator[Any]:
        """Give what is told line by line, for as long as the node tells."""
        limit = aiohttp.ClientTimeout(total=None, sock_read=ANSWER_S)
        async with self._http.get(PREFIX + path, params=query, timeout=limit) as answer:
            await _check(answer)
            while line := await answer.content.readline():
                if line.strip():
                    yield msgspec.json.decode(line)


@asynccontextmanager
async def entered(settings: Settings, url: str | None = None) -> AsyncIterator[Room]:
    """Enter the room of the node at an address, or of one that runs on the data folder.

    Raises:
        CannotServe: there is no key.
        Unavailable: no node answers.
    """
    key = operator_key(settings)
    if key is None:
        raise CannotServe(
            f"no operator key: there is no {settings.operator_file}, and no "
            "ORBIT_OPERATOR_KEY"
        )
    if url is not None:
        async with _session(key, url, aiohttp.TCPConnector()) as http:
            yield Room(http)
        return
    connector = aiohttp.UnixConnector(str(await _door(settings.data)))
    async with _session(key, "http://node", connector) as http:
        yield Room(http)


@asynccontextmanager
async def _session(
    key: SecretStr, url: str, connector: aiohttp.BaseConnector
) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
    limit = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with aiohttp.ClientSession(
            url, connector=connector, headers=headers, timeout=limit
        ) as http:
            yield http
    except (aiohttp.ClientConnectionError, TimeoutError):
        raise Unavailable(f"no node answers at {url}") from None


async def _door(data: Path) -> Path:
    """Return the socket file of a node that lives: of the folder, or of a worker's."""
    for path in _doors(data):
        connector = aiohttp.UnixConnector(str(path))
        try:
            async with (
                aiohttp.ClientSession(connector=connector) as http,
                http.get("http://node/health/live"),
            ):
                return path
        except (aiohttp.ClientError, TimeoutError):
            continue
    raise Unavailable(f"no node answers on {data}; name its address with --url")


def _doors(data: Path) -> Sequence[Path]:
    return [socket_path(each) for each in (data, *sorted(data.glob("worker-*")))]


async def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status < HTTPStatus.BAD_REQUEST:
        return
    try:
        said = msgspec.json.decode(await answer.read())
        error, message = BY_CODE.get(said["error"], Internal), said["message"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise Unavailable(f"something else answers there: {answer.status}") from None
    raise error(message)
