"""Probes: what is well, what is not, and what is never touched."""

import asyncio

import pytest
from msgspec.structs import replace

from orbit.http.calls import Check
from orbit.http.health import DEGRADED, DRAINING, ISOLATED, NOT_CONFIGURED, Health
from tests.kit.app import App, running

READY = ("//health/", "//health", "//health/ready/", "//api/v1/readyz")
LIVE = ("//health/live/", "//health/live", "//api/v1/healthz/")


class Database:
    """A thing to check, that may be down."""

    def __init__(self) -> None:
        self.is_up, self.looks = True, 0

    async def check(self) -> None:
        self.looks += 1
        if not self.is_up:
            raise ConnectionError("a password that nobody may see")


def with_checks(app: App, **checks: Check) -> Health:
    return Health(replace(app.services, checks=checks))


async def test_a_node_that_is_well_says_so(app: App) -> None:
    for path in READY:
        answer = await app.guest.get(path)
        assert answer.status == 200
        assert answer.json["status"] == "healthy"
        assert answer.json["timestamp"].endswith("Z")
        database = answer.json["checks"]["database"]
        assert database["status"] == "healthy"
        assert database["latency_ms"] >= 0


async def test_status_tells_numbers_and_release(app: App) -> None:
    answer = await app.guest.get("//health/status/")
    assert answer.json["version"]
    assert answer.json["numbers"]["boards"] == 0
    assert answer.json["checks"]


async def test_live_touches_nothing() -> None:
    database = Database()
    async with running(checks={"database": database.check}) as app:
        for path in LIVE:
            answer = await app.guest.get(path)
            assert (answer.status, answer.json["status"]) == (200, "healthy")
            assert "checks" not in answer.json
    assert database.looks == 0


async def test_what_is_down_makes_the_node_not_ready() -> None:
    database = Database()
    database.is_up = False
    async with running(checks={"database": database.check}) as app:
        answer = await app.guest.get("//health/ready/")
        assert answer.status == 503
        assert answer.json["status"] == "unhealthy"
        assert answer.json["checks"] == {"database": {"status": "unhealthy"}}
        assert "password" not in answer.text
        assert (await app.guest.get("//health/live/")).status == 200
        assert (await app.guest.get("//health/status/")).status == 200


async def test_many_askers_cost_one_look(app: App) -> None:
    database = Database()
    health = with_checks(app, database=database.check)
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(health.report())
    assert database.looks == 1


async def test_what_does_not_answer_is_down(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orbit.http.health.PATIENCE_S", 0.01)

    async def silent() -> None:
        await asyncio.Event().wait()

    report = await with_checks(app, redis=silent).report()
    assert report.status == "unhealthy"


async def test_a_check_may_say_that_it_is_not_used(app: App) -> None:
    async def redis() -> str:
        return NOT_CONFIGURED

    report = await with_checks(app, redis=redis).report()
    assert report.status == "healthy"
    assert report.checks["redis"].status == "not configured"


async def test_whatever_else_a_check_returns_is_well(app: App) -> None:
    async def database() -> str:
        return "the id of a log"

    report = await with_checks(app, database=database).report()
    assert report.checks["database"].status == "healthy"


@pytest.mark.parametrize(
    ("said", "status"), [(DEGRADED, 200), (DRAINING, 503), (ISOLATED, 503)]
)
async def test_what_can_be_missed_for_a_while_does_not_take_a_node_out(
    said: str, status: int
) -> None:
    async def check() -> str:
        return said

    async with running(checks={"one": check}) as app:
        answer = await app.guest.get("//health/ready/")
    assert answer.status == status
    assert answer.json["status"] == answer.json["checks"]["one"]["status"] == said


async def test_the_worst_of_all_is_what_a_node_says_of_itself(app: App) -> None:
    async def degraded() -> str:
        return DEGRADED

    async def down() -> str:
        raise ConnectionError

    assert (await with_checks(app, a=degraded, b=down).report()).status == "unhealthy"
