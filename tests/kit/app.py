"""A node over memory or Postgres, and a client for its REST interface."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from io import BytesIO
from typing import Any, TypeVar, cast
from uuid import uuid4

from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web_runner import BaseRunner
from aiojobs import Scheduler
from msgspec import Struct

from orbit.composition import Core, compose
from orbit.composition.services import make_services
from orbit.core.errors import Unavailable
from orbit.core.ports import Clock, Message
from orbit.http.api import TABLES
from orbit.http.app import Services, make_app
from orbit.http.calls import Check
from orbit.http.fleet import Fleet
from orbit.http.handover import Connections
from orbit.http.inspector import Inspector, Parts
from orbit.http.routing import Routes
from orbit.http.runner import Runner
from orbit.http.wheel import Wheel
from orbit.settings import Limits, Settings
from orbit.store.clock import SystemClock
from orbit.store.passwords import Argon2Hasher, Cost
from orbit.upkeep import beat
from tests.kit.stores import Place, Store, place

T = TypeVar("T")
PEPPER = "a pepper of tests, as long as it should be"
SECRET_KEY = "a secret key of tests, as long as it should be"
QUICK = Cost(time=1, memory_kib=8)  # passwords of tests keep nobody out
GENEROUS: Mapping[str, Any] = {
    "rest_per_address_min": 10_000,
    "codes_per_person_min": 1_000,
    "sign_ins_per_person_min": 1_000,
    "forms_per_person_10min": 1_000,
}


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> str:
        """The code of the error that this is."""
        return str(self.json["error"])


class Client:
    """Somebody at the REST interface: a ghost, a guest, perhaps with an admin link."""

    def __init__(
        self, http: "TestClient[web.Request, web.Application]", **headers: str
    ) -> None:
        self.http, self.headers = http, headers

    async def call(
        self, method: str, path: str, body: object = None, **options: Any
    ) -> Answer:
        """Call an operation below `/api/v1`, or any path that begins with `//`."""
        url = path[1:] if path.startswith("//") else f"/api/v1{path}"
        headers = {**self.headers, **options.pop("headers", {})}
        if body is not None:
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            options["data"] = BytesIO(text)
            headers.setdefault("Content-Type", "application/json")
        response: ClientResponse
        async with self.http.request(
            method, url, headers=headers, allow_redirects=False, **options
        ) as response:
            return Answer(response.status, response.headers, await response.text())

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> Answer:
        return await self.call("POST", path, body, **options)

    async def patch(self, path: str, body: object = None, **options: Any) -> Answer:
        return await self.call("PATCH", path, body, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        return await self.call("DELETE", path, **options)

    def with_link(self, token: str) -> "Client":
        """The same person, with an admin link."""
        return Client(self.http, **{**self.headers, "X-Admin-Token": token})

    def with_headers(self, **headers: str) -> "Client":
        return Client(self.http, **{**self.headers, **headers})


class Mailbox:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def send(self, message: Message, _id: str) -> None:
        self.mails.append(message)

    def code(self, email: str) -> str:
        """Return the code in the newest mail to somebody."""
        return self._found(email, r"\b(\d{6})\n")

    def link(self, email: str, page: str) -> str:
        """Return what is behind the `#` of the newest link to a page."""
        return self._found(email, rf"/{page}#(\S+)")

    def _found(self, email: str, what: str) -> str:
        to = (mail.text for mail in reversed(self.mails) if mail.to == email.lower())
        return next(found[1] for text in to if (found := re.search(what, text)))


class App:
    """A running node."""

    def __init__(
        self,
        http: "TestClient[web.Request, web.Application]",
        core: Core,
        services: Services,
        place: Place,
        mailbox: Mailbox,
    ) -> None:
        self.http, self.core, self.services, self.place = http, core, services, place
        self.mailbox = mailbox
        self.app = http.app
        self.guest = Client(http)

    async def ghost(self) -> Client:
        """Return a client with a ghost of its own."""
        minted = await self.guest.post("/identity/ghost/")
        assert minted.status == 201, minted.text
        return Client(self.http, **{"X-Ghost-ID": minted.json["ghost"]})

    async def code(self, email: str, by: Client | None = None) -> str:
        """Ask for a code, and return the one that came by mail."""
        asked = await (by or self.guest).post("/identity/otp-send/", {"email": email})
        assert asked.status == 200, asked.text
        while await self.core.mail.post.deliver():
            pass  # perhaps others' mails go first
        return self.mailbox.code(email)

    async def sign_in(self, email: str, by: Client | None = None) -> Any:
        """Sign in, perhaps as a ghost; return the answer's body."""
        code = await self.code(email, by)
        shown = {"email": email, "code": code}
        done = await (by or self.guest).post("/identity/otp-verify/", shown)
        assert done.status == 200, done.text
        return done.json

    async def account(self, email: str, by: Client | None = None) -> Client:
        """Return a client that has signed in."""
        token = (await self.sign_in(email, by))["access"]
        return Client(self.http, Authorization=f"Bearer {token}")

    async def board(self, by: Client | None = None, **body: Any) -> Any:
        """Make a board and return the answer's body."""
        made = await (by or self.guest).post("/boards/", {"title": "Retro", **body})
        assert made.status == 201, made.text
        return made.json


async def until(
    ask: Callable[[], Awaitable[T]], is_so: Callable[[T], object], within_s: float = 10
) -> T:
    """Ask again until the answer is so; for what is done beside an answer."""
    async with asyncio.timeout(within_s):
        while not is_so(answer := await ask()):  # noqa: ASYNC110 asked over HTTP
            await asyncio.sleep(0.01)
    return answer


def settings(limits: Mapping[str, Any] | None = None, **fields: Any) -> Settings:
    """Return settings that ask no environment for secrets."""
    bounds = Limits(**{**GENEROUS, **(limits or {})})
    given = {"pepper": PEPPER, "secret_key": SECRET_KEY, **fields}
    return Settings(limits=bounds, **given)


@asynccontextmanager
async def running(
    adapter: str = "memory",
    *,
    given: Settings | None = None,
    clock: Clock | None = None,
    checks: Mapping[str, Check] | None = None,
    tables: Sequence[Routes] = TABLES,
    change: Callable[[web.Application], None] = lambda _app: None,
) -> AsyncIterator[App]:
    """Run a node on a free port until the context ends."""
    chosen = given or settings()
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(place(adapter))
        store = where.node()
        register = partial(store.node.register, "n", f"lock {uuid4()}")
        await register()
        await store.node.lease.beat()
        time = clock or SystemClock()
        mailbox = Mailbox()
        hasher = Argon2Hasher(QUICK)
        stack.push_async_callback(hasher.close)
        core = compose(
            chosen, store.journal, store.people, store.node.lease, time, mailbox, hasher
        )
        loops = Scheduler(limit=None, close_timeout=5.0)
        stack.push_async_callback(core.jobs.close)
        stack.push_async_callback(loops.close)
        stack.push_async_callback(core.boards.directory.close)
        await loops.spawn(core.boards.writer.run())
        await loops.spawn(core.boards.directory.run())
        renew = partial(
            beat, cast(Any, store.node.lease), core.boards.directory, register
        )
        await loops.spawn(_stand(partial(renew, None)))
        fleet = fleet_of(core, store)
        services = make_services(
            core, store.catalogue, checks or _checks(store), _info(core), fleet
        )
        app = make_app(services, chosen, tables=tables)
        change(app)
        server = _Server(app)
        await server.start_server()
        client = TestClient(server, cookie_jar=DummyCookieJar())
        await stack.enter_async_context(client)
        yield App(client, core, services, where, mailbox)


def fleet_of(core: Core, store: Store) -> Fleet:
    """Return what operators see of a node that is alone, and has no sockets."""
    parts = Parts(
        core.boards.directory,
        core.boards.journal,
        core.boards.traffic,
        core.boards.writer,
        core.clock,
        core.boards.governor,
        lambda: 1 << 20,
        Connections(Wheel(asyncio.get_running_loop())),
    )
    inspector = Inspector(store.node.inc, "n", parts)
    return Fleet(inspector, store.node, core.boards.journal)


class _Server(TestServer):
    """Listens as a node does."""

    async def _make_runner(self, **options: Any) -> BaseRunner:
        return Runner(self.app, **options)


async def _stand(renew: Callable[[], Awaitable[None]]) -> None:
    """Renew the lease as a node does: who was starved for a while stands again."""
    while True:
        await asyncio.sleep(2)
        with suppress(Unavailable):
            await renew()


def _checks(store: Store) -> Mapping[str, Check]:
    async def database() -> None:
        await store.node.log_id()

    return {"database": database}


def _info(core: Core) -> Callable[[], Mapping[str, float]]:
    return lambda: {"boards": float(len(core.boards.directory))}
