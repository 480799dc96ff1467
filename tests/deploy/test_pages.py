"""What the pages for operators tell them to type, and to count on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orbit import cli, cluster, leaving, workers
from orbit.store.clock import SystemClock
from orbit.store.postgres.connect import Lane
from orbit.store.postgres.store import PostgresStore
from tests.kit.deployed import DEPLOY, ROOT, SECRETS

HOWTO = ROOT / "docs/howto"
COMMAND = re.compile(r"(?:bin/|-- |node1 )orbit((?: [\w./:-]+)+)")


def commands(text: str) -> Iterator[list[str]]:
    """Give each `orbit` command that a page tells people to type, word by word."""
    for said in COMMAND.findall(text):
        yield said.split()


@pytest.mark.parametrize("name", ["runbook.md", "deploy.md"])
def test_every_command_exists(name):
    found = list(commands((HOWTO / name).read_text()))
    assert found
    for words in found:
        cli.commands().parse_args(words)  # exits with 2 for words that are none


def test_a_command_that_is_none_would_be_found():
    (words,) = commands("type `bin/orbit boards list`, and look")
    with pytest.raises(SystemExit):
        cli.commands().parse_args(words)


@pytest.mark.parametrize("name", ["deploy.md", "run-several-nodes.md"])
def test_files_that_are_named_are_there(name):
    text = (HOWTO / name).read_text()
    named = re.findall(r"(?<![\w/.])(deploy/[\w./@*-]*\w)", text)
    assert named
    for path in named:
        assert list(ROOT.glob(path)), path


def test_every_folder_of_deploy_is_told_of():
    text = (HOWTO / "deploy.md").read_text()
    for folder in DEPLOY.iterdir():
        assert f"deploy/{folder.name}" in text


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_is_told_of(name):
    assert f"--from-literal={name}=" in (HOWTO / "deploy.md").read_text()
    assert name.removeprefix("ORBIT_") in (DEPLOY / "compose/compose.yaml").read_text()


async def test_a_node_takes_as_many_connections_as_is_said():
    store = PostgresStore("", inc="", name="", clock=SystemClock())
    lanes = [each for each in vars(store).values() if isinstance(each, Lane)]
    most = len(store._appends) + sum(lane._room._value for lane in lanes)
    places = [
        HOWTO / "run-several-nodes.md",
        HOWTO / "runbook.md",
        DEPLOY / "helm/orbit/values.yaml",
    ]
    for place in places:
        said = re.findall(r"up to (\d+)(?: connections|\s+of `max_con)", read(place))
        assert said == [str(most)], place
    compose = (DEPLOY / "compose/compose.yaml").read_text()
    (allowed,) = re.findall(r"max_connections=(\d+)", compose)
    assert int(allowed) > 4 * most  # three nodes, and one that is replaced


def read(place: Path) -> str:
    return " ".join(place.read_text().split())


def test_the_times_of_a_drain_are_those_that_are_said():
    text = read(HOWTO / "run-several-nodes.md")
    said = (
        f"({cluster.SENT_AWAY_PER_S} a second, {cluster.LONGEST_AWAY_S:.0f} s at most)"
    )
    assert said in text
    assert f"up to {leaving.GONE_S:.0f} s for the last" in text
    assert f"Give it {workers.LEAVE_S:.0f} s" in text
