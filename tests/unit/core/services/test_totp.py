"""Codes of authenticator apps: those of the RFC, and what an app reads."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from orbit.core.services import totp

SECRET = b"12345678901234567890"  # of RFC 6238, appendix B; its codes have 8 digits


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "whole"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, whole: str) -> None:
    assert totp.code(SECRET, totp.step_at(at(seconds))) == whole[2:]


def test_a_code_is_good_half_a_minute_early_or_late_and_no_longer() -> None:
    now = at(1_111_111_111)
    step = totp.step_at(now)
    found = [
        totp.step_of(SECRET, totp.code(SECRET, step + n), now) for n in range(-2, 3)
    ]
    assert found == [None, step - 1, step, step + 1, None]
    assert totp.step_of(SECRET, "०५०४७१", now) is None


def test_an_app_reads_the_secret_and_whose_it_is() -> None:
    read = urlsplit(totp.url(SECRET, "ann+x@example.org"))
    assert (read.scheme, read.netloc) == ("otpauth", "totp")
    assert unquote(read.path) == "/Orbit:ann+x@example.org"
    told = parse_qs(read.query)
    assert told["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert told["issuer"] == ["Orbit"]
