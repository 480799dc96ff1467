"""The oracle: what was told, answered, applied and read, held against what is stored.

Pure.  Each counter of guarantees.md, 6, must be 0; each is shown to bite by a doctored
log (`test_ledger.py`).  Times are seconds of one clock.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct

SILENCE_S = 10.5
COUNTERS = {
    "lost": "acked, and not at that seq",
    "dup": "stored or applied twice",
    "reorder": "applied, and not the last + 1",
    "phantom": "applied or read, and not stored so",
    "gap": "not at the head after quiet",
    "order": "acked before the other was sent, yet a higher seq",
    "stale": "read below an acked seq",
    "backwards": "seq fell for one client",
    "false_nack": "refused, not sent again, yet stored",
    "silent": "no answer within 10.5 s",
    "ghosts": "told to be here 10 s later, without a socket",
}

Items = Mapping[tuple[str, str], Any]


class Row(Struct, frozen=True):
    """An event as it is stored; `changes` are those that everybody sees."""

    seq: int
    who: str
    op: bytes
    ix: int
    changes: Sequence[Any]


class Journal(Struct, frozen=True):
    """What is stored of a board, and of which history."""

    log: str
    rows: Sequence[Row]


class Sent(Struct):
    """A command on its way, once.  `until`: answered, or its connection was lost."""

    at: float
    until: float | None = None
    answer: str | None = None  # ack, unknown, or the code of a refusal
    seq: int = 0
    via: str = ""  # the node that it was sent to
    log: str = ""  # the history that its sender was in when it was answered


class Command(Struct):
    """A command under one op, however often it was sent."""

    board: str
    op: bytes
    sends: list[Sent] = []
    by_sdk: bool = False  # which sends again by itself, unseen, and has no hurry

    def acks(self) -> Iterator[Sent]:
        return (sent for sent in self.sends if sent.answer == "ack")


class Applied(Struct, frozen=True):
    """An event that reached somebody; `changes` is None if he sees more than others.

    Changes and items may be given as their mark: a long run has many.
    """

    log: str
    seq: int
    changes: Sequence[Any] | bytes | None
    at: float = 0.0


class Viewed(Struct, frozen=True):
    """A whole view that reached somebody, in place of all before."""

    log: str
    seq: int
    items: Items | bytes | None = None


class Viewer(Struct):
    """One who follows a board, through however many connections."""

    name: str
    board: str
    seen: list[Applied | Viewed] = []
    screen: Items | None = None  # at the end


class Away(Struct, frozen=True):
    """A node stood still, or was cut from its clients: it could answer nobody."""

    node: str
    since: float
    until: float


class Read(Struct, frozen=True):
    """Somebody looked: at what time he asked, and what he got."""

    board: str
    at: float
    seen: Viewed


class Ledger(Struct):
    """All that happened in a run, as the clients saw it."""

    commands: list[Command] = []
    viewers: list[Viewer] = []
    reads: list[Read] = []
    ended_at: float = float("inf")
    away: list[Away] = []
    ghosts: list[str] = []  # who was told of how many, and how many there were


class Verdict(Struct):
    """What was counted, and the first few cases of each."""

    counts: Counter[str]
    cases: dict[str, list[str]]

    def add(self, name: str, case: str) -> None:
        self.counts[name] += 1
        if len(self.cases.setdefault(name, [])) < 5:
            self.cases[name].append(case)

    @property
    def faults(self) -> dict[str, int]:
        return {name: n for name, n in self.counts.items() if n}


def public(changes: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return stored changes as those see them who see what everybody sees."""
    return [change for change in changes if "to" not in change]


def mark(changes: Any) -> bytes:
    """Return the same bytes for the same JSON, however it was written."""
    text = json.dumps(_plain(changes), sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=16).digest()


def mark_of(items: Items) -> bytes:
    """Return the same bytes for the same items."""
    return mark([[*key, items[key]] for key in sorted(items)])


def _plain(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def fold(items: dict[tuple[str, str], Any], changes: Iterable[Any]) -> None:
    """Apply changes to items."""
    for change in changes:
        if "put" in change:
            type_, id, data = change["put"]
            items[type_, id] = data
        else:
            items.pop(tuple(change["drop"]), None)


def audit(ledger: Ledger, journals: Mapping[str, Journal]) -> Verdict:
    """Count what should never have happened."""
    verdict = Verdict(Counter(dict.fromkeys(COUNTERS, 0)), {})
    for board, journal in journals.items():
        _stored(verdict, board, journal)
    _answers(verdict, ledger, journals)
    for board, commands in _by_board(ledger.commands).items():
        _order(verdict, board, commands)
    for viewer in ledger.viewers:
        _followed(verdict, viewer, journals[viewer.board])
    _reads(verdict, ledger)
    _views(verdict, ledger, journals)
    for case in ledger.ghosts:
        verdict.add("ghosts", case)
    return verdict


def _by_board(commands: Iterable[Command]) -> Mapping[str, list[Command]]:
    boards: dict[str, list[Command]] = defaultdict(list)
    for command in commands:
        boards[command.board].append(command)
    return boards


def _stored(verdict: Verdict, board: str, journal: Journal) -> None:
    seqs = [row.seq for row in journal.rows]
    if seqs != list(range(1, len(seqs) + 1)):
        verdict.add("reorder", f"{board}: the journal is not 1..{len(seqs)}")
    for key, n in Counter((row.who, row.op, row.ix) for row in journal.rows).items():
        if n > 1:
            verdict.add("dup", f"{board}: {key} is stored {n} times")


def _answers(verdict: Verdict, ledger: Ledger, journals: Mapping[str, Journal]) -> None:
    last: dict[tuple[str, bytes], int] = {}
    for board, journal in journals.items():
        for row in journal.rows:
            last[board, row.op] = row.seq
    for command in ledger.commands:
        if not command.sends:
            continue  # it never got away
        name = f"{command.board}: {command.op.hex()}"
        stored = last.get((command.board, command.op))
        for ack in command.acks():
            if stored != ack.seq and not _is_void(ack, command):
                verdict.add("lost", f"{name} acked at {ack.seq}, stored at {stored}")
        final = command.sends[-1]
        if stored and final.answer not in {None, "ack", "unknown"}:
            verdict.add("false_nack", f"{name}: {final.answer}, stored at {stored}")
        for sent in () if command.by_sdk else command.sends:
            if (waited := _waited(sent, ledger)) > SILENCE_S:
                verdict.add("silent", f"{name} waited {waited:.2f} s at {sent.via}")


def _is_void(ack: Sent, command: Command) -> bool:
    """Say whether its history has ended, and it was acked again in a later one."""
    later = command.sends[command.sends.index(ack) + 1 :]
    return any(sent.answer == "ack" and sent.log != ack.log for sent in later)


def _waited(sent: Sent, ledger: Ledger) -> float:
    """Return how long an answer took, less what its node was away meanwhile."""
    until = ledger.ended_at if sent.until is None else sent.until
    away = sum(
        max(0.0, min(until, one.until) - max(sent.at, one.since))
        for one in ledger.away
        if one.node == sent.via
    )
    return until - sent.at - away


def _order(verdict: Verdict, board: str, commands: Sequence[Command]) -> None:
    """Whoever was sent after an ack that stands has the higher seq."""
    acked = [
        (first.until or 0.0, command.sends[0].at, first.seq)
        for command in commands
        if (first := _standing(command))
    ]
    by_answer = sorted(acked)
    highest, at = 0, 0
    for _answered, sent, seq in sorted(acked, key=lambda one: one[1]):
        while at < len(by_answer) and by_answer[at][0] < sent:
            highest = max(highest, by_answer[at][2])
            at += 1
        if seq < highest:
            verdict.add("order", f"{board}: {seq} was sent after {highest} was acked")


def _standing(command: Command) -> Sent | None:
    """Return the first ack of a command in the last history in which it has one."""
    acks = [*command.acks()]
    return next((ack for ack in acks if ack.log == acks[-1].log), None)


def _followed(verdict: Verdict, viewer: Viewer, journal: Journal) -> None:
    stored = {row.seq: row for row in journal.rows}
    marks = {seq: mark(row.changes) for seq, row in stored.items()}
    log, seq = "", 0
    for seen in viewer.seen:
        name = f"{viewer.name}: {seen.seq} after {seq}"
        if seen.log == log and isinstance(seen, Viewed) and seen.seq < seq:
            verdict.add("backwards", name)
        if isinstance(seen, Applied):
            if seen.log == log and seen.seq <= seq:
                verdict.add("dup", f"{name}: applied twice")
            elif seen.seq != seq + 1 or seen.log != log:
                verdict.add("reorder", name)
            if seen.log == journal.log and not _is_stored(seen, marks):
                verdict.add("phantom", f"{name}: not what is stored")
        log, seq = seen.log, max(seen.seq, seq) if seen.log == log else seen.seq
    if (log, seq) != (journal.log, len(journal.rows)):
        verdict.add("gap", f"{viewer.name} ended at {seq} of {len(journal.rows)}")


def _is_stored(seen: Applied, marks: Mapping[int, bytes]) -> bool:
    if seen.changes is None:
        return seen.seq in marks
    told = seen.changes if isinstance(seen.changes, bytes) else mark(seen.changes)
    return marks.get(seen.seq) == told


def _reads(verdict: Verdict, ledger: Ledger) -> None:
    """Who asks after an ack, anybody's, sees what was acked in that history."""
    boards = _by_board(ledger.commands)
    for read in ledger.reads:
        acked = [
            ack.seq
            for command in boards.get(read.board, ())
            for ack in command.acks()
            if ack.until is not None
            and ack.until < read.at
            and ack.log in {"", read.seen.log}
        ]
        if acked and max(acked) > read.seen.seq:
            case = f"{read.board}: read {read.seen.seq} after an ack of {max(acked)}"
            verdict.add("stale", case)


def _views(verdict: Verdict, ledger: Ledger, journals: Mapping[str, Journal]) -> None:
    """A view at N is what the first N events come to, and nothing else."""
    views: dict[str, list[Viewed]] = defaultdict(list)
    for read in ledger.reads:
        views[read.board].append(read.seen)
    for viewer in ledger.viewers:
        views[viewer.board] += [one for one in viewer.seen if isinstance(one, Viewed)]
        if viewer.screen is not None and viewer.seen:
            last = viewer.seen[-1]
            views[viewer.board].append(Viewed(last.log, last.seq, viewer.screen))
    for board, seen in views.items():
        _compare(verdict, board, seen, journals[board])


def _compare(
    verdict: Verdict, board: str, views: Iterable[Viewed], journal: Journal
) -> None:
    items: dict[tuple[str, str], Any] = {}
    at = 0
    for view in sorted(views, key=lambda one: one.seq):
        if view.log != journal.log:
            continue
        if view.seq > len(journal.rows):
            verdict.add("phantom", f"{board}: a view at {view.seq}")
            continue
        while at < view.seq:
            fold(items, journal.rows[at].changes)
            at += 1
        if not _shows(view, items):
            verdict.add("phantom", f"{board}: a view at {at} is not what is stored")


def _shows(view: Viewed, items: Items) -> bool:
    if isinstance(view.items, bytes):
        return view.items == mark_of(items)
    return view.items is None or dict(view.items) == items
