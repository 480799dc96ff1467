"""Which language somebody reads, by what his browser says."""

import pytest

from orbit.http.languages import preferred


@pytest.mark.parametrize(
    ("accepted", "read"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,DE;q=0.2,en;q=0.1", "de"),
        ("en ; q=0.3 , de ; q=0.7", "de"),
        ("de;q=0", "en"),
        ("fr,*;q=0.5", "en"),
        ("de;q=nan,;;=,de;q=x", "en"),
        ("de;q=inf", "en"),
        ("," * 1_000 + "de", "de"),
    ],
)
def test_the_language_wanted_most_that_there_is(accepted: str, read: str) -> None:
    assert preferred(accepted, {"en", "de"}, "en") == read
