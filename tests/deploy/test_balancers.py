"""Three nodes behind a real balancer, set up as operators are told to."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest
from yarl import URL

from orbit.client import Board, Client
from orbit.client.wire import AiohttpPipe, Pipe
from tests.kit import balancers
from tests.kit.deployed import SECRETS
from tests.kit.node import GENEROUS, NodeProcess, node_process
from tests.kit.postgres import database
from tests.kit.valkey import valkey

COUNT = 3
GHOSTS = 5
APART_S = 20.0  # by then not all are at one node; who was away is left out for 2 s
UNBOUNDED = (  # who writes here writes without a pause
    "ORBIT_LIMITS__WRITES_PER_AUTHOR_MIN",
    "ORBIT_LIMITS__AUTHOR_BURST",
    "ORBIT_LIMITS__COMMANDS_PER_SOCKET_S",
    "ORBIT_LIMITS__COMMAND_BURST",
)
pytestmark = pytest.mark.timeout(120)


class Site(NamedTuple):
    """A balancer and what is behind it."""

    name: str
    url: str
    nodes: list[NodeProcess]
    context: ssl.SSLContext

    def node(self, inc: str) -> NodeProcess:
        """Return the node that a welcome names."""
        (found,) = [
            node for node in self.nodes if (node.data / "inc").read_text() == inc
        ]
        return found


@pytest.fixture(scope="module")
async def nodes() -> AsyncIterator[list[NodeProcess]]:
    async with database() as dsn:
        with ExitStack() as stack:
            environment = {
                **GENEROUS,
                **SECRETS,
                "ORBIT_DATABASE_URL": dsn,
                "ORBIT_REDIS_URL": stack.enter_context(valkey()).url,
                "ORBIT_TRUSTED_PROXIES": "127.0.0.1",
                "ORBIT_LIMITS__GHOSTS_PER_ADDRESS_H": str(GHOSTS),
                **dict.fromkeys(UNBOUNDED, "100000"),
            }
            found = [stack.enter_context(node_process(environment)) for _ in "abc"]
            for node in found:
                node.start()
            yield found


@pytest.fixture(scope="module", params=sorted(balancers.BALANCERS))
def site(
    request: pytest.FixtureRequest,
    nodes: list[NodeProcess],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    name = request.param
    if balancers.program(name) is None:
        pytest.skip(f"there is no {name}")
    folder = tmp_path_factory.mktemp(name)
    for node in nodes:
        if not node.is_running:
            node.start()
    with balancers.balancer(name, folder, [node.url for node in nodes]) as url:
        yield Site(name, url, nodes, balancers.trust(folder))


@asynccontextmanager
async def person(site: Site, address: str) -> AsyncIterator[Client]:
    """Somebody who comes by the balancer, from an address of his own."""
    connector = aiohttp.TCPConnector(ssl=site.context, local_addr=(address, 0))
    async with aiohttp.ClientSession(connector=connector) as http:

        async def dial(url: str) -> Pipe:
            return AiohttpPipe(await http.ws_connect(url))

        client = Client(site.url, dial, http)
        await client.mint()
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def raw(site: Site, address: str) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=site.context, local_addr=(address, 0))
    async with aiohttp.ClientSession(site.url, connector=connector) as http:
        yield http


class Events:
    """An event stream, read as a browser does: it comes back with the last id."""

    def __init__(self, http: aiohttp.ClientSession, board: str) -> None:
        self.http, self.path = http, f"/api/v1/boards/{board}/stream"
        self.last = ""

    async def until(self, seq: int) -> None:
        while not self.last.endswith(f"-{seq}"):
            try:
                await self._read(seq)
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.1)

    async def _read(self, seq: int) -> None:
        headers = {"Last-Event-ID": self.last} if self.last else {}
        async with self.http.get(self.path, headers=headers) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                if line.startswith(b"id: "):
                    self.last = line[4:].strip().decode()
                if self.last.endswith(f"-{seq}"):
                    return


async def until(holds: Any) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", sorted(balancers.BALANCERS))
def test_the_program_accepts_the_file(name: str, tmp_path: Path) -> None:
    if balancers.program(name) is None:
        pytest.skip(f"there is no {name}")
    balancers.certify(tmp_path)
    urls = [f"http://127.0.0.1:{8081 + n}" for n in range(COUNT)]
    verbs = balancers.CHECK[name]
    said = balancers.command(name, tmp_path, urls, balancers.free_port(), verbs)
    done = subprocess.run(said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn" not in (done.stdout + done.stderr).lower(), done.stderr


async def test_what_one_writes_the_others_see_by_socket_and_by_stream(
    site: Site,
) -> None:
    async with AsyncExitStack() as stack:
        people: list[Client] = []
        boards: list[Board] = []
        made = None
        end = asyncio.get_running_loop().time() + APART_S
        while len(people) < 6 or len({client.welcome["node"] for client in people}) < 2:
            assert asyncio.get_running_loop().time() < end, "all are at one node"
            await asyncio.sleep(0.1)
            address = f"127.0.1.{len(people) + 1}"
            client = await stack.enter_async_context(person(site, address))
            made = made or await client.make_board("Shared")
            boards.append(await client.join(made.id))
            people.append(client)
        assert made
        http = await stack.enter_async_context(raw(site, "127.0.8.1"))
        events = Events(http, made.id)
        for board in boards:
            told = await board.tell("add_note", content="hello")
            async with asyncio.timeout(10):  # what is held back would never come
                await events.until(told.seq)
                for other in boards:
                    await other.reached(told.seq)


async def test_a_node_is_killed_and_its_people_go_on_at_the_others(site: Site) -> None:
    async with person(site, "127.0.2.1") as ann, person(site, "127.0.2.2") as bob:
        made = await ann.make_board("Survives")
        hers, his = await ann.join(made.id), await bob.join(made.id)
        first = await hers.tell("add_note", content="before")
        victim = site.node(str(ann.welcome["node"]))
        async with raw(site, "127.0.2.3") as http:
            events = Events(http, made.id)
            await events.until(first.seq)
            victim.kill()
            for times in range(5):
                told = await hers.tell("edit_note", note=first.id, content=f"{times}")
                await his.reached(told.seq)
                await events.until(told.seq)
        assert site.node(str(ann.welcome["node"])) is not victim
        assert ann.connects == 2
    victim.start()


async def test_a_node_that_stops_sends_its_people_to_the_others(site: Site) -> None:
    async with person(site, "127.0.3.1") as ann, person(site, "127.0.3.2") as bob:
        made = await ann.make_board("Moves")
        hers, his = await ann.join(made.id), await bob.join(made.id)
        first = await hers.tell("add_note", content="before")
        leaving = site.node(str(ann.welcome["node"]))
        stopping = asyncio.get_running_loop().run_in_executor(None, leaving.stop)
        was_open = True
        n = 0
        while not stopping.done():
            told = await hers.tell(
                "edit_note", note=first.id, content=f"{(n := n + 1)}"
            )
            await his.reached(told.seq)
            was_open = was_open and ann.is_open
        assert await stopping == 0
        assert was_open
        await until(lambda: ann.welcome is not None)
        assert site.node(str(ann.welcome["node"])) is not leaving
        async with raw(site, "127.0.3.3") as http:
            for _ in range(10):
                async with http.get("/health/ready/") as answer:
                    assert answer.status == 200
    leaving.start()


async def test_all_nodes_are_replaced_one_after_the_other_while_people_write(
    site: Site,
) -> None:
    async with person(site, "127.0.7.1") as ann, person(site, "127.0.7.2") as bob:
        made = await ann.make_board("Stays")
        hers, his = await ann.join(made.id), await bob.join(made.id)
        words: list[str] = []
        is_over = asyncio.Event()

        async def write() -> None:
            note = await hers.tell("add_note", content="begins")
            while not is_over.is_set():
                word = f"word {len(words)}"
                told = await hers.tell("edit_note", note=note.id, content=word)
                words.append(word)
                await his.reached(told.seq)

        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(write())
            loop = asyncio.get_running_loop()
            for node in site.nodes:
                assert await loop.run_in_executor(None, node.stop) == 0
                await loop.run_in_executor(None, node.start)
                enough = len(words) + 5
                await until(lambda enough=enough: len(words) >= enough)
            is_over.set()
        page = await bob.rest("GET", f"/boards/{made.id}/journal/?since=2")
        found = [each["changes"][0]["put"][2]["content"] for each in page["changes"]]
        assert found == words[: len(found)]
        assert page["head"] == len(words) + 2
        assert his.items["note"] == hers.items["note"]


async def test_what_is_for_operators_is_not_to_be_had(site: Site) -> None:
    hidden = (
        *("/metrics", "/health/status", "/health/status/"),
        *("/console", "/console/", "/api/v1/node/nodes/", "/api/v1/node/metrics"),
    )
    key = {"Authorization": f"Bearer {SECRETS['ORBIT_OPERATOR_KEY']}"}
    async with raw(site, "127.0.4.1") as http:
        for path in (*hidden, "/%6detrics", "/health/%73tatus/"):
            whole = URL(site.url + path, encoded=True)
            async with http.get(whole, headers=key) as answer:
                assert answer.status == 404, path
        for path in (*hidden, "/%6detrics"):
            whole = URL(site.nodes[0].url + path, encoded=True)
            async with http.get(whole, headers=key) as answer:
                assert answer.status == 200, path  # so it was there to be hidden


async def test_nobody_makes_up_whom_he_is_counted_as(site: Site) -> None:
    """Ghosts are counted by address: the true one, as the balancer has seen it."""

    async def mint(http: aiohttp.ClientSession, said: str) -> int:
        headers = {"X-Forwarded-For": said}
        async with http.post("/api/v1/identity/ghost/", headers=headers) as answer:
            return answer.status

    async with raw(site, "127.0.5.1") as greedy, raw(site, "127.0.5.2") as modest:
        told = [
            await mint(greedy, f"198.51.100.{n}") for n in range(COUNT * GHOSTS + 1)
        ]
        assert 429 in told
        assert await mint(modest, "127.0.5.1") == 201


async def test_a_page_over_tls_is_known_as_such(site: Site) -> None:
    """Origin and cookie rest on it: the node itself is spoken to without TLS."""
    async with raw(site, "127.0.6.1") as http:
        headers = {"Origin": site.url}
        async with http.post("/api/v1/identity/ghost/", headers=headers) as answer:
            assert answer.status == 201
            assert answer.cookies["__Host-orbit_ghost"]["secure"]
        async with http.ws_connect("/ws", headers=headers) as ws:
            await ws.send_json({"type": "hello"})
            assert (await ws.receive_json())["type"] == "welcome"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect("/ws", headers={"Origin": "https://elsewhere.test"})
        assert refused.value.status == 403
