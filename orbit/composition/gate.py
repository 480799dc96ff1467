"""The gate: what the sockets of a node share, and what they are bounded by."""

import resource
from collections import Counter
from functools import partial

from orbit.composition import Core
from orbit.core.limits import Rate
from orbit.core.protocol.close import Close
from orbit.core.protocol.session import Bounds
from orbit.http.auth import address, may_connect
from orbit.http.handover import Connections
from orbit.http.wheel import HEARTBEAT_S
from orbit.http.ws import Gate
from orbit.machine import memory_bytes
from orbit.settings import Limits, Settings

SOCKET_BYTES = 64 * 1024  # of memory, that a socket may come to
CUT_AT_ONCE = 100  # sockets


def make_gate(
    settings: Settings, core: Core, connections: Connections, inc: str
) -> Gate:
    """Return what the sockets of a node share."""
    limits = settings.limits
    gate = Gate(
        node=inc,
        router=core.boards.router,
        identity=core.persons.identity,
        belongings=core.persons.belongings,
        invited=core.sharing.invites.opens,
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
        governor=core.boards.governor,
        given=limits,
    )
    core.boards.governor.cuts.append(partial(cut_largest, connections))
    core.persons.erasure.ends.append(gate.hang_up)
    core.sharing.cuts.acts.append(gate.turn_out)
    core.mail.notices.spread.acts.append(gate.notify)
    return gate


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
