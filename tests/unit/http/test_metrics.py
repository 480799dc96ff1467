"""What Prometheus is told."""

from prometheus_client.parser import text_string_to_metric_families

from orbit.core.actors.latency import Latency
from orbit.http.governor import Governor
from orbit.http.metrics import Metrics
from orbit.settings import Limits
from tests.kit.app import App


async def samples(app: App) -> dict[tuple[str, str, str, str], float]:
    """Return what is counted: by name, operation, method and status."""
    answer = await app.guest.get("//metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (
            sample.name,
            sample.labels.get("operation", ""),
            sample.labels.get("method", ""),
            sample.labels.get("status", ""),
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_count_by_operation_method_and_status(app: App) -> None:
    board = (await app.board())["board"]["id"]
    await app.guest.get(f"/boards/{board}/")
    await app.guest.get(f"/boards/{board}")
    await app.guest.get("/boards/nope/")
    await app.guest.post("/identity/ghost/generate/")
    told = await samples(app)
    count = "orbit_requests_total"
    assert told[count, "create_board", "POST", "201"] == 1
    assert told[count, "get_board", "GET", "200"] == 2
    assert told[count, "get_board", "GET", "404"] == 1
    assert told[count, "create_ghost", "POST", "201"] == 1
    assert told["orbit_request_seconds_count", "get_board", "", ""] == 3
    assert told["orbit_boards", "", "", ""] == 1


async def test_no_label_comes_from_outside(app: App) -> None:
    for path in ("//wp-admin.php", "/x/y/z", "/boards/whatever/"):
        await app.guest.get(path)
    await app.guest.call("PROPFIND", "/boards/")
    answer = await app.guest.get("//metrics")
    for said in ("wp-admin", "whatever", "PROPFIND"):
        assert said not in answer.text
    told = await samples(app)
    assert told["orbit_requests_total", "other", "GET", "404"] == 2
    assert told["orbit_requests_total", "other", "other", "405"] == 1


async def test_numbers_that_only_grow_are_counters(app: App) -> None:
    names = {"commits_total": 7.0, "sockets": 3.0}
    metrics = Metrics(_Told(names))  # type: ignore[arg-type]
    families = {each.name: each for each in metrics.registry.collect()}
    assert families["orbit_commits"].type == "counter"
    assert families["orbit_sockets"].type == "gauge"
    assert families["orbit_commits"].samples[0].value == 7


async def test_acks_are_told_by_how_long_they_took(app: App) -> None:
    board = (await app.board())["board"]["id"]
    ghost = await app.ghost()
    for _ in range(3):
        await ghost.post(f"/boards/{board}/notes/", {"content": "x"})
    text = (await app.guest.get("//metrics")).text
    (acks,) = [
        family
        for family in text_string_to_metric_families(text)
        if family.name == "orbit_ack_seconds"
    ]
    counts = [s.value for s in acks.samples if s.name.endswith("_bucket")]
    assert counts == sorted(counts)
    assert [s.value for s in acks.samples if s.labels.get("le") == "+Inf"] == [4]
    told = {s.name: s.value for s in acks.samples}
    assert told["orbit_ack_seconds_count"] == 4  # its opening was one too
    assert told["orbit_ack_seconds_sum"] > 0


async def test_what_lasts_is_not_timed(app: App) -> None:
    metrics = Metrics(app.services)
    metrics.seen("socket", "GET", 101, 3_600.0)
    names = [s.labels for f in metrics.registry.collect() for s in f.samples]
    assert {"operation": "socket", "method": "GET", "status": "101"} in names
    assert {"operation": "socket"} not in names


async def test_the_load_is_told(app: App) -> None:
    app.core.boards.governor.saw(0.125, 0.5, 1.0)
    text = (await app.guest.get("//metrics")).text
    assert "orbit_loop_lag_seconds 0.125" in text
    assert "orbit_memory_used_ratio 0.5" in text
    assert "orbit_sheds 0.0" in text


class _Told:
    def __init__(self, numbers: dict[str, float]) -> None:
        self.info = lambda: numbers
        self.acks, self.governor = Latency(), Governor(Limits())
