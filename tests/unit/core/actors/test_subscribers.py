"""The fan-out: one write to each in a turn, one encoding for all who see the same."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from orbit.core.actors.subscribers import (
    CROWD,
    SLICE,
    SLICE_BYTES,
    SLICE_CHANGES,
    Subscriber,
    Subscribers,
    Wire,
)
from orbit.core.codec import Entry
from orbit.core.types import BoardId, Principal
from tests.kit.stores import entry, put
from tests.kit.wires import CrowdWire, PlainWire

BOARD = BoardId("b")


TURN_S = 0.002


class Turns:
    """A loop whose turns are taken by hand; each takes a while."""

    def __init__(self) -> None:
        self._now = 0.0
        self._soon: deque[Callable[[], None]] = deque()
        self._later: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self._now

    def call_soon(self, act: Callable[[], None]) -> None:
        self._soon.append(act)

    def call_later(self, delay_s: float, act: Callable[[], None]) -> None:
        self._later.append((self._now + delay_s, act))

    def turn(self) -> bool:
        """Take one turn, when it is due; tell whether there was anything to do."""
        if not self._soon and self._later:
            self._now = max(self._now, min(at for at, _ in self._later))
        self._soon += [act for at, act in self._later if at <= self._now]
        self._later = [(at, act) for at, act in self._later if at > self._now]
        acts, self._soon = self._soon, deque()
        for act in acts:
            act()
            self._now += TURN_S
        return bool(acts)

    def all(self) -> int:
        """Take turns until nothing is left to do; return how many it took."""
        return sum(1 for _ in iter(self.turn, False))


class Socket:
    """What was written, write by write."""

    def __init__(self) -> None:
        self.paused = False
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        assert not self.paused
        self.writes.append(data)

    @property
    def heard(self) -> list[Any]:
        return [json.loads(one) for data in self.writes for one in data.split(b"\n")]

    @property
    def seqs(self) -> list[int]:
        return [message["seq"] for message in self.heard if "seq" in message]


class Crowd:
    """The subscribers of a board, and a loop."""

    def __init__(self, wire: Wire) -> None:
        self.turns = Turns()
        self.wire = wire
        self.all = Subscribers(BOARD, self.turns)
        self.head = 0

    def add(
        self, who: str = "", *roles: str, wire: Wire | None = None
    ) -> tuple[Subscriber, Socket]:
        socket = Socket()
        one = Subscriber(socket, wire or self.wire, Principal(who), lambda *_: None)
        one.roles = frozenset(roles)
        self.all.add(one, self.head)
        return one, socket

    def many(self, count: int) -> list[tuple[Subscriber, Socket]]:
        return [self.add() for _ in range(count)]

    def publish(self, *changes: Any) -> Entry:
        self.head += 1
        one = entry(self.head, *(changes or (put(f"n{self.head}"),)))
        self.all.publish([one])
        return one


@pytest.fixture(params=[PlainWire, CrowdWire])
def crowd(request: pytest.FixtureRequest) -> Crowd:
    return Crowd(request.param())


def test_nothing_is_written_at_once_and_everything_in_the_next_turn(
    crowd: Crowd,
) -> None:
    _, socket = crowd.add()
    crowd.publish()
    assert socket.writes == []
    crowd.turns.turn()
    assert socket.seqs == [1]


def test_what_is_published_in_one_turn_is_one_write_for_each(crowd: Crowd) -> None:
    sockets = [socket for _, socket in crowd.many(3)]
    for _ in range(10):
        crowd.publish()
    crowd.turns.all()
    assert [len(socket.writes) for socket in sockets] == [1, 1, 1]
    assert sockets[0].seqs == list(range(1, 11))


def test_a_board_without_subscribers_has_nothing_to_do(crowd: Crowd) -> None:
    crowd.publish()
    crowd.all.pass_on("ann", "drag", b"{}")
    assert crowd.turns.all() == 0


def test_all_who_see_the_same_are_sent_the_same_bytes(crowd: Crowd) -> None:
    framed: list[bytes] = []
    wire = PlainWire(lambda text: framed.append(text) or text)
    sockets = [crowd.add(f"p{n}", "anyone", wire=wire)[1] for n in range(100)]
    crowd.publish(put("n1"))
    crowd.turns.all()
    assert len(framed) == 1
    assert len({id(socket.writes[0]) for socket in sockets}) == 1


def test_each_transport_frames_for_itself_once(crowd: Crowd) -> None:
    calls: list[str] = []
    ours = PlainWire(lambda _: calls.append("a") or b'{"a":1}')
    other = CrowdWire(lambda _: calls.append("b") or b'{"b":1}')
    sockets = [crowd.add(wire=wire)[1] for wire in (ours, other, ours, other)]
    crowd.publish()
    crowd.turns.all()
    assert sorted(calls) == ["a", "b"]
    assert [socket.writes for socket in sockets] == [[b'{"a":1}'], [b'{"b":1}']] * 2


def test_a_private_change_is_told_to_insiders_alone_in_its_place(crowd: Crowd) -> None:
    _, ann = crowd.add("ann", "anyone")
    _, bob = crowd.add("bob", "anyone")
    _, admin = crowd.add("eve", "admin")
    crowd.publish(
        put("n1"), put("mine", {"ann"}), put("ours", {"admin"}), put("none", set())
    )
    crowd.publish(put("n2"))
    crowd.turns.all()

    def ids(socket: Socket) -> list[list[str]]:
        return [[c["put"][1] for c in m["changes"]] for m in socket.heard]

    assert ids(ann) == [["n1", "mine"], ["n2"]]
    assert ids(bob) == [["n1"], ["n2"]]
    assert ids(admin) == [["n1", "ours"], ["n2"]]
    assert b"mine" not in b"".join(bob.writes + admin.writes)


def test_who_may_see_nothing_of_an_event_still_learns_its_seq(crowd: Crowd) -> None:
    _, socket = crowd.add("bob")
    crowd.publish(put("secret", {"ann"}))
    crowd.turns.all()
    assert [(m["seq"], m["changes"]) for m in socket.heard] == [(1, [])]


def test_one_who_joins_gets_what_comes_after_and_not_what_is_pending(
    crowd: Crowd,
) -> None:
    _, first = crowd.add()
    crowd.publish()
    _, second = crowd.add()
    crowd.publish()
    crowd.turns.all()
    assert (first.seqs, second.seqs) == ([1, 2], [2])


def test_one_who_leaves_is_told_nothing_more_even_of_what_is_pending(
    crowd: Crowd,
) -> None:
    stays, goes = crowd.add("ann"), crowd.add("ann")
    crowd.publish()
    crowd.all.remove(goes[0])
    crowd.all.remove(goes[0])
    crowd.turns.all()
    assert (stays[1].seqs, goes[1].seqs) == ([1], [])
    assert len(crowd.all) == 1


# Thousands of changes ---------------------------------------------------------------

NOTES, AUTHORS = 3 * SLICE_CHANGES, 6


def reveal(crowd: Crowd, text: str = "") -> None:
    """Tell of so many notes, each of one author, who loses what he alone saw."""
    changes = []
    for n in range(NOTES):
        changes += [put(f"mine{n}", {f"p{n % AUTHORS}"}), put(f"n{n}", text=text)]
    crowd.publish(*changes)


def ids(socket: Socket) -> list[str]:
    return [c["put"][1] for m in socket.heard for c in m["changes"]]


def own(author: int) -> list[str]:
    return [
        id
        for n in range(NOTES)
        for id in ([f"mine{n}"] if n % AUTHORS == author else []) + [f"n{n}"]
    ]


def test_they_are_encoded_over_many_turns_and_told_whole_and_in_order(
    crowd: Crowd,
) -> None:
    authors = [crowd.add(f"p{n}")[1] for n in range(AUTHORS)]
    _, guest = crowd.add()
    reveal(crowd)
    for _ in range(2 * NOTES // SLICE_CHANGES - 1):
        assert crowd.turns.turn()
        assert not guest.writes
    crowd.publish()  # what comes meanwhile goes with it, or after it
    crowd.turns.all()
    for n, socket in enumerate(authors):
        assert ids(socket) == [*own(n), "n2"]
        assert socket.seqs == [1, 2]
    assert ids(guest) == [*(f"n{n}" for n in range(NOTES)), "n2"]


def test_long_texts_of_ones_own_are_made_one_a_turn(crowd: Crowd) -> None:
    authors = [crowd.add(f"p{n}")[1] for n in range(AUTHORS)]
    long = "x" * SLICE_BYTES
    crowd.publish(*(put("mine", {f"p{n}"}, text=long) for n in range(AUTHORS)))
    told = [0]
    while crowd.turns.turn():
        told.append(sum(len(socket.writes) for socket in authors))
    steps = [after - before for before, after in pairwise(told)]
    assert max(steps) == 1
    assert told[-1] == AUTHORS


def test_a_long_text_is_written_to_few_a_turn(crowd: Crowd) -> None:
    sockets = [socket for _, socket in crowd.many(SLICE)]
    crowd.publish(put("n", text="x" * (SLICE_BYTES // 4)))
    crowd.turns.turn()
    assert 0 < sum(bool(socket.writes) for socket in sockets) <= 4
    crowd.turns.all()
    assert all(socket.seqs == [1] for socket in sockets)


@pytest.mark.parametrize("turns", [0, 3, 2 * NOTES // SLICE_CHANGES + 2])
def test_who_comes_goes_or_stalls_while_they_are_told_has_no_gap_and_no_echo(
    crowd: Crowd, turns: int
) -> None:
    members = [crowd.add(f"p{n}") for n in range(AUTHORS)]
    (goes, gone), (_, stalls), (turns_up, back) = members[-3:]
    reveal(crowd, text="x" * (SLICE_BYTES // NOTES))
    for _ in range(turns):
        crowd.turns.turn()
    crowd.all.remove(goes)
    stalls.paused = True
    crowd.all.remove(turns_up)
    crowd.all.add(turns_up, crowd.head)
    _, late = crowd.add("p0")
    crowd.turns.all()
    assert (gone.writes, stalls.writes, back.writes, late.writes) == ([], [], [], [])
    crowd.publish()
    crowd.turns.all()
    assert members[0][1].seqs == [1, 2]
    assert (gone.seqs, stalls.seqs, back.seqs, late.seqs) == ([], [], [2], [2])
    assert members[-2][0].behind == 0


# A crowd ----------------------------------------------------------------------------


def test_a_crowd_is_served_in_slices(crowd: Crowd) -> None:
    sockets = [socket for _, socket in crowd.many(1_000)]
    crowd.publish()
    crowd.turns.turn()
    assert sum(bool(socket.writes) for socket in sockets) == SLICE
    assert crowd.turns.all() == 1_000 // SLICE - 1
    assert all(socket.seqs == [1] for socket in sockets)


@pytest.mark.parametrize("size", [1, SLICE, SLICE + 1, 1_000])
def test_events_that_come_between_the_slices_keep_their_order(
    crowd: Crowd, size: int
) -> None:
    sockets = [socket for _, socket in crowd.many(size)]
    for _ in range(12):
        crowd.publish()
        crowd.turns.turn()
    crowd.turns.all()
    assert all(socket.seqs == list(range(1, 13)) for socket in sockets)


def test_a_busy_crowd_is_left_alone_for_as_long_as_it_took_to_tell_it(
    crowd: Crowd,
) -> None:
    sockets = [socket for _, socket in crowd.many(CROWD + 1)]
    crowd.publish()
    crowd.turns.all()
    began = crowd.turns.time()
    crowd.publish()
    crowd.publish()
    crowd.turns.turn()
    assert crowd.turns.time() - began > TURN_S  # it waited
    crowd.turns.all()
    assert all(socket.seqs == [1, 2, 3] for socket in sockets)
    assert all(len(socket.writes) == 2 for socket in sockets)


def test_a_crowd_that_has_rested_is_told_at_once(crowd: Crowd) -> None:
    crowd.many(CROWD + 1)
    crowd.publish()
    crowd.turns.all()
    crowd.turns.call_later(1.0, int)
    crowd.turns.all()
    began = crowd.turns.time()
    crowd.publish()
    crowd.turns.turn()
    assert crowd.turns.time() - began == pytest.approx(TURN_S)


def test_a_few_are_told_at_once_however_often(crowd: Crowd) -> None:
    _, socket = crowd.add()
    for _ in range(5):
        began = crowd.turns.time()
        crowd.publish()
        crowd.turns.turn()
        assert crowd.turns.time() - began == pytest.approx(TURN_S)
    assert len(socket.writes) == 5


def test_who_joins_between_the_slices_has_no_gap_and_no_echo(crowd: Crowd) -> None:
    sockets = [socket for _, socket in crowd.many(SLICE + 1)]
    joined: list[tuple[int, Socket]] = []
    for _ in range(8):
        crowd.publish()
        crowd.turns.turn()
        joined.append((crowd.head, crowd.add()[1]))
        crowd.publish()
        joined.append((crowd.head, crowd.add()[1]))
    crowd.turns.all()
    assert all(socket.seqs == list(range(1, 17)) for socket in sockets)
    for since, socket in joined:
        assert socket.seqs == list(range(since + 1, 17))


def test_joins_cost_a_busy_crowd_no_write(crowd: Crowd) -> None:
    """Many come back while much happens: what is pending still goes out together."""
    sockets = [socket for _, socket in crowd.many(SLICE * 10)]
    joined: list[tuple[int, Socket]] = []
    for _ in range(100):
        crowd.publish()
        joined.append((crowd.head, crowd.add("ann")[1]))
        crowd.turns.turn()
    crowd.turns.all()
    assert all(socket.seqs == list(range(1, 101)) for socket in sockets)
    assert all(len(socket.writes) < 15 for socket in sockets)
    for since, socket in joined:
        assert socket.seqs == list(range(since + 1, 101))


def test_who_joins_while_something_is_pending_sees_his_part_of_the_rest(
    crowd: Crowd,
) -> None:
    crowd.many(2)
    crowd.publish(put("a", {"admin"}))
    _, admin = crowd.add("", "admin")
    _, guest = crowd.add()
    crowd.publish(put("b", {"admin"}))
    crowd.all.pass_on("", "here", b'{"type":"here"}')
    crowd.turns.all()
    assert (admin.seqs, guest.seqs) == ([2], [2])
    assert len(admin.heard[0]["changes"]) == 1
    assert guest.heard[0]["changes"] == []
    assert admin.heard[1] == guest.heard[1] == {"type": "here"}


def test_who_joins_while_something_is_pending_and_stalls_keeps_his_place(
    crowd: Crowd,
) -> None:
    crowd.many(2)
    crowd.publish()
    late, socket = crowd.add()
    crowd.publish()
    socket.paused = True
    crowd.turns.all()
    assert (late.behind, socket.seqs) == (1, [])


def test_who_joins_while_something_is_pending_and_leaves_hears_nothing(
    crowd: Crowd,
) -> None:
    crowd.many(2)
    crowd.publish()
    late, socket = crowd.add()
    crowd.publish()
    crowd.all.remove(late)
    crowd.turns.all()
    assert socket.writes == []


def test_who_leaves_between_the_slices_hears_nothing_more(crowd: Crowd) -> None:
    members = crowd.many(1_000)
    crowd.publish()
    crowd.turns.turn()
    gone = members[::3]
    heard = [list(socket.writes) for _, socket in gone]
    for subscriber, _ in gone:
        crowd.all.remove(subscriber)
    crowd.publish()
    crowd.turns.all()
    assert [socket.writes for _, socket in gone] == heard
    stayed = [socket for n, (_, socket) in enumerate(members) if n % 3]
    assert all(socket.seqs == [1, 2] for socket in stayed)


def test_who_leaves_and_comes_back_between_the_slices_hears_nothing_twice(
    crowd: Crowd,
) -> None:
    members = crowd.many(SLICE * 2)
    crowd.publish()
    crowd.turns.turn()
    last, socket = members[-1]
    crowd.all.remove(last)
    crowd.all.add(last, crowd.head)
    crowd.publish()
    crowd.turns.all()
    assert socket.seqs == [2]


# Lagging ----------------------------------------------------------------------------


def test_who_is_full_is_skipped_and_the_place_is_kept(crowd: Crowd) -> None:
    (slow, full), (_, quick) = crowd.many(2)
    crowd.publish()
    crowd.turns.all()
    full.paused = True
    crowd.publish()
    crowd.turns.all()
    full.paused = False  # it must be brought up to date before it hears more
    crowd.publish()
    crowd.turns.all()
    assert (full.seqs, quick.seqs) == ([1], [1, 2, 3])
    assert slow.behind == 1
    assert not crowd.all.is_level(slow)
    crowd.all.add(slow, 3)
    crowd.publish()
    crowd.turns.all()
    assert full.seqs == [1, 4]
    assert slow.behind is None


def test_the_place_of_a_batch_is_before_its_first_event(crowd: Crowd) -> None:
    ((slow, full),) = crowd.many(1)
    full.paused = True
    for _ in range(5):
        crowd.publish()
    crowd.turns.all()
    assert slow.behind == 0


# Notes ------------------------------------------------------------------------------


def test_of_the_notes_of_one_sender_the_last_wins_by_name(crowd: Crowd) -> None:
    _, socket = crowd.add("bob")
    for n in range(5):
        crowd.all.pass_on("ann", "drag", b'{"drag":%d}' % n)
        crowd.all.pass_on("ann", "typing", b'{"typing":%d}' % n)
        crowd.all.pass_on("cyd", "drag", b'{"cyd":%d}' % n)
    crowd.turns.all()
    assert socket.heard == [{"drag": 4}, {"typing": 4}, {"cyd": 4}]


def test_a_sender_does_not_hear_himself_but_all_else(crowd: Crowd) -> None:
    sockets = {who: crowd.add(who)[1] for who in ("ann", "bob", "")}
    crowd.publish()
    crowd.all.pass_on("ann", "drag", b'{"from":"ann"}')
    crowd.all.pass_on("bob", "drag", b'{"from":"bob"}')
    crowd.turns.all()

    def senders(who: str) -> Sequence[str]:
        return [m["from"] for m in sockets[who].heard if "from" in m]

    assert (senders("ann"), senders("bob"), senders("")) == (
        ["bob"],
        ["ann"],
        ["ann", "bob"],
    )
    assert all(socket.seqs == [1] for socket in sockets.values())
    assert all(len(socket.writes) == 1 for socket in sockets.values())


def test_a_sender_alone_is_not_written_to(crowd: Crowd) -> None:
    _, ann = crowd.add("ann")
    crowd.all.pass_on("ann", "drag", b"{}")
    crowd.turns.all()
    assert ann.writes == []


def test_notes_reach_who_has_joined_a_board_on_which_nothing_happens(
    crowd: Crowd,
) -> None:
    crowd.head = 37
    _, socket = crowd.add("bob")
    crowd.all.pass_on("ann", "drag", b'{"x":1}')
    crowd.turns.all()
    assert socket.heard == [{"x": 1}]


def test_people_are_counted_by_who_they_are(crowd: Crowd) -> None:
    assert crowd.all.presence.count() == 0
    members = [crowd.add(who)[0] for who in ("ann", "ann", "bob", "", "")]
    assert crowd.all.presence.count() == 4
    for member in members:
        crowd.all.remove(member)
    assert crowd.all.presence.count() == 0
    assert list(crowd.all) == []
