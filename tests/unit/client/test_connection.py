"""One socket for all boards: greeted, lost, moved, given up."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from orbit.client.board import Board
from orbit.client.connection import Client
from orbit.client.failure import Refused
from orbit.client.wire import Pipe
from tests.kit.network import FakePipe, Network, settle, simulated
from tests.unit.client.test_board import admit, changed, live, reply, view


@simulated
async def test_a_lost_socket_comes_back_and_resumes(network: Network) -> None:
    board = await live(network)
    network.pipe.fail(1006)
    await settle()
    assert (board.state, network.client.is_open) == ("offline", False)
    await asyncio.sleep(0.24)
    assert len(network.pipes) == 1
    await asyncio.sleep(0.02)
    join = network.pipe.last("join")
    assert (join["log"], join["since"]) == ("L", 3)
    assert board.state == "catching up"
    admit(network.pipe, view(3, changes=[]))
    await settle()
    assert board.state == "live"


@simulated
async def test_failures_in_a_row_wait_longer(network: Network) -> None:
    await live(network)
    network.is_down = True
    network.pipe.fail()
    await asyncio.sleep(0.25 + 0.5 + 1.0 + 0.1)
    network.is_down = False
    await asyncio.sleep(1.8)
    assert len(network.pipes) == 1
    await asyncio.sleep(0.2)
    assert len(network.pipes) == 2


async def _lives_at_last(network: Network) -> None:
    """Be let in after failures that would have the next wait be long."""
    network.is_down = True
    joining = network.client.loop.create_task(network.client.join("b1"))
    await asyncio.sleep(0.25 + 0.5 + 1.0 + 2.0 + 0.1)
    network.is_down = False
    await asyncio.sleep(4.0)
    admit(network.pipe, view())
    await joining
    assert len(network.pipes) == 1


async def _is_back_soon(network: Network) -> None:
    await asyncio.sleep(0.3)
    assert len(network.pipes) == 2


@simulated
async def test_a_node_that_goes_down_as_planned_is_no_failure(network: Network) -> None:
    await _lives_at_last(network)
    network.pipe.fail(1012)
    await _is_back_soon(network)


@simulated
async def test_who_becomes_somebody_is_greeted_anew_at_once(network: Network) -> None:
    network.client = Minted("http://node", network.dial, None, chance=lambda: 0.5)
    await _lives_at_last(network)
    assert await network.client.mint() == "secret"
    await _is_back_soon(network)
    assert network.pipe.last("hello")["ghost"] == "secret"


@simulated
async def test_who_becomes_somebody_while_he_moves_does_not_go_on_as_a_guest(
    network: Network,
) -> None:
    network.client = Minted("http://node", network.dial, None, chance=lambda: 0.5)
    _board, _old, new = await moving(network)
    assert "ghost" not in new.last("hello")
    await network.client.mint()
    await asyncio.sleep(2)
    assert [pipe.is_closed for pipe in network.pipes] == [True, True, False]
    assert network.pipe.last("hello")["ghost"] == "secret"


@simulated
async def test_who_becomes_somebody_while_he_is_greeted_is_greeted_anew(
    network: Network,
) -> None:
    network.client = Minted("http://node", network.dial, None, chance=lambda: 0.5)
    network.greets = False
    joining = network.client.loop.create_task(network.client.join("b1"))
    await settle()
    await network.client.mint()
    network.greets = True
    network.pipe.say({"type": "welcome", "ping": 25, "limits": {}})
    await asyncio.sleep(1)
    assert [pipe.is_closed for pipe in network.pipes] == [True, False]
    assert network.pipe.last("hello")["ghost"] == "secret"
    admit(network.pipe, view())
    await joining


class Minted(Client):
    """A client for whom a ghost is there without HTTP."""

    async def rest(self, *_said: object, **_options: object) -> Any:
        return {"ghost": "secret"}


@simulated
async def test_a_socket_that_is_lost_soon_after_failures_is_one_more(
    network: Network,
) -> None:
    await _lives_at_last(network)
    network.pipe.fail(1006)
    await asyncio.sleep(0.3)
    assert len(network.pipes) == 1


@simulated
async def test_a_socket_that_has_lived_for_a_while_has_no_failures(
    network: Network,
) -> None:
    await _lives_at_last(network)
    await asyncio.sleep(5.0)
    network.pipe.fail(1006)
    await _is_back_soon(network)


@pytest.mark.parametrize("code", [4500, 1009])
def test_a_code_that_says_stay_away_is_obeyed(code: int) -> None:
    @simulated
    async def scenario(network: Network) -> None:
        board = await live(network)
        network.pipe.fail(code)
        await asyncio.sleep(600)
        assert len(network.pipes) == 1
        assert board.error is not None
        assert board.error.details == code
        with pytest.raises(Refused, match="closed"):
            await network.client.join("b2")

    scenario()


@simulated
async def test_an_unknown_ghost_is_told(network: Network) -> None:
    network.greets = False
    joining = network.client.loop.create_task(network.client.join("b1"))
    await settle()
    error = {"error": "unauthenticated", "message": "not known", "retry": False}
    network.pipe.say({"type": "error", **error})
    with pytest.raises(Refused, match="unauthenticated"):
        await joining


@simulated
async def test_a_server_that_says_nothing_is_given_up(network: Network) -> None:
    network.greets = False
    joining = network.client.loop.create_task(network.client.join("b1"))
    await asyncio.sleep(9)
    network.greets = True
    await asyncio.sleep(2)
    assert network.pipes[0].is_closed
    admit(network.pipe, view())
    await joining


@simulated
async def test_a_silent_socket_is_given_up(network: Network) -> None:
    board = await live(network)
    network.pipe.is_deaf = True
    await asyncio.sleep(75.1)
    assert network.pipes[0].is_closed
    assert board.state != "live"
    await asyncio.sleep(1)
    assert len(network.pipes) == 2


@simulated
async def test_a_socket_that_hears_nothing_is_gone_round(network: Network) -> None:
    board = await live(network)
    old = network.pipe
    old.is_deaf = True
    told = board.tell("add_note", content="x")
    await asyncio.sleep(5.9)
    old.say(changed(4))  # that way the network is fine
    assert len(network.pipes) == 1
    await asyncio.sleep(0.2)
    assert (len(network.pipes), board.state) == (2, "live")
    admit(network.pipe, view(4, changes=[]))
    await settle()
    assert old.is_closed
    first, again = old.last("tell"), network.pipe.last("tell")
    assert (again["op"], again["attempt"]) == (first["op"], 2)
    reply(network.pipe, 5)
    assert (await told).seq == 5


@simulated
async def test_a_network_that_fails_again_and_again_is_gone_round_as_soon_each_time(
    network: Network,
) -> None:
    board = await live(network)
    for seq in range(4, 8):
        network.pipe.is_deaf = True
        told = board.tell("add_note", content="x")
        await asyncio.sleep(6.1)
        admit(network.pipe, view(seq - 1, changes=[]))
        await settle()
        network.pipe.say(changed(seq))
        reply(network.pipe, seq)
        assert (await told).seq == seq
    assert len(network.pipes) == 5


@simulated
async def test_who_is_heard_and_takes_its_time_is_left_in_peace(
    network: Network,
) -> None:
    board = await live(network)
    board.tell("add_note", content="x")
    await asyncio.sleep(14)
    assert (len(network.pipes), len(network.pipe.of("ping"))) == (1, 2)


@simulated
async def test_who_is_slow_is_waited_for_ever_longer(network: Network) -> None:
    joining = network.client.loop.create_task(network.client.join("b1"))
    await settle()
    asked: dict[FakePipe, int] = {}
    for second in range(200):
        for pipe in network.pipes:
            pipe.is_deaf = True  # what it says comes behind its view
            if pipe.of("join") and second - asked.setdefault(pipe, second) == 40:
                admit(pipe, view())
        await asyncio.sleep(1)
    assert joining.done()
    assert sum(not pipe.is_closed for pipe in network.pipes) == 1


@simulated
async def test_who_dials_for_two_reasons_keeps_one_socket(network: Network) -> None:
    board = await live(network)
    old = network.pipe
    old.is_deaf = True
    board.tell("add_note", content="x")
    network.greets = False
    await asyncio.sleep(6.1)
    old.say({"type": "goaway", "after": 0.0, "why": "drain"})
    await asyncio.sleep(1)
    _old, first, second = network.pipes
    for pipe in (second, first):
        pipe.say({"type": "welcome", "ping": 25, "limits": {}})
        await settle()
        if pipe.of("join"):
            admit(pipe, view(3, changes=[]))
        await asyncio.sleep(1)
    await asyncio.sleep(30)
    assert [pipe.is_closed for pipe in network.pipes] == [True, True, False]
    assert board.state == "live"


async def moving(network: Network) -> tuple[Board, FakePipe, FakePipe]:
    """A live board whose server has sent it away; the old socket, and the new one."""
    board = await live(network)
    old = network.pipe
    old.say({"type": "goaway", "after": 2.0, "why": "drain"})
    await asyncio.sleep(2.2)
    assert (len(network.pipes), board.state) == (1, "live")
    await asyncio.sleep(0.1)
    assert (len(network.pipes), old.is_closed, board.state) == (2, False, "live")
    return board, old, network.pipe


@simulated
async def test_the_new_socket_has_let_us_in_before_the_old_one_goes(
    network: Network,
) -> None:
    board, old, new = await moving(network)
    assert new.last("join")["since"] == 3
    told = board.tell("add_note", content="meanwhile")
    await settle()
    reply(old, 4)
    old.say(changed(4))
    admit(new, view(4, changes=[changed(4)]))
    assert (await told).seq == 4
    await settle()
    assert (old.is_closed, board.state, board.seq) == (True, "live", 4)
    assert not new.of("tell")
    board.tell("add_note", content="after")
    await settle()
    assert len(new.of("tell")) == 1


@simulated
async def test_what_is_under_way_is_answered_by_the_old_socket(
    network: Network,
) -> None:
    board, old, new = await moving(network)
    told = board.tell("add_note", content="x")
    await settle()
    admit(new, view(3, changes=[]))
    await settle()
    assert not old.is_closed, "it owes an answer"
    new.say(changed(4))
    old.say(changed(4))
    reply(old, 4)
    assert (await told).seq == 4
    await settle()
    assert old.is_closed
    assert not new.of("tell")


@pytest.mark.parametrize("is_silent", [True, False])
def test_what_the_old_socket_does_not_answer_is_told_again(is_silent: bool) -> None:
    @simulated
    async def scenario(network: Network) -> None:
        board, old, new = await moving(network)
        board.tell("add_note", content="x")
        await settle()
        admit(new, view(3, changes=[]))
        await settle()
        if is_silent:
            await asyncio.sleep(5.1)
        else:
            old.fail(1006)
            await settle()
        assert old.is_closed
        assert board.state == "live"
        first, again = old.last("tell"), new.last("tell")
        assert (again["op"], again["attempt"]) == (first["op"], 2)

    scenario()


@simulated
async def test_while_no_new_socket_can_be_opened_the_old_one_serves(
    network: Network,
) -> None:
    board = await live(network)
    old = network.pipe
    network.is_down = True
    old.say({"type": "goaway", "after": 0.0, "why": "drain"})
    await asyncio.sleep(20)
    board.tell("add_note", content="x")
    await settle()
    assert (len(old.of("tell")), board.state) == (1, "live")
    network.is_down = False
    await asyncio.sleep(20)
    assert len(network.pipes) == 2, "it is tried again and again"


@simulated
async def test_who_is_cut_off_while_it_moves_is_there_already(network: Network) -> None:
    board, old, new = await moving(network)
    board.tell("add_note", content="x")
    await settle()
    old.fail(1006)
    await settle()
    assert network.client.is_open
    admit(new, view(3, changes=[]))
    await settle()
    assert (board.state, new.last("tell")["attempt"]) == ("live", 2)
    assert len(network.pipes) == 2


@simulated
async def test_a_new_socket_that_breaks_is_replaced(network: Network) -> None:
    board, old, new = await moving(network)
    new.fail(1006)
    await asyncio.sleep(1)
    assert (old.is_closed, board.state) == (False, "live")
    assert len(network.pipes) == 3
    admit(network.pipe, view(3, changes=[]))
    await settle()
    assert (old.is_closed, board.state) == (True, "live")


@simulated
async def test_a_board_that_is_not_let_in_there_joins_later(network: Network) -> None:
    board, old, new = await moving(network)
    await asyncio.sleep(5.1)
    assert old.is_closed
    assert len(new.of("join")) == 2
    admit(new, view(3, changes=[]))
    await settle()
    assert board.state == "live"


@simulated
async def test_nobody_goes_back_to_an_older_view(network: Network) -> None:
    board, old, new = await moving(network)
    old.say(changed(4), changed(5))
    await settle()
    admit(new, view(4, items=[]))
    await settle()
    assert (board.seq, "a" in board.items["note"]) == (5, True)
    new.say(changed(5), changed(6))
    await settle()
    assert (board.seq, len(new.of("join"))) == (6, 1)


@simulated
async def test_what_was_left_is_not_taken_along(network: Network) -> None:
    board, old, new = await moving(network)
    board.leave()
    admit(new, view(3, changes=[]))
    await settle()
    assert new.last("leave")["board"] == "b1"
    assert old.is_closed


@simulated
async def test_who_watches_nothing_moves_as_well(network: Network) -> None:
    board = await live(network)
    board.leave()
    old = network.pipe
    old.say({"type": "goaway", "after": 0.0, "why": "drain"})
    await asyncio.sleep(1)
    assert (old.is_closed, network.client.is_open) == (True, True)


@simulated
async def test_who_is_sent_away_from_where_it_went_goes_on(network: Network) -> None:
    _board, _old, new = await moving(network)
    new.say({"type": "goaway", "after": 1.0, "why": "drain"})
    await settle()
    admit(new, view(3, changes=[]))
    await asyncio.sleep(1.3)
    assert len(network.pipes) == 3


@simulated
async def test_two_boards_share_a_socket(network: Network) -> None:
    await live(network)
    joining = network.client.loop.create_task(network.client.join("b2"))
    await settle()
    admit(network.pipe, {**view(1), "board": "b2"})
    other = await joining
    assert len(network.pipes) == 1
    assert other.seq == 1
    assert (await network.client.join("b2")) is other


@simulated
async def test_what_came_while_offline_is_sent_in_few_writes(network: Network) -> None:
    board = await live(network)
    told = [board.tell("add_note", content="x" * 4000) for _ in range(16)]
    await settle()
    assert len(network.pipe.of("tell")) == 16
    assert not any(one.done() for one in told)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (502, "<html>bad gateway</html>", "unavailable"),
        (404, "<html>nothing here</html>", "unavailable"),
        (502, "[]", "unavailable"),
        (200, "<html>sign in to this network</html>", "unavailable"),
        (404, '{"error": "not_found", "message": "no"}', "not_found"),
    ],
)
async def test_who_answers_in_our_place_is_refused_with_the_status(
    status: int, body: str, code: str
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        later = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
        return web.Response(status=status, text=body, headers=later)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(app) as proxy, aiohttp.ClientSession() as session:
        url = str(proxy.make_url("/"))
        client = Client(url, _nowhere, session, chance=lambda: 0.0)
        with pytest.raises(Refused) as refused:
            await client.rest("GET", "/boards/x/")
    assert (refused.value.status, refused.value.code) == (status, code)
    assert refused.value.retry == (status == 502)


async def _nowhere(_address: str) -> Pipe:
    raise ConnectionRefusedError
