"""Two nodes over one database and one Valkey, in one process: they meet, and part."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from pydantic import SecretStr

from orbit.client import Board, Client, connect
from orbit.core.actors.mailbox import Done
from orbit.core.cluster.following import Follower
from orbit.core.types import BoardId
from orbit.node import Node, running
from orbit.settings import Limits, Settings
from tests.kit.proxy import proxy
from tests.kit.valkey import Valkey, valkey

PEPPER = SecretStr("a pepper of tests, as long as it should be")
SECRET_KEY = SecretStr("a secret key of tests, as long as it should be")
SEAL = SecretStr("what seals the words between the nodes of tests")
LIMITS = Limits(rest_per_address_min=10_000, loop_lag_s=60)


@pytest.fixture
def server() -> Iterator[Valkey]:
    with valkey() as server:
        yield server


@pytest.fixture
async def pair(dsn: str, server: Valkey) -> AsyncIterator[tuple[Node, Node]]:
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(_node(dsn, server.url)) for _ in range(2)
        ]
        for node in nodes:
            await until(lambda node=node: numbers(node)["cluster_deaf"] == 0)
        yield nodes[0], nodes[1]


@asynccontextmanager
async def _node(dsn: str, url: str, **given: Any) -> AsyncIterator[Node]:
    with tempfile.TemporaryDirectory(dir="/tmp") as data:
        settings = Settings(
            data=Path(data),
            database_url=dsn,
            redis_url=url,
            pepper=PEPPER,
            secret_key=SECRET_KEY,
            port=0,
            **{"cluster_secret": SEAL, "limits": LIMITS, **given},
        )
        async with running(settings) as node:
            yield node


async def until(holds: Any) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - of a node that tells nobody
            await asyncio.sleep(0.01)


def numbers(node: Node) -> Any:
    return node.services.info()


async def health(node: Node) -> tuple[int, str]:
    """Return how a node is, asked anew until what it remembers is over."""
    url = f"{node.address}/health/ready/"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, (await answer.json())["status"]


async def becomes(node: Node, status: int, said: str) -> None:
    async with asyncio.timeout(30):
        while await health(node) != (status, said):  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.05)


def owns(node: Node, board: str) -> bool:
    actor = node.directory.get(BoardId(board))
    return actor is not None and actor.claim is not None


@asynccontextmanager
async def shared(
    pair: tuple[Node, Node],
) -> AsyncIterator[list[tuple[Node, Client, Board]]]:
    """Open a board for somebody at each node; its owner's comes first."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(connect(node.address)) for node in pair
        ]
        for client in clients:
            await client.mint()
        made = await clients[0].make_board("Shared")
        seats = [
            (node, client, await client.join(made.id))
            for node, client in zip(pair, clients, strict=True)
        ]
        yield sorted(seats, key=lambda seat: not owns(seat[0], made.id))


async def test_what_is_told_at_one_node_is_seen_at_both(
    pair: tuple[Node, Node],
) -> None:
    async with shared(pair) as ((near, _, ann), (far, _, bob)):
        assert owns(near, ann.id)
        assert isinstance(far.directory.get(BoardId(ann.id)), Follower)
        for teller, hearer in ((ann, bob), (bob, ann)):
            told = await teller.tell("add_note", content="x")
            await hearer.reached(told.seq)
        assert ann.items["note"] == bob.items["note"]
        assert numbers(far)["boards_followed"] == 1
        assert numbers(near)["boards_followed"] == 0
        await until(lambda: numbers(near)["nodes_seen"] == 2)
        assert numbers(near)["cluster_frames_sent_total"] > 0
        assert numbers(near)["cluster_frames_taken_total"] > 0


async def test_without_redis_a_node_is_degraded_and_goes_on(
    pair: tuple[Node, Node], server: Valkey
) -> None:
    async with shared(pair) as ((near, first, ann), (far, second, bob)):
        await becomes(near, 200, "healthy")
        server.kill()
        for node in pair:
            await becomes(node, 200, "degraded")
        await until(lambda: numbers(near)["nodes_seen"] == 0)
        told = await ann.tell("add_note", content="here")
        await bob.reached(told.seq)
        server.start()
        for node in pair:
            await becomes(node, 200, "healthy")
        told = await bob.tell("add_note", content="there")
        await ann.reached(told.seq)
        assert (first.connects, second.connects) == (1, 1)
        assert owns(near, ann.id)
        assert not owns(far, ann.id)


async def test_a_node_that_alone_hears_nothing_leaves_its_boards_to_the_others(
    dsn: str, server: Valkey, pair: tuple[Node, Node]
) -> None:
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(proxy(server.url))
        limits = LIMITS.model_copy(update={"deaf_s": 1.0})
        node = _node(dsn, redis.dsn, limits=limits)
        deaf = await stack.enter_async_context(node)
        await until(lambda: numbers(deaf)["nodes_seen"] == 3)
        ann, bob = [
            await stack.enter_async_context(connect(node.address))
            for node in (deaf, pair[0])
        ]
        for client in (ann, bob):
            await client.mint()
        boards = [await ann.join((await ann.make_board("B")).id) for _ in range(12)]
        seats = [await bob.join(board.id) for board in boards]
        notes = [await board.tell("add_note", content="before") for board in boards]
        gone = [board for board in boards if owns(deaf, board.id)]
        assert gone, "some live where nothing will be heard"
        http = await stack.enter_async_context(aiohttp.ClientSession())
        ws = await stack.enter_async_context(http.ws_connect(f"{deaf.address}/ws"))
        await ws.send_json({"type": "hello"})
        assert (await ws.receive_json())["type"] == "welcome"
        redis.is_mute = True
        said = await ws.receive_json(timeout=30)
        assert said["type"] == "goaway"
        await becomes(deaf, 503, "isolated")
        for board in gone:
            await until(lambda id=board.id: any(owns(node, id) for node in pair))
        assert not any(owns(deaf, board.id) for board in boards)
        for seat, note in zip(seats, notes, strict=True):
            told = await seat.tell("add_note", content="after")
            assert told.seq == note.seq + 1
        for board, seat in zip(boards, seats, strict=True):
            await board.reached(seat.seq)  # those who stay see it, by the journal
            assert board.items["note"] == seat.items["note"]
        redis.is_mute = False
        await becomes(deaf, 200, "healthy")
        told = await boards[0].tell("add_note", content="again")
        await seats[0].reached(told.seq)


async def test_a_node_that_drains_sends_its_people_away_and_gives_its_boards_up(
    dsn: str, server: Valkey, pair: tuple[Node, Node]
) -> None:
    async with _node(dsn, server.url) as leaving, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{leaving.address}/ws") as ws:
            await ws.send_json({"type": "hello"})
            assert (await ws.receive_json())["type"] == "welcome"
            job = asyncio.get_running_loop().create_task(_drain(leaving))
            said = await ws.receive_json()
            assert said["type"] == "goaway"
            assert 0 <= said["after"] < 1
            await becomes(leaving, 503, "draining")
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(f"{leaving.address}/ws")
            assert refused.value.status == 503
        await job


async def _drain(node: Node) -> None:
    await node.drain()


async def test_a_board_of_a_node_that_has_gone_is_written_at_once_by_another(
    dsn: str, server: Valkey, pair: tuple[Node, Node]
) -> None:
    stays = pair[0]
    async with AsyncExitStack() as leaving:
        goes = await leaving.enter_async_context(_node(dsn, server.url))
        client = await leaving.enter_async_context(connect(goes.address))
        await client.mint()
        while True:
            made = await client.make_board("Goes over")
            board = await client.join(made.id)
            if owns(goes, made.id):
                break
        told = await board.tell("add_note", content="before")
        await client.close()
    async with connect(stays.address, ghost=client.ghost) as again:
        there = await again.join(made.id)
        assert there.seq == told.seq
        await there.tell("edit_note", note=told.id, content="after")
    assert sum(owns(node, made.id) for node in pair) == 1


async def code(pair: tuple[Node, Node], http: aiohttp.ClientSession) -> str:
    """Return the code that was mailed, by whichever node has sent it."""
    async with asyncio.timeout(20):
        while True:  # it goes beside the answer
            for node in pair:
                async with http.get(f"{node.address}/dev/mail/") as mails:
                    found = re.search(r"(\d{6}) is your", await mails.text())
                if found:
                    return found[1]


async def test_who_signs_out_is_cut_off_at_every_node(
    pair: tuple[Node, Node],
) -> None:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def told(path: str, **body: str) -> Any:
            url = f"{pair[0].address}/api/v1/identity/{path}/"
            async with http.post(url, json=body) as answer:
                assert answer.status in {200, 204}, await answer.text()
                return await answer.json() if answer.status == 200 else None

        email = "ann@example.org"
        await told("otp-send", email=email)
        given = await told("otp-verify", email=email, code=await code(pair, http))
        sockets = []
        for node in pair:
            ws = await stack.enter_async_context(http.ws_connect(f"{node.address}/ws"))
            await ws.send_json({"type": "hello", "token": given["access"]})
            assert (await ws.receive_json())["me"] == {"kind": "account"}
            sockets.append(ws)
        await told("logout", refresh=given["refresh"])
        for ws in sockets:
            said = await ws.receive(timeout=20)
            assert (said.type, said.data) == (aiohttp.WSMsgType.CLOSE, 4501)


async def test_at_every_node_one_is_told_of_notices_and_a_removed_member_cut_off(
    dsn: str, pair: tuple[Node, Node]
) -> None:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        base = f"{pair[0].address}/api/v1"

        async def registered(name: str) -> tuple[str, str]:
            body = {"email": f"{name}@example.org", "password": "correct horse"}
            async with http.post(f"{base}/auth/register/", json=body) as answer:
                given = await answer.json()
                return given["access"], given["user"]["id"]

        (ann, _), (bob, his) = await registered("ann"), await registered("bob")
        bearer = {"Authorization": f"Bearer {ann}"}
        body = {"name": "Does"}
        async with http.post(f"{base}/orgs/", json=body, headers=bearer) as made:
            org = (await made.json())["id"]
        connection = await asyncpg.connect(dsn)
        join = "INSERT INTO org_member VALUES ($1, $2, 'MEMBER', now())"
        await connection.execute(join, org, his)
        await connection.close()
        sockets = []
        for node in pair:
            ws = await stack.enter_async_context(http.ws_connect(f"{node.address}/ws"))
            await ws.send_json({"type": "hello", "token": bob})
            assert (await ws.receive_json())["me"] == {"kind": "account"}
            sockets.append(ws)
        as_bob = {"Authorization": f"Bearer {bob}"}
        async with http.get(f"{base}/account/export/", headers=as_bob) as answer:
            (told,) = (await answer.json())["notices"]
        for ws in sockets:
            said = await ws.receive_json(timeout=20)
            assert said == {"type": "notices", "id": told["id"]}
        member = f"{base}/orgs/{org}/members/{his}/"
        async with http.delete(member, headers=bearer) as answer:
            assert answer.status == 204
        for ws in sockets:
            while (said := await ws.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
                pass  # that there is a notice of it, perhaps
            assert (said.type, said.data) == (aiohttp.WSMsgType.CLOSE, 4401)


async def test_a_ghost_that_is_erased_is_cut_off_at_every_node(
    pair: tuple[Node, Node],
) -> None:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        client = await stack.enter_async_context(connect(pair[0].address))
        secret = await client.mint()
        sockets = []
        for node in pair:
            ws = await stack.enter_async_context(http.ws_connect(f"{node.address}/ws"))
            await ws.send_json({"type": "hello", "ghost": secret})
            assert (await ws.receive_json())["me"] == {"kind": "ghost"}
            sockets.append(ws)
        url = f"{pair[0].address}/api/v1/identity/ghost/me/"
        async with http.delete(url, headers={"X-Ghost-ID": secret}) as answer:
            assert answer.status == 204
        for ws in sockets:
            said = await ws.receive(timeout=20)
            assert (said.type, said.data) == (aiohttp.WSMsgType.CLOSE, 4501)


async def test_a_ghost_is_not_erased_while_another_node_has_something_to_answer(
    pair: tuple[Node, Node],
) -> None:
    async with connect(pair[0].address) as client, aiohttp.ClientSession() as http:
        secret = await client.mint()
        settle = pair[1].services.router.in_flight.enter(lambda _: None)
        url = f"{pair[0].address}/api/v1/identity/ghost/me/"
        for status in (503, 204):
            async with http.delete(url, headers={"X-Ghost-ID": secret}) as answer:
                assert answer.status == status
            settle(Done(1, "it may be of that ghost"))


async def test_after_a_failover_the_nodes_meet_again_in_the_new_history(
    dsn: str, pair: tuple[Node, Node]
) -> None:
    async with shared(pair) as ((near, _, ann), (_, _, bob)):
        told = await bob.tell("add_note", content="before")
        log = ann.log
        connection = await asyncpg.connect(dsn)
        await connection.execute("UPDATE log_identity SET log_id = gen_random_uuid()")
        await connection.close()
        await until(lambda: ann.log not in (None, log) and ann.log == bob.log)
        for node in pair:
            await until(lambda node=node: numbers(node)["cluster_deaf"] == 0)
            await until(lambda node=node: numbers(node)["nodes_seen"] == 2)
        before = numbers(near)["cluster_frames_taken_total"]
        told = await bob.tell("edit_note", note=told.id, content="after")
        await ann.reached(told.seq)
        assert numbers(near)["cluster_frames_taken_total"] > before
        assert ann.items["note"] == bob.items["note"]


async def test_nodes_with_other_secrets_do_not_hear_each_other(
    dsn: str, server: Valkey, pair: tuple[Node, Node]
) -> None:
    stranger = SecretStr("what seals the words of somebody else's nodes")
    async with _node(dsn, server.url, cluster_secret=stranger) as odd:
        async with shared((pair[0], odd)) as seats:
            (_, _, ann), (_, _, bob) = seats
            told = await ann.tell("add_note", content="x")
            await bob.reached(told.seq)  # by the journal
        dropped = [
            numbers(node)["cluster_frames_dropped_total"] for node in (*pair, odd)
        ]
    assert sum(dropped) > 0
