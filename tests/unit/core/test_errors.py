"""The codes are a contract: one each, and a refusal says whether to come back."""

import pytest

from orbit.core.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    IdReused,
    Internal,
    Invalid,
    OrbitError,
    PrivateBoard,
    RateLimited,
    Rejected,
    Unavailable,
    Unknown,
    catalogue,
    require,
)


def test_every_error_has_a_code_and_a_sentence_of_its_own():
    errors = list(catalogue())
    codes = [error.code for error in errors]
    assert len(set(codes)) == len(codes)
    for error in errors:
        assert "code" in vars(error) or error is Internal
        assert error.summary[0].islower()
        assert not error.summary.endswith(".")


def test_the_catalogue_holds_the_codes_that_clients_know():
    codes = {error.code for error in catalogue()}
    documented = """internal bad_request invalid too_large unauthenticated forbidden
    private_board not_found conflict id_reused gone rate_limited unavailable busy
    timeout unknown"""
    assert set(documented.split()) <= codes


def test_whoever_is_refused_may_come_back_only_when_that_helps():
    again = {error.code for error in catalogue() if error.retry}
    ours = {error.code for error in catalogue() if issubclass(error, Unavailable)}
    assert again == ours | {RateLimited.code}
    assert Unknown.code in again


def test_what_is_refused_is_a_refusal_of_its_parents_too():
    for narrow, wide in [(Invalid, BadRequest), (PrivateBoard, Forbidden)]:
        assert issubclass(narrow, wide)
    assert issubclass(IdReused, Conflict)
    assert not issubclass(Unavailable, Rejected)


def test_an_error_carries_a_sentence_data_and_a_time():
    plain = OrbitError()
    assert (plain.message, plain.details, plain.after) == (plain.summary, {}, None)
    assert plain.code == Internal.code
    told = RateLimited("slow down", details={"limit": 5}, after=1.5)
    assert (told.message, str(told)) == ("slow down", "slow down")
    assert (told.details, told.after) == ({"limit": 5}, 1.5)


def test_a_rule_is_one_line():
    require(True, "never told")
    with pytest.raises(Conflict, match="no such option"):
        require(False, "no such option")
