"""The compose file: nodes that would start, and balancer and sockets that meet."""

import ipaddress
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from orbit import environment
from tests.kit.deployed import DEPLOY, LEAVE_S, SECRETS, faults, probes, seconds
from tests.kit.deployed import settings as loaded

FILE = DEPLOY / "compose/compose.yaml"
REFERENCE = re.compile(r"\$\{(\w+)(?::([-?])(.*?))?\}")
DATA = "/var/lib/orbit/data"


def interpolated(text: str, given: dict[str, str]) -> str:
    """Put variables in, as compose does: ${A}, ${A:-usual}, ${A:?why not}."""

    def value(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        if name not in given and how != "-":
            raise KeyError(rest)
        return given.get(name, rest)

    return REFERENCE.sub(value, text)


def composed(**given: str) -> dict[str, Any]:
    found = yaml.safe_load(interpolated(FILE.read_text(), {**SECRETS, **given}))
    assert isinstance(found, dict)
    return found


def nodes(file: dict[str, Any]) -> dict[str, Any]:
    return {n: s for n, s in file["services"].items() if s["image"] == "orbit"}


def stand_in(program: Path, line: str) -> None:
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)


def shell(text: str, programs: Path, **variables: str) -> int:
    """Have `sh` do something, with programs before those of the system."""
    path = f"{programs}:{os.defpath}"
    return subprocess.run(
        ["/bin/sh", "-c", text],
        env={"PATH": path, **variables},
        capture_output=True,
        check=False,
    ).returncode


@pytest.mark.parametrize("site", [None, "https://boards.example.org"])
def test_its_nodes_would_start(site, tmp_path):
    file = composed(**({"SITE": site} if site else {}))
    assert len(nodes(file)) == 3
    for node in nodes(file).values():
        assert faults(node["environment"], tmp_path) == []
        taken = loaded(node["environment"], tmp_path)
        assert taken.is_production
        assert taken.public_url == (site or "http://localhost")
        assert file["services"]["caddy"]["environment"]["SITE"] == taken.public_url


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_nothing_starts_without_its_secrets(name):
    given = {key: value for key, value in SECRETS.items() if key != name}
    with pytest.raises(KeyError, match="see the head"):
        interpolated(FILE.read_text(), given)


def test_the_nodes_share_everything_but_their_names():
    """Boards are placed by a name, which should be the same after a restart."""
    names = {name: node.pop("hostname") for name, node in nodes(composed()).items()}
    assert names == {name: name for name in names}
    file = composed()
    first, *rest = [dict(node, hostname="") for node in nodes(file).values()]
    assert all(node == first for node in rest)


def test_the_balancer_knows_the_nodes_and_they_know_it(tmp_path):
    file = composed()
    caddy = file["services"]["caddy"]
    assert caddy["environment"]["NODES"].split() == [f"{n}:8080" for n in nodes(file)]
    address = caddy["networks"]["front"]["ipv4_address"]
    (subnet,) = file["networks"]["front"]["ipam"]["config"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(subnet["subnet"])
    for node in nodes(file).values():
        trusted = loaded(node["environment"], tmp_path).trusted_proxies
        assert trusted == (ipaddress.ip_network(address),)
        assert "front" in node["networks"]
        assert "ports" not in node
    mounted, target, _ = caddy["volumes"][0].split(":")
    assert target == "/etc/caddy/Caddyfile"
    used = {*re.findall(r"\{\$(\w+)", (FILE.parent / mounted).read_text())}
    assert used == {*caddy["environment"]}


def test_the_caddyfile_uses_nothing_that_is_orbits():
    """Whatever begins with ORBIT_ is Orbit's, and must be a setting of it."""
    assert not {"SITE", "NODES"} & {*environment.FIELDS}


def test_a_node_has_as_long_to_leave_as_it_may_take():
    for node in nodes(composed()).values():
        assert seconds(node["stop_grace_period"]) > LEAVE_S


def test_a_node_can_write_nowhere_but_in_its_folder():
    for node in nodes(composed()).values():
        assert node["read_only"] is True
        assert node["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in node["security_opt"]
        (place,) = node["tmpfs"]
        assert place.startswith(f"{DATA}:uid=10001,gid=10001,mode=0700")
        assert all(volume.endswith(":ro") for volume in node["volumes"])
        assert node["init"] is True


def test_health_is_asked_where_a_node_tells_it():
    for node in nodes(composed()).values():
        said = " ".join(node["healthcheck"]["test"])
        (path,) = re.findall(r":8080(/[^']+)'", said)
        assert path in probes()
        assert path == "/health/ready/"  # `--wait` waits for it


def test_database_and_valkey_are_reached_by_sockets_alone():
    file = composed()
    socket = {"postgres": "/run/postgresql", "valkey": "/run/valkey"}
    for name, place in socket.items():
        service = file["services"][name]
        assert service["network_mode"] == "none"
        assert "ports" not in service
        (volume,) = [v for v in service["volumes"] if v.startswith(f"{name}-socket:")]
        inside = volume.partition(":")[2]
        if name == "valkey":
            assert f"--unixsocket {inside}/valkey.sock" in service["command"]
        for node in nodes(file).values():
            assert f"{name}-socket:{place}:ro" in node["volumes"]
            assert node["depends_on"][name] == {"condition": "service_healthy"}
    assert {"postgres-data", "postgres-socket", "valkey-socket"} <= {*file["volumes"]}


@pytest.mark.parametrize(("pid", "said"), [("1", 0), ("57", 1), (None, 1)])
def test_the_database_is_not_ready_while_its_first_start_sets_it_up(
    pid, said, tmp_path
):
    """Nodes that find no database yet end, and with them `up --wait`.

    The image's first start runs a server for itself, on the same socket, that is not
    process 1.  It answers before there is a database, and goes.
    """
    kind, *words = composed()["services"]["postgres"]["healthcheck"]["test"]
    line = words[0].replace("$$", "$") if kind == "CMD-SHELL" else shlex.join(words)
    if pid:
        (tmp_path / "postmaster.pid").write_text(f"{pid}\n/var/lib/postgresql/data\n")
    stand_in(tmp_path / "pg_isready", "exit 0")
    assert shell(line, tmp_path, PGDATA=str(tmp_path)) == said


@pytest.mark.parametrize(("starts", "asked"), [(True, 3), (False, 1)])
def test_a_release_that_does_not_start_takes_one_node_only(starts, asked, tmp_path):
    """The others go on with what they have."""
    head = FILE.read_text().partition("# A new release")[2].partition("\n\n")[0]
    lines = "\n".join(line.removeprefix("#") for line in head.splitlines()[1:])
    log = tmp_path / "log"
    stand_in(tmp_path / "docker", f'echo "$@" >> {log}; exit {0 if starts else 1}')
    shell(lines, tmp_path)
    assert [line.split()[-1] for line in log.read_text().splitlines()] == [
        *nodes(composed())
    ][:asked]


def test_valkey_refuses_rather_than_forgets():
    assert (
        "--maxmemory-policy noeviction" in composed()["services"]["valkey"]["command"]
    )
