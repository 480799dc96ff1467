"""One live board over a fake network: following it and telling it things."""

import asyncio
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest

from orbit.client.board import Board, Told
from orbit.client.failure import Refused
from orbit.client.feed import Changed, Reset
from tests.kit.network import FakePipe, Network, settle, simulated

RIGHTS = {"kind": "feedback", "role": ["anyone"], "may": ["add_note"], "here": 1}


def view(seq: int = 3, log: str = "L", **more: Any) -> dict[str, Any]:
    frame = {"type": "joined", "board": "b1", "log": log, "seq": seq, **RIGHTS}
    return {**frame, **(more or {"items": [["note", "a", {"content": "first"}]]})}


def changed(seq: int, id: str = "n", type_: str = "changed") -> dict[str, Any]:
    changes = [{"put": ["note", id, {"content": f"at {seq}"}]}]
    frame = {"seq": seq, "at": "", "event": "note_added", "changes": changes}
    return {"type": type_, "board": "b1", **frame}


def admit(pipe: FakePipe, frame: dict[str, Any]) -> None:
    pipe.say({**frame, "ref": pipe.last("join")["ref"]})


def reply(pipe: FakePipe, seq: int, id: str = "n", at: int = -1) -> None:
    ref = pipe.of("tell")[at]["ref"]
    pipe.say({"type": "reply", "ref": ref, "seq": seq, "result": {"id": id}})


def refuse(pipe: FakePipe, code: str, *, retry: bool = False, **more: Any) -> None:
    ref = pipe.last("tell")["ref"]
    said = {"error": code, "message": "no", "details": {}, "retry": retry, **more}
    pipe.say({"type": "error", "ref": ref, **said})


async def live(network: Network, link: str | None = None) -> Board:
    joining = network.client.loop.create_task(network.client.join("b1", link))
    await settle()
    admit(network.pipe, view())
    return await joining


@simulated
async def test_joining_gives_the_whole_view(network: Network) -> None:
    board = await live(network, link="admin")
    assert network.pipe.sent[0] == {"type": "hello", "versions": [1]}
    assert network.pipe.last("join")["link"] == "admin"
    assert board.items == {"note": {"a": {"content": "first"}}}
    assert (board.seq, board.log, board.state, board.here) == (3, "L", "live", 1)


@simulated
async def test_changes_are_folded_and_told_once(network: Network) -> None:
    board = await live(network)
    feed = board.changes()
    network.pipe.say(changed(4), changed(4), changed(3), changed(5, "m"))
    await board.reached(5)
    assert board.items["note"]["m"] == {"content": "at 5"}
    assert [(await anext(feed)).seq, (await anext(feed)).seq] == [4, 5]


@simulated
async def test_a_gap_is_asked_for_once(network: Network) -> None:
    board = await live(network)
    network.pipe.say(changed(5), changed(6))
    await settle()
    joins = network.pipe.of("join")
    assert len(joins) == 2
    assert (joins[1]["log"], joins[1]["since"]) == ("L", 3)
    assert (board.seq, board.state) == (3, "catching up")
    rest = [{**changed(seq), "type": ""} for seq in (4, 5, 6)]
    admit(network.pipe, view(6, changes=rest))
    await board.reached(6)
    assert board.state == "live"


@simulated
async def test_a_rest_that_is_not_the_whole_rest_takes_a_view(network: Network) -> None:
    board = await live(network)
    network.pipe.say(changed(6))
    await settle()
    admit(network.pipe, view(6, changes=[]))
    await settle()
    assert "since" not in network.pipe.last("join")
    admit(network.pipe, view(6))
    await settle()
    assert (board.seq, board.state) == (6, "live")


@simulated
async def test_a_head_that_is_ahead_is_a_lost_last_event(network: Network) -> None:
    await live(network)
    await asyncio.sleep(26)
    assert network.pipe.last("ping")["seen"] == {"b1": 3}
    network.pipe.say({"type": "pong", "heads": {"b1": 3}})
    await settle()
    assert len(network.pipe.of("join")) == 1
    network.pipe.say({"type": "pong", "heads": {"b1": 4}})
    await settle()
    assert network.pipe.last("join")["since"] == 3


@simulated
async def test_an_unasked_view_replaces_everything(network: Network) -> None:
    board = await live(network)
    feed = board.changes()
    network.pipe.say(view(9, items=[["note", "z", {}]]))
    assert await anext(feed) == Reset(9)
    assert board.items == {"note": {"z": {}}}


@simulated
async def test_a_reader_sees_what_an_event_changed(network: Network) -> None:
    feed = (await live(network)).changes()
    network.pipe.say(changed(4))
    event = await anext(feed)
    assert isinstance(event, Changed)
    assert event.changes == [{"put": ["note", "n", {"content": "at 4"}]}]
    assert event.event == "note_added"


@simulated
async def test_signals_and_presence_pass(network: Network) -> None:
    board = await live(network)
    heard: list[Any] = []
    board.on_signal = lambda do, body: heard.append((do, body))
    network.pipe.say({"type": "signal", "board": "b1", "do": "drag", "with": {"x": 1}})
    network.pipe.say({"type": "here", "board": "b1", "count": 7})
    network.pipe.say({"type": "status", "board": "b1", "mode": "following"})
    await settle()
    assert (heard, board.here, board.state) == ([("drag", {"x": 1})], 7, "catching up")
    board.signal("drag", note="a", x=1, y=2)
    await settle()
    assert network.pipe.last("signal")["with"] == {"note": "a", "x": 1, "y": 2}


@simulated
async def test_a_refused_join_is_raised(network: Network) -> None:
    joining = network.client.loop.create_task(network.client.join("b1"))
    await settle()
    error = {"error": "private_board", "message": "no", "retry": False}
    network.pipe.say({"type": "error", "ref": 1, **error})
    with pytest.raises(Refused, match="private_board"):
        await joining


@simulated
async def test_a_join_that_is_refused_for_now_is_tried_again(network: Network) -> None:
    joining = network.client.loop.create_task(network.client.join("b1"))
    await settle()
    error = {"error": "unavailable", "message": "no", "retry": True, "after": 1.0}
    network.pipe.say({"type": "error", "ref": 1, **error})
    await asyncio.sleep(1.3)
    admit(network.pipe, view())
    assert (await joining).state == "live"


@simulated
async def test_who_is_connected_asks_to_be_let_in_every_few_seconds(
    network: Network,
) -> None:
    joining = network.client.loop.create_task(network.client.join("b1"))
    await settle()
    error = {"error": "unavailable", "message": "no", "retry": True}
    for ref, wait in enumerate([0.25, 0.5, 1, 2, 2, 2, 2], start=1):
        network.pipe.say({"type": "error", "ref": ref, **error})
        await asyncio.sleep(wait - 0.1)
        assert len(network.pipe.of("join")) == ref
        await asyncio.sleep(0.2)
        assert len(network.pipe.of("join")) == ref + 1
    admit(network.pipe, view())
    assert (await joining).state == "live"


@simulated
async def test_a_board_that_closes_says_why(network: Network) -> None:
    board = await live(network)
    feed, told = board.changes(), board.tell("add_note", content="x")
    left = {"type": "left", "board": "b1", "error": "gone", "message": "deleted"}
    network.pipe.say({**left, "retry": False})
    with pytest.raises(Refused, match="gone"):
        await anext(feed)
    with pytest.raises(Refused, match="gone"):
        await told
    with pytest.raises(Refused, match="gone"):
        await board.tell("add_note", content="y")
    assert board.state == "offline"


@simulated
async def test_a_board_that_moves_is_joined_again(network: Network) -> None:
    board = await live(network)
    left = {"type": "left", "board": "b1", "error": "unavailable", "message": "moving"}
    network.pipe.say({**left, "retry": True})
    await settle()
    told = board.tell("add_note", content="held")
    assert (board.state, len(network.pipe.of("tell"))) == ("catching up", 0)
    await asyncio.sleep(1)
    assert network.pipe.last("join")["since"] == 3
    admit(network.pipe, view(3, changes=[]))
    await settle()
    reply(network.pipe, 4)
    assert await told == Told(4, "n")


@simulated
async def test_a_command_is_answered_with_its_place(network: Network) -> None:
    board = await live(network)
    told = board.tell("add_note", content="hi")
    assert board.waiting == 1
    await settle()
    frame = network.pipe.last("tell")
    assert (frame["attempt"], frame["do"], frame["with"]) == (
        1,
        "add_note",
        {"content": "hi"},
    )
    reply(network.pipe, 4, "n9")
    assert await told == Told(4, "n9")
    assert board.waiting == 0


@simulated
async def test_unanswered_commands_are_told_again_in_order(network: Network) -> None:
    board = await live(network)
    told = [board.tell("add_note", content=text) for text in "ab"]
    await settle()
    first = network.pipe.of("tell")
    network.pipe.fail()
    await settle()
    assert board.state == "offline"
    told.append(board.tell("add_note", content="c"))
    await asyncio.sleep(1)
    assert not network.pipe.of("tell"), "not before the board is joined"
    admit(network.pipe, view(3, changes=[]))
    await settle()
    again = network.pipe.of("tell")
    assert [(f["with"]["content"], f["attempt"]) for f in again] == [
        ("a", 2),
        ("b", 2),
        ("c", 1),
    ]
    assert [f["op"] for f in again[:2]] == [f["op"] for f in first]
    for at in range(3):
        reply(network.pipe, 4 + at, at=at)
    assert [(await one).seq for one in told] == [4, 5, 6]


@simulated
async def test_passing_refusals_are_told_again_under_the_same_op(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    await settle()
    op = network.pipe.last("tell")["op"]
    for attempt, code in enumerate(("busy", "unknown"), 1):
        refuse(network.pipe, code, retry=code == "busy", after=2.0)
        await asyncio.sleep(1.9)
        assert len(network.pipe.of("tell")) == attempt
        await asyncio.sleep(1)
        frame = network.pipe.last("tell")
        assert (frame["op"], frame["attempt"]) == (op, attempt + 1)
    reply(network.pipe, 4)
    assert (await told).seq == 4


@simulated
async def test_a_timer_that_is_early_by_a_hair_leaves_no_command_waiting(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    await settle()
    loop = network.client.loop
    exactly = loop.call_at

    def early(when: float, act: Any, *args: Any, **more: Any) -> Any:
        once.close()  # as uvloop, which rounds
        return exactly(when - 0.0004, act, *args, **more)

    with ExitStack() as once:
        once.enter_context(patch.object(loop, "call_at", early))
        refuse(network.pipe, "rate_limited", retry=True, after=2.0)
        await settle()
    await asyncio.sleep(4)
    assert len(network.pipe.of("tell")) == 2
    reply(network.pipe, 4)
    assert (await told).seq == 4


@simulated
async def test_passing_refusals_end(network: Network) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    for _ in range(17):
        await settle()
        refuse(network.pipe, "busy", retry=True)
        await asyncio.sleep(2.1)
    with pytest.raises(Refused, match="busy"):
        await told
    assert len(network.pipe.of("tell")) == 17


@simulated
async def test_a_refusal_is_final_and_lets_the_next_through(network: Network) -> None:
    board = await live(network)
    told = board.tell("edit_note", note="a", content="x")
    after = board.tell("edit_note", note="a", content="y")
    await settle()
    assert len(network.pipe.of("tell")) == 1, "one at a time about one item"
    refuse(network.pipe, "forbidden")
    with pytest.raises(Refused) as refused:
        await told
    assert not refused.value.retry
    await settle()
    reply(network.pipe, 4)
    assert (await after).seq == 4


@simulated
async def test_the_window_is_bounded(network: Network) -> None:
    board = await live(network)
    told = [board.tell("add_note", content=f"{n}") for n in range(20)]
    await settle()
    assert len(network.pipe.of("tell")) == 16
    for at in range(16):
        reply(network.pipe, 4 + at, at=at)
    await settle()
    assert len(network.pipe.of("tell")) == 20
    assert told[15].done()


@simulated
async def test_a_late_refusal_of_an_earlier_question_proves_nothing(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    await settle()
    first = network.pipe.last("tell")["ref"]
    await asyncio.sleep(25.1)  # silent for too long: asked again
    assert network.pipe.last("tell")["attempt"] == 2
    error = {"error": "conflict", "message": "no", "retry": False}
    network.pipe.say({"type": "error", "ref": first, **error})
    await settle()
    assert not told.done()
    reply(network.pipe, 4)
    assert (await told).seq == 4


@simulated
async def test_another_history_gets_what_it_may_have_lost(network: Network) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    await settle()
    op = network.pipe.last("tell")["op"]
    reply(network.pipe, 4)
    await told
    network.pipe.fail()
    await asyncio.sleep(1)
    assert network.pipe.last("join")["log"] == "L"
    admit(network.pipe, view(2, log="M"))
    await settle()
    frame = network.pipe.last("tell")
    assert (frame["op"], frame["attempt"]) == (op, 2)
    assert board.seq == 2


@simulated
async def test_what_is_no_json_is_refused_at_once(network: Network) -> None:
    board = await live(network)
    with pytest.raises(TypeError):
        board.tell("add_note", content=object())
    assert board.waiting == 0


@simulated
async def test_what_can_never_be_sent_is_refused_and_stops_nobody(
    network: Network,
) -> None:
    board = await live(network)
    for content, code in (("half \ud83d", "bad_request"), ("x" * 70_000, "too_large")):
        with pytest.raises(Refused) as refused:
            await board.tell("add_note", content=content)
        assert (refused.value.code, refused.value.retry) == (code, False)
    assert board.waiting == 0
    told = board.tell("add_note", content="innocent")
    await settle()
    assert len(network.pipe.of("tell")) == 1
    reply(network.pipe, 4)
    assert (await told).seq == 4


@simulated
async def test_what_a_server_no_longer_takes_is_given_up(network: Network) -> None:
    board = await live(network)
    network.pipe.fail()
    await settle()
    told = board.tell("add_note", content="x" * 5_000)
    network.limits = {"frame_bytes": 4_096}
    await asyncio.sleep(1)
    admit(network.pipe, view(3, changes=[]))
    with pytest.raises(Refused, match="too_large"):
        await told
    assert not network.pipe.of("tell")


@simulated
async def test_nothing_is_told_while_it_catches_up(network: Network) -> None:
    board = await live(network)
    network.pipe.say(changed(5))  # 4 is missing
    await settle()
    told = board.tell("add_note", content="held")
    await settle()
    assert not network.pipe.of("tell")
    network.pipe.say(view(5))  # unasked: what we asked is not answered yet
    await settle()
    assert not network.pipe.of("tell")
    admit(network.pipe, view(5, changes=[]))
    await settle()
    reply(network.pipe, 6)
    assert (await told).seq == 6


def stray(pipe: FakePipe) -> None:
    """Say that we are not in, though we thought so."""
    refuse(pipe, "not_found", details={"field": "board"})


@simulated
async def test_a_command_told_from_outside_waits_until_we_are_in(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    await settle()
    op = network.pipe.last("tell")["op"]
    stray(network.pipe)
    await settle()
    assert len(network.pipe.of("join")) == 2
    admit(network.pipe, view(3, changes=[]))
    await settle()
    assert network.pipe.last("tell")["op"] == op
    reply(network.pipe, 4)
    assert (await told).seq == 4


@simulated
async def test_a_board_that_is_not_there_is_so_after_a_join_was_refused(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("add_note", content="a")
    await settle()
    stray(network.pipe)
    await settle()
    error = {"error": "private_board", "message": "no", "retry": False}
    ref = network.pipe.last("join")["ref"]
    network.pipe.say({"type": "error", "ref": ref, **error})
    with pytest.raises(Refused, match="private_board"):
        await told
    assert board.error is not None


@simulated
async def test_a_note_that_is_not_there_is_no_reason_to_join_again(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("edit_note", note="gone", content="a")
    await settle()
    refuse(network.pipe, "not_found")
    with pytest.raises(Refused, match="not_found"):
        await told
    assert len(network.pipe.of("join")) == 1


@simulated
async def test_leaving_ends_feeds_and_waits(network: Network) -> None:
    board = await live(network)
    feed, told = board.changes(), board.tell("add_note", content="x")
    board.leave()
    assert [event async for event in feed] == []
    with pytest.raises(Refused, match="left"):
        await told
    await settle()
    assert network.pipe.last("leave")["board"] == "b1"


@simulated
async def test_what_was_in_doubt_for_another_copy_is_taken_for_refused_at_last(
    network: Network,
) -> None:
    board = await live(network)
    told = board.tell("add_note", content="x")
    details = {"reason": "gone", "message": "the board is over", "field": "content"}
    for n in range(1, 18):
        await settle()
        assert len(network.pipe.of("tell")) == n
        refuse(network.pipe, "unknown", retry=True, details=details)
        while n < 17 and len(network.pipe.of("tell")) == n:  # noqa: ASYNC110 - time is free
            await asyncio.sleep(0.1)
    with pytest.raises(Refused) as refused:
        await told
    assert (refused.value.code, refused.value.message) == ("gone", "the board is over")
    assert refused.value.details == {"field": "content"}
