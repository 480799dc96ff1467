"""How the parts of a node are wired: settings and stores in, core and services out.

Nothing runs here, and nothing is decided that a test of a part could not.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parseaddr
from functools import partial

from msgspec import Struct

from orbit.cluster import Cluster
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
from orbit.core.kinds.feedback.asked import AcceptInvite
from orbit.core.limits import Rate
from orbit.core.ports import (
    Catalogue,
    Clock,
    Cut,
    Hasher,
    Journal,
    KeySource,
    Lease,
    Mailer,
    People,
)
from orbit.core.protocol.close import Close
from orbit.core.protocol.session import Bounds
from orbit.core.services.accounts import Accounts
from orbit.core.services.addresses import Addresses
from orbit.core.services.belongings import Belongings
from orbit.core.services.console import Console
from orbit.core.services.erasure import Erasure
from orbit.core.services.housekeeping import Housekeeper
from orbit.core.services.identity import Identity, Keys
from orbit.core.services.invites import Invites
from orbit.core.services.leads import Leads, Office
from orbit.core.services.links import Links
from orbit.core.services.logins import Logins
from orbit.core.services.mailing import Mailing
from orbit.core.services.merging import Merging
from orbit.core.services.my_data import MyData, Sources
from orbit.core.services.notices import Notices
from orbit.core.services.org_invites import OrgInvites
from orbit.core.services.organisations import Organisations
from orbit.core.services.outside import Outside
from orbit.core.services.passwords import Passwords
from orbit.core.services.post import Post
from orbit.core.services.preferences import Preferences
from orbit.core.services.provider import Provider, Trust
from orbit.core.services.resets import Resets
from orbit.core.services.second_factor import SecondFactor
from orbit.core.services.sign_in import SignIn
from orbit.core.services.spreading import Spread
from orbit.core.services.tokens import Lives, Tokens
from orbit.core.services.trail import Trail
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.http.app import Services
from orbit.http.auth import address, may_connect
from orbit.http.calls import Check
from orbit.http.fleet import Fleet
from orbit.http.governor import Governor
from orbit.http.handover import Connections
from orbit.http.health import DEGRADED, DRAINING, ISOLATED
from orbit.http.inspector import Inspector, Parts
from orbit.http.wheel import HEARTBEAT_S
from orbit.http.ws import Gate
from orbit.machine import memory_bytes, used_bytes
from orbit.pauses import Pauses
from orbit.preflight import CannotServe
from orbit.settings import Limits, Settings
from orbit.store.postgres.store import PostgresStore

RETIRED = "retired"  # what other nodes are told of who is nobody any more
CUT = "cut"  # and of whose rights have changed
NOTICED = "noticed"  # and of who has a notice
OVER = "over"  # and asked then: whether all that was told by now has its answer
SOCKET_BYTES = 64 * 1024  # of memory, that a socket may come to
CUT_AT_ONCE = 100  # sockets


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
    accounts: Accounts
    addresses: Addresses
    logins: Logins
    passwords: Passwords
    links: Links
    resets: Resets
    second_factor: SecondFactor
    sign_in: SignIn
    housekeeper: Housekeeper
    invites: Invites
    unsubscribing: Unsubscribing
    organisations: Organisations
    org_invites: OrgInvites
    cuts: Spread[Cut]
    notices: Notices
    my_data: MyData
    preferences: Preferences
    leads: Leads
    mailing: Mailing
    trail: Trail
    console: Console
    merging: Merging
    jobs: Jobs
    acks: Latency
    governor: Governor
    traffic: Traffic


def compose(
    settings: Settings,
    journal: Journal,
    people: People,
    lease: Lease,
    clock: Clock,
    mailer: Mailer,
    hasher: Hasher,
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
    lives = _lives(settings.access_minutes, settings.refresh_minutes)
    tokens = Tokens(settings.secret_key.get_secret_value().encode(), clock, lives)
    identity = Identity(keys, people, journal, clock, tokens)
    in_flight = nodes.in_flight if nodes else InFlight()
    router = Router(directory, clock, in_flight, is_alone=nodes is None)
    belongings = Belongings(people.ghosts)
    erasure = Erasure(identity, belongings, people, journal, router)
    post = Post(keys, people.outbox, mailer, clock)
    unsubscribing = Unsubscribing(keys, people.unsubscribed, clock)
    accounts = Accounts(people, identity, belongings, clock)
    logins = Logins(people, identity, erasure, tokens, clock)
    guesses = limits.guesses_per_account_h
    passwords = Passwords(people, keys, accounts, logins, hasher, clock, guesses)
    links = Links(people, keys, post, clock, limits.codes_per_mail_h)
    cuts = Spread(Cut, people.organisations.cuts, clock)
    notices = Notices(people, keys, clock, jobs)
    trail = Trail(people.trail, clock)
    trail.hearers.append(notices.heard)
    organisations = Organisations(people, keys, cuts, notices, clock)
    erasure.guards.append(organisations.guard)
    erasure.partings.append(organisations.part)
    invites = Invites(
        people,
        identity,
        router,
        post,
        unsubscribing,
        notices,
        clock,
        AcceptInvite(),
    )
    master = settings.dev_master_otp
    second_factor = SecondFactor(
        people,
        keys,
        passwords,
        logins,
        clock,
        master.get_secret_value() if master and not settings.is_production else "",
    )
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
        accounts,
        Addresses(people, keys, accounts, passwords, logins, links, post, clock),
        logins,
        passwords,
        links,
        Resets(links, accounts, passwords),
        second_factor,
        SignIn(
            people,
            identity,
            accounts,
            logins,
            second_factor,
            post,
            clock,
            limits.codes_per_mail_h,
        ),
        Housekeeper(journal, people.ghosts, clock, KINDS),
        invites,
        unsubscribing,
        organisations,
        OrgInvites(
            people, organisations, accounts, keys, post, unsubscribing, notices, clock
        ),
        cuts,
        notices,
        MyData(
            Sources(
                people,
                identity,
                accounts,
                passwords,
                organisations,
                notices,
                belongings,
                invites,
                erasure,
                trail,
                journal,
                clock,
            )
        ),
        Preferences(people, keys, accounts, clock),
        Leads(people, keys, post, unsubscribing, clock, _office(settings)),
        Mailing(keys, people.outbox, post, unsubscribing, clock),
        trail,
        Console(people, logins, cuts, clock),
        Merging(people, identity, belongings, erasure, journal, router),
        jobs,
        around.acks,
        governor,
        around.traffic,
    )


def _office(settings: Settings) -> Office:
    to = parseaddr(settings.leads_to or "")[1]
    return Office(to, timedelta(days=settings.leads_days))


def admit_outsiders(
    settings: Settings, core: Core, people: People, source: KeySource
) -> None:
    """Have tokens of the identity provider count that is set; `source` has its keys."""
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        raise CannotServe("the identity provider has no issuer, or no audience")
    trust = Trust(settings.oidc_issuer, settings.oidc_audience)
    provider = Provider(trust, source, core.clock, core.jobs)
    keys, sign_in, second = core.identity.keys, core.sign_in, core.second_factor
    given = people, keys, sign_in, second, provider, core.trail, core.clock
    idle = _lives(settings.access_minutes, settings.refresh_minutes).idle
    outside = Outside(*given, idle)
    core.identity.outside = outside.admit


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
        invited=core.invites.opens,
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
    core.cuts.acts.append(gate.turn_out)
    core.notices.spread.acts.append(gate.notify)
    return gate


def _lives(access_minutes: int, refresh_minutes: int) -> Lives:
    """Return how long sign-ins last; unused none lasts longer than a week."""
    login, plain = timedelta(minutes=refresh_minutes), Lives()
    return Lives(timedelta(minutes=access_minutes), login, min(login, plain.idle))


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


def cut_largest(connections: Connections) -> None:
    """Close the sockets that hold the most of what they do not read."""
    behind = [ward for ward in connections if ward.paused]
    for ward in sorted(behind, key=lambda ward: -ward.unsent())[:CUT_AT_ONCE]:
        ward.close(Close.SLOW, "too much is unsent; come back")


def _descriptors() -> int:
    """Return how many the system gives; its "without limit" is a large number here."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 30


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
        accounts=core.accounts,
        addresses=core.addresses,
        logins=core.logins,
        passwords=core.passwords,
        resets=core.resets,
        second_factor=core.second_factor,
        sign_in=core.sign_in,
        merging=core.merging,
        trail=core.trail,
        console=core.console,
        invites=core.invites,
        unsubscribing=core.unsubscribing,
        organisations=core.organisations,
        org_invites=core.org_invites,
        cuts=core.cuts,
        notices=core.notices,
        my_data=core.my_data,
        preferences=core.preferences,
        leads=core.leads,
        mailing=core.mailing,
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


def make_fleet(
    name: str,
    core: Core,
    store: PostgresStore,
    connections: Connections,
    nodes: Nodes | None,
    leave: Callable[[], None],
) -> Fleet:
    """Return what operators see of the nodes; `leave` ends this one."""
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
    inspector = Inspector(store.node.inc, name, parts)
    return Fleet(inspector, store.node, store.journal, nodes)


def make_checks(
    store: PostgresStore, core: Core, cluster: Cluster | None
) -> Mapping[str, Check]:
    """Return what readiness asks."""
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


def numbers(
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


def used_share(sharers: int) -> Callable[[], float]:
    """Return what tells which share of its memory this process has."""
    given = memory_bytes() // sharers
    return lambda: used_bytes() / given


def end_everywhere(core: Core, store: PostgresStore, nodes: Nodes) -> None:
    """Have all nodes know who is nobody any more, and whose rights have changed."""
    erasure, cuts, noticed = core.erasure, core.cuts, core.notices.spread

    async def ask(inc: str, about: str, body: bytes) -> OrbitError | None:
        try:
            await nodes.inquiry.ask(inc, about, body)
        except OrbitError as error:  # one of an older release does not know it
            return error
        return None

    async def ask_others(about: str, body: bytes = b"") -> None:
        """Ask all at once: one that does not answer keeps no other from knowing."""
        others = await store.node.other_live_incs()
        async with asyncio.TaskGroup() as jobs:
            asked = [jobs.create_task(ask(each.inc, about, body)) for each in others]
        if failed := [error for job in asked if (error := job.result())]:
            raise Unavailable("a node did not answer", after=1.0) from failed[0]

    async def retire(id: str) -> None:
        await ask_others(RETIRED, id.encode())

    async def retired(id: bytes) -> bytes:
        erasure.end(id.decode())
        return b""

    async def over(_: bytes) -> bytes:
        await nodes.in_flight.over()
        return b""

    erasure.elsewhere = retire
    erasure.over_elsewhere = partial(ask_others, OVER)
    cuts.elsewhere = partial(ask_others, CUT)
    noticed.elsewhere = partial(ask_others, NOTICED)
    nodes.inquiry.answers |= {
        RETIRED: retired,
        OVER: over,
        CUT: cuts.told,
        NOTICED: noticed.told,
    }
