"""What is to be seen of a state: everybody's items once, one's own beside them."""

import json
from typing import Any

from orbit.core.actors.views import View
from orbit.core.kinds import feedback
from orbit.core.kinds.feedback.events import BoardOpened, NoteAdded
from orbit.core.kinds.feedback.state import Colour, Note
from tests.kit.given import NOON, given


def _view() -> View:
    opened = BoardOpened("T", True, "", "ann", NOON)
    note = Note("n1", "ann", None, "x", Colour.COOL, 1.0, 2.0, NOON)
    state = given(feedback.KIND, opened, NoteAdded(note)).state
    return View(feedback.KIND, state)


def _keys(view: View, *sight: str) -> set[tuple[str, str]]:
    items: list[list[Any]] = json.loads(view.items(set(sight)))
    return {(type, id) for type, id, _ in items}


def test_everybody_sees_what_is_for_everybody() -> None:
    assert _keys(_view()) == {("board", "board"), ("note", "n1")}
    assert _keys(_view(), "bob", "anyone") == _keys(_view())


def test_one_sees_his_own_besides() -> None:
    own = {("signature", "n1"), ("made", "board")}
    assert _keys(_view(), "ann") - _keys(_view()) == own


def test_who_sees_nothing_gets_an_empty_list() -> None:
    assert View(feedback.KIND, feedback.KIND.initial).items({"ann"}) == b"[]"
