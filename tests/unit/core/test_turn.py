"""A turn: letters in, a turn out."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, Gone, Rejected
from orbit.core.kind import Context, Join, Letter, Tick
from orbit.core.turn import is_refusal, needed, take_turn
from orbit.core.types import EVERYONE, SYSTEM, Principal, Put
from tests.kit.given import NOON
from tests.kit.kinds import poll
from tests.kit.kinds.poll import (
    KIND,
    AddComment,
    CastVote,
    CommentAdded,
    CommentRemoved,
    OpenPoll,
    PollClosed,
    PollOpened,
    RemoveComment,
    VoteCast,
)

ANN, BOB, HOST = Principal("ann"), Principal("bob"), Principal("host")
LATER = NOON + timedelta(hours=1)
OPEN = KIND.apply(KIND.initial, PollOpened(("tea", "mate"), HOST.id, LATER))
SIGNATURE = ("signature", "c1")


def letter(command, who=ANN, id="id", at=NOON):
    return Letter(command, Context(who, at, id))


def turn(*letters, state=OPEN, seq=1, items=None, kind=KIND):
    return take_turn(kind, state, seq, letters, items or {})


def test_each_letter_is_decided_on_what_the_one_before_it_left():
    taken = turn(
        letter(OpenPoll(("tea", "mate"), LATER), HOST),
        letter(CastVote(0), ANN, "b1"),
        letter(CastVote(1), ANN, "b2"),
        state=KIND.initial,
        seq=0,
    )
    events = [record.event for record in taken.recorded]
    opened = PollOpened(("tea", "mate"), "host", LATER)
    assert events == [opened, VoteCast("ann", "b1", 0), VoteCast("ann", "b1", 1)]
    assert [record.seq for record in taken.recorded] == [1, 2, 3]
    assert taken.answers == [1, 2, 3]
    assert taken.seq == 3
    assert taken.state.ballots["ann"].option == 1


def test_a_refused_letter_leaves_no_trace_and_costs_no_neighbour():
    taken = turn(letter(CastVote(7)), letter(CastVote(0), BOB))
    assert isinstance(taken.answers[0], Conflict)
    assert taken.answers[1] == 2
    assert taken.state.ballots.keys() == {"bob"}


def test_a_letter_that_changes_nothing_is_answered_with_the_present_seq():
    voted = turn(letter(CastVote(0)))
    again = turn(letter(CastVote(0)), state=voted.state, seq=voted.seq)
    assert (again.answers, again.recorded) == ([2], [])
    assert again.state is voted.state


def test_joining_changes_nothing_but_needs_the_right():
    assert turn(letter(Join(), BOB)).answers == [1]
    assert isinstance(turn(letter(Join()), state=KIND.initial).answers[0], Rejected)


def test_a_bug_costs_its_own_letter_and_no_other():
    def decide(state, command, ctx):
        return [VoteCast(ctx.who.id, ctx.id, {}["bug"])]

    buggy = turn(letter(CastVote(0)), kind=changed(decide=decide))
    assert isinstance(buggy.answers[0], KeyError)
    assert (buggy.recorded, buggy.state, buggy.seq) == ([], OPEN, 1)


@pytest.mark.parametrize("part", ["apply", "changes", "roles"])
def test_a_bug_in_any_part_of_a_kind_is_an_answer(part):
    def bug(*_args):
        raise ZeroDivisionError

    taken = turn(letter(CastVote(0)), letter(Join()), kind=changed(**{part: bug}))
    assert isinstance(taken.answers[0], ZeroDivisionError)
    assert taken.state == OPEN


def test_a_bug_after_the_first_event_leaves_no_half():
    def decide(_state, _command, ctx):
        return [PollClosed(), VoteCast(ctx.who.id, ctx.id, 0)]

    def apply(state, event):
        if isinstance(event, VoteCast):
            raise ZeroDivisionError
        return poll.apply(state, event)

    taken = turn(letter(CastVote(0)), kind=changed(decide=decide, apply=apply))
    assert (taken.state, taken.seq, taken.recorded) == (OPEN, 1, [])


def test_several_events_of_a_letter_have_their_places():
    def decide(_state, _command, ctx):
        return [VoteCast(ctx.who.id, ctx.id, 0), PollClosed()]

    taken = turn(letter(CastVote(0)), kind=changed(decide=decide))
    assert [(r.seq, r.ix) for r in taken.recorded] == [(2, 0), (3, 1)]
    assert taken.answers == [3]
    assert taken.recorded[1].letter.command == CastVote(0)


def test_changes_are_those_of_the_state_after_the_event():
    taken = turn(letter(CastVote(0)), letter(CastVote(1), BOB))
    turnouts = [
        c.data["voted"]
        for r in taken.recorded
        for c in r.changes
        if c.type == "turnout"
    ]
    assert turnouts == [1, 2]


def test_a_tick_ends_what_is_due():
    taken = turn(
        letter(CastVote(0)), letter(Tick(), SYSTEM, at=LATER), letter(CastVote(1))
    )
    assert taken.answers[1] == 3
    assert isinstance(taken.answers[2], Gone)
    assert turn(letter(Tick(), SYSTEM)).recorded == []


# What a decision needs from the index ---------------------------------------------


def test_needs_are_named_for_the_whole_batch():
    letters = [
        letter(RemoveComment("c1")),
        letter(CastVote(0)),
        letter(RemoveComment("c2")),
    ]
    assert needed(KIND, letters) == {SIGNATURE, ("signature", "c2")}
    assert needed(KIND, [letter(CastVote(0))]) == set()


def test_what_is_needed_is_in_the_context_and_nothing_else():
    seen = []

    def roles(state, asked, ctx):
        seen.append(dict(ctx.items))
        return poll.roles(state, asked, ctx)

    items = {
        SIGNATURE: Put(*SIGNATURE, {}, {"ann"}),
        ("signature", "c9"): Put("x", "y", {}),
    }
    batch = (
        letter(RemoveComment("c1")),
        letter(CastVote(0)),
        letter(RemoveComment("c7")),
    )
    turn(*batch, items=items, kind=changed(roles=roles))
    assert seen == [{SIGNATURE: items[SIGNATURE]}, {}, {}]


def test_the_author_of_an_old_comment_is_known_by_the_index():
    items = {SIGNATURE: Put(*SIGNATURE, {}, {"ann"})}
    removed = turn(letter(RemoveComment("c1")), items=items)
    assert [r.event for r in removed.recorded] == [CommentRemoved("c1", "ann")]
    assert isinstance(
        turn(letter(RemoveComment("c1"), BOB), items=items).answers[0], Forbidden
    )
    assert isinstance(turn(letter(RemoveComment("c1"))).answers[0], Forbidden)


def test_a_letter_sees_the_items_that_one_before_it_has_made_and_removed():
    taken = turn(
        letter(AddComment("first"), ANN, "c1"),
        letter(RemoveComment("c1"), BOB),
        letter(RemoveComment("c1"), ANN),
        letter(RemoveComment("c1"), ANN),
    )
    events = [record.event for record in taken.recorded]
    assert events == [CommentAdded("c1", "ann", "first"), CommentRemoved("c1", "ann")]
    assert [type(a) for a in taken.answers] == [int, Forbidden, int, Forbidden]


def test_items_of_the_same_batch_look_as_the_index_will_have_them():
    seen = []

    def changes(state, event):
        made = poll.changes(state, event)
        return [
            Put(c.type, c.id, {"at": NOON, "of": {"a": (1,)}}, c.audience) for c in made
        ]

    def roles(state, asked, ctx):
        seen.extend(ctx.items.values())
        return poll.roles(state, asked, ctx)

    kind = changed(changes=changes, roles=roles)
    turn(
        letter(AddComment("x"), ANN, "c1"), letter(RemoveComment("c1"), BOB), kind=kind
    )
    data = {"at": "2030-01-01T12:00:00Z", "of": {"a": [1]}}
    assert seen == [Put("signature", "c1", data, {"ann"})]
    assert seen[0].audience != EVERYONE


def test_a_refusal_may_be_told_and_a_bug_may_not():
    assert is_refusal(Forbidden())
    assert not is_refusal(KeyError())
    assert not is_refusal(7)


def changed(**parts):
    fields = {name: getattr(KIND, name) for name in KIND.__dataclass_fields__}
    return type(KIND)(**(fields | parts))
