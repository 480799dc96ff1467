"""What a board's items are said to hold is what they hold."""

from collections import defaultdict
from datetime import datetime

import msgspec

from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    AddNote,
    AnswerRequest,
    EditBoard,
    HideNote,
    MuteAuthor,
    RemoveNote,
    ReportNote,
    RequestAccess,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.events import BoardClaimed, BoardOpened, NotesGrouped
from orbit.core.kinds.feedback.shapes import ITEMS
from orbit.core.types import Principal
from tests.kit.given import NOON, given

ANN, BOB, CYD = Principal("ann"), Principal("bob"), Principal("cyd")
MAKER = Principal("maker")
ADMIN = Principal("adm", claims=frozenset({"link:first"}))
# Somebody sees each type of item that there is.
STORY = given(
    KIND,
    BoardOpened("Retro", is_public=True, link="first", creator=MAKER.id, at=NOON),
    (AddNote("hello"), ANN),
    (AddNote("signed", anonymous=False, name="Ann"), ANN),
    (AddNote("gone"), ANN),
    (ToggleUpvote("n2"), BOB),
    (HideNote("n3"), ADMIN),
    (RemoveNote("n4"), ANN),
    (ReportNote("n2", "rude"), BOB),
    (MuteAuthor("n2"), ADMIN),
    (EditBoard(is_public=False), ADMIN),
    (RequestAccess("please"), BOB),
    (AnswerRequest("n11", approve=True), ADMIN),
    (RequestAccess("me too"), ANN),
    (AnswerRequest("n13", approve=True), ADMIN),
    (RequestAccess("and me"), CYD),
    BoardClaimed(MAKER.id),
    NotesGrouped("g", "Tests", ("n2", "n3")),
)
WAITS = given(
    KIND,
    BoardOpened("R", is_public=True, link="", creator=MAKER.id, at=NOON, strict=3),
    (AddNote("not so far"), ANN),
)


def test_an_item_holds_what_its_shape_says_and_no_more() -> None:
    held: dict[str, list[set[str]]] = defaultdict(list)
    screens = [STORY.seen_by(who) for who in (ANN, BOB, MAKER, ADMIN)]
    for screen in (*screens, WAITS.seen_by(ANN)):
        for (type, _id), data in screen.items():
            msgspec.convert(data, ITEMS[type])
            held[type].append(set(data))
    for type, shape in ITEMS.items():
        fields = msgspec.structs.fields(shape)
        needed = {field.name for field in fields if field.required}
        known = {field.name for field in fields}
        assert held[type], f"nobody sees a {type} here: have the story make one"
        assert all(needed <= each <= known for each in held[type]), type


def test_there_is_a_shape_for_each_type() -> None:
    assert set(ITEMS) == set(KIND.shows)


def test_times_are_written_as_the_shapes_say() -> None:
    (card,) = [d for (t, _), d in STORY.seen_by(MAKER).items() if t == "board"]
    assert datetime.fromisoformat(card["created_at"]) == NOON
