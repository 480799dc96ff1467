"""People count once wherever they are, guests each, and a list is replaced."""

from hypothesis import given
from hypothesis import strategies as st

from orbit.core.actors.presence import NOBODY, People, Presence, digest

IDS = st.frozensets(st.sampled_from("abcdef"))


def there(*ids: str, guests: int = 0) -> People:
    """Return people as another node tells them."""
    presence = Presence()
    for id in ids:
        presence.arrive(id)
    return People(frozenset(presence.ids), guests)


@given(st.lists(st.tuples(IDS, IDS, st.integers(0, 3)), max_size=6))
def test_however_people_come_and_go_each_counts_once(
    days: list[tuple[frozenset[str], frozenset[str], int]],
) -> None:
    presence, before = Presence(), frozenset[str]()
    for ids, elsewhere, guests in days:
        others = there(*elsewhere, guests=guests)
        presence.count(others)
        for id in ids - before:
            presence.arrive(id)
        for id in before - ids:
            presence.leave(id)
        before = ids
        assert presence.count(others) == len(ids | elsewhere) + guests
        assert presence.digest == digest(presence.ids)
        assert presence.ids == there(*ids).ids
    assert presence.count(NOBODY) == len(before)


def test_guests_count_each() -> None:
    presence = Presence()
    presence.arrive("")
    presence.arrive("")
    presence.arrive("ann")
    assert presence.count(there("ann", guests=3)) == 6
    presence.leave("")
    assert presence.count(there("ann", guests=3)) == 5
    assert presence.guests == 1
    assert presence.ids == there("ann").ids, "guests are in no list"
