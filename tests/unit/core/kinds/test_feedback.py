"""The rules of a feedback board, as its people would tell them."""

from functools import reduce

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from orbit.core.codec import Codec
from orbit.core.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PrivateBoard,
)
from orbit.core.kind import Command, Context, Join, Letter, Role, authorize, may
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.applying import EFFECTS
from orbit.core.kinds.feedback.asked import (
    AddNote,
    DeleteBoard,
    Drag,
    EditBoard,
    EditNote,
    EraseAuthor,
    HideNote,
    MoveNote,
    OpenBoard,
    RecolourNote,
    RemoveNote,
    RestoreNote,
    RevokeLink,
    ShowNote,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.deciding import DECISIONS, GRAVITY
from orbit.core.kinds.feedback.events import (
    AuthorErased,
    BoardDeleted,
    BoardEdited,
    BoardOpened,
    LinkRevoked,
    NoteAdded,
    NoteEdited,
    NoteHidden,
    NoteMoved,
    NoteRecoloured,
    NoteRemoved,
    NoteRestored,
    NoteShown,
    UpvoteCast,
    UpvoteUndone,
)
from orbit.core.kinds.feedback.rights import PERMISSIONS
from orbit.core.kinds.feedback.state import MAX_NOTES, MAX_REMOVED, Colour, Note
from orbit.core.kinds.feedback.telling import TOLD
from orbit.core.turn import take_turn
from orbit.core.types import EVERYONE, Drop, Principal, Put
from tests.kit.given import NOON, given

ANN, BOB, CYD = Principal("ann"), Principal("bob"), Principal("cyd")
MAKER, GUEST = Principal("maker"), Principal("")
ADMIN = Principal("adm", claims=frozenset({"link:first"}))
VISITING_ADMIN = Principal("", claims=frozenset({"link:first"}))
OPENED = BoardOpened("Retro", True, "first", MAKER.id, NOON)
PRIVATE = BoardOpened("Retro", False, "first", MAKER.id, NOON)


def note(id="n", author=ANN, **fields):
    plain = {"name": None, "content": "text", "colour": Colour.YELLOW, "x": 100, "y": 8}
    return Note(id, author.id, created_at=NOON, **(plain | fields))


ADDED = NoteAdded(note())
REMOVED = [ADDED, NoteRemoved("n")]
BY_NOTE = [
    EditNote("n", "other"),
    RecolourNote("n", Colour.COOL),
    MoveNote("n", 1, 2),
    RemoveNote("n"),
]


# The board ------------------------------------------------------------------------


def test_every_command_and_event_has_its_function():
    told = {asked for asked in PERMISSIONS if issubclass(asked, Command)} - {Join}
    assert DECISIONS.keys() == told
    assert EFFECTS.keys() == TOLD.keys()


def test_a_board_is_opened_by_orbit_alone():
    opened = BoardOpened("Retro", True, "first", ANN.id, NOON)
    given(KIND).when(OpenBoard("Retro", True, "first"), ANN).then(opened)
    given(KIND, OPENED).when(OpenBoard("Mine", True, "x"), ANN).then(Forbidden)
    assert "open_board" not in KIND.asked_by_name
    assert "revoke_link" not in KIND.asked_by_name


@pytest.mark.parametrize("command", [Join(), AddNote("text"), DeleteBoard()])
def test_a_board_that_was_never_opened_is_not_there(command):
    given(KIND).when(command, ANN).then(NotFound)


def test_an_admin_edits_what_he_gives_and_keeps_the_rest():
    board = given(KIND, OPENED)
    board.when(EditBoard(title="New"), ADMIN).then(BoardEdited("New", True))
    board.when(EditBoard(is_public=False), ADMIN).then(BoardEdited("Retro", False))
    board.when(EditBoard(title="Retro", is_public=True), ADMIN).then()
    board.when(EditBoard(), ADMIN).then()


@pytest.mark.parametrize("command", [EditBoard("X"), DeleteBoard(), RevokeLink("x")])
@pytest.mark.parametrize("who", [ANN, MAKER, GUEST])
def test_only_admins_govern_a_board(command, who):
    given(KIND, OPENED).when(command, who).then(Forbidden)


def test_an_admin_needs_no_ghost_to_govern():
    given(KIND, OPENED).when(DeleteBoard(), VISITING_ADMIN).then(BoardDeleted())


@pytest.mark.parametrize("command", [Join(), AddNote("text"), EditNote("n", "x")])
@pytest.mark.parametrize("who", [ADMIN, MAKER, ANN])
def test_a_deleted_board_is_gone_for_all(command, who):
    given(KIND, OPENED, ADDED, BoardDeleted()).when(command, who).then(Gone)


def test_a_revoked_link_is_dead_at_once_and_the_new_one_works():
    board = given(KIND, OPENED, (RevokeLink("second"), ADMIN))
    heir = Principal("heir", claims=frozenset({"link:second"}))
    board.when(EditBoard("Mine"), ADMIN).then(Forbidden)
    board.when(EditBoard("Mine"), heir).then(BoardEdited("Mine", True))
    assert LinkRevoked in KIND.regroups, "open sockets would keep the right"


def test_a_board_without_a_link_has_no_admin():
    nobody = Principal("x", claims=frozenset({"link:second", "link", "user"}))
    given(KIND, OPENED).when(DeleteBoard(), nobody).then(Forbidden)


@pytest.mark.parametrize("title", ["", " ", "\t\n", "\u2003"])
def test_a_blank_title_is_refused_by_name(title):
    given(KIND).when(OpenBoard(title, True, "x"), ANN).then(Invalid, field="title")
    given(KIND, OPENED).when(EditBoard(title), ADMIN).then(Invalid, field="title")


def test_nothing_is_seen_of_a_board_that_was_never_opened():
    assert list(KIND.view(KIND.initial, {"ann"})) == []


# Who may see ----------------------------------------------------------------------


@pytest.mark.parametrize("who", [ANN, GUEST])
@pytest.mark.parametrize(
    "asked", [Join(), AddNote("text"), ToggleUpvote("n"), *BY_NOTE]
)
def test_a_private_board_is_refused_as_private_to_those_outside(who, asked):
    board = given(KIND, PRIVATE, NoteAdded(note(author=BOB)))
    board.when(asked, who).then(PrivateBoard)


def test_a_private_board_tells_nobody_outside_which_notes_it_has():
    given(KIND, PRIVATE).when(EditNote("n", "x"), ANN).then(PrivateBoard)


@pytest.mark.parametrize("who", [MAKER, ADMIN, VISITING_ADMIN])
def test_a_private_board_is_seen_by_its_maker_and_by_holders_of_its_link(who):
    assert ("board", "board") in given(KIND, PRIVATE).seen_by(who)


def test_a_private_board_that_a_guest_has_made_lets_no_other_guest_in():
    by_a_guest = BoardOpened("Retro", False, "first", GUEST.id, NOON)
    with pytest.raises(PrivateBoard):
        given(KIND, by_a_guest).roles(GUEST)
    assert given(KIND, by_a_guest).roles(VISITING_ADMIN) >= {"admin", "member"}
    by_a_guest = BoardOpened("Retro", True, "first", GUEST.id, NOON)
    assert given(KIND, by_a_guest).roles(GUEST) == {"anyone"}


def test_those_inside_a_private_board_are_told_what_is_wrong():
    board = given(KIND, PRIVATE)
    board.when(EditNote("n", "x"), MAKER).then(NotFound, field="note")
    board.when(DeleteBoard(), MAKER).then(Forbidden)


def test_an_author_whom_a_private_board_shuts_out_loses_his_notes():
    board = given(KIND, OPENED, ADDED, BoardEdited("Retro", False))
    board.when(EditNote("n", "x"), ANN).then(PrivateBoard)


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        (GUEST, []),
        (ANN, ["add_note", "toggle_upvote"]),
        (ADMIN, ["edit_board", "delete_board", "add_note", "move_note"]),
        (VISITING_ADMIN, ["edit_board", "delete_board", "move_note", "drag"]),
    ],
)
def test_who_joins_is_told_what_he_may(who, rights):
    told = may(KIND, given(KIND, OPENED).roles(who))
    assert set(rights) <= set(told)
    assert bool(rights) == bool(told)
    assert ("edit_board" in told) == ("edit_board" in rights)


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        (GUEST, {"anyone"}),
        (ANN, {"anyone", "participant"}),
        (MAKER, {"anyone", "participant", "member", "maker"}),
        (ADMIN, {"anyone", "participant", "member", "admin", "moderator"}),
        (VISITING_ADMIN, {"anyone", "member", "admin", "moderator"}),
    ],
)
def test_who_joins_is_told_what_he_is(who, roles):
    assert given(KIND, OPENED).roles(who) == roles


# Notes ----------------------------------------------------------------------------


def test_a_note_is_anonymous_unless_its_author_says_otherwise():
    named = Principal("ann", "Ann")
    board = given(KIND, OPENED)
    made = board.when(AddNote("text", Colour.COOL, 3.0, 4.0, name="Ann"), named)
    added = note("new", content="text", colour=Colour.COOL, x=3.0, y=4.0)
    made.then(NoteAdded(added))


def test_an_author_may_be_named_and_an_admin_is_shown_as_one():
    named = AddNote("text", anonymous=False, name=" Ann ")
    board = given(KIND, OPENED, (named, ANN), (named, ADMIN))
    names = [
        item["author"] for (t, _), item in board.seen_by(GUEST).items() if t == "note"
    ]
    assert sorted(names) == ["ADMIN (Ann)", "Ann"]


def test_who_has_a_name_need_not_give_it_again():
    board = given(KIND, OPENED, (AddNote("t", anonymous=False), Principal("a", "Ann")))
    assert board.seen_by(GUEST)["note", "n2"]["author"] == "Ann"


@pytest.mark.parametrize(
    "name",
    ["Adam", "Alina", "Mina", "\u0410\u043d\u043d\u0430", "\u4f60", "\U0001f389"],
)
def test_names_that_only_begin_alike_are_anybody_s(name):
    command = AddNote("text", anonymous=False, name=name)
    note = given(KIND, OPENED).when(command, ANN).events[0].note
    assert note.name == name


@pytest.mark.parametrize(
    "name", [None, " ", "\n", "\u200b", "\u3164", "\u2060 \u115f", "\u0301", "\u2800"]
)
def test_who_wants_to_be_named_must_have_a_name(name):
    command = AddNote("text", anonymous=False, name=name)
    given(KIND, OPENED).when(command, ANN).then(Invalid, field="name")


@pytest.mark.parametrize(
    "name",
    [
        "ADMIN (Ann)",
        "ADM1N (Ann)",
        "ADMlN (Ann)",
        "\u0410\u0501\u043cin (Cyrillic)",
        "\u0391D\u039c\u0399\u039d (Greek)",
        "ad\u3164min",
        "\u115fAd\u200bmin",
        "a\u0301dmin",
        "admin(Ann)",
        " A D M I N  (x)",
        "\uff21\uff24\uff2d\uff29\uff2e",
        "A\u200bdmin",
    ],
)
def test_nobody_else_is_shown_as_an_admin(name):
    command = AddNote("text", anonymous=False, name=name)
    given(KIND, OPENED).when(command, ANN).then(Invalid, field="name")


def test_a_guest_looks_and_does_nothing():
    board = given(KIND, OPENED, ADDED)
    assert ("note", "n") in board.seen_by(GUEST)
    for command in (AddNote("text"), ToggleUpvote("n"), *BY_NOTE):
        board.when(command, GUEST).then(Forbidden)


def test_the_author_does_everything_with_his_note():
    board = given(KIND, OPENED, ADDED)
    board.when(EditNote("n", "new"), ANN).then(NoteEdited("n", "new"))
    recoloured = NoteRecoloured("n", Colour.COOL)
    board.when(RecolourNote("n", Colour.COOL), ANN).then(recoloured)
    board.when(MoveNote("n", 1.0, 2.0), ANN).then(NoteMoved("n", 1.0, 2.0))
    board.when(RemoveNote("n"), ANN).then(NoteRemoved("n"))
    removed = given(KIND, OPENED, *REMOVED)
    removed.when(RestoreNote("n"), ANN).then(NoteRestored("n"))


@pytest.mark.parametrize(
    "command",
    [
        EditNote("n", "text"),
        RecolourNote("n", Colour.YELLOW),
        MoveNote("n", 100.0, 8.0),
    ],
)
def test_what_is_so_already_is_no_event(command):
    given(KIND, OPENED, ADDED).when(command, ANN).then()


def test_an_edited_note_says_so():
    board = given(KIND, OPENED, ADDED)
    assert board.seen_by(GUEST)["note", "n"]["edited"] is False
    board = given(KIND, OPENED, ADDED, (EditNote("n", "new"), ANN))
    seen = board.seen_by(GUEST)["note", "n"]
    assert (seen["edited"], seen["content"]) == (True, "new")


@pytest.mark.parametrize("who", [ADMIN, VISITING_ADMIN])
def test_an_admin_moves_the_notes_of_others_and_no_more(who):
    board = given(KIND, OPENED, ADDED)
    for command in BY_NOTE:
        expected = (
            [NoteMoved("n", 1, 2)] if command == MoveNote("n", 1, 2) else [Forbidden]
        )
        board.when(command, who).then(*expected)
    given(KIND, OPENED, *REMOVED).when(RestoreNote("n"), who).then(Forbidden)


@pytest.mark.parametrize("command", [*BY_NOTE, RestoreNote("n")])
def test_others_do_nothing_with_a_note(command):
    history = REMOVED if isinstance(command, RestoreNote) else [ADDED]
    given(KIND, OPENED, *history).when(command, BOB).then(Forbidden)


@pytest.mark.parametrize("command", [*BY_NOTE, ToggleUpvote("n"), RestoreNote("n")])
@pytest.mark.parametrize("who", [ANN, ADMIN])
def test_a_note_that_is_not_there_is_named(command, who):
    given(KIND, OPENED).when(command, who).then(NotFound, field="note")


@pytest.mark.parametrize("content", ["", " ", "\n\t"])
def test_blank_content_is_refused_by_name(content):
    board = given(KIND, OPENED, ADDED)
    board.when(AddNote(content), ANN).then(Invalid, field="content")
    board.when(EditNote("n", content), ANN).then(Invalid, field="content")


def test_a_removed_note_is_seen_by_its_author_alone():
    board = given(KIND, OPENED, *REMOVED)
    assert ("removed", "n") in board.seen_by(ANN)
    for who in (BOB, ADMIN, GUEST):
        assert board.seen_by(who).keys() == {("board", "board")}


def test_no_command_takes_a_note_to_another_board():
    assert not any("board" in cls.__struct_fields__ for cls in KIND.permissions)


def full(count, removed=0):
    notes = [note(f"{n}") for n in range(count + removed)]
    board = given(KIND, OPENED)
    for made in notes:
        board.state = KIND.apply(board.state, NoteAdded(made))
    for n in range(count, count + removed):
        board.state = KIND.apply(board.state, NoteRemoved(f"{n}"))
    return board


def test_a_board_holds_5_000_notes():
    board = full(MAX_NOTES - 1, removed=1)
    board.when(AddNote("last", x=0.0, y=0.0), ANN, "last").then(
        NoteAdded(note("last", content="last", x=0.0, y=0.0))
    )
    board.when(RestoreNote(f"{MAX_NOTES - 1}"), ANN).then(NoteRestored("4999"))
    board.state = KIND.apply(board.state, NoteRestored("4999"))
    board.when(AddNote("too many"), ANN).then(Conflict)
    board.state = KIND.apply(board.state, NoteRemoved("7"))
    board.state = KIND.apply(board.state, NoteAdded(note("again")))
    board.when(RestoreNote("7"), ANN).then(Conflict)
    assert MAX_NOTES == 5_000


def test_of_more_than_1_000_removed_notes_the_oldest_is_forgotten():
    board = full(1, removed=MAX_REMOVED)
    forgetting = NoteRemoved("0", forgotten=("1", ANN.id))
    board.when(RemoveNote("0"), ANN).then(forgetting)
    after = KIND.apply(board.state, forgetting)
    assert len(after.removed) == MAX_REMOVED == 1_000
    told = KIND.changes(after, forgetting)
    assert Drop("removed", "1", {ANN.id}) in told
    board.state = after
    board.when(RestoreNote("1"), ANN).then(NotFound, field="note")
    board.when(RestoreNote("2"), ANN).then(NoteRestored("2"))


def test_the_oldest_is_still_the_oldest_after_a_snapshot():
    board = full(3, removed=MAX_REMOVED)
    codec = Codec(KIND)
    board.state = codec.restored(codec.encode(board.state))
    board.when(RemoveNote("0"), ANN).then(NoteRemoved("0", ("3", ANN.id)))


# Votes ----------------------------------------------------------------------------


def test_nobody_upvotes_his_own_note():
    given(KIND, OPENED, ADDED).when(ToggleUpvote("n"), ANN).then(Conflict)


def test_an_upvote_is_one_each_and_toggled():
    cast = UpvoteCast("n", BOB.id, "v1", 100 * GRAVITY, 8 * GRAVITY)
    undone = UpvoteUndone("n", BOB.id, "v1")
    again = UpvoteCast("n", BOB.id, "v3", 100 * GRAVITY, 8 * GRAVITY)
    toggle = ToggleUpvote("n")
    given(KIND, OPENED, ADDED).when(toggle, BOB, "v1").then(cast)
    given(KIND, OPENED, ADDED, cast).when(toggle, BOB, "v2").then(undone)
    given(KIND, OPENED, ADDED, cast, undone).when(toggle, BOB, "v3").then(again)


def test_a_note_is_pulled_once_by_each_person_and_never_pushed_back():
    toggle = ToggleUpvote("n")
    by_bob, by_cyd, by_adm = (toggle, BOB), (toggle, CYD), (toggle, ADMIN)

    def x(*votes):
        return given(KIND, OPENED, ADDED, *votes).seen_by(GUEST)["note", "n"]["x"]

    assert x(by_bob) == x(by_bob, by_bob) == x(by_bob, by_bob, by_bob) == 100 * 0.95
    assert x(by_bob, by_cyd) == x(by_bob, by_cyd, by_bob, by_bob) == 100 * 0.95 * 0.95
    assert x(by_bob, by_cyd, by_adm) < x(by_bob, by_cyd)


def test_a_removed_and_restored_note_keeps_its_votes_and_its_memory_of_pulls():
    history = [
        (ToggleUpvote("n"), BOB),
        (RemoveNote("n"), ANN),
        (RestoreNote("n"), ANN),
    ]
    board = given(KIND, OPENED, ADDED, *history)
    assert board.seen_by(GUEST)["note", "n"]["upvotes"] == 1
    twice = given(KIND, OPENED, ADDED, *history, *[(ToggleUpvote("n"), BOB)] * 2)
    assert twice.seen_by(GUEST)["note", "n"]["x"] == 100 * GRAVITY


def test_who_wrote_and_who_voted_is_told_to_that_person_alone():
    board = given(KIND, OPENED, ADDED, (ToggleUpvote("n"), BOB))
    public = {("board", "board"), ("note", "n")}
    assert board.seen_by(ANN).keys() - public == {("signature", "n")}
    assert board.seen_by(BOB).keys() - public == {("upvote", "n3")}
    assert board.seen_by(BOB)["upvote", "n3"] == {"note": "n"}
    assert board.seen_by(MAKER).keys() - public == {("made", "board")}
    for who in (CYD, GUEST, ADMIN):
        assert board.seen_by(who).keys() == public
    told = f"{board.seen_by(ADMIN)}"
    assert ANN.id not in told
    assert BOB.id not in told


def test_a_removal_takes_votes_off_the_screens_of_their_voters():
    board = given(KIND, OPENED, ADDED, (ToggleUpvote("n"), BOB))
    event = NoteRemoved("n")
    told = KIND.changes(KIND.apply(board.state, event), event)
    assert Drop("upvote", "n3", {BOB.id}) in told
    assert Drop("signature", "n", {ANN.id}) in told
    assert Drop("note", "n", EVERYONE) in told


# Signals --------------------------------------------------------------------------


def test_a_note_is_dragged_by_who_may_move_it():
    state = given(KIND, OPENED, ADDED).state
    drag = Drag("n", 1.0, 2.0)
    for who in (ANN, ADMIN, VISITING_ADMIN):
        assert authorize(KIND, state, drag, Context(who, NOON, ""))
    for who in (BOB, GUEST):
        with pytest.raises(Forbidden):
            authorize(KIND, state, drag, Context(who, NOON, ""))
    assert KIND.audience(state, drag) == EVERYONE


# What comes over the wire ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("add_note", b'{"content":""}', "content"),
        ("add_note", b'{"content":"%b"}' % (b"x" * 4_001), "content"),
        ("add_note", b"{}", "content"),
        ("add_note", b'{"content":7}', "content"),
        ("add_note", b'{"content":"a\\u0000b"}', "content"),
        ("add_note", b'{"content":"x","colour":"MAUVE"}', "colour"),
        ("add_note", b'{"content":"x","colour":"yellow"}', "colour"),
        ("add_note", b'{"content":"x","name":""}', "name"),
        ("add_note", b'{"content":"x","name":"%b"}' % (b"x" * 81), "name"),
        ("add_note", b'{"content":"x","x":1e400}', "x"),
        ("move_note", b'{"note":"n","x":1000001,"y":0}', "x"),
        ("move_note", b'{"note":"n","x":0,"y":-1000001}', "y"),
        ("move_note", b'{"note":"n","x":%b,"y":0}' % (b"9" * 5_000), "x"),
        ("move_note", b'{"note":"n","x":"NaN","y":0}', "x"),
        ("move_note", b'{"note":"n","x":null,"y":0}', "x"),
        ("move_note", b'{"x":0,"y":0}', "note"),
        ("edit_board", b'{"title":"%b"}' % (b"x" * 256), "title"),
        ("edit_board", b'{"title":null}', "title"),
        ("edit_board", b'{"is_public":"yes"}', "is_public"),
        ("toggle_upvote", b'{"note":["n"]}', "note"),
    ],
)
def test_what_is_out_of_bounds_is_named(name, body, field):
    with pytest.raises(Invalid) as refused:
        Codec(KIND).asked(name, body)
    assert refused.value.details == {"field": field}


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_in_json_is_malformed(number):
    with pytest.raises(BadRequest):
        Codec(KIND).asked("move_note", b'{"note":"n","x":%b,"y":0}' % number)


@pytest.mark.parametrize("colour", ["YELLOW", "CREATIVE", "COOL", "FRESH", "ROYAL"])
def test_there_are_five_colours(colour):
    body = f'{{"content":"x","colour":"{colour}"}}'.encode()
    assert Codec(KIND).asked("add_note", body).colour == colour
    assert len(Colour) == 5


def test_bounds_are_inclusive():
    codec, longest = Codec(KIND), "☃" * 4_000
    body = codec.encode(AddNote(longest, x=1_000_000, y=-1_000_000))
    assert codec.asked("add_note", body).content == longest
    title = codec.encode(EditBoard(title="ж" * 255))
    assert codec.asked("edit_board", title).title == "ж" * 255


# A note that is hidden --------------------------------------------------------------

HIDDEN = [ADDED, NoteHidden("n")]
TEXT = ADDED.note.content


def test_what_a_hidden_note_says_is_for_its_author_and_admins_alone():
    board = given(KIND, OPENED, *HIDDEN)
    for who in (BOB, GUEST, MAKER):
        seen = board.seen_by(who)
        assert ("veil", "n") in seen
        assert ("note", "n") not in seen
        assert TEXT not in f"{seen}"
    for who in (ANN, ADMIN):
        assert board.seen_by(who)["hidden", "n"]["content"] == TEXT


def test_a_moderator_hides_and_shows_notes_and_nobody_else():
    board = given(KIND, OPENED, ADDED)
    board.when(HideNote("n"), ADMIN).then(NoteHidden("n"))
    board.when(ShowNote("n"), ADMIN).then()
    hidden = given(KIND, OPENED, *HIDDEN)
    hidden.when(HideNote("n"), ADMIN).then()
    hidden.when(ShowNote("n"), ADMIN).then(NoteShown("n"))
    for who in (ANN, BOB, MAKER):
        board.when(HideNote("n"), who).then(Forbidden)
        hidden.when(ShowNote("n"), who).then(Forbidden)
    shown = given(KIND, OPENED, *HIDDEN, NoteShown("n"))
    assert shown.seen_by(BOB)["note", "n"]["content"] == TEXT
    assert not {("hidden", "n"), ("veil", "n")} & shown.seen_by(ANN).keys()


def test_what_its_author_makes_of_a_hidden_note_stays_hidden():
    board = given(KIND, OPENED, *HIDDEN, (EditNote("n", "worse"), ANN))
    assert "worse" not in f"{board.seen_by(BOB)}"
    assert board.seen_by(ADMIN)["hidden", "n"]["content"] == "worse"
    back = given(KIND, OPENED, *HIDDEN, (RemoveNote("n"), ANN), (RestoreNote("n"), ANN))
    assert TEXT not in f"{back.seen_by(BOB)}"


def test_a_hidden_note_is_not_voted_on():
    told = given(KIND, OPENED, *HIDDEN).when(ToggleUpvote("n"), BOB)
    told.then(Conflict)


def test_a_hidden_note_is_erased_with_its_author():
    board = given(KIND, OPENED, *HIDDEN, (EraseAuthor(), ANN))
    assert "n" not in {id for _, id in board.seen_by(ADMIN)}


# A sealed board -------------------------------------------------------------------


SEALED = BoardEdited("Retro", True, sealed=True)


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (AddNote("text"), BOB),
        (AddNote("text"), ADMIN),
        (EditNote("n", "y"), ANN),
        (RecolourNote("n", Colour.COOL), ANN),
        (MoveNote("n", 1, 2), ANN),
        (MoveNote("n", 1, 2), ADMIN),
        (RemoveNote("n"), ANN),
        (ToggleUpvote("n"), BOB),
    ],
)
def test_nobody_writes_on_a_sealed_board(command, who):
    board = given(KIND, OPENED, ADDED, SEALED)
    board.when(command, who).then(Forbidden)
    assert "sealed" in str(board.when(command, who).answer)
    assert board.seen_by(BOB)["note", "n"]["content"]
    assert board.seen_by(GUEST)["board", "board"]["sealed"] is True


def test_what_was_removed_stays_away_while_the_board_is_sealed():
    board = given(KIND, OPENED, ADDED, (RemoveNote("n"), ANN), SEALED)
    board.when(RestoreNote("n"), ANN).then(Forbidden)


def test_an_admin_seals_a_board_and_opens_it_again():
    board = given(KIND, OPENED, ADDED)
    board.when(EditBoard(sealed=True), ADMIN).then(SEALED)
    board.when(EditBoard(sealed=True), ANN).then(Forbidden)
    sealed = given(KIND, OPENED, ADDED, SEALED)
    sealed.when(EditBoard(sealed=True), ADMIN).then()
    sealed.when(EditBoard(title="New"), ADMIN).then(
        BoardEdited("New", True, sealed=True)
    )
    sealed.when(EditBoard(sealed=False), ADMIN).then(BoardEdited("Retro", True))
    sealed.when(DeleteBoard(), VISITING_ADMIN).then(BoardDeleted())


def test_who_wants_to_be_forgotten_is_forgotten_on_a_sealed_board_too():
    told = given(KIND, OPENED, ADDED, SEALED).when(EraseAuthor(), ANN)
    assert [type(event) for event in told.events] == [AuthorErased]


# Any sequence ---------------------------------------------------------------------


EYES = {who.id for who in (ANN, BOB, CYD, ADMIN)}


class AnyAfternoon(RuleBasedStateMachine):
    """People do what comes to mind; the card and the notes count right all along."""

    people = st.sampled_from([ANN, BOB, CYD, ADMIN])
    notes = st.integers(0, 6)

    def __init__(self):
        super().__init__()
        self.state, self.screen, self.n = given(KIND, OPENED).state, {}, 0
        self.made = []
        self.votes = {}  # (note, voter): whether it stands
        self.screen = {(p.type, p.id): p for p in KIND.view(self.state, EYES)}

    def tell(self, command, who):
        self.n += 1
        ctx = Context(who, NOON, f"i{self.n}")
        turn = take_turn(KIND, self.state, 0, [Letter(command, ctx)], {})
        self.state = turn.state
        for change in (change for r in turn.recorded for change in r.changes):
            if isinstance(change, Put):
                self.screen[change.type, change.id] = change
            else:
                del self.screen[change.type, change.id]
        return turn.recorded

    def some(self, at):
        return self.made[at % len(self.made)]

    @rule(who=people)
    def add(self, who):
        self.tell(AddNote("text"), who)
        self.made.append((f"i{self.n}", who))

    @precondition(lambda self: self.made)
    @rule(at=notes, who=people)
    def vote(self, at, who):
        id, _ = self.some(at)
        if self.tell(ToggleUpvote(id), who):
            self.votes[id, who.id] = not self.votes.get((id, who.id), False)

    @precondition(lambda self: self.made)
    @rule(at=notes)
    def remove(self, at):
        id, author = self.some(at)
        self.tell(RemoveNote(id), author)

    @precondition(lambda self: self.made)
    @rule(at=notes)
    def restore(self, at):
        id, author = self.some(at)
        self.tell(RestoreNote(id), author)

    @invariant()
    def the_card_counts_right(self):
        shown = {id for type, id in self.screen if type == "note"}
        standing = [vote for vote, stands in self.votes.items() if stands]
        votes = [vote for vote in standing if vote[0] in shown]
        card = self.screen["board", "board"].data
        assert (card["notes"], card["upvotes"]) == (len(shown), len(votes))
        for id in shown:
            count = sum(voted == id for voted, _ in votes)
            assert self.screen["note", id].data["upvotes"] == count
        assert self.screen == {(p.type, p.id): p for p in KIND.view(self.state, EYES)}


TestAnyAfternoon = AnyAfternoon.TestCase


def test_the_table_is_as_documented():
    everyone, author = {Role.PARTICIPANT}, {Role.AUTHOR}
    table = {cls.__name__: set(roles) for cls, roles in KIND.permissions.items()}
    assert table["AddNote"] == table["ToggleUpvote"] == everyone
    assert table["EditNote"] == table["RemoveNote"] == table["RestoreNote"] == author
    assert table["MoveNote"] == table["Drag"] == {Role.AUTHOR, Role.MODERATOR}
    assert table["EditBoard"] == table["DeleteBoard"] == {Role.ADMIN}


def test_a_journal_gives_the_board_again():
    events = [OPENED, ADDED, NoteRemoved("n"), NoteRestored("n"), BoardDeleted()]
    assert reduce(KIND.apply, events, KIND.initial).notes["n"] == note()


# Being forgotten ------------------------------------------------------------------

BY_BOB = NoteAdded(note("b", BOB))
ANN_VOTED = UpvoteCast("b", "ann", "v1", 95, 8)
BOB_VOTED = UpvoteCast("n", "bob", "v2", 95, 8)
LIVED = (OPENED, ADDED, BY_BOB, ANN_VOTED, BOB_VOTED)


def test_who_is_erased_leaves_nothing_of_his():
    gone = [NoteAdded(note("r")), NoteRemoved("r")]
    board = given(KIND, *LIVED, *gone)
    told = board.when(EraseAuthor(), ANN)
    told.then(AuthorErased("ann", ("n",), ("r",), (("b", "v1"),), (("bob", "v2"),)))
    after = given(KIND, *LIVED, *gone, *told.events)
    assert set(after.seen_by(BOB)) == {
        ("board", "board"),
        ("note", "b"),
        ("signature", "b"),
    }
    assert after.seen_by(BOB)["note", "b"]["upvotes"] == 0
    assert after.seen_by(BOB)["board", "board"]["upvotes"] == 0
    assert "ann" not in Codec(KIND).encode(after.state).decode()


def test_who_left_nothing_is_erased_without_a_trace():
    given(KIND, OPENED, BY_BOB).when(EraseAuthor(), ANN).then()
    given(KIND, *LIVED).when(EraseAuthor(), GUEST).then(PrivateBoard)
    given(KIND).when(EraseAuthor(), ANN).then(NotFound)


def test_the_maker_is_forgotten_and_no_member_any_more():
    told = given(KIND, PRIVATE).when(EraseAuthor(), MAKER)
    told.then(AuthorErased("maker", (), (), (), (), made=True))
    with pytest.raises(PrivateBoard):
        given(KIND, PRIVATE, *told.events).roles(MAKER)


@pytest.mark.parametrize("end", [BoardDeleted(), BoardEdited("Retro", False)])
def test_what_he_may_not_see_any_more_is_erased_too(end):
    told = given(KIND, *LIVED, end).when(EraseAuthor(), ANN)
    assert [type(event) for event in told.events] == [AuthorErased]


def test_a_vote_that_was_undone_is_forgotten_too():
    past = (OPENED, BY_BOB, ANN_VOTED, UpvoteUndone("b", "ann", "v1"))
    told = given(KIND, *past).when(EraseAuthor(), ANN)
    told.then(AuthorErased("ann", (), (), (), ()))
    after = given(KIND, *past, *told.events)
    assert "ann" not in Codec(KIND).encode(after.state).decode()


def test_the_author_of_a_removed_note_learns_that_a_vote_on_it_is_gone():
    past = (OPENED, BY_BOB, ANN_VOTED, NoteRemoved("b"))
    (event,) = given(KIND, *past).when(EraseAuthor(), ANN).events
    after = given(KIND, *past, event).state
    (rest,) = [c for c in KIND.changes(after, event) if c.type == "removed"]
    assert (rest.id, rest.data["upvotes"], rest.audience) == ("b", 0, {"bob"})


def test_what_an_author_owns_is_his_note_wherever_it_is():
    erasure = KIND.erasure
    assert set(erasure.owned(NoteAdded(note("n")), "ann")) == {
        ("note", "n"),
        ("removed", "n"),
        ("hidden", "n"),
    }
    for other in (BY_BOB, BOB_VOTED, NoteRemoved("n", ("r", "ann"))):
        assert not [*erasure.owned(other, "ann")]


def test_a_note_without_its_text_is_where_it_was():
    erasure, mine = KIND.erasure, {("note", "n")}
    added = NoteAdded(replace(note("n"), content="secret", name="Ann"))
    blank = erasure.event(added, mine)
    assert blank == NoteAdded(replace(note("n"), content="", name=None))
    assert erasure.event(NoteEdited("n", "secret"), mine) == NoteEdited("n", "")
    for other in (BY_BOB, NoteEdited("b", "kept"), NoteMoved("n", 1, 2), BOB_VOTED):
        assert erasure.event(other, mine) == other
    data = {"content": "secret", "author": "Ann", "colour": "COOL"}
    left = {"content": "", "author": None, "colour": "COOL"}
    assert erasure.data("note", data) == left
