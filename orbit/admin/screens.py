"""What the command line shows of a node's room: tables for people, JSON for programs.

Names that people gave are told as text, never as markup.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
STATES = {
    "fit": "green",
    "busy": "yellow",
    "deaf": "yellow",
    "draining": "yellow",
    "silent": "red",
    "gone": "dim",
}
UNKNOWN = "-"
WIDE = 200


def console() -> Console:
    """Return where it is shown; what is no terminal has room for all of it."""
    shown = Console(highlight=False)
    return shown if shown.is_terminal else Console(highlight=False, width=WIDE)


def nodes(told: Row) -> RenderableType:
    """Show the nodes."""
    table = _table(
        *("node", "inc", "state"),
        numbers=("owns", "follows", "sockets", "slow", "lag", "memory", "beat", "up"),
    )
    for node in told["nodes"]:
        said = node["numbers"] or {}
        table.add_row(
            Text(short(node["name"]) + (" *" if node["is_me"] else "")),
            node["inc"][:8],
            Text(node["state"], style=STATES.get(node["state"], "")),
            count(said.get("boards_owned")),
            count(said.get("boards_followed")),
            count(said.get("sockets")),
            count(said.get("sockets_lagging")),
            milliseconds(said.get("loop_lag_s")),
            size(said.get("memory_bytes")),
            f"{node['beat_age_s']:.1f} s",
            age(node["started_at"]),
        )
    here = [node for node in told["nodes"] if node["state"] != "gone"]
    unseen = [node for node in here if node["is_seen"] is False]
    notes = [f"{short(node['name'])} is not seen by Redis" for node in unseen]
    return _with_notes(table, [*notes, "* has told this"])


def top(told: Row) -> RenderableType:
    """Show the boards with the most."""
    table = _table(
        *("board", "kind", "owner"),
        numbers=("commands/s", "events/s", "deliveries/s", "watchers", "slowest ack"),
    )
    for board in told["boards"]:
        table.add_row(
            board["board"],
            board["kind"] or UNKNOWN,
            board["owner"][:8] or UNKNOWN,
            rate(board["commands_s"]),
            rate(board["events_s"]),
            rate(board["deliveries_s"]),
            count(board["watchers"]),
            f"{board['slowest_ms']:.1f} ms" if board["slowest_ms"] else UNKNOWN,
        )
    sums = (
        f"all boards: {rate(told['commands_s'])} commands/s, "
        f"{rate(told['events_s'])} events/s, {rate(told['deliveries_s'])} deliveries/s"
    )
    return _with_notes(table, [sums, *_silence(told)])


def where(told: Row) -> RenderableType:
    """Show where a board lives."""
    card = Table.grid(padding=(0, 2))
    names = {place["inc"]: place["name"] for place in told["places"]}
    for label, value in (
        ("kind", told["kind"]),
        ("owner", _named(told["owner"], names) or "nobody who is alive"),
        ("epoch", str(told["epoch"])),
        ("seq", str(told["seq"])),
        ("should be at", _named(told["should_be"], names)),
        ("handed over to", _named(told["heir"], names)),
    ):
        if value:
            card.add_row(Text(label, style="dim"), Text(value))
    table = _table("node", "inc", "here it is", numbers=("epoch", "seq", "watchers"))
    for place in told["places"]:
        table.add_row(
            Text(short(place["name"])),
            place["inc"][:8],
            place["role"],
            count(place["epoch"]),
            count(place["seq"]),
            count(place["watchers"]),
        )
    return Group(card, Text(), table)


def connections(told: Row) -> RenderableType:
    """Show connections, the slowest first."""
    table = _table(
        *("id", "since"),
        numbers=("boards", "behind", "queued", "lag", "frames/s"),
    )
    for one in told["sockets"]:
        is_slow = one["boards_behind"] or one["lag_s"]
        table.add_row(
            one["id"],
            age(one["since"]),
            count(one["boards"]),
            count(one["boards_behind"]),
            size(one["queued_bytes"]),
            f"{one['lag_s']:.1f} s" if one["lag_s"] else UNKNOWN,
            rate(one["frames_s"]),
            style="yellow" if is_slow else "",
        )
    notes = [f"{len(told['sockets'])} of {told['total']} connections"]
    return _with_notes(table, [*notes, *_silence(told)])


def traced(told: Row) -> Text:
    """Show one event."""
    ms = f"{told['ms']:.1f} ms" if told.get("ms") is not None else UNKNOWN
    who = told["who"] or "a guest"
    line = f"{told['seq']:>8}  {told['at']}  {told['type']:<20} {who:<24} "
    text = Text(line + f"{told['bytes']:>6} B {ms:>10}")
    if "event" in told:
        text.append(f"\n          {told['event']}", style="dim")
    return text


# How values look ------------------------------------------------------------------


def short(name: str) -> str:
    """Return a node's name without the path to its data folder."""
    host, _, path = name.partition(":")
    return f"{host}:{path.rpartition('/')[2]}" if path else name


def count(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def rate(value: float) -> str:
    return f"{value:,.1f}" if value else "0"


def milliseconds(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else f"{seconds * 1_000:.1f} ms"


def size(value: int | None) -> str:
    """Return bytes as people read them."""
    if value is None:
        return UNKNOWN
    left = float(value)
    for unit in ("B", "KiB", "MiB"):
        if left < 1_024:
            return f"{left:.0f} {unit}"
        left /= 1_024
    return f"{left:.1f} GiB"


def age(at: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> str:  # noqa: TID251 - of a screen
    """Return how long ago something was."""
    seconds = max((now() - datetime.fromisoformat(at)).total_seconds(), 0.0)
    for unit, of_it in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * of_it:
            return f"{seconds / of_it:.0f} {unit}"
    return f"{seconds:.0f} s"


def _named(inc: str | None, names: Mapping[str, str]) -> str:
    return f"{short(names.get(inc, ''))} {inc[:8]}".strip() if inc else ""


def _silence(told: Row) -> Sequence[str]:
    silent = [inc[:8] for inc in told["silent"]]
    return [f"did not answer: {', '.join(silent)}"] if silent else []


def _table(*words: str, numbers: Iterable[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for word in words:
        table.add_column(word, no_wrap=True)
    for number in numbers:
        table.add_column(number, justify="right", no_wrap=True)
    return table


def _with_notes(table: Table, notes: Iterable[str]) -> RenderableType:
    return Group(table, *(Text(note, style="dim") for note in notes))
