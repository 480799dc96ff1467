"""A socket of a node: what it says to boards, what boards say to it, in which order."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from orbit.core.protocol.close import Close
from orbit.core.protocol.frames import JoinBoard, Tell
from orbit.http.governor import Shed
from orbit.http.ws import Gate, Socket
from tests.kit.app import Client, until
from tests.kit.organisations import founded
from tests.kit.sockets import PATIENCE_S, House, Talk, house
from tests.kit.staff import staff


@pytest_asyncio.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        yield made


# Greeting ---------------------------------------------------------------------------


async def test_hello_is_answered_with_what_one_must_know(home: House) -> None:
    talk = await home.connect()
    await talk.say({"type": "hello", "ghost": await home.ghost()})
    welcome = await talk.hear()
    assert welcome["type"] == "welcome"
    assert welcome["versions"] == [1]
    assert welcome["me"] == {"kind": "ghost"}
    assert welcome["limits"]["frame_bytes"] == 64 * 1024
    guest = await home.connect()
    await guest.say({"type": "hello"})
    assert (await guest.hear())["me"] == {"kind": "guest"}


@pytest.mark.parametrize("hello", [{"ghost": "nobody's"}, {"token": "none yet"}])
async def test_who_is_not_known_is_told_and_shown_out(
    home: House, hello: dict[str, str]
) -> None:
    talk = await home.connect()
    await talk.say({"type": "hello", **hello})
    assert (await talk.hear())["error"] == "unauthenticated"
    assert await talk.end() == Close.UNAUTHENTICATED


async def test_who_speaks_no_version_of_ours_is_shown_out_for_good(home: House) -> None:
    talk = await home.connect()
    await talk.say({"type": "hello", "versions": [2]})
    refused = await talk.hear()
    assert refused["type"] == "error"
    assert refused["details"] == {"field": "versions"}
    assert await talk.end() == 4526


async def test_who_speaks_before_hello_is_shown_out(home: House) -> None:
    talk = await home.connect()
    await talk.say({"type": "ping"})
    assert (await talk.hear())["error"] == "unauthenticated"
    assert await talk.end() == Close.UNAUTHENTICATED


async def test_who_says_no_hello_in_time_is_shown_out(home: House) -> None:
    talk, greeted = await home.connect(), await home.greeted()
    home.gate.hang_up_silent()
    (silent,) = home.gate.ungreeted
    home.gate.ungreeted[silent] -= home.gate.given.hello_s
    home.gate.hang_up_silent()
    assert await talk.end() == Close.NO_HELLO
    await greeted.say({"type": "ping"})
    assert (await greeted.hear())["type"] == "pong"


async def test_hello_and_join_may_be_said_together(home: House) -> None:
    board, _ = await home.board()
    talk = await home.connect()
    join = {"type": "join", "ref": 7, "board": board}
    await talk.say({"type": "hello"}, join)
    assert (await talk.hear())["type"] == "welcome"
    assert (await talk.hear())["ref"] == 7


async def test_who_hangs_up_while_he_is_greeted_leaves_nothing_behind(
    home: House,
) -> None:
    """What he had said by then is not done for nobody."""
    board, _ = await home.board()
    ghosts = home.app.core.persons.identity._people.ghosts
    plain, asked, go_on = ghosts.find, asyncio.Event(), asyncio.Event()

    async def slow(key: bytes) -> Any:
        asked.set()
        await go_on.wait()
        return await plain(key)

    secret = await home.ghost()
    ghosts.find = slow  # type: ignore[method-assign]
    talk = await home.connect()
    join = {"type": "join", "ref": 7, "board": board}
    await talk.say({"type": "hello", "ghost": secret}, join)
    await asked.wait()
    await talk.ws.close()
    while len(home.gate.connections):  # noqa: ASYNC110 - until the server noticed
        await asyncio.sleep(0)
    go_on.set()
    ghosts.find = plain  # type: ignore[method-assign]
    watcher = await home.greeted()
    assert (await watcher.join(board))["here"] == 1


# Joining and telling ----------------------------------------------------------------


async def test_what_is_told_is_answered_and_heard_by_all(home: House) -> None:
    board, _ = await home.board()
    ann, bob = await home.person(), await home.person()
    view = await ann.join(board)
    await bob.join(board)
    assert (view["kind"], view["seq"], view["board"]) == ("feedback", 1, board)
    reply = await ann.tell(board, "add_note", "o", content="hello")
    assert reply["seq"] == 2
    told = await bob.hear("changed")
    (note,) = [c["put"] for c in told["changes"] if c["put"][0] == "note"]
    assert (note[1], note[2]["content"]) == (reply["result"]["id"], "hello")
    assert "author" in note[2]
    assert "signature" not in json.dumps(told)


async def test_an_author_hears_his_own_event_before_the_reply(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    frame = {"type": "tell", "ref": 9, "board": board, "do": "add_note", "op": "o"}
    await ann.say({**frame, "with": {"content": "x"}})
    assert [(await ann.hear())["type"] for _ in range(2)] == ["changed", "reply"]


async def test_a_command_told_twice_is_done_once(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    first = await ann.tell(board, "add_note", "o", content="x")
    again = await ann.tell(board, "add_note", "o", content="x")
    assert (again["seq"], again["result"]) == (first["seq"], first["result"])


async def test_a_guest_is_not_answered_in_the_place_of_who_holds_the_link(
    home: House,
) -> None:
    board, link = await home.board()
    admin, stranger = await home.greeted(), await home.greeted()
    await admin.join(board, link=link)
    await stranger.join(board)
    done = await admin.tell(board, "edit_board", "1", title="A")
    assert done["type"] == "reply"
    refused = await stranger.tell(board, "edit_board", "1", title="A")
    assert refused["error"] == "forbidden"
    again = await admin.tell(board, "edit_board", "1", title="A")
    assert again["seq"] == done["seq"]


async def test_three_ops_used_twice_close_the_socket(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    await ann.tell(board, "add_note", "o", content="x")
    for n in range(3):
        refused = await ann.tell(board, "add_note", "o", content=f"{n}")
        assert refused["error"] == "id_reused"
    assert await ann.end() == Close.ID_REUSED


async def test_a_board_must_be_joined_before_it_is_told_anything(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    assert (await ann.tell(board, "add_note", "o", content="x"))["error"] == "not_found"


@pytest.mark.parametrize("board", ["nonsense", "6b5e5a5c-1111-4222-8333-444455556666"])
async def test_a_board_that_does_not_exist_is_not_found(
    home: House, board: str
) -> None:
    ann = await home.person()
    assert (await ann.join(board))["error"] == "not_found"
    await ann.say({"type": "ping", "seen": {board: 1}})
    assert (await ann.hear())["heads"] == {}


async def test_a_board_answers_to_each_form_of_its_id(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    plain = board.replace("-", "").upper()
    assert (await ann.tell(plain, "add_note", "o", content="x"))["seq"] == 2
    await ann.say({"type": "leave", "board": plain})
    assert (await ann.tell(board, "add_note", "p", content="x"))["error"] == "not_found"


async def test_a_link_makes_an_admin_until_it_is_revoked(home: House) -> None:
    board, link = await home.board()
    ann = await home.person()
    view = await ann.join(board, link=link)
    assert "admin" in view["role"]
    admin = (await home.app.ghost()).with_link(link)
    assert (await admin.post(f"/boards/{board}/revoke-link/")).status == 200
    fresh = await ann.hear("joined")
    assert ("ref" in fresh, "admin" in fresh["role"]) == (False, False)
    refused = await ann.tell(board, "edit_board", "o", title="x")
    assert refused["error"] == "forbidden"


async def test_who_loses_the_right_to_see_a_board_is_told_once(home: House) -> None:
    board, link = await home.board()
    admin, bob = await home.person(), await home.person()
    await admin.join(board, link=link)
    await bob.join(board)
    await admin.tell(board, "edit_board", "o", is_public=False)
    left = await bob.hear("left")
    assert (left["board"], left["error"]) == (board, "private_board")
    refused = await bob.tell(board, "add_note", "o", content="x")
    assert refused["error"] == "not_found"
    assert (await bob.join(board))["error"] == "private_board"


async def test_who_comes_back_gets_what_he_missed(home: House) -> None:
    board, _ = await home.board()
    ann, bob = await home.person(), await home.person()
    view = await bob.join(board)
    await bob.ws.close()
    await ann.join(board)
    for n in range(3):
        await ann.tell(board, "add_note", f"{n}", content="x")
    again = await home.greeted()
    back = await again.join(board, log=view["log"], since=view["seq"])
    assert [event["seq"] for event in back["changes"]] == [2, 3, 4]


async def test_one_who_joins_twice_is_here_once_and_hears_once(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    assert (await ann.join(board))["here"] == 1
    await ann.tell(board, "add_note", "o", content="x")
    await ann.say({"type": "ping", "seen": {board: 1}})
    seqs = []
    while (message := await ann.hear())["type"] != "pong":
        seqs += [message["seq"]] if message["type"] == "changed" else []
    assert seqs == []  # it came once, before the reply
    assert message["heads"] == {board: 2}


async def test_of_two_joins_at_once_the_later_counts_and_each_is_answered(
    home: House,
) -> None:
    board, _ = await home.board()
    await home.app.core.boards.directory.evict(board)
    ann = await home.person()
    join = {"type": "join", "board": board}
    await ann.say({**join, "ref": 1}, {**join, "ref": 2})
    answers = {}
    while len(answers) < 2:
        message = await ann.hear()
        answers[message["ref"]] = message
    assert answers[2]["type"] == "joined"
    assert answers[2]["here"] == 1
    assert (answers[1]["error"], answers[1]["retry"]) == ("unavailable", True)


async def test_who_joins_and_leaves_at_once_has_left(home: House) -> None:
    board, _ = await home.board()
    await home.app.core.boards.directory.evict(board)
    ann, bob = await home.person(), await home.person()
    join, leave = {"type": "join", "ref": 1, "board": board}, {"type": "leave"}
    await ann.say(join, {**leave, "board": board})
    assert (await ann.hear())["error"] == "unavailable"
    view = await bob.join(board)
    assert view["here"] == 1
    assert (await ann.tell(board, "add_note", "o", content="x"))["error"] == "not_found"


def add(board: str, ref: int, content: str) -> dict[str, Any]:
    """A `tell` that adds a note."""
    frame = {"type": "tell", "ref": ref, "board": board, "op": f"op{ref}"}
    return {**frame, "do": "add_note", "with": {"content": content}}


async def answers(talk: Talk, *refs: int) -> list[Any]:
    """Wait for the answers to these questions, in the order in which they come."""
    found: list[Any] = []
    while len(found) < len(refs):
        message = await talk.hear()
        found += [message] if message.get("ref") in refs else []
    return found


async def test_what_is_told_before_it_is_let_in_is_done_in_order(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    join = {"type": "join", "ref": 1, "board": board}
    await ann.say(join, *[add(board, ref, f"note {ref}") for ref in (2, 3, 4)])
    found = await answers(ann, 1, 2, 3, 4)
    assert [one["type"] for one in found] == ["joined", "reply", "reply", "reply"]
    assert [one["seq"] for one in found[1:]] == [2, 3, 4]
    assert [one["ref"] for one in found] == [1, 2, 3, 4]


async def test_what_is_told_while_one_joins_again_is_done(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    join = {"type": "join", "board": board}
    await ann.say(
        {**join, "ref": 11},
        add(board, 12, "a"),
        {**join, "ref": 13},
        add(board, 14, "b"),
    )
    found = {one["ref"]: one for one in await answers(ann, 11, 12, 13, 14)}
    assert (found[11]["error"], found[11]["retry"]) == ("unavailable", True)
    assert found[13]["type"] == "joined"
    assert [found[12]["seq"], found[14]["seq"]] == [2, 3]


async def test_what_is_told_to_a_board_that_lets_nobody_in_is_refused_alike(
    home: House,
) -> None:
    ann, board = await home.person(), "6b5e5a5c-1111-4222-8333-444455556666"
    await ann.say({"type": "join", "ref": 1, "board": board}, add(board, 2, "x"))
    found = await answers(ann, 1, 2)
    assert [one["error"] for one in found] == ["not_found", "not_found"]


async def test_what_is_told_before_one_left_is_refused_for_now(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    join, leave = {"type": "join", "ref": 1}, {"type": "leave", "board": board}
    await ann.say({**join, "board": board}, add(board, 2, "x"), leave)
    found = await answers(ann, 1, 2)
    assert [(one["error"], one["retry"]) for one in found] == [
        ("unavailable", True)
    ] * 2


async def test_what_is_held_until_one_is_let_in_is_bounded(home: House) -> None:
    board, _ = await home.board()
    link = Deaf()
    link.paused = False
    socket = Socket(home.gate, link)  # type: ignore[arg-type]
    socket._join(JoinBoard(1, board))
    for ref in range(2, 50):
        socket._tell(Tell(ref, board, f"op{ref}", "add_note"))
    socket._flush()
    assert link.written.count(b'"busy"') == 48 - home.gate.bounds.kept
    socket.lost()


async def test_who_was_not_let_in_is_told_which_field_is_wrong(home: House) -> None:
    """So a client can tell it from a note that is not there."""
    board, _ = await home.board()
    ann = await home.person()
    refused = await ann.tell(board, "add_note", "o", content="x")
    assert (refused["error"], refused["details"]) == ("not_found", {"field": "board"})


async def test_who_leaves_hears_nothing_more(home: House) -> None:
    board, _ = await home.board()
    ann, bob = await home.person(), await home.person()
    await ann.join(board)
    await bob.join(board)
    await bob.say({"type": "leave", "board": board}, {"type": "ping"})
    assert (await bob.hear("pong"))["heads"] == {}
    await ann.tell(board, "add_note", "o", content="x")
    await bob.say({"type": "ping"})
    assert (await bob.hear())["type"] == "pong"


async def test_a_socket_that_is_gone_is_not_here(home: House) -> None:
    board, _ = await home.board()
    ann, bob = await home.person(), await home.person()
    await ann.join(board)
    assert (await bob.join(board))["here"] == 2
    await ann.ws.close()
    assert (await bob.hear("here"))["count"] == 1


async def test_signals_are_passed_on(home: House) -> None:
    board, link = await home.board()
    ann, bob = await home.person(), await home.person()
    await ann.join(board, link=link)
    await bob.join(board)
    note = (await bob.tell(board, "add_note", "o", content="x"))["result"]["id"]
    drag = {"note": note, "x": 1.0, "y": 2.0}
    signal = {"type": "signal", "board": board, "do": "drag", "with": drag}
    await ann.say({**signal, "with": {"note": note, "x": "no"}}, signal)
    assert (await bob.hear("signal"))["with"] == drag


async def test_an_evicted_board_may_be_joined_again(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    view = await ann.join(board)
    await home.app.core.boards.directory.evict(board)
    left = await ann.hear("left")
    assert (left["error"], left["retry"]) == ("unavailable", True)
    again = await ann.join(board, log=view["log"], since=view["seq"])
    assert again["changes"] == []


async def test_the_first_thing_written_puts_a_board_on_the_ghosts_list(
    home: House,
) -> None:
    board, _ = await home.board()
    secret = await home.ghost()
    ann = await home.greeted(ghost=secret)
    await ann.join(board)
    belongings = home.app.services.belongings
    box = home.app.core.persons.identity.keys.persona(secret).box
    assert await belongings.boards(box) == []
    await ann.tell(board, "add_note", "o", content="x")
    async with asyncio.timeout(PATIENCE_S):
        while await belongings.boards(box) != [board]:  # noqa: ASYNC110
            await asyncio.sleep(0)


# Erasing ----------------------------------------------------------------------------


async def erased(home: House, secret: str) -> None:
    headers = {"X-Ghost-ID": secret}
    gone = await home.app.guest.delete("/identity/ghost/me/", headers=headers)
    assert gone.status == 204


@pytest.mark.parametrize("joins", [True, False])
async def test_an_erased_ghosts_sockets_are_closed(home: House, joins: bool) -> None:
    board, _ = await home.board()
    secret = await home.ghost()
    hers = [await home.greeted(ghost=secret) for _ in range(2)]
    others = [await home.person(), await home.greeted()]
    if joins:
        for talk in (*hers, *others):
            await talk.join(board)
    await erased(home, secret)
    for talk in hers:
        assert await talk.end() == Close.UNAUTHENTICATED
    for talk in others:
        await talk.say({"type": "ping"})
        assert (await talk.hear("pong"))["type"] == "pong"
    again = await home.connect()
    await again.say({"type": "hello", "ghost": secret})
    assert (await again.hear())["error"] == "unauthenticated"
    assert await again.end() == Close.UNAUTHENTICATED


async def test_whoever_is_removed_from_an_organisation_is_turned_out_and_comes_back(
    home: House,
) -> None:
    org = await founded(home.app)
    bob = await org.join("bob")

    def token(who: Client) -> str:
        return who.headers["Authorization"].removeprefix("Bearer ")

    his = [await home.greeted(token=token(bob)) for _ in range(3)]
    hers = await home.greeted(token=token(org.people["ann"]))
    assert (await org.people["ann"].delete(org.member("bob"))).status == 204
    for talk in his:
        assert await talk.end() == Close.TOKEN_ENDED
    await hers.say({"type": "ping"})
    assert (await hers.hear())["type"] == "pong"
    await home.greeted(token=token(bob))


async def test_who_is_suspended_is_turned_out_and_does_not_come_back(
    home: House,
) -> None:
    ghost = await home.app.ghost()
    secret = ghost.headers["X-Ghost-ID"]
    given = await home.app.sign_in("bob@example.org", ghost)
    signed_in = await home.greeted(token=given["access"])
    held, other = await home.greeted(ghost=secret), await home.person()
    path, dev = f"/admin/users/{given['profile']['id']}/", await staff(home.app)
    assert (await dev.patch(path, {"suspended": True})).status == 200
    assert await signed_in.end() == Close.UNAUTHENTICATED
    assert await held.end() == Close.TOKEN_ENDED
    await other.say({"type": "ping"})
    assert (await other.hear())["type"] == "pong"
    again = await home.connect()
    await again.say({"type": "hello", "ghost": secret})
    assert (await again.hear())["error"] == "suspended"
    assert await again.end() == Close.UNAUTHENTICATED


async def test_what_an_erased_ghost_says_after_it_is_not_heard(home: House) -> None:
    """Not even what came in the moment between."""
    board, _ = await home.board()
    secret = await home.ghost()
    hers, other = await home.greeted(ghost=secret), await home.person()
    for talk in (hers, other):
        await talk.join(board)
    (socket,) = [s for s in home.gate.ghosts if s.is_of(home.caller(secret).id)]
    home.gate.hang_up(home.caller(secret).id)
    tell = {"type": "tell", "ref": 1, "board": board, "do": "add_note", "op": "late"}
    socket.received(json.dumps({**tell, "with": {"content": "late"}}).encode())
    assert (await other.tell(board, "add_note", "a", content="mine"))["seq"] == 2


async def test_who_is_greeted_while_he_is_erased_is_shown_out(home: House) -> None:
    secret, identity = await home.ghost(), home.app.core.persons.identity
    found, go_on, find = asyncio.Event(), asyncio.Event(), identity._people.ghosts.find

    async def slow(key: bytes) -> Any:
        ghost = await find(key)
        found.set()
        await go_on.wait()
        return ghost

    identity._people.ghosts.find = slow  # type: ignore[method-assign]
    talk = await home.connect()
    await talk.say({"type": "hello", "ghost": secret})
    await found.wait()
    identity._people.ghosts.find = find  # type: ignore[method-assign]
    await erased(home, secret)
    go_on.set()
    assert (await talk.hear())["error"] == "unauthenticated"
    assert await talk.end() == Close.UNAUTHENTICATED


# Accounts ---------------------------------------------------------------------------


async def test_who_has_signed_in_greets_with_a_token(home: House) -> None:
    board, _ = await home.board()
    given = await home.app.sign_in("ann@example.org")
    talk = await home.connect()
    await talk.say({"type": "hello", "token": given["access"]})
    assert (await talk.hear())["me"] == {"kind": "account"}
    await talk.join(board)
    await talk.tell(board, "add_note", "o", content="x")
    account = Client(home.app.http, Authorization=f"Bearer {given['access']}")
    me = "/identity/ghost/me/"
    await until(lambda: account.get(me), lambda me: me.json["notes"] == 1)


async def test_who_signs_out_is_hung_up_and_nobody_else_is(home: House) -> None:
    here = await home.app.sign_in("ann@example.org")
    there = await home.app.sign_in("ann@example.org")
    talks = []
    for given in (here, there):
        talks.append(await home.connect())
        await talks[-1].say({"type": "hello", "token": given["access"]})
        assert (await talks[-1].hear())["type"] == "welcome"
    body = {"refresh": here["refresh"]}
    await home.app.guest.post("/identity/logout/", body)
    assert await talks[0].end() == Close.UNAUTHENTICATED
    await talks[1].say({"type": "ping"})
    assert (await talks[1].hear())["type"] == "pong"


async def test_a_token_that_is_none_is_shown_out(home: House) -> None:
    talk = await home.connect()
    await talk.say({"type": "hello", "token": "a.b.c"})
    assert (await talk.hear())["error"] == "unauthenticated"
    assert await talk.end() == Close.UNAUTHENTICATED


# Bounds -----------------------------------------------------------------------------


async def test_a_bad_frame_keeps_the_socket_and_three_end_it(home: House) -> None:
    talk = await home.greeted()
    for _ in range(2):
        await talk.ws.send_str("nonsense")
        assert (await talk.hear())["error"] == "bad_request"
    await talk.ws.send_str("nonsense")
    assert await talk.end() == Close.BAD_FRAMES


async def test_what_cannot_be_read_is_refused_by_its_number(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    poison = json.dumps(add(board, 7, "half \ud83d"))
    await ann.ws.send_str(poison)
    refused = await ann.hear()
    assert (refused["error"], refused["ref"]) == ("bad_request", 7)
    await ann.say(add(board, 8, "well"))
    assert (await answers(ann, 8))[0]["seq"] == 2


async def test_a_message_that_is_too_large_closes() -> None:
    async with house(frame_bytes=4_096) as home:
        home.gate.connections.limit = 4_096
        talk = await home.greeted()
        await talk.ws.send_str("x" * 4_097)
        assert await talk.end() == Close.TOO_LARGE


async def test_a_full_node_refuses_before_the_upgrade() -> None:
    async with house(sockets=2) as home:
        first, _second = await home.greeted(), await home.greeted()
        await _refused(home, 503, "busy")
        await first.ws.close()
        while len(home.gate.connections) == 2:  # noqa: ASYNC110 - until it is noticed
            await asyncio.sleep(0)
        await home.greeted()


async def test_an_address_has_so_many_sockets() -> None:
    async with house(sockets_per_address=2) as home:
        first, _second = await home.greeted(), await home.greeted()
        await _refused(home, 429, "rate_limited")
        await first.ws.close()
        while len(home.gate.connections) == 2:  # noqa: ASYNC110 - until it is noticed
            await asyncio.sleep(0)
        await home.greeted()


async def _refused(home: House, status: int, error: str) -> None:
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with home.app.http.get("/ws", headers=headers) as answer:
        assert answer.status == status
        assert int(answer.headers["Retry-After"]) > 0
        assert (await answer.json())["error"] == error


class Deaf:
    """A link whose peer reads when it is told to."""

    is_open = True
    fd, ticket = -1, 0  # it is written to by `write` alone

    def __init__(self) -> None:
        self.paused, self.ended, self.lagged_s = True, "", 0.0
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self, code: int, reason: str = "") -> None:
        self.ended = f"closed with {code}"

    def abort(self) -> None:
        self.ended = "aborted"


async def test_who_asks_and_asks_and_reads_nothing_is_cut_off(home: House) -> None:
    link = Deaf()
    socket = Socket(home.gate, link)  # type: ignore[arg-type]
    for _ in range(3):  # what was taken is owed no more
        for _ in range(5):
            socket._write(b"x" * 200_000)
            await asyncio.sleep(0)
        assert link.ended == ""
        link.paused = False
        socket.drained()
        link.paused = True
    for _ in range(6):
        socket._write(b"x" * 200_000)
        await asyncio.sleep(0)
    assert link.ended == "aborted"
    socket.lost()


async def test_one_long_answer_is_no_debt(home: House) -> None:
    """A view of 2 MiB pauses every link for a moment, and must not end it."""
    link = Deaf()
    link.paused = False
    socket = Socket(home.gate, link)  # type: ignore[arg-type]
    link.write = lambda _: setattr(link, "paused", True)  # type: ignore[method-assign]
    socket._send(b"x" * (2 << 20))
    assert link.paused
    socket._send(b"x")
    assert link.ended == ""
    socket.lost()


class Narrow(Deaf):
    """A link that one view fills until it is read, and that a second one ends."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = False

    def write(self, data: bytes) -> None:
        super().write(data)
        if b'"joined"' in data:
            self.ended = self.ended or "too many views" * self.paused
            self.paused = True

    async def read(self, socket: Socket, wanted: bytes, count: int = 1) -> None:
        """Take what is sent until something has come so often."""
        async with asyncio.timeout(PATIENCE_S):
            while self.written.count(wanted) < count and not self.ended:
                for _ in range(50):  # whatever else could come has time to do so
                    await asyncio.sleep(0)
                if self.paused:
                    self.paused = False
                    socket.drained()

    def begin(self, gate: Gate, *frames: dict[str, Any], **hello: str) -> Socket:
        """Say all this in one message on a new socket."""
        socket = Socket(gate, self)  # type: ignore[arg-type]
        said = [{"type": "hello", **hello}, *frames]
        socket.received(b"\n".join(json.dumps(frame).encode() for frame in said))
        return socket


def a_join(ref: int, board: str) -> dict[str, Any]:
    return {"type": "join", "ref": ref, "board": board}


async def test_full_boards_are_joined_one_after_the_other(home: House) -> None:
    """Two views at once were too much to be kept for anybody: neither came, ever."""
    boards = [(await home.board())[0] for _ in range(4)]
    link = Narrow()
    socket = link.begin(home.gate, *(a_join(n, id) for n, id in enumerate(boards)))
    await link.read(socket, b'"joined"', 4)
    assert link.ended == ""
    for n, board in enumerate(boards):
        assert b'"joined","ref":%d,"board":"%b"' % (n, board.encode()) in link.written
    writer = await home.person()
    for board in boards:
        await writer.join(board)
        await writer.tell(board, "add_note", "o", content="heard by all")
    await link.read(socket, b"heard by all", 4)  # each is watched
    assert link.ended == ""
    socket.lost()


async def test_a_view_is_no_debt_however_little_may_be_owed() -> None:
    async with house(unsent_bytes=1) as home:
        boards = [(await home.board())[0] for _ in range(2)]
        link = Narrow()
        socket = link.begin(home.gate, *(a_join(n, id) for n, id in enumerate(boards)))
        await link.read(socket, b'"joined"', 2)
        assert link.ended == ""
        socket.lost()


async def test_who_waits_for_a_view_may_tell_and_leave(home: House) -> None:
    left, told = [(await home.board())[0] for _ in range(2)]
    note = {"type": "tell", "board": told, "ref": 8, "op": "o", "do": "add_note"}
    tell, link = {**note, "with": {"content": "x"}}, Narrow()
    link.paused = True
    socket = link.begin(
        home.gate, a_join(2, left), a_join(3, told), tell, ghost=await home.ghost()
    )
    while b'"welcome"' not in link.written:  # noqa: ASYNC110 - until it is greeted
        await asyncio.sleep(0)
    link.paused = False
    socket.drained()  # it is the turn of the first, which is wanted no more
    socket.received(json.dumps({"type": "leave", "board": left}).encode())
    await link.read(socket, b'"ref":8')
    assert link.ended == ""
    assert b'"error","ref":2' in link.written
    assert b'"joined","ref":3' in link.written
    assert b'"reply","ref":8' in link.written
    socket.lost()


async def test_who_lags_on_many_boards_catches_up_on_one_after_the_other(
    home: House,
) -> None:
    boards = [(await home.board())[0] for _ in range(3)]
    writer, link = await home.person(), Narrow()
    socket = link.begin(home.gate, *(a_join(n, id) for n, id in enumerate(boards)))
    await link.read(socket, b'"joined"', 3)
    link.paused = True
    for board in boards:
        await writer.join(board)
        await writer.tell(board, "add_note", "o", content="missed")
    await link.read(socket, b"missed", 3)
    assert link.ended == ""
    socket.lost()


@pytest.mark.parametrize(
    ("lags", "minutes", "ended"),
    [
        ([6.0, 6.0], 0, "closed with 4008"),
        ([6.0, 4.0], 0, ""),
        ([4.0, 6.0], 0, ""),
        ([6.0, 6.0], 2, ""),
        ([6.0, 4.0, 6.0], 0, "closed with 4008"),
    ],
)
async def test_who_is_slow_twice_in_a_minute_is_told_to_come_back(
    home: House, lags: list[float], minutes: float, ended: str
) -> None:
    board, _ = await home.board()
    writer, link = await home.person(), Deaf()
    await writer.join(board)
    link.paused = False
    socket = Socket(home.gate, link)  # type: ignore[arg-type]
    hello, join = b'{"type":"hello"}', b'{"type":"join","ref":1,"board":"%b"}'
    socket.received(b"\n".join([hello, join % board.encode()]))
    while b'"joined"' not in link.written:  # noqa: ASYNC110 - until it is let in
        await asyncio.sleep(0)
    for n, link.lagged_s in enumerate(lags):
        link.paused = True
        await writer.tell(board, "add_note", f"{n}", content="x")
        link.paused = False
        socket._lagged_at -= 60 * minutes
        socket.drained()
    assert link.ended == ended
    if not ended:
        assert link.written.count(b'"event":"note_added"') == len(lags)
    socket.lost()


# When there is too much to do --------------------------------------------------------


def overload(home: House, what: Shed) -> None:
    """Have the node's loop seem late until so much is shed."""
    governor, now = home.gate.governor, 0.0
    while governor.sheds < what:
        now += 0.1
        governor.saw(10.0, 0.1, now)


async def test_an_overloaded_node_takes_on_nothing_new_and_goes_on(home: House) -> None:
    board, _ = await home.board()
    other, _ = await home.board()
    ann, bob = await home.person(), await home.person()
    await ann.join(board)
    await bob.join(board)
    overload(home, Shed.JOINS)
    refused = await ann.join(other)
    assert (refused["error"], refused["retry"]) == ("busy", True)
    assert refused["after"] > 0
    with pytest.raises(aiohttp.WSServerHandshakeError) as shut:
        await home.connect()
    assert shut.value.status == 503
    note = (await ann.tell(board, "add_note", "a", content="x"))["result"]["id"]
    assert (await bob.hear("changed"))["seq"] == 2
    drag = {"type": "signal", "board": board, "do": "drag"}
    await ann.say({**drag, "with": {"note": note, "x": 1, "y": 1}})
    await ann.tell(board, "add_note", "b", content="y")
    assert (await bob.hear())["seq"] == 3, "the signal was dropped"


async def test_at_last_commands_are_refused_truthfully(home: House) -> None:
    board, _ = await home.board()
    ann = await home.person()
    await ann.join(board)
    overload(home, Shed.WRITES)
    refused = await ann.tell(board, "add_note", "a", content="x")
    assert (refused["error"], refused["retry"]) == ("busy", True)
    now = 1e9
    while home.gate.governor.sheds:
        now += 0.1
        home.gate.governor.saw(0.0, 0.1, now)
    assert (await ann.tell(board, "add_note", "a", content="x"))["seq"] == 2
