"""The nine laws, for every registered kind and for a sample; and that each bites."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from orbit.core.codec import Codec
from orbit.core.errors import Invalid
from orbit.core.kind import Event, Join, Kind, Tick, wire_name
from orbit.core.kinds import KINDS, feedback
from orbit.core.kinds.feedback.asked import (
    AddNote,
    EraseAuthor,
    RemoveNote,
    ReportNote,
    RestoreNote,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.events import NoteMoved
from orbit.core.types import EVERYONE, Drop, Put
from tests.kit import laws
from tests.kit.kinds import poll
from tests.kit.stories import body, stories
from tests.kit.world import World

ALL = [*KINDS.values(), poll.KIND]
OLD_ROWS: dict[str, Sequence[tuple[str, int, bytes, Event]]] = {
    "poll": [("poll_ended", 1, b"{}", poll.PollClosed())]
}


COUNT = int(os.environ.get("ORBIT_LAW_STORIES", "100"))
STORIES = {kind.name: list(stories(kind, COUNT)) for kind in ALL}
# Three have to vote, and time to pass, before anybody is told: of little else, then.
WAITING = [AddNote, RemoveNote, RestoreNote, ToggleUpvote, ReportNote, Tick]
STORIES["feedback"] += stories(KINDS["feedback"], COUNT // 10, WAITING)
by_name = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)


@by_name
@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_every_kind_obeys(law, kind):
    laws.hold(law, kind, STORIES[kind.name])


def test_every_registered_kind_can_forget_an_author():
    assert [kind.name for kind in KINDS.values() if kind.erasure is None] == []


@by_name
def test_stories_are_rich(kind):
    """A law says little about what never happens."""
    happened: Counter[str] = Counter()
    for told in STORIES[kind.name]:
        world = World(kind)
        for chapter in told:
            world.tell(chapter.letters)
        happened.update(entry.type for entry in world.journal)
    rare = {name for name in kind.event_by_name if happened[name] < COUNT // 20}
    assert not rare, happened


@by_name
@given(seed=st.integers(0), broken=st.booleans())
def test_what_annotations_allow_is_read_and_what_they_forbid_is_named(
    kind, seed, broken
):
    random = Random(seed)
    name = random.choice(sorted(kind.asked_by_name))
    drawn = body(random, kind.asked_by_name[name], {}, broken=broken)
    if not drawn.broken:
        assert wire_name(type(Codec(kind).asked(name, drawn.json))) == name
        return
    with pytest.raises(Invalid) as refused:
        Codec(kind).asked(name, drawn.json)
    assert refused.value.details["field"].split(".")[0] == drawn.broken


@by_name
def test_old_rows_of_the_journal_are_read_as_events_of_today(kind):
    rows = OLD_ROWS.get(kind.name, [])
    assert rows or kind.event_version == 1, "give a row of each version"
    for type_, version, data, event in rows:
        name, today = kind.upcast(type_, version, data)
        entry = laws.blank_entry(name, version, today)
        assert Codec(kind).event(entry) == event


# Each law bites: a sample that breaks it is found out --------------------------------


def bites(law: laws.Law, match: str, **changed: Any) -> None:
    """Hold a spoilt poll to a law, which must notice."""
    with pytest.raises(AssertionError, match=match):
        spoilt = replaced(**changed)
        laws.hold(law, spoilt, stories(spoilt, 500))


def replaced(**changed: Any) -> Kind[Any]:
    fields = {name: getattr(poll.KIND, name) for name in Kind.__dataclass_fields__}
    return Kind(**(fields | changed))


def test_a_bug_in_a_rule_is_found():
    def decide(state, command, ctx):
        if isinstance(command, poll.CastVote):
            return [poll.VoteCast(ctx.who.id, state.options[command.option], 0)]
        return poll.decide(state, command, ctx)

    bites(laws.total, "IndexError", decide=decide)


def test_a_trace_in_the_old_state_is_found():
    def decide(state, command, ctx):
        if isinstance(command, poll.CastVote):
            state.ballots[ctx.who.id] = poll.Ballot(ctx.id, command.option)
        return poll.decide(state, command, ctx)

    bites(laws.total, "in place", decide=decide)


def test_chance_is_found():
    chance = count()

    def decide(state, command, ctx):
        if isinstance(command, poll.AddComment):
            return [poll.CommentAdded(ctx.id, ctx.who.id, f"{next(chance)}")]
        return poll.decide(state, command, ctx)

    bites(laws.deterministic, "differs", decide=decide)


def test_memory_outside_of_the_state_is_found():
    last = [""]

    def apply(state, event):
        if isinstance(event, poll.CommentAdded):
            last[0], text = event.text, last[0]
            event = with_fields(event, text=text)
        return poll.apply(state, event)

    bites(laws.replay, "another state", apply=apply)


def test_an_event_that_is_read_otherwise_is_found():
    def upcast(type_, _version, data):
        return type_, data.replace(b'"option":1', b'"option":0')

    bites(laws.round_trip, "an event is read otherwise", upcast=upcast)


def test_a_change_that_is_not_told_is_found():
    def changes(state, event):
        told = poll.changes(state, event)
        return told[:1] if isinstance(event, poll.VoteCast) else told

    bites(laws.agreement, "not so in the index", changes=changes)


def test_a_view_that_hides_is_found():
    def private(state, sight):
        return [put for put in poll.private(state, sight) if put.type != "ballot"]

    bites(laws.agreement, "not shown: {'ballot'}", private=private)


def test_a_secret_among_what_everyone_sees_is_found():
    def public(state):
        yield from poll.public(state)
        yield from poll.private(state, set())

    bites(laws.agreement, "shown to everyone", public=public)


def test_a_type_that_leaves_memory_undeclared_is_found():
    bites(laws.agreement, "not shown", windowed=frozenset())


def test_an_item_of_a_type_that_is_not_declared_is_found():
    bites(
        laws.agreement, "does not name: {'ballot'}", shows=poll.KIND.shows - {"ballot"}
    )


def test_rights_that_change_without_a_word_are_found():
    def roles(state, asked, ctx):
        held = poll.roles(state, asked, ctx)
        return held - {poll.Role.PARTICIPANT} if state.closed else held

    bites(laws.agreement, "rights changed", roles=roles)


def test_an_item_that_becomes_secret_and_stays_on_screens_is_found():
    def narrowed(puts, state):
        for put in puts:
            secret = put.type == "board" and state.closed
            yield Put(put.type, put.id, put.data, set()) if secret else put

    bites(
        laws.agreement,
        "not so in the index",
        public=lambda state: (
            put for put in narrowed(poll.public(state), state) if put.audience
        ),
        private=lambda state, sight: (
            put
            for put in narrowed(poll.KIND.view(state, sight), state)
            if put.audience != EVERYONE
        ),
        changes=lambda state, event: [
            change if isinstance(change, Drop) else next(narrowed([change], state))
            for change in poll.changes(state, event)
        ],
    )


def test_a_removal_that_tells_too_much_is_found():
    def changes(state, event):
        for change in poll.changes(state, event):
            yield with_fields(change, audience=EVERYONE) if _is_drop(change) else change

    bites(
        laws.secrecy,
        "that was hidden",
        changes=lambda state, event: list(changes(state, event)),
    )


def _is_drop(change):
    return isinstance(change, Drop)


def test_an_author_who_is_told_is_found():
    def changes(state, event):
        told = poll.changes(state, event)
        if isinstance(event, poll.CommentAdded):
            told[0] = with_fields(told[0], data={"by": event.author})
        return told

    bites(laws.secrecy, "a secret is told", changes=changes)


def test_a_history_that_folds_otherwise_without_an_author_is_found():
    assert feedback.KIND.erasure
    redacts = feedback.KIND.erasure

    def moved(event, owned):
        event = redacts.event(event, owned)
        is_move = isinstance(event, NoteMoved)
        return with_fields(event, x=0.0) if is_move else event

    def emptied(event, author):
        return [("board", "board")]

    for match, changed in (
        ("another state", {"event": moved}),
        ("another index", {"owned": emptied}),
    ):
        spoilt = replace(feedback.KIND, erasure=with_fields(redacts, **changed))
        with pytest.raises(AssertionError, match=match):
            laws.hold(laws.erasure, spoilt, STORIES["feedback"])


def test_an_author_who_stays_in_the_state_is_found():
    def decide(state, command, ctx):
        is_erased = isinstance(command, EraseAuthor)
        return [] if is_erased else feedback.KIND.decide(state, command, ctx)

    spoilt = replace(feedback.KIND, decide=decide)
    with pytest.raises(AssertionError, match="not forgotten"):
        laws.hold(laws.erasure, spoilt, STORIES["feedback"])


@pytest.mark.parametrize("cls", [Join, poll.ClosePoll, poll.Typing])
def test_a_gap_in_the_table_is_found(cls):
    table = {key: roles for key, roles in poll.PERMISSIONS.items() if key is not cls}
    bites(laws.complete, "not in the table|who may watch", permissions=table)


def test_an_event_that_is_not_listed_is_found():
    bites(laws.complete, "PollClosed", events=poll.KIND.events[:2])


def test_a_deadline_that_never_ends_is_found():
    def decide(state, command, ctx):
        is_tick = isinstance(command, poll.Tick)
        return [] if is_tick else poll.decide(state, command, ctx)

    bites(laws.deadline, "does not end", decide=decide)


def test_a_refused_tick_is_found():
    table = dict(poll.PERMISSIONS) | {poll.Tick: {poll.Role.ADMIN}}
    bites(laws.deadline, "refused", permissions=table)
