"""`core.ports.KeySource`: the document that an identity provider tells its keys in."""

import aiohttp

from orbit.core.errors import Unavailable

TIMEOUT_S = 5.0
MAX_BYTES = 64 * 1024


class Jwks:
    """Fetches a JWK set, wherever the operator says that it is."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def fetch(self) -> bytes:
        """Return the document; a redirect is none, nor is more than 64 KiB.

        Raises:
            Unavailable: it did not answer in time, or with something else.
        """
        try:
            return await self._read()
        except (aiohttp.ClientError, TimeoutError):
            raise _silent() from None

    async def _read(self) -> bytes:
        patience = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.get(self._url, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise _silent()
            found = bytearray()
            async for part in answer.content.iter_any():
                found += part
                if len(found) > MAX_BYTES:
                    raise _silent()
            return bytes(found)


def _silent() -> Unavailable:
    return Unavailable("the identity provider does not tell its keys", after=30.0)
