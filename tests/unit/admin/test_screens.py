"""What a terminal shows an operator."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from orbit.admin import screens

NUMBERS = {
    "boards_owned": 1_200,
    "boards_followed": 0,
    "sockets": 14_000,
    "sockets_lagging": 3,
    "loop_lag_s": 0.0021,
    "memory_bytes": 300 << 20,
}


def shown(what: Any, width: int = 120) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as said:
        console.print(what)
    return said.get()


def node(**changes: Any) -> dict[str, Any]:
    usual = {
        "inc": "f67003dc-fa7d-4868-989c-714e324406b1",
        "name": "host:/srv/orbit#1",
        "state": "fit",
        "is_me": False,
        "is_seen": True,
        "beat_age_s": 1.234,
        "started_at": "2026-11-21T10:00:00Z",
        "numbers": NUMBERS,
    }
    return usual | changes


def test_nodes_with_and_without_an_answer() -> None:
    silent = node(name="other", state="silent", numbers=None, is_seen=False)
    told = shown(screens.nodes({"nodes": [node(is_me=True), silent]}), width=90)
    first, second = told.splitlines()[1:3]
    for part in ("host:orbit#1 *", "f67003dc", "fit", "1,200", "14,000 "):
        assert part in first
    assert "2.1 ms" in first
    assert "300 MiB" in first
    assert "silent" in second
    assert "other is not seen by Redis" in told
    assert "…" not in told


def test_what_people_named_is_no_markup() -> None:
    told = shown(screens.nodes({"nodes": [node(name="[red]x[/red]")]}))
    assert "[red]x[/red]" in told


def test_where_a_board_lives() -> None:
    place = {"inc": "aaaaaaaa-1", "name": "h:/d#1", "role": "owner", "epoch": 3}
    told = shown(
        screens.where(
            {
                "kind": "feedback",
                "owner": None,
                "heir": None,
                "epoch": 3,
                "seq": 7,
                "should_be": "aaaaaaaa-1",
                "places": [place | {"seq": 7, "watchers": 2}],
            }
        )
    )
    assert "nobody who is alive" in told
    assert "h:d#1 aaaaaaaa" in told
    assert "handed over" not in told


def test_a_slow_connection_and_who_did_not_answer() -> None:
    one = {
        "id": "aaaaaaaa-7",
        "since": "2026-11-21T10:00:00Z",
        "boards": 2,
        "boards_behind": 1,
        "queued_bytes": 2_048,
        "lag_s": 4.25,
        "frames_s": 0.0,
    }
    told = {"sockets": [one], "total": 9, "silent": ["bbbbbbbb-2"]}
    said = shown(screens.connections(told))
    for part in ("aaaaaaaa-7", "2 KiB", "4.2 s", "1 of 9", "not answer: bbbbbbbb"):
        assert part in said


def test_an_event_of_a_guest_read_from_the_journal() -> None:
    event = {"seq": 7, "at": "2026-11-21T10:00:00Z", "type": "note_added"}
    said = shown(screens.traced(event | {"who": "", "bytes": 12}))
    assert "a guest" in said
    assert "12 B" in said
    assert "ms" not in said
    with_text = event | {"who": "k", "bytes": 12, "ms": 3.25, "event": {"t": "[b]x"}}
    said = shown(screens.traced(with_text))
    assert "3.2 ms" in said
    assert "{'t': '[b]x'}" in said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (7, "7 s"), (119, "119 s"), (600, "10 min"), (86_400 * 3, "3 d")],
)
def test_ages(seconds: float, said: str) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    at = (now - timedelta(seconds=seconds)).isoformat()
    assert screens.age(at, lambda: now) == said
