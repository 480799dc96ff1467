"""The composition root: settings in, a running node out.

    secrets ─> lock ─> database ─> schema ─> registration ─> boards ─> http ─> ready

Each stage is an exit that undoes it, in the opposite order.  The only file that knows
core, http and store at once; it decides nothing that a test of theirs could not.
"""

import asyncio
import logging
import resource
import signal
import socket
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import uvloop
from aiohttp import web
from aiojobs import Scheduler
from msgspec import Struct

from orbit.cluster import Cluster, let_go
from orbit.core.actors.around import Alone, Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.actors.jobs import Jobs
from orbit.core.actors.journaling import Writer
from orbit.core.actors.latency import Latency
from orbit.core.actors.traffic import Traffic
from orbit.core.cluster.inflight import InFlight
from orbit.core.cluster.nodes import Nodes
from orbit.core.cluster.router import Router
from orbit.core.codec import Codec
from orbit.core.errors import OrbitError, Unavailable
from orbit.core.kinds import KINDS
from orbit.core.limits import Rate
from orbit.core.ports import Catalogue, Clock, Journal, Lease, Mailer, People
from orbit.core.protocol.close import Close
from orbit.core.protocol.session import Bounds
from orbit.core.services.belongings import Belongings
from orbit.core.services.erasure import Erasure
from orbit.core.services.housekeeping import Housekeeper
from orbit.core.services.identity import Identity, Keys
from orbit.core.services.merging import Merging
from orbit.core.services.post import Post
from orbit.core.services.sign_in import SignIn
from orbit.core.services.tokens import Tokens
from orbit.database import embedded
from orbit.http.app import Services, make_app
from orbit.http.auth import address, may_connect
from orbit.http.calls import Check
from orbit.http.fleet import Fleet
from orbit.http.governor import Governor
from orbit.http.handover import Connections
from orbit.http.health import DEGRADED, DRAINING, ISOLATED
from orbit.http.inside import listen_inside, socket_path
from orbit.http.inspector import Inspector, Parts
from orbit.http.logs import configure
from orbit.http.runner import Runner
from orbit.http.wheel import HEARTBEAT_S, Wheel
from orbit.http.ws import Gate, socket_handler
from orbit.leaving import Absence, drain
from orbit.machine import memory_bytes, used_bytes
from orbit.pauses import Pauses
from orbit.preflight import CannotServe
from orbit.settings import Limits, Settings
from orbit.store.clock import SystemClock
from orbit.store.embedded import EmbeddedPostgres
from orbit.store.embedded.locks import Lock
from orbit.store.mail import mailer
from orbit.store.postgres.migrate import migrate_at
from orbit.store.postgres.store import COMMITS_AT_ONCE, PostgresStore

log = logging.getLogger(__name__)

BEAT_S = 2.0
RETIRED = "retired"  # what other nodes are told of who is nobody any more
OVER = "over"  # and asked then: whether all that was told by now has its answer
POST_S = 0.1
LOOK_S = 30.0  # for logins that have ended elsewhere
PURGE_S = 600.0
SWEEP_S = 3_600.0
HEAL_S = 0.5
DRAIN_S = 5.0
INC_FILE = "inc"  # in the data folder: who we are, for a parent that has to bury us
SOCKET_BYTES = 64 * 1024  # of memory, that a socket may come to
CUT_AT_ONCE = 100  # sockets


class Node(Struct, frozen=True):
    """A running node."""

    address: str
    services: Services
    directory: Directory
    connections: Connections
    drain: Callable[[], Awaitable[None]]  # send everybody to other nodes, if there are


class Core(Struct, frozen=True):
    """The boards of a node, over whatever stores."""

    journal: Journal
    clock: Clock
    writer: Writer
    directory: Directory
    router: Router
    identity: Identity
    belongings: Belongings
    erasure: Erasure
    post: Post
    sign_in: SignIn
    housekeeper: Housekeeper
    merging: Merging
    jobs: Jobs
    acks: Latency
    governor: Governor
    traffic: Traffic


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` is told when it is ready, and when it stops.

    Raises:
        CannotServe: another node runs on this data folder or this database.
    """
    uvloop.run(_serve(settings, say))


async def _serve(settings: Settings, say: Callable[[str], None]) -> None:
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.put_nowait, name)
    leave = partial(told.put_nowait, signal.SIGTERM)
    async with running(settings, leave) as node:
        say(f"Orbit is ready: {node.address}")
        if await told.get() is signal.SIGTERM:
            await node.drain()
        with suppress(BrokenPipeError):  # whoever read us may be gone before us
            say("Orbit stops: saving boards")


@asynccontextmanager
async def running(
    settings: Settings, leave: Callable[[], None] = lambda: None
) -> AsyncIterator[Node]:
    """Run a node for as long as the context lasts; `settings` have their secrets.

    `leave` is called when an operator wants it to end.
    """
    configure(settings.log_level)
    _raise_descriptor_limit()
    async with AsyncExitStack() as stack:
        _lock(settings.data, stack)
        server, dsn = await _database(settings, stack)
        await migrate_at(dsn)
        store = await _registered(settings, dsn, stack)
        clock = SystemClock()
        cluster = await _cluster(settings, store, clock, stack)
        core = compose(
            settings,
            store.journal,
            store.people,
            store.node.lease,
            clock,
            mailer(settings.mail_url, settings.mail_from, settings.mail_folder),
            cluster.nodes if cluster else None,
        )
        loops = Scheduler(limit=None, close_timeout=DRAIN_S, wait_timeout=None)
        stack.push_async_callback(core.jobs.close)
        stack.push_async_callback(loops.close)
        if cluster:
            stack.push_async_callback(let_go, core.directory, store.journal)
            stack.push_async_callback(cluster.give_away)
            stack.push_async_callback(cluster.announce)
            await loops.spawn(cluster.nodes.run())
        else:
            stack.push_async_callback(core.directory.close)
        await _run(core, loops)
        nodes = cluster.nodes if cluster else None
        beat = partial(_beat, store, core.directory, settings, nodes)
        await loops.spawn(_every(BEAT_S, beat))
        history = _Log(store, core.directory, cluster)
        await loops.spawn(_every(BEAT_S, history.look))
        if server:
            await loops.spawn(_every(HEAL_S, _healing(server)))
        connections = Connections(
            Wheel(asyncio.get_running_loop(), stall_s=settings.limits.write_stall_s),
            limit=settings.limits.frame_bytes,
        )
        gate = make_gate(settings, core, connections, store.node.inc)
        await loops.spawn(_every(1.0, _called(gate.hang_up_silent)))
        pauses = Pauses()
        info = partial(_info, core, connections, pauses, cluster)
        fleet = _fleet(settings, core, store, connections, cluster, leave)
        checks = _checks(store, core, cluster)
        services = make_services(core, store.catalogue, checks, info, fleet)
        await loops.spawn(core.governor.watch(clock, _used_share(settings.sharers)))
        app = make_app(services, settings, socket_handler(gate))
        address, site = await _listen(settings, app, stack)
        stack.push_async_callback(
            connections.close_all, 1012, "the node restarts", within_s=DRAIN_S
        )
        if cluster:
            _end_everywhere(core.erasure, store, cluster.nodes)
            await loops.spawn(_every(1.0, Absence(cluster, connections).look))
        pauses.watch()
        stack.callback(pauses.unwatch)
        # other workers take over at our port; a balancer has to see that we go
        close = site.stop if settings.worker else _nothing
        leave_all = partial(drain, cluster, connections, close) if cluster else _nothing
        yield Node(address, services, core.directory, connections, leave_all)


def compose(
    settings: Settings,
    journal: Journal,
    people: People,
    lease: Lease,
    clock: Clock,
    mailer: Mailer,
    nodes: Nodes | None = None,
) -> Core:
    """Wire the boards of a node over its stores; nothing runs yet.

    With `nodes` it is one of several; without, every board lives here.
    """
    limits = settings.limits
    jobs, writer = Jobs(), Writer(journal)
    around = Surroundings(
        kinds=KINDS,
        codecs={name: Codec(kind) for name, kind in KINDS.items()},
        journal=journal,
        writer=writer,
        lease=lease,
        clock=clock,
        jobs=jobs,
        wakes=asyncio.Semaphore(limits.activations),
        catch_ups=asyncio.Semaphore(limits.catch_ups),
        queue_s=limits.activation_wait_s,
        mailbox_age_s=limits.mailbox_age_s,
        author_rate=Rate(limits.writes_per_author_min, 60.0, limits.author_burst),
        mailbox_letters=limits.mailbox_letters,
        mailbox_bytes=limits.mailbox_bytes,
        ring_events=limits.ring_events,
        relay=nodes or Alone(),
    )
    directory = Directory(around, first=nodes.follow if nodes else None)
    if nodes:
        nodes.connect(directory, around)
    governor = Governor(limits)
    governor.shrinks.append(directory.shrink)
    if settings.pepper is None or settings.secret_key is None:
        raise CannotServe("there is no pepper or secret key: make secrets before")
    keys = Keys(settings.pepper.get_secret_value().encode())
    tokens = Tokens(settings.secret_key.get_secret_value().encode(), clock)
    identity = Identity(keys, people, journal, clock, tokens)
    in_flight = nodes.in_flight if nodes else InFlight()
    router = Router(directory, clock, in_flight, is_alone=nodes is None)
    belongings = Belongings(people.ghosts)
    erasure = Erasure(identity, belongings, people.accounts, journal, router)
    post = Post(keys, people.outbox, mailer, clock)
    return Core(
        journal,
        clock,
        writer,
        directory,
        router,
        identity,
        belongings,
        erasure,
        post,
        SignIn(
            people,
            identity,
            belongings,
            erasure,
            tokens,
            post,
            clock,
            limits.codes_per_mail_h,
        ),
        Housekeeper(journal, people.ghosts, clock, KINDS),
        Merging(people, identity, belongings, erasure, journal, router),
        jobs,
        around.acks,
        governor,
        around.traffic,
    )


def make_gate(
    settings: Settings, core: Core, connections: Connections, inc: str
) -> Gate:
    """Return what the sockets of a node share."""
    limits = settings.limits
    gate = Gate(
        node=inc,
        router=core.router,
        identity=core.identity,
        belongings=core.belongings,
        clock=core.clock,
        jobs=core.jobs,
        connections=connections,
        bounds=_bounds(limits),
        limits={
            "frame_bytes": limits.frame_bytes,
            "commands_per_s": limits.commands_per_socket_s,
            "burst": limits.command_burst,
        },
        ping_s=HEARTBEAT_S,
        lean=settings.lean_sockets,
        may_connect=may_connect(settings),
        address=partial(address, settings=settings),
        most=min(
            limits.sockets,
            int(0.8 * _descriptors()),
            memory_bytes() // settings.sharers // SOCKET_BYTES,
        ),
        most_per_address=limits.sockets_per_address,
        ungreeted={},
        by_address=Counter(),
        ghosts=set(),
        governor=core.governor,
        given=limits,
    )
    core.governor.cuts.append(partial(cut_largest, connections))
    core.erasure.ends.append(gate.hang_up)
    return gate


async def _run(core: Core, loops: Scheduler) -> None:
    """Run boards, send mails, see to sign-ins that have ended."""
    for _ in range(COMMITS_AT_ONCE):
        await loops.spawn(core.writer.run())
    await loops.spawn(core.directory.run())
    await loops.spawn(_every(POST_S, core.post.round))
    await loops.spawn(_every(LOOK_S, core.sign_in.look))
    await loops.spawn(_every(PURGE_S, core.sign_in.purge))
    await loops.spawn(_every(SWEEP_S, core.housekeeper.sweep))


def _bounds(limits: Limits) -> Bounds:
    return Bounds(
        frames=Rate(limits.frames_per_socket_s, 1.0, limits.frames_per_socket_s),
        commands=Rate(limits.commands_per_socket_s, 1.0, limits.command_burst),
        command_bytes=Rate(
            limits.command_bytes_per_socket_s, 1.0, limits.command_bytes_per_socket_s
        ),
        signals=Rate(limits.ice_per_socket_s, 1.0, limits.ice_per_socket_s),
        signal_bytes=limits.signal_bytes,
        boards=1_000,
        kept=limits.command_burst,
        strikes=limits.strikes,
    )


def _lock(data: Path, stack: AsyncExitStack) -> None:
    """Hold the node's lock file for life: whoever held it before is dead."""
    data.mkdir(parents=True, exist_ok=True)
    lock = Lock(data / "node.lock")
    stack.callback(lock.close)
    if not lock.seize():
        raise CannotServe(f"another node runs on {data}; stop it, or name another data")


async def _database(
    settings: Settings, stack: AsyncExitStack
) -> tuple[EmbeddedPostgres | None, str]:
    if settings.database_url is not None:
        return None, settings.database_url
    server = embedded(settings)
    dsn = await asyncio.to_thread(server.start)
    stack.push_async_callback(asyncio.to_thread, server.stop)
    return server, dsn


async def _registered(
    settings: Settings, dsn: str, stack: AsyncExitStack
) -> PostgresStore:
    """Enter the node in the database; alone, unless there is Redis to meet by."""
    inc = str(uuid.uuid4())
    store = PostgresStore(dsn, inc=inc, name=socket.gethostname(), clock=SystemClock())
    stack.push_async_callback(store.close)
    (settings.data / INC_FILE).write_text(inc)  # before it owns anything
    await store.node.register(_name(settings), _lock_key(settings))
    stack.push_async_callback(store.node.leave)
    others = [] if settings.redis_url else await store.node.other_live_incs()
    if others:
        names = ", ".join(other.name for other in others)
        raise CannotServe(f"other nodes use this database ({names}); that takes Redis")
    # nobody has heard it yet: the first who do must not look as if all others were deaf
    await store.node.lease.beat(0.0 if settings.redis_url else None)
    return store


async def _cluster(
    settings: Settings, store: PostgresStore, clock: Clock, stack: AsyncExitStack
) -> Cluster | None:
    if settings.redis_url is None:
        return None
    cluster = Cluster(
        settings,
        inc=store.node.inc,
        name=_name(settings),
        log_id=await store.node.log_id(),
        clock=clock,
        registry=store.node,
    )
    stack.push_async_callback(cluster.leave)
    return cluster


def _name(settings: Settings) -> str:
    """Return what boards are placed by: the same after a restart, unlike all others.

    A worker that takes another's place, in a folder of its own, has that one's name.
    """
    if settings.worker:
        slot = settings.worker.partition("/")[0]
        return f"{socket.gethostname()}:{settings.data.resolve().parent}#{slot}"
    return _lock_key(settings)


def _lock_key(settings: Settings) -> str:
    """Name the lock file that this node holds, among all machines."""
    return f"{socket.gethostname()}:{settings.data.resolve()}"


def make_services(
    core: Core,
    catalogue: Catalogue,
    checks: Mapping[str, Check],
    info: Callable[[], Mapping[str, float]],
    fleet: Fleet | None = None,
) -> Services:
    """Return what the REST handlers may use."""
    return Services(
        router=core.router,
        identity=core.identity,
        sign_in=core.sign_in,
        merging=core.merging,
        belongings=core.belongings,
        erasure=core.erasure,
        journal=core.journal,
        catalogue=catalogue,
        clock=core.clock,
        jobs=core.jobs,
        kinds=KINDS,
        checks=checks,
        info=info,
        acks=core.acks,
        governor=core.governor,
        fleet=fleet,
    )


def _fleet(
    settings: Settings,
    core: Core,
    store: PostgresStore,
    connections: Connections,
    cluster: Cluster | None,
    leave: Callable[[], None],
) -> Fleet:
    """Return what operators see of the nodes."""
    nodes = cluster.nodes if cluster else None
    parts = Parts(
        core.directory,
        store.journal,
        core.traffic,
        core.writer,
        core.clock,
        core.governor,
        used_bytes,
        connections,
        nodes,
        leave,
    )
    inspector = Inspector(store.node.inc, _name(settings), parts)
    return Fleet(inspector, store.node, store.journal, nodes)


def _end_everywhere(erasure: Erasure, store: PostgresStore, nodes: Nodes) -> None:
    """Have ghosts that are erased end on all nodes, whichever is told so."""

    async def ask_others(about: str, body: str = "") -> None:
        for other in await store.node.other_live_incs():
            try:
                await nodes.inquiry.ask(other.inc, about, body.encode())
            except OrbitError as error:  # one of an older release does not know it
                raise Unavailable("a node did not answer", after=1.0) from error

    async def told(id: bytes) -> bytes:
        erasure.end(id.decode())
        return b""

    async def over(_: bytes) -> bytes:
        await nodes.in_flight.over()
        return b""

    erasure.elsewhere = partial(ask_others, RETIRED)
    erasure.over_elsewhere = partial(ask_others, OVER)
    nodes.inquiry.answers |= {RETIRED: told, OVER: over}


def _checks(
    store: PostgresStore, core: Core, cluster: Cluster | None
) -> Mapping[str, Check]:
    checks: dict[str, Check] = {
        "database": store.node.log_id,
        "load": core.governor.check,
    }
    if cluster is None:
        return checks

    async def redis() -> str:
        return DEGRADED if cluster.carrier.is_deaf else ""

    async def node() -> str:
        if cluster.nodes.is_draining:
            return DRAINING
        return ISOLATED if cluster.nodes.is_isolated else ""

    return checks | {"redis": redis, "node": node}


def _info(
    core: Core, connections: Connections, pauses: Pauses, cluster: Cluster | None
) -> Mapping[str, float]:
    """Return the numbers of the moment, as `/metrics` names them."""
    others = cluster.info(core.directory) if cluster else {}
    return {
        "boards_live": len(core.directory),
        "sockets": len(connections),
        "sockets_lagging": connections.wheel.lagging,
        "memory_bytes": used_bytes(),
        "commands_total": core.traffic.commands,
        "deliveries_total": core.traffic.deliveries,
        "board_loads_total": core.traffic.loads,
        "jobs": len(core.jobs),
        "commits_total": core.writer.commits,
        "events_total": core.writer.events,
        **pauses.info(),
        **others,
    }


async def _nothing() -> None:
    """Do nothing."""


async def _listen(
    settings: Settings, app: web.Application, stack: AsyncExitStack
) -> tuple[str, web.BaseSite]:
    runner = Runner(app, handle_signals=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(
        runner,
        settings.host,
        settings.port,
        backlog=4_096,
        reuse_port=settings.worker is not None,
    )
    try:
        await site.start()
    except OSError as error:
        raise CannotServe(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        ) from None
    path = socket_path(settings.data)
    if await listen_inside(runner, path):
        stack.callback(path.unlink, missing_ok=True)
    port = runner.addresses[0][1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{port}", site


async def _beat(
    store: PostgresStore, directory: Directory, settings: Settings, nodes: Nodes | None
) -> None:
    """Renew the lease; after a lapse let go of the boards that others have claimed."""
    deaf_s = nodes.deaf_s() if nodes else None
    try:
        lapses = await store.node.lease.beat(deaf_s)
    except Unavailable:
        log.warning("the database does not answer")
        return
    if lapses is None:
        log.warning("the database has forgotten this node: all boards are claimed anew")
        await directory.close()
        await store.node.register(_name(settings), _lock_key(settings))
        lapses = 0
    elif store.node.lease.is_valid():
        return
    else:
        try:
            lost = await directory.recheck()
        except Unavailable:
            log.warning("the lease had ended, and what is ours is not known yet")
            return
        log.warning("the lease had ended: %d boards were claimed by others", lost)
    store.node.lease.trust(lapses)
    await store.node.lease.beat(deaf_s)


class _Log:
    """Which history of the database this node is of; a failover begins another."""

    def __init__(
        self, store: PostgresStore, directory: Directory, cluster: Cluster | None
    ) -> None:
        self._store, self._directory, self._cluster = store, directory, cluster
        self._id: str | None = None

    async def look(self) -> None:
        """Have carrier and boards be of the database's present history."""
        with suppress(Unavailable):
            log_id = await self._store.node.log_id()
            if log_id != self._id and self._id is not None:
                log.warning("another history of the database: boards are claimed anew")
                if self._cluster:
                    self._cluster.rotate(log_id)
            self._id = log_id
            self._directory.renew(log_id)


def _healing(server: EmbeddedPostgres) -> Callable[[], Awaitable[object]]:
    """Return what starts the embedded database again if it has died."""

    async def heal() -> None:
        if await asyncio.to_thread(server.ensure):
            log.warning("the database had died and runs again")

    return heal


def _used_share(sharers: int) -> Callable[[], float]:
    """Return what tells which share of its memory this process has."""
    given = memory_bytes() // sharers
    return lambda: used_bytes() / given


def cut_largest(connections: Connections) -> None:
    """Close the sockets that hold the most of what they do not read."""
    behind = [ward for ward in connections if ward.paused]
    for ward in sorted(behind, key=lambda ward: -ward.unsent())[:CUT_AT_ONCE]:
        ward.close(Close.SLOW, "too much is unsent; come back")


def _called(act: Callable[[], None]) -> Callable[[], Awaitable[object]]:
    async def call() -> None:
        act()

    return call


async def _every(seconds: float, act: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception:  # the next time it may work; who waits is told elsewhere
            log.exception("a periodic job failed")


def _descriptors() -> int:
    """Return how many the system gives; its "without limit" is a large number here."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 30


def _raise_descriptor_limit() -> None:
    """A socket is a descriptor: take as many as the system gives."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
