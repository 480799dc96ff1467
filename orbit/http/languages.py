"""Which of our languages somebody reads: `Accept-Language` (RFC 9110, 12.5.4)."""

import math
from collections.abc import Collection

from aiohttp import hdrs, web

from orbit.core.services.wording import CATALOGUES


def reads(request: web.Request) -> str:
    """Return the language in which whoever asks is to be written to."""
    accepted = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
    return preferred(accepted, CATALOGUES, "en")


def preferred(accepted: str, ours: Collection[str], otherwise: str) -> str:
    """Return the language that is wanted most, of those that there are.

    `de-AT` is German to us; `*`, and what cannot be read, is no wish.
    """
    wanted = (_wish(each) for each in accepted.split(","))
    known = [wish for wish in wanted if wish[1] in ours and wish[0] > 0]
    return max(known, default=(0.0, otherwise), key=lambda wish: wish[0])[1]


def _wish(said: str) -> tuple[float, str]:
    tag, _, weight = said.partition(";")
    base = tag.strip().partition("-")[0].lower()
    name, _, value = weight.partition("=")
    try:
        q = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        q = 0.0
    return (q if math.isfinite(q) else 0.0), base
