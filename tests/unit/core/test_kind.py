"""The contract of a kind: names on the wire, the table, what is left out."""

import pytest

from orbit.core.errors import Forbidden
from orbit.core.kind import (
    Command,
    Context,
    Join,
    Kind,
    Role,
    Tick,
    authorize,
    may,
    wire_name,
)
from orbit.core.kinds import KINDS
from orbit.core.types import Principal
from tests.kit.given import NOON
from tests.kit.kinds import poll
from tests.kit.kinds.poll import KIND

OPEN = KIND.apply(KIND.initial, poll.PollOpened(("a", "b"), "host", NOON))
HOST, ANN, GUEST = Principal("host"), Principal("ann"), Principal("")


def ctx(who):
    return Context(who, NOON, "")


def test_a_class_is_known_on_the_wire_by_its_name_in_snake_case():
    assert wire_name(poll.CastVote) == wire_name(poll.CastVote) == "cast_vote"
    assert wire_name(Join) == "join"


def test_what_the_runtime_tells_does_not_come_over_the_wire():
    expected = {"cast_vote", "close_poll", "add_comment", "remove_comment", "typing"}
    assert KIND.asked_by_name.keys() == expected
    assert KIND.asked_by_name["cast_vote"] is poll.CastVote


def test_events_are_known_by_name():
    assert KIND.event_by_name["vote_cast"] is poll.VoteCast
    assert len(KIND.event_by_name) == len(KIND.events)


def test_regrouping_events_are_known_by_name():
    assert "link_revoked" in KINDS["feedback"].regrouping
    assert KIND.regrouping == set()


def test_the_table_decides():
    assert authorize(KIND, OPEN, Join(), ctx(GUEST)) == {Role.ANYONE}
    assert Role.ADMIN in authorize(KIND, OPEN, poll.ClosePoll(), ctx(HOST))
    with pytest.raises(Forbidden, match="close_poll"):
        authorize(KIND, OPEN, poll.ClosePoll(), ctx(ANN))


def test_what_is_not_in_the_table_does_not_exist():
    class Abolish(Command):
        pass

    with pytest.raises(Forbidden):
        authorize(KIND, OPEN, Abolish(), ctx(HOST))


def test_people_are_told_what_their_roles_alone_allow_in_the_tables_order():
    assert may(KIND, {Role.ANYONE}) == []
    assert may(KIND, {Role.PARTICIPANT}) == ["cast_vote", "add_comment", "typing"]
    every = ["cast_vote", "close_poll", "add_comment", "typing"]
    assert may(KIND, {Role.PARTICIPANT, Role.ADMIN}) == every


def test_a_plain_kind_needs_nothing_waits_for_nothing_and_hides_its_signals():
    plain = Kind[str](
        name="plain",
        initial="",
        state_version=1,
        events=(),
        permissions={Join: {Role.ANYONE}},
        roles=lambda _state, _asked, _ctx: {Role.ANYONE},
        decide=lambda _state, _command, _ctx: [],
        apply=lambda state, _event: state,
        public=lambda _state: [],
        changes=lambda _state, _event: [],
    )
    assert plain.needs(Join()) == ()
    assert list(plain.view("", {"ann"})) == []
    assert plain.deadline("") is None
    assert plain.audience("", poll.Typing()) == set()
    assert plain.upcast("x", 1, b"{}") == ("x", b"{}")
    assert type(plain.refuse("", Tick(), set())) is Forbidden
