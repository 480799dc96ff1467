"""The life of a node: settings in, a running node out.

    secrets ─> lock ─> database ─> schema ─> registration ─> boards ─> http ─> ready

Each stage has an exit that undoes it, in the opposite order.  How the parts are wired
is in `orbit.composition`.
"""

import asyncio
import logging
import resource
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import uvloop
from aiohttp import web
from aiojobs import Scheduler
from msgspec import Struct

from orbit import watchdog
from orbit.cluster import Cluster, let_go
from orbit.composition import Core, compose
from orbit.composition.everywhere import end_everywhere
from orbit.composition.gate import make_gate
from orbit.composition.health import make_checks, make_fleet, numbers, used_share
from orbit.composition.outside import admit_outsiders
from orbit.composition.services import make_services
from orbit.core.actors.directory import Directory
from orbit.core.actors.periodic import every
from orbit.core.ports import Clock
from orbit.database import embedded
from orbit.http.app import Services, make_app
from orbit.http.handover import Connections
from orbit.http.inside import listen_inside, socket_path
from orbit.http.logs import configure
from orbit.http.runner import Runner
from orbit.http.wheel import Wheel
from orbit.http.ws import socket_handler
from orbit.leaving import Absence, drain
from orbit.pauses import Pauses
from orbit.preflight import CannotServe
from orbit.settings import BadSettings, Failover, Settings
from orbit.store.clock import SystemClock
from orbit.store.embedded import EmbeddedPostgres
from orbit.store.embedded.locks import Lock
from orbit.store.jwks import Jwks
from orbit.store.mail import mailer
from orbit.store.passwords import Argon2Hasher
from orbit.store.postgres.migrate import migrate_at
from orbit.store.postgres.store import COMMITS_AT_ONCE, PostgresStore
from orbit.store.postgres.tenants import Unguarded, prove
from orbit.upkeep import History, beat, heal, stand

log = logging.getLogger(__name__)

BEAT_S, AGAIN_S = 2.0, 0.5  # the second one while the database does not answer
POST_S = 0.1
TRAIL_S = 1.0  # for what the database could not take before
LOOK_S = 20.0  # for what has ended elsewhere; it must be done within 30 (F23)
PURGE_S = 600.0
SWEEP_S = 3_600.0
HEAL_S = 0.5
DRAIN_S = 5.0
INC_FILE = "inc"  # in the data folder: who we are, for a parent that has to bury us


class Node(Struct, frozen=True):
    """A running node."""

    address: str
    services: Services
    directory: Directory
    connections: Connections
    drain: Callable[[], Awaitable[None]]  # send everybody to other nodes, if there are


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` is told when it is ready, and when it stops.

    Raises:
        CannotServe: another node runs on this data folder or this database.
        BadSettings: in this database organisations are not apart.
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
        watchdog.begin()
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
        await _prove_apart(store)
        cluster = await _cluster(settings, store, SystemClock(), stack)
        hasher = Argon2Hasher()
        stack.push_async_callback(hasher.close)
        core = compose(
            settings,
            store.journal,
            store.people,
            store.node.lease,
            SystemClock(),
            mailer(settings.mail_url, settings.mail_from, settings.mail_folder),
            hasher,
            cluster.nodes if cluster else None,
        )
        if settings.oidc_jwks_url:
            source = Jwks(settings.oidc_jwks_url)
            admit_outsiders(settings, core, store.people, source)
        loops = Scheduler(limit=None, close_timeout=DRAIN_S, wait_timeout=None)
        _let_go_at_the_end(core, loops, cluster, stack)
        await _run(core, loops)
        await _stand(settings, store, core, cluster, server, loops)
        yield await _serving(settings, store, core, cluster, loops, leave, stack)


def _let_go_at_the_end(
    core: Core, loops: Scheduler, cluster: Cluster | None, stack: AsyncExitStack
) -> None:
    stack.push_async_callback(core.oversight.trail.close)
    stack.push_async_callback(core.jobs.close)
    stack.push_async_callback(loops.close)
    if cluster:
        stack.push_async_callback(let_go, core.boards.directory, core.boards.journal)
        stack.push_async_callback(cluster.give_away)
        stack.push_async_callback(cluster.announce)
    else:
        stack.push_async_callback(core.boards.directory.close)


async def _stand(
    settings: Settings,
    store: PostgresStore,
    core: Core,
    cluster: Cluster | None,
    server: EmbeddedPostgres | None,
    loops: Scheduler,
) -> None:
    """Hear the other nodes, and keep what the database knows of this one true."""
    nodes = cluster.nodes if cluster else None
    if nodes:
        await loops.spawn(nodes.run())
    register = partial(_register, settings, store)
    renewed = partial(beat, store.node.lease, core.boards.directory, register, nodes)
    history = History(store.node, core.boards.directory, cluster)
    await loops.spawn(every(BEAT_S, partial(stand, history, renewed), again_s=AGAIN_S))
    if server:
        await loops.spawn(every(HEAL_S, partial(heal, server)))


async def _serving(
    settings: Settings,
    store: PostgresStore,
    core: Core,
    cluster: Cluster | None,
    loops: Scheduler,
    leave: Callable[[], None],
    stack: AsyncExitStack,
) -> Node:
    """Open the doors."""
    connections = Connections(
        Wheel(asyncio.get_running_loop(), stall_s=settings.limits.write_stall_s),
        limit=settings.limits.frame_bytes,
    )
    gate = make_gate(settings, core, connections, store.node.inc)
    await loops.spawn(every(1.0, _called(gate.hang_up_silent)))
    pauses, nodes = Pauses(), cluster.nodes if cluster else None
    services = make_services(
        core,
        store.catalogue,
        make_checks(store, core, cluster),
        partial(numbers, core, connections, pauses, cluster),
        make_fleet(_name(settings), core, store, connections, nodes, leave),
    )
    share = used_share(settings.sharers)
    await loops.spawn(core.boards.governor.watch(core.clock, share))
    app = make_app(services, settings, socket_handler(gate))
    address, site = await _listen(settings, app, stack)
    stack.push_async_callback(
        connections.close_all, 1012, "the node restarts", within_s=DRAIN_S
    )
    leave_all: Callable[[], Awaitable[None]] = _nothing
    if cluster:
        end_everywhere(core, store, cluster.nodes)
        await loops.spawn(every(1.0, Absence(cluster, connections).look))
        # other workers take over at our port; a balancer has to see that we go
        close = site.stop if settings.worker else _nothing
        leave_all = partial(drain, cluster, connections, close)
    pauses.watch()
    stack.callback(pauses.unwatch)
    return Node(address, services, core.boards.directory, connections, leave_all)


async def _run(core: Core, loops: Scheduler) -> None:
    """Run boards, send mails, see to sign-ins that have ended."""
    boards, mail, auth, sharing = core.boards, core.mail, core.auth, core.sharing
    trail = core.oversight.trail
    for _ in range(COMMITS_AT_ONCE):
        await loops.spawn(boards.writer.run())
    await loops.spawn(boards.directory.run())
    await loops.spawn(every(POST_S, mail.post.round))
    await loops.spawn(every(LOOK_S, auth.logins.look))
    await loops.spawn(every(LOOK_S, sharing.cuts.look))
    await loops.spawn(every(LOOK_S, mail.notices.spread.look))
    await loops.spawn(every(PURGE_S, mail.notices.purge))
    await loops.spawn(every(PURGE_S, sharing.organisations.purge))
    await loops.spawn(every(PURGE_S, auth.logins.purge))
    await loops.spawn(every(PURGE_S, auth.sign_in.purge))
    await loops.spawn(every(PURGE_S, auth.passwords.purge))
    await loops.spawn(every(PURGE_S, sharing.invites.purge))
    await loops.spawn(every(PURGE_S, sharing.org_invites.purge))
    await loops.spawn(every(SWEEP_S, mail.leads.purge))
    await loops.spawn(every(TRAIL_S, trail.flush))
    await loops.spawn(every(SWEEP_S, trail.purge))
    await loops.spawn(every(SWEEP_S, boards.housekeeper.sweep))


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
    store = PostgresStore(
        dsn,
        inc=inc,
        name=socket.gethostname(),
        clock=SystemClock(),
        is_synchronous=settings.failover is Failover.SYNC,
    )
    stack.push_async_callback(store.close)
    (settings.data / INC_FILE).write_text(inc)  # before it owns anything
    await _register(settings, store)
    stack.push_async_callback(store.node.leave)
    others = [] if settings.redis_url else await store.node.other_live_incs()
    if others:
        names = ", ".join(other.name for other in others)
        raise CannotServe(f"other nodes use this database ({names}); that takes Redis")
    # nobody has heard it yet: the first who do must not look as if all others were deaf
    await store.node.lease.beat(0.0 if settings.redis_url else None)
    return store


async def _prove_apart(store: PostgresStore) -> None:
    """Serve from no database in which one organisation might see another's."""
    try:
        await prove(store.reads)
    except Unguarded as error:
        raise BadSettings([str(error)]) from error


async def _register(settings: Settings, store: PostgresStore) -> None:
    await store.node.register(_name(settings), _lock_key(settings))


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


def _called(act: Callable[[], None]) -> Callable[[], Awaitable[object]]:
    async def call() -> None:
        act()

    return call


def _raise_descriptor_limit() -> None:
    """A socket is a descriptor: take as many as the system gives."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
