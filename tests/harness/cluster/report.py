"""The report as one HTML page that needs nothing else: tables, and plots in SVG.

Pure: outcomes in, text out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from msgspec import Struct

from tests.harness.cluster.figures import Figure, quantile, waits_of
from tests.harness.cluster.scenarios import Outcome
from tests.harness.faults import Fault
from tests.harness.ledger import COUNTERS

Points = list[tuple[float, float]]
Scale = Callable[[float], float]
WIDE, HIGH, LEFT, BELOW = 880, 170, 56, 24
STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --faint: #8a94a3; --line: #d9dee6;
  --paper: #fff; --good: #1a7f4b; --bad: #c2362b; --a: #2563c9; --b: #c2740c;
  --band: #c2362b22; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --faint: #8a94a3;
  --line: #333b47; --paper: #14181f; --good: #4cc38a; --bad: #ff7b6e; --a: #7aa8ff;
  --b: #f0a850; --band: #ff7b6e2b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; font-size: 1.15rem; }
table { border-collapse: collapse; margin: .8rem 0;
  font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .8rem .15rem 0; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; } .PASS { color: var(--good); } .MISS { color: var(--bad); }
p.faint, figcaption, svg text { color: var(--faint); fill: var(--faint);
  font-size: 12px; }
figure { margin: 1rem 0; overflow-x: auto; } svg { display: block; max-width: 100%; }
.axis { stroke: var(--line); } .band { fill: var(--band); }
.a { stroke: var(--a); fill: none; } .b { stroke: var(--b); fill: none; }
.dot { fill: var(--a); fill-opacity: .55; } details { margin: .8rem 0; }
"""


class Line(Struct, frozen=True):
    """Points to be joined, from left to right."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]


def page(
    outcomes: Sequence[Outcome], found: Sequence[Figure], said: Iterable[str]
) -> str:
    """Return the page."""
    judged = [figure for figure in found if figure.verdict]
    good = sum(figure.verdict == "PASS" for figure in judged)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        f"<title>Orbit under faults</title><style>{STYLE}</style>",
        "<h1>Orbit under faults</h1>",
        *(f"<p class=faint>{escape(line)}</p>" for line in said),
        f"<p><b>{good} of {len(judged)}</b> figures are within their bars.</p>",
        _table(judged, with_scenario=True),
    ]
    for outcome in outcomes:
        name = outcome.plan.name
        parts += _section(outcome, [one for one in found if one.scenario == name])
    return "\n".join(parts) + "\n"


def _section(outcome: Outcome, mine: Sequence[Figure]) -> Iterable[str]:
    plan = outcome.plan
    yield f"<h2 id={plan.name}>{plan.name}: {escape(plan.title)}</h2>"
    if problems := outcome.problems:
        items = "".join(f"<li class=MISS>{escape(one)}</li>" for one in problems)
        yield f"<ul>{items}</ul>"
    counts = outcome.verdict.counts
    yield "<table><tr>" + "".join(f"<th>{name}</th>" for name in COUNTERS) + "</tr>"
    cells = (
        f"<td class='n {'MISS' if counts[name] else 'PASS'}'>{counts[name]}</td>"
        for name in COUNTERS
    )
    yield "<tr>" + "".join(cells) + "</tr></table>"
    bands = [(f.began - outcome.began, _end(f) - outcome.began) for f in outcome.faults]
    acks, p50, p99 = _by_second(outcome)
    yield _plot("commands acked per second", [Line("acks/s", "a", acks)], bands)
    took = [Line("p50", "a", p50), Line("p99", "b", p99)]
    yield _plot("seconds until an ack, by when it came", took, bands)
    if waits := waits_of(outcome.faults):
        yield _strip("seconds until each board acked a new command", waits)
    yield f"<details><summary>{len(mine)} figures</summary>{_table(mine)}</details>"
    yield f"<details><summary>{len(outcome.faults)} faults</summary>"
    yield _faults(outcome) + "</details>"


def _end(fault: Fault) -> float:
    return max(fault.ended, fault.began + max([0.0, *fault.waits_s]))


def _table(found: Iterable[Figure], *, with_scenario: bool = False) -> str:
    rows = []
    for one in found:
        first = f"<td>{one.scenario}</td>" if with_scenario else ""
        rows.append(
            f"<tr>{first}<td>{escape(one.name)}</td><td class=n>{one.said}</td>"
            f"<td>{escape(one.bar)}</td><td class={one.verdict}>{one.verdict}</td></tr>"
        )
    return "<table>" + "".join(rows) + "</table>"


def _faults(outcome: Outcome) -> str:
    rows = ["<tr><th>at</th><th>what</th><th>in flight</th><th>evidence</th></tr>"]
    for fault in outcome.faults:
        said = ", ".join(f"{name} {value}" for name, value in fault.evidence.items())
        wrong = f"<br><span class=MISS>{escape(fault.problem)}</span>"
        rows.append(
            f"<tr><td class=n>{fault.began - outcome.began:.1f} s</td>"
            f"<td>{escape(fault.kind)}</td><td class=n>{fault.in_flight}</td>"
            f"<td>{escape(said)}{wrong if fault.problem else ''}</td></tr>"
        )
    return "<table>" + "".join(rows) + "</table>"


# What is plotted -------------------------------------------------------------------


def _by_second(outcome: Outcome) -> tuple[Points, Points, Points]:
    seconds: dict[int, list[float]] = defaultdict(list)
    for answer in outcome.acked:
        seconds[int(answer.at - outcome.began)].append(answer.took_s)
    if not seconds:
        return [], [], []
    span = range(min(seconds), max(seconds) + 1)
    acks = [(float(at), float(len(seconds[at]))) for at in span]
    p50 = [(float(at), quantile(seconds[at], 0.5)) for at in span]
    p99 = [(float(at), quantile(seconds[at], 0.99)) for at in span]
    return acks, p50, p99


# Plots -----------------------------------------------------------------------------


def _plot(
    title: str, lines: Sequence[Line], bands: Iterable[tuple[float, float]]
) -> str:
    """Draw lines over time, in s; each fault is a band behind them."""
    points = [point for line in lines for point in line.points] or [(0.0, 0.0)]
    far = max(1.0, *(x for x, _ in points))
    top = max(0.001, *(y for _, y in points)) * 1.05

    def x_of(x: float) -> float:
        return LEFT + x / far * (WIDE - LEFT - 8)

    def y_of(y: float) -> float:
        return 8 + (1 - y / top) * (HIGH - BELOW - 8)

    parts = [
        f"<rect class=band x={x_of(began):.1f} y=8 height={HIGH - BELOW - 8} "
        f"width={max(1.5, x_of(ended) - x_of(began)):.1f} />"
        for began, ended in bands
    ]
    parts += _axes(far, top, x_of, y_of)
    for line in lines:
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in line.points)
        parts.append(
            f"<polyline class={line.style} points='{path}'>"
            f"<title>{escape(line.name)}</title></polyline>"
        )
    names = " · ".join(line.name for line in lines)
    return _figure(HIGH, parts, f"{title} ({names}); bands are faults")


def _axes(far: float, top: float, x_of: Scale, y_of: Scale) -> list[str]:
    parts = []
    for n in range(5):
        x, y = far * n / 4, top * n / 4
        parts.append(
            f"<line class=axis x1={LEFT} x2={WIDE - 8} y1={y_of(y):.1f} "
            f"y2={y_of(y):.1f} /><text x={LEFT - 6} y={y_of(y) + 4:.1f} "
            f"text-anchor=end>{y:.3g}</text>"
            f"<text x={x_of(x):.1f} y={HIGH - 6} text-anchor=middle>{x:.0f} s</text>"
        )
    return parts


def _strip(title: str, waits: Mapping[str, Sequence[float]]) -> str:
    """Draw each wait as a dot, a row for each kind."""
    far = max(0.001, *(max(values) for values in waits.values())) * 1.05
    row, left = 26, 300
    high = row * len(waits) + BELOW + 8
    parts = []
    for n in range(5):
        x = left + n / 4 * (WIDE - left - 16)
        parts.append(
            f"<line class=axis x1={x:.1f} x2={x:.1f} y1=4 y2={high - BELOW} />"
            f"<text x={x:.1f} y={high - 6} text-anchor=middle>"
            f"{far * n / 4:.2g} s</text>"
        )
    for number, (kind, values) in enumerate(waits.items()):
        y = row * number + row / 2 + 4
        parts.append(f"<text x=0 y={y + 4:.1f}>{escape(kind)}</text>")
        parts += [
            f"<circle class=dot r=3 cx={left + v / far * (WIDE - left - 16):.1f} "
            f"cy={y + (at % 5 - 2) * 3:.1f} />"
            for at, v in enumerate(values)
        ]
    return _figure(high, parts, title)


def _figure(high: int, parts: Iterable[str], caption: str) -> str:
    inner = "".join(parts)
    return (
        f"<figure><svg viewBox='0 0 {WIDE} {high}' width={WIDE} height={high} "
        f"role=img aria-label='{escape(caption, quote=True)}'>{inner}</svg>"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
