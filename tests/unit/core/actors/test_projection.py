"""An event as each sees it: what the codec says of those changes that one may see."""

import json
from random import Random

import pytest

from orbit.core.actors.projection import SHORT, Projection, project, readers
from orbit.core.codec import Entry
from orbit.core.types import EVERYONE, visible
from tests.kit.stores import drop, entry, put

BEGIN = b'{"type":"changed",'
READERS = ["ann", "bob", "admin"]


def prepared(one: Entry, portion: int = 1_000) -> Projection:
    projection = project(one)
    while projection.left:
        assert 0 < projection.prepare(portion) <= portion
    return projection


def mixed(seed: int, count: int) -> Entry:
    """Return an event of changes for all, for some and for nobody."""
    chance = Random(seed)
    few = [frozenset(chance.sample(READERS, chance.randrange(3))) for _ in range(count)]
    audiences = [chance.choice([EVERYONE, some]) for some in few]
    return entry(7, *(put(f"n{at}", to) for at, to in enumerate(audiences)))


@pytest.mark.parametrize("count", [0, 1, 2, SHORT, SHORT + 1, SHORT + 2, 4 * SHORT])
@pytest.mark.parametrize("seed", range(5))
def test_each_is_told_what_he_may_see_in_its_order(seed: int, count: int) -> None:
    one = mixed(seed, count)
    for portion in (1, 7, 1_000):
        projection = prepared(one, portion)
        for mine in ((), ("ann",), ("bob", "admin"), READERS, ("eve",), ()):
            expected = BEGIN + one.changed(visible(set(mine), one.changes))
            assert projection.told(BEGIN, set(mine)) == expected


@pytest.mark.parametrize("count", [4, SHORT + 4])
def test_who_sees_more_than_others_is_named(count: int) -> None:
    public = [put(f"n{at}") for at in range(count - 2)]
    one = entry(1, put("a", {"ann"}), *public, put("c", {"bob", "admin"}))
    assert set(prepared(one).readers()) == set(readers(one)) == set(READERS)
    assert not prepared(entry(1, *public, drop("b"), drop("d"))).readers()


@pytest.mark.parametrize("audience", [{"ann"}, set()])
@pytest.mark.parametrize("count", [1, SHORT + 1])
def test_an_event_of_which_nothing_is_seen_is_told_with_its_seq(
    audience: set[str], count: int
) -> None:
    told = prepared(entry(3, *[put("a", audience)] * count)).told(b"{")
    assert json.loads(told)["seq"] == 3
    assert json.loads(told)["changes"] == []


def test_a_long_event_is_prepared_in_portions() -> None:
    projection = project(entry(1, *(put(f"n{at}") for at in range(100))))
    steps = []
    while projection.left:
        steps.append(projection.prepare(40))
    assert steps == [40, 40, 20]
