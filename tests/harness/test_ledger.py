"""Each counter of the oracle bites on a log that was doctored for it, and only it."""

from collections.abc import Callable

import pytest

from tests.harness.ledger import (
    COUNTERS,
    Applied,
    Away,
    Command,
    Journal,
    Ledger,
    Read,
    Row,
    Sent,
    Viewed,
    Viewer,
    audit,
    mark,
    public,
)


def put(n: int) -> dict[str, object]:
    return {"put": ["note", f"n{n}", {"x": n}]}


def honest() -> tuple[Ledger, dict[str, Journal]]:
    """A short, true story: four commands, one told again, a viewer, a reader."""
    rows = [Row(n, "ann", bytes([n]), 0, [put(n)]) for n in range(1, 5)]
    commands = [
        Command("b", bytes([n]), [Sent(n, n + 0.5, "ack", n)]) for n in range(1, 4)
    ]
    commands.append(
        Command("b", b"\4", [Sent(4.0, 4.2), Sent(5.0, 5.1, "unknown"), ack(6.0, 4)])
    )
    commands.append(Command("b", b"\5", [Sent(7.0, 7.1, "conflict")]))
    items = {("note", f"n{n}"): {"x": n} for n in (1, 2)}
    seen: list[Applied | Viewed] = [Viewed("L", 2, dict(items))]
    seen += [Applied("L", 3, [put(3)]), Applied("L", 4, None)]
    screen = {("note", f"n{n}"): {"x": float(n)} for n in range(1, 5)}
    viewer = Viewer("v", "b", seen, screen)
    read = Read("b", 2.6, Viewed("L", 2, dict(items)))
    return Ledger(commands, [viewer], [read], 20.0), {"b": Journal("L", rows)}


def ack(at: float, seq: int) -> Sent:
    return Sent(at, at + 0.1, "ack", seq)


Doctor = Callable[[Ledger, list[Row]], None]
DOCTORED: dict[str, Doctor] = {}


def doctor(function: Doctor) -> Doctor:
    DOCTORED[function.__name__] = function
    return function


@doctor
def lost(_ledger: Ledger, rows: list[Row]) -> None:
    rows[1] = Row(2, "eve", b"other", 0, [put(2)])


@doctor
def dup(_ledger: Ledger, rows: list[Row]) -> None:
    rows[0] = Row(1, "ann", b"\2", 0, [put(1)])


@doctor
def dup_applied(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.viewers[0].seen.insert(2, Applied("L", 3, [put(3)]))


@doctor
def reorder(ledger: Ledger, _rows: list[Row]) -> None:
    del ledger.viewers[0].seen[1]


@doctor
def reorder_stored(_ledger: Ledger, rows: list[Row]) -> None:
    rows[3] = Row(5, "ann", b"\4", 0, [put(4)])


@doctor
def phantom(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.viewers[0].seen[1] = Applied("L", 3, [put(33)])


@doctor
def phantom_ahead(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.viewers[0].seen.append(Applied("L", 5, [put(5)]))


@doctor
def phantom_view(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.reads[0] = Read("b", 2.6, Viewed("L", 2, {("note", "n1"): {"x": 1}}))


@doctor
def phantom_screen(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.viewers[0].screen = {}


@doctor
def gap(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.viewers[0].seen.pop()


@doctor
def order(ledger: Ledger, rows: list[Row]) -> None:
    ledger.commands[0].sends, ledger.commands[1].sends = (
        [Sent(1.0, 1.5, "ack", 2)],
        [Sent(2.0, 2.5, "ack", 1)],
    )
    rows[0], rows[1] = (
        Row(1, "ann", b"\2", 0, [put(1)]),
        Row(2, "ann", b"\1", 0, [put(2)]),
    )


@doctor
def stale(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.reads[0] = Read("b", 3.6, ledger.reads[0].seen)


@doctor
def backwards(ledger: Ledger, _rows: list[Row]) -> None:
    view = ledger.viewers[0].seen[0]
    ledger.viewers[0].seen.append(view)


@doctor
def false_nack(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.commands[3].sends[-1] = Sent(6.0, 6.1, "conflict")


@doctor
def silent(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.commands[3].sends.insert(1, Sent(4.5, 15.1))


@doctor
def silent_to_the_end(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.commands[4].sends = [Sent(7.0)]


@doctor
def ghosts(ledger: Ledger, _rows: list[Row]) -> None:
    ledger.ghosts.append("v is told of 2, there are 1")


def test_a_true_story_has_no_faults() -> None:
    assert audit(*honest()).faults == {}


@pytest.mark.parametrize("name", DOCTORED)
def test_a_counter_bites(name: str) -> None:
    ledger, journals = honest()
    rows = list(journals["b"].rows)
    DOCTORED[name](ledger, rows)
    faults = audit(ledger, {"b": Journal("L", rows)}).faults
    counter = next(one for one in COUNTERS if name.startswith(one))
    assert faults.get(counter), faults


def test_there_is_a_doctored_story_for_each_counter() -> None:
    assert set(COUNTERS) <= set(DOCTORED)


def test_the_counters_tell_different_faults_apart() -> None:
    for name in ("phantom_view", "gap", "stale", "false_nack", "silent", "order"):
        ledger, journals = honest()
        rows = list(journals["b"].rows)
        DOCTORED[name](ledger, rows)
        faults = audit(ledger, {"b": Journal("L", rows)}).faults
        own = next(one for one in COUNTERS if name.startswith(one))
        assert set(faults) - {"phantom"} <= {own}, (name, faults)


def test_who_could_answer_nobody_is_not_silent() -> None:
    ledger, journals = honest()
    ledger.commands[3].sends.insert(1, Sent(4.5, 15.1, via="ann"))
    ledger.away = [Away("ann", 5.0, 6.0)]
    assert audit(ledger, journals).faults == {}
    ledger.away = [Away("bob", 5.0, 6.0), Away("ann", 15.05, 16.0)]
    assert audit(ledger, journals).faults == {"silent": 1}


def test_marks_are_of_the_meaning_and_not_of_the_text() -> None:
    assert mark([{"a": 1, "b": 2.0}]) == mark([{"b": 2, "a": 1.0}])
    assert mark([{"a": True}]) != mark([{"a": 1}])


def test_what_only_some_see_is_not_public() -> None:
    everyone, some = {"drop": ["note", "a"]}, {"drop": ["vote", "v"], "to": ["ann"]}
    assert public([everyone, some]) == [everyone]
