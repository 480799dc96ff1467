"""What watches Orbit speaks of what is there: numbers, labels, sections."""

import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from orbit.node import running
from orbit.settings import Settings
from tests.kit.balancers import program
from tests.kit.deployed import DEPLOY, ROOT
from tests.kit.valkey import valkey

RUNBOOK = "docs/howto/runbook.md"
RULES = DEPLOY / "prometheus/alerts.yaml"
NAME = re.compile(r"\borbit_[a-z_]+")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    found = json.loads((DEPLOY / "grafana/orbit.json").read_text())
    assert isinstance(found, dict)
    return found


def expressions() -> dict[str, str]:
    """Return everything that Prometheus is asked, by who asks."""
    asked = {f"alert {rule['alert']}": rule["expr"] for rule in alerts()}
    board = dashboard()
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            asked[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            asked[f"variable {variable['name']}"] = variable["query"]["query"]
    for mark in board["annotations"]["list"]:
        asked[f"annotation {mark['name']}"] = mark["expr"]
    runbook = (ROOT / RUNBOOK).read_text()
    codes = re.findall(r"`([^`\n]*\borbit_[^`\n]*)`", runbook)
    return asked | {f"runbook {code}": code for code in codes}


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", (ROOT / RUNBOOK).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
async def exported() -> AsyncIterator[dict[str, set[str]]]:
    """Give the labels of each number that a node of a cluster exports, by its name."""
    # a database of its own, for the fixture of that name is a test's
    from tests.kit.postgres import database  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        settings = Settings(
            data=Path(stack.enter_context(TemporaryDirectory(dir="/tmp"))),
            database_url=await stack.enter_async_context(database()),
            redis_url=stack.enter_context(valkey()).url,
            pepper=SecretStr("a pepper of tests, as long as it should be"),
            secret_key=SecretStr("a secret key of tests, as long as it should be"),
            port=0,
        )
        node = await stack.enter_async_context(running(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession(node.address))
        async with http.get("/health/ready/") as answer:  # what was asked is counted
            assert answer.status == 200
        async with http.get("/metrics") as answer:
            text = await answer.text()
        found: dict[str, set[str]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
        yield found


async def test_every_number_that_is_asked_for_is_exported(
    exported: dict[str, set[str]],
) -> None:
    assert len(exported) > 20
    asked = {name for text in expressions().values() for name in NAME.findall(text)}
    assert len(asked) > 15
    assert asked - exported.keys() == set()


async def test_every_label_that_is_asked_for_is_exported(
    exported: dict[str, set[str]],
) -> None:
    added = {"job", "instance"}  # by Prometheus
    for who, text in expressions().items():
        for name, selector in re.findall(r"\b(orbit_[a-z_]+)\{(.*?)\}", text):
            labels = set(re.findall(r"(\w+)\s*[=!]~?", selector))
            assert labels <= exported[name] | added, who


def test_every_alert_says_how_bad_it_is_and_where_to_read_on() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        notes = rule["annotations"]
        assert notes["runbook_url"] == f"{RUNBOOK}#{rule['alert'].lower()}"
        assert notes["summary"]


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    assert list(sections()) == [rule["alert"] for rule in alerts()]
    severities = {rule["alert"]: rule["labels"]["severity"] for rule in alerts()}
    for name, text in sections().items():
        assert text.strip().startswith(f"*{severities[name].title()}.*"), name
        for beginning in ("\nLook ", "\nThen: "):
            assert beginning in text, f"{name}: {beginning}"


def test_links_within_the_runbook_lead_to_a_section() -> None:
    for link in re.findall(r"\]\(#(\w+)\)", (ROOT / RUNBOOK).read_text()):
        assert link in {name.lower() for name in sections()}


def test_panels_do_not_overlap_and_are_told_apart() -> None:
    seen: set[tuple[int, int]] = set()
    panels = dashboard()["panels"]
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & seen, panel["title"]
        seen |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


def promtool(*words: str) -> None:
    path = program("promtool")
    if path is None:
        pytest.skip("there is no promtool")
    done = subprocess.run([path, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_accepts_the_files() -> None:
    promtool("check", "rules", str(RULES))
    promtool("check", "config", "--lint-fatal", str(DEPLOY / "prometheus/scrape.yaml"))


def test_each_alert_fires_when_it_should() -> None:
    cases = Path(__file__).with_name("alerts_test.yaml")
    tested = set(re.findall(r"alertname: (\w+)", cases.read_text()))
    assert tested == {rule["alert"] for rule in alerts()}
    promtool("test", "rules", str(cases))


def test_prometheus_reads_each_question_of_the_dashboard(tmp_path: Path) -> None:
    times = {"$__rate_interval": "5m", "$job": "orbit", "$instance": ".+"}
    rules = []
    for who, text in expressions().items():
        if who.startswith(("panel", "annotation")):
            for name, value in times.items():
                text = text.replace(name, value)  # noqa: PLW2901 - what is asked
            rules.append({"record": "asked", "labels": {"who": who}, "expr": text})
    made = tmp_path / "rules.yaml"
    made.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    promtool("check", "rules", str(made))
