"""Nothing that a node says holds what nobody may be told; and the scanner can see.

The small tier; `python -m tests.harness.scan` takes 200 boards.
"""

import pytest

from tests.harness.scan import Heard, Needle, forms, run, scan


@pytest.mark.timeout(300)
async def test_nothing_that_is_said_holds_a_secret() -> None:
    found = await run(20)
    assert found.hits == []
    assert found.errors == []
    # It has looked everywhere, for everything; what may be seen was seen.
    assert found.markers > 100
    assert found.refused > 0
    assert found.heard.keys() == {"answer", "frame", "stream", "log"}
    assert found.statuses[200] + found.statuses[201] > 400
    assert found.needles.keys() == {
        "admin token",
        "author key",
        "board's salt",
        "ghost's box",
        "ghost's id",
        "ghost's key",
        "ghost's secret",
        "link's digest",
        "pepper",
    }
    assert found.needles["author key"] >= 30


@pytest.mark.parametrize("where", ["answer", "frame", "log"])
def test_the_scanner_bites(where: str) -> None:
    secret = bytes(range(200, 232))
    needles = forms("key", secret)
    assert len(needles) == 3
    for needle in needles:
        text = f'{{"content":"{needle.text}"}}'
        assert len(scan([Heard(where, text)], needles)) == 1
    assert scan([Heard(where, "nothing")], needles) == []


def test_who_is_entitled_is_told() -> None:
    needle = Needle("ghost's secret", "s3cret")
    told = Heard("answer", "s3cret", frozenset({"s3cret"}))
    assert scan([told], [needle]) == []
    assert scan([Heard("answer", "s3cret")], [needle]) != []
