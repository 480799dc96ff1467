"""What of the past is told to whom."""

import json
from typing import Any

from orbit.core.actors.history import put_by, retold, retold_among
from orbit.core.codec import Shown
from orbit.core.types import Put
from tests.kit.stores import drop, entry, put

ANN, GUEST = {"ann", "anyone"}, {"anyone"}
SAID = entry(1, put("n", text="SECRET"))
EDITED = entry(2, put("n", text="better"))
REMOVED = entry(3, drop("n"), Shown("removed", "n", b'"better"', {"ann"}))
RESTORED = entry(4, put("n", text="better"), Shown("removed", "n", None, {"ann"}))


def _changes(events: Any) -> list[Any]:
    return [event["changes"] for event in events]


def test_what_is_gone_now_was_never_said_and_the_seqs_stay() -> None:
    told = json.loads(retold([SAID, EDITED, REMOVED], GUEST))
    assert [event["seq"] for event in told] == [1, 2, 3]
    assert _changes(told) == [[], [], [{"drop": ["note", "n"]}]]


def test_what_is_another_s_now_is_told_to_him_alone() -> None:
    theirs = entry(2, Shown("note", "n", b'"x"', {"ann"}))
    assert _changes(json.loads(retold([SAID, theirs], GUEST))) == [[], []]
    assert len(_changes(json.loads(retold([SAID, theirs], ANN)))[0]) == 1


def test_a_private_item_lasts_for_who_has_it() -> None:
    told = _changes(json.loads(retold([SAID, EDITED, REMOVED], ANN)))
    assert told[2] == [{"drop": ["note", "n"]}, {"put": ["removed", "n", "better"]}]


def test_what_came_back_has_its_past_again() -> None:
    told = _changes(json.loads(retold([SAID, EDITED, REMOVED, RESTORED], GUEST)))
    assert told[0] == [{"put": ["note", "n", {"text": "SECRET"}]}]
    assert told[3] == [{"put": ["note", "n", {"text": "better"}]}]


def test_a_part_of_the_past_is_told_by_what_exists() -> None:
    assert put_by([SAID, EDITED, REMOVED], GUEST) == {("note", "n")}
    assert put_by([SAID, REMOVED], ANN) == {("note", "n"), ("removed", "n")}
    gone = [json.loads(event) for event in retold_among([SAID], GUEST, {})]
    assert _changes(gone) == [[]]
    items = {("note", "n"): Put("note", "n", {})}
    there = [json.loads(event) for event in retold_among([SAID], GUEST, items)]
    assert _changes(there) == [[{"put": ["note", "n", {"text": "SECRET"}]}]]
    items = {("note", "n"): Put("note", "n", {}, {"bob"})}
    hidden = [json.loads(event) for event in retold_among([SAID], GUEST, items)]
    assert _changes(hidden) == [[]]
