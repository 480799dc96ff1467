"""Who sees what, and the one reducer."""

import pytest

from orbit.core.types import (
    EVERYONE,
    GUEST,
    SYSTEM,
    Drop,
    Principal,
    Put,
    fold,
    sees,
    sight,
    visible,
)

ANN = Principal("ann", "Ann", frozenset({"user"}))


def test_an_audience_fails_closed():
    assert sees({"ann"}, EVERYONE)
    assert sees(set(), EVERYONE)
    assert not sees({"ann", "admin"}, set())
    assert not sees(set(), {"ann"})


def test_an_id_or_a_role_is_enough_to_see():
    assert sees({"ann", "anyone"}, {"bob", "ann"})
    assert sees({"ann", "admin"}, {"admin"})
    assert not sees({"ann", "anyone"}, {"bob", "admin"})


def test_everyone_beside_a_person_is_not_everyone():
    assert not sees({"bob"}, {"*", "ann"})


def test_sight_is_the_id_and_the_roles_and_a_guest_has_no_id():
    assert sight(ANN, {"admin"}) == {"ann", "admin"}
    assert sight(GUEST, {"anyone"}) == {"anyone"}
    assert "" not in sight(GUEST, set())
    assert sight(SYSTEM, set()) == {"system"}


def test_visible_keeps_the_order_and_leaves_out_what_is_hidden():
    changes = [
        Put("a", "1", {}),
        Drop("b", "2", {"bob"}),
        Drop("a", "1"),
        Put("c", "3", {}, {"ann"}),
    ]
    assert visible({"ann"}, changes) == [changes[0], changes[2], changes[3]]
    assert visible({"bob"}, changes) == [changes[0], changes[1], changes[2]]


def test_fold_puts_replaces_and_drops_and_leaves_what_it_was_given():
    before = {("a", "1"): Put("a", "1", {"x": 1})}
    after = fold(before, [Put("a", "2", {}), Put("a", "1", {"x": 2}), Drop("a", "2")])
    assert after == {("a", "1"): Put("a", "1", {"x": 2})}
    assert before == {("a", "1"): Put("a", "1", {"x": 1})}


def test_folding_a_removal_twice_is_folding_it_once():
    assert fold({}, [Drop("a", "1"), Drop("a", "1")]) == {}


def test_items_of_two_types_may_share_an_id():
    puts = [Put("note", "1", {}), Put("signature", "1", {}, {"ann"})]
    assert len(fold({}, puts)) == 2
    assert [*fold({}, [*puts, Drop("note", "1")])] == [("signature", "1")]


def test_values_do_not_change():
    with pytest.raises(AttributeError):
        ANN.id = "bob"
    assert Principal("ann", "Ann", frozenset({"user"})) == ANN
