"""What is to be seen of a state: everybody's items once, one's own beside them."""

import json
from typing import Any

from orbit.core.actors.views import View
from orbit.core.codec import Codec
from orbit.core.kind import Command, Context, Letter
from orbit.core.kinds import feedback
from orbit.core.kinds.feedback import asked
from orbit.core.kinds.feedback.events import BoardOpened, NoteAdded
from orbit.core.kinds.feedback.state import Colour, Note
from orbit.core.turn import take_turn
from orbit.core.types import Principal
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


ANN = Principal("ann", claims=frozenset({"link:l"}))
BOB = Principal("bob")
HISTORY = (
    (asked.OpenBoard("T", True, "l"), ANN),
    (asked.AddNote("x"), ANN),
    (asked.AddNote("y"), BOB),
    (asked.ToggleUpvote("n3"), ANN),
    (asked.GroupNotes(("n2", "n3")), BOB),
    (asked.HideNote("n2"), ANN),
    (asked.Conceal(), ANN),
    (asked.AddNote("z"), BOB),
    (asked.Reveal(), ANN),
    (asked.EditNote("n3", "y, too"), BOB),
    (asked.RemoveNote("n3"), BOB),
    (asked.RestoreNote("n3"), BOB),
)


def _told(state: Any, seq: int, command: Command, who: Principal) -> Any:
    letter = Letter(command, Context(who, NOON, f"n{seq + 1}"))
    turn = take_turn(feedback.KIND, state, seq, [letter], {})
    assert turn.answers == [seq + 1]
    codec = Codec(feedback.KIND)
    return turn.state, [codec.entry(one) for one in turn.recorded]


def test_a_view_that_goes_on_is_the_one_that_is_made_anew() -> None:
    state, behind = feedback.KIND.initial, []
    view, late = (View(feedback.KIND, state) for _ in range(2))
    for seq, (command, who) in enumerate(HISTORY):
        state, entries = _told(state, seq, command, who)
        behind += entries
        view.advance(state, entries)
        anew = View(feedback.KIND, state)
        for sight in ({"ann", "anyone"}, {"bob"}, set[str]()):
            assert sorted(json.loads(view.items(sight))) == sorted(
                json.loads(anew.items(sight))
            )
    late.advance(state, behind)
    assert json.loads(late.items(set())) == json.loads(view.items(set()))
