"""The ownership protocol, exhausted: two nodes, one board, two commands, a viewer.

    python -m tests.model.ownership_model       # all of it: a minute or two

Visits every state reachable within a budget and checks each one.  The adversary may let
a node claim at any moment (advice may be wrong), land a claim nobody waits for, delay
appends and asks without limit, lose replies, stop an owner at any point (crash, pause,
outcome unknown), deliver asks twice or to a former owner, lose and reorder events.
There is no time here: nothing that is checked may rest on a clock (so the read lease is
not modelled).  Source: guarantees.md, 2.14.
"""

import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple, TypeVar

T = TypeVar("T")

REFUSED = -1
COMMANDS = (0, 1)
LAYERS = frozenset({"epoch", "head", "unique"})  # what append() compares


class Sabotage(NamedTuple):
    """One thing broken, and the covering layers that go off so that it can show."""

    what: str
    layers_off: Set[str] = frozenset()


SABOTAGES: Mapping[str, Sabotage] = {
    "no_fence": Sabotage("append does not check the epoch", {"epoch"}),
    "redis_epoch": Sabotage(
        "the epoch is a counter in Redis, which a flush resets", {"head", "unique"}
    ),
    "resend": Sabotage(
        "after a lost reply the owner sends again under the same epoch", {"unique"}
    ),
    "stale_load": Sabotage("claim and load in one statement: fresh head, old events"),
    "no_dedupe": Sabotage("the owner does not look old command ids up", {"unique"}),
    "ack_early": Sabotage("ack before the commit"),
    "bcast_early": Sabotage("broadcast before the commit"),
    "no_gapfill": Sabotage("an event that does not follow the last one is applied"),
    "no_beacon": Sabotage("a lost last event is never noticed"),
    "nack_unknown": Sabotage("the gateway refuses a command whose ask is under way"),
    "any_epoch": Sabotage("an owner takes asks addressed to an earlier epoch"),
}


class Append(NamedTuple):
    """A write under way; `seen` is what its decision knew, for the check alone."""

    node: int
    epoch: int
    head: int
    seen: int
    command: int


class Node(NamedTuple):
    """It owns the board when its epoch is not 0."""

    epoch: int = 0
    view: tuple[int, ...] = ()  # the commands in its memory
    head: int = 0  # what its next append expects
    wait: Append | None = None  # its one append in flight


class Budget(NamedTuple):
    """How often something may still happen, which makes the space finite."""

    claims: int
    strays: int
    stops: int
    sends: int


SMALL = Budget(3, 1, 3, 3)


class State(NamedTuple):
    """Everything there is: the database, two nodes, the carrier, and who was told."""

    left: Budget
    epoch: int = 0  # of the board, in the database
    redis: int = 0  # the counter of `redis_epoch`
    log: tuple[tuple[int, int], ...] = ()  # committed: command, what was seen
    nodes: tuple[Node, ...] = (Node(), Node())
    appends: frozenset[Append] = frozenset()  # executed at any later moment, or never
    replies: frozenset[tuple[Append, int]] = frozenset()  # with the seq; 0 is fenced
    asks: frozenset[tuple[int, int, int]] = frozenset()  # node, epoch, command
    sent: tuple[tuple[int, ...], ...] = ((), ())  # epochs that copies were sent to
    told: tuple[int | None, ...] = (None, None)  # nothing yet, REFUSED, or the seq
    events: frozenset[tuple[int, int]] = frozenset()  # seq, command: on the carrier
    screen: tuple[int, ...] = ()  # what the subscriber has applied

    @property
    def commands(self) -> tuple[int, ...]:
        """What the journal has."""
        return tuple(command for command, _ in self.log)


Step = tuple[str, State]


def violation(state: State, is_stuck: bool) -> str | None:
    """Say what is broken in a state, if anything is."""
    log, told = state.commands, tuple(enumerate(state.told))
    if len(set(log)) < len(log):
        return "a command was applied twice"
    if any(seen != at for at, (_, seen) in enumerate(state.log)):
        return "a decision on an old state was committed"
    if any(answer == REFUSED and command in log for command, answer in told):
        return "a refused command was applied"
    acks = [(command, seq) for command, seq in told if seq and seq > 0]
    if any(log[seq - 1 : seq] != (command,) for command, seq in acks):
        return "an acked command is not at its seq"
    seen = (state.screen, *(node.view for node in state.nodes))
    if any(view != log[: len(view)] for view in seen):
        return "what is seen is not a prefix of the log"
    if is_stuck and len(state.screen) < len(state.log):
        return "the subscriber stays behind for ever"
    return None


def steps(state: State, bug: str | None, layers: Set[str]) -> Iterator[Step]:
    """Give every action that is possible, with the state it leads to."""
    yield from _from_outside(state, bug)
    for name, node in enumerate(state.nodes):
        if node.epoch:
            yield from _own(state, name, node, bug)
        else:
            yield from _claim(state, name, bug)
    yield from _append(state, bug, layers)
    yield from _reply(state)
    yield from _wait_in_vain(state, bug)
    yield from _watch(state, bug)


def _put(items: tuple[T, ...], at: int, value: T) -> tuple[T, ...]:
    return (*items[:at], value, *items[at + 1 :])


def _spend(state: State, what: str) -> State:
    left = state.left._replace(**{what: getattr(state.left, what) - 1})
    return state._replace(left=left)


def _from_outside(state: State, bug: str | None) -> Iterator[Step]:
    """A claim that nobody waits for lands late; for `redis_epoch` Redis is flushed."""
    if state.left.strays and bug == "redis_epoch":
        yield "Redis is flushed", _spend(state, "strays")._replace(redis=0)
    elif state.left.strays:
        raised = _spend(state, "strays")._replace(epoch=state.epoch + 1)
        yield "a late claim raises the epoch", raised


def _claim(state: State, name: int, bug: str | None) -> Iterator[Step]:
    # Until an epoch exists the nodes are alike: the first goes first.
    if not state.left.claims or (name and not state.epoch):
        return
    log = state.commands
    epoch = (state.redis if bug == "redis_epoch" else state.epoch) + 1
    loaded = log[:-1] if bug == "stale_load" else log  # by a second statement
    yield (
        f"{name} claims epoch {epoch}",
        _spend(state, "claims")._replace(
            epoch=max(state.epoch, epoch),
            redis=state.redis + 1,
            nodes=_put(state.nodes, name, Node(epoch, loaded, len(log))),
        ),
    )


def _own(state: State, name: int, node: Node, bug: str | None) -> Iterator[Step]:
    if state.left.stops:
        yield from _stop(state, name, node, bug)
    yield from _ask(state, name, node)
    if node.wait:
        return
    for ask in state.asks:
        if ask[0] == name and (ask[1] == node.epoch or bug == "any_epoch"):
            yield from _take(state, name, node, ask, bug)


def _stop(state: State, name: int, node: Node, bug: str | None) -> Iterator[Step]:
    """Crash, hand-over, unknown outcome: memory and mailbox go; a claim comes back."""
    others = frozenset(ask for ask in state.asks if ask[0] != name)
    yield (
        f"{name} drops the board",
        _spend(state, "stops")._replace(
            asks=state.asks if bug == "any_epoch" else others,
            nodes=_put(state.nodes, name, Node()),
        ),
    )
    if bug == "resend" and node.wait:
        log = state.commands
        again = node.wait._replace(head=len(log), seen=len(log))
        after = Node(again.epoch, log, again.head, again)
        yield (
            f"{name} sends {again.command} again",
            _spend(state, "stops")._replace(
                appends=state.appends | {again}, nodes=_put(state.nodes, name, after)
            ),
        )


def _ask(state: State, name: int, node: Node) -> Iterator[Step]:
    """A gateway asks whom it takes for the owner."""
    if not state.left.sends:
        return
    for command in COMMANDS:  # until one was sent, they are alike
        ask = (name, node.epoch, command)
        is_next = command == 0 or state.sent[0]
        if state.told[command] is None and ask not in state.asks and is_next:
            copies = (*state.sent[command], node.epoch)
            yield (
                f"a gateway asks {name} in {node.epoch} for {command}",
                _spend(state, "sends")._replace(
                    asks=state.asks | {ask}, sent=_put(state.sent, command, copies)
                ),
            )


def _take(
    state: State, name: int, node: Node, ask: tuple[int, int, int], bug: str | None
) -> Iterator[Step]:
    """An owner answers from its log, refuses, or sends an append."""
    command, taken = ask[2], state._replace(asks=state.asks - {ask})
    told = state.told[command]
    if command in node.view and bug != "no_dedupe":
        ack = _put(state.told, command, told or node.view.index(command) + 1)
        yield f"{name} acks {command} from its log", taken._replace(told=ack)
        return
    if len(state.sent[command]) == 1 and told is None:
        # This was the only copy, so a refusal is the truth.
        no = _put(state.told, command, REFUSED)
        yield f"{name} refuses {command}", taken._replace(told=no)
    sent = Append(name, node.epoch, node.head, len(node.view), command)
    seq = sent.head + 1
    waiting = node._replace(wait=sent)
    is_early, tells = bug == "ack_early", bug == "bcast_early"
    yield (
        f"{name} sends append {sent}",
        taken._replace(
            appends=state.appends | {sent},
            nodes=_put(state.nodes, name, waiting),
            told=_put(state.told, command, seq) if is_early else state.told,
            events=state.events | {(seq, command)} if tells else state.events,
        ),
    )


def _append(state: State, bug: str | None, layers: Set[str]) -> Iterator[Step]:
    """Epoch, head and id are checked in the very statement that writes."""
    log = state.commands
    for write in state.appends:
        is_old = write.epoch != state.epoch
        if bug == "redis_epoch":
            is_old = write.epoch < state.epoch
        refused = {
            "epoch": is_old,
            "head": write.head != len(log),
            "unique": write.command in log,
        }
        fits = not any(refused[layer] for layer in layers)
        row = (write.command, write.seen)
        after = state._replace(
            appends=state.appends - {write},
            log=(*state.log, row) if fits else state.log,
        )
        done = f"the database {'commits' if fits else 'refuses'} {write.command}"
        yield f"{done}, reply lost", after
        if state.nodes[write.node].wait == write:
            reply = (write, len(after.log) if fits else 0)
            yield done, after._replace(replies=state.replies | {reply})


def _reply(state: State) -> Iterator[Step]:
    """The output gate: memory, ack and event only now, for the append waited for."""
    for write, seq in state.replies:
        node = state.nodes[write.node]
        after = state._replace(replies=state.replies - {(write, seq)})
        if node.wait == write:
            view = (*node.view, write.command)
            new = Node(node.epoch, view, seq) if seq else Node()
            told = state.told[write.command] or seq or None
            after = after._replace(
                nodes=_put(state.nodes, write.node, new),
                told=_put(state.told, write.command, told),
            )
            if seq:
                told_all = state.events | {(seq, write.command)}
                yield f"{write.node} acks {seq}", after._replace(events=told_all)
        yield f"{write.node} hears of {write.command}: fenced, late, or unheard", after


def _wait_in_vain(state: State, bug: str | None) -> Iterator[Step]:
    """A gateway looks it up; it refuses when a claim came after all copies."""
    log = state.commands
    for command in COMMANDS:
        copies = state.sent[command]
        if state.told[command] is not None:
            continue
        if command in log:
            ack = _put(state.told, command, log.index(command) + 1)
            yield f"the journal acks {command}", state._replace(told=ack)
        elif copies and (bug == "nack_unknown" or max(copies) < state.epoch):
            no = _put(state.told, command, REFUSED)
            yield f"the gateway refuses {command}", state._replace(told=no)


def _watch(state: State, bug: str | None) -> Iterator[Step]:
    """An event is dropped when known, applied when next; a gap asks the journal."""
    log, screen = state.commands, state.screen
    for seq, command in state.events:
        is_known, is_next = seq <= len(screen), seq == len(screen) + 1
        after = screen if is_known else log
        if is_next or (bug == "no_gapfill" and not is_known):
            after = (*screen, command)
        left = state.events - {(seq, command)}
        yield f"event {seq} arrives", state._replace(events=left, screen=after)
    if len(screen) < len(state.log) and bug != "no_beacon":
        yield "the beacon shows a gap", state._replace(screen=log)


class Found(NamedTuple):
    """What a search came to: nothing but states, or the shortest way to a violation."""

    states: int
    transitions: int
    violation: str | None = None
    path: Sequence[str] = ()


def search(
    bug: str | None = None, *, without: Set[str] = frozenset(), budget: Budget = SMALL
) -> Found:
    """Visit every reachable state, breadth first, until one violates something."""
    layers = LAYERS - without - (SABOTAGES[bug].layers_off if bug else set())
    start, transitions = State(budget), 0
    before: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        choices = list(steps(state, bug, layers))
        transitions += len(choices)
        if broken := violation(state, not choices):
            return Found(len(before), transitions, broken, _path(before, state))
        for action, after in choices:
            if after not in before:
                before[after] = (state, action)
                queue.append(after)
    return Found(len(before), transitions)


def _path(
    before: Mapping[State, tuple[State, str] | None], end: State
) -> Sequence[str]:
    path = []
    at = before[end]
    while at:
        path.append(at[1])
        at = before[at[0]]
    return path[::-1]


def main() -> int:
    """Visit all states, and say how many there are and what is broken."""
    found = search()
    print(f"FIGURE states of the model: {found.states:,} (bar >= 1,100,000)")  # noqa: T201
    print(*(found.violation or "0 violations", *found.path), sep="\n")  # noqa: T201
    return int(bool(found.violation) or found.states < 1_100_000)


if __name__ == "__main__":
    sys.exit(main())
