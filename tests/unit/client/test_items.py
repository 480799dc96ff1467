"""The reducer: a handful of lines that every client of every kind rests on."""

from orbit.client.items import fold, gather


def test_a_view_is_a_table_by_type_and_id() -> None:
    rows = [("note", "a", {"n": 1}), ("note", "b", {"n": 2}), ("board", "board", {})]
    assert gather(rows) == {
        "note": {"a": {"n": 1}, "b": {"n": 2}},
        "board": {"board": {}},
    }


def test_changes_put_replace_and_drop() -> None:
    items = gather([("note", "a", {"n": 1}), ("note", "b", {"n": 2})])
    fold(items, [{"put": ["note", "a", {"n": 3}]}, {"drop": ["note", "b"]}])
    fold(items, [{"put": ["vote", "v", {}]}])
    assert items == {"note": {"a": {"n": 3}}, "vote": {"v": {}}}


def test_what_is_not_there_can_be_dropped_and_news_of_later_servers_pass() -> None:
    items = gather([])
    fold(items, [{"drop": ["note", "a"]}, {"later": 1}])
    assert items == {}
