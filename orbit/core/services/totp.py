"""Codes that follow from a secret and the time, as authenticator apps make them.

Pure: the time is told, and who guesses how often is for others.
Source: RFC 6238 with the defaults that every app knows; RFC 4226, 5.3.
"""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
DRIFT = 1  # steps that a clock may be wrong, either way: RFC 6238, 5.2
ISSUER = "Orbit"


def step_at(now: datetime) -> int:
    """Return which step of time it is."""
    return int(now.timestamp()) // STEP_S


def code(secret: bytes, step: int) -> str:
    """Return the code of a step."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, digits: str, now: datetime) -> int | None:
    """Return of which step around now a code is; None: it is none of them."""
    nearest = step_at(now)
    shown, found = digits.encode(), None
    for step in range(nearest - DRIFT, nearest + DRIFT + 1):
        if hmac.compare_digest(code(secret, step).encode(), shown):
            found = step
    return found


def spelt(secret: bytes) -> str:
    """Return a secret as it is typed into an app: base32."""
    return base64.b32encode(secret).decode().rstrip("=")


def url(secret: bytes, email: str) -> str:
    """Return what an app reads out of a QR code."""
    label = f"{ISSUER}:{quote(email)}"
    told = {"secret": spelt(secret), "issuer": ISSUER, "digits": DIGITS}
    return f"otpauth://totp/{label}?{urlencode(told | {'period': STEP_S})}"
