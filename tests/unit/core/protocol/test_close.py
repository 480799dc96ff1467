"""Why a socket is closed, and whether to come back."""

import pytest

from orbit.core.errors import (
    BadRequest,
    Busy,
    Conflict,
    IdReused,
    Internal,
    Invalid,
    NotFound,
    OrbitError,
    PrivateBoard,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unknown,
    catalogue,
)
from orbit.core.protocol.close import CODES, Close, code


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadRequest, 4500),
        (Invalid, 4500),
        (TooLarge, 1009),
        (Unauthenticated, 4501),
        (PrivateBoard, 4503),
        (NotFound, 4504),
        (IdReused, 4509),
        (RateLimited, 4429),
        (Unavailable, 1013),
        (Busy, 1013),
        (Unknown, 1013),
        (Conflict, None),
        (Internal, None),
    ],
)
def test_an_error_closes_with_its_own_code_or_that_of_its_family(
    error: type[OrbitError], expected: int | None
) -> None:
    assert code(error) == expected


def test_the_range_says_whether_to_come_back() -> None:
    for error in catalogue():
        found = code(error)
        if found and found >= 4_000:
            assert (found < 4_500) is error.retry, error


def test_every_code_may_stand_in_a_close_frame() -> None:
    for each in Close:
        assert each in {1000, 1009, 1012, 1013} or 4_000 <= each <= 4_999


def test_codes_that_errors_use_are_not_shared() -> None:
    assert len(set(CODES.values())) == len(CODES)
