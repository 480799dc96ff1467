"""The systemd units: what they start, how it ends, and what it may not do."""

import shutil
import subprocess
from pathlib import Path

import pytest

from orbit import cli, workers
from orbit.cli.serving import serve
from orbit.environment import load
from tests.kit.deployed import DEPLOY, LEAVE_S, SECRETS, environment, seconds

UNITS = DEPLOY / "systemd"
BOTH = ["orbit.service", "orbit@.service"]
PROGRAM = "/opt/orbit/bin/orbit"
SEALED = (
    *("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"),
    *("PrivateUsers", "ProtectClock", "ProtectHostname", "ProtectKernelLogs"),
    *("ProtectKernelModules", "ProtectKernelTunables", "ProtectControlGroups"),
    *("RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
    *("LockPersonality", "MemoryDenyWriteExecute"),
)


def service(name: str) -> dict[str, list[str]]:
    """Return what a unit's [Service] says; a word may be said more than once."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in (UNITS / name).read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def one(name: str, key: str) -> str:
    (found,) = service(name)[key]
    return found


@pytest.mark.parametrize("name", BOTH)
def test_it_starts_a_command_that_there_is(name):
    path, *words = one(name, "ExecStart").replace("%i", "8081").split()
    assert path == PROGRAM
    given = vars(cli.commands().parse_args(words))
    assert given["act"] is serve


def test_a_node_of_a_template_has_port_and_folder_of_its_own():
    words = one("orbit@.service", "ExecStart").replace("%i", "8081").split()[1:]
    given = vars(cli.commands().parse_args(words))
    assert given["port"] == "8081"
    assert given["data"] == "/var/lib/orbit/8081"
    assert given["workers"] == "1"
    assert one("orbit@.service", "StateDirectory") == "orbit/%i"


def test_the_parent_of_workers_is_one(tmp_path):
    words = one("orbit.service", "Environment").split()
    given = dict(word.split("=", 1) for word in words)
    del given["PYTHONUNBUFFERED"]
    assert given["ORBIT_DATA"] == f"/var/lib/{one('orbit.service', 'StateDirectory')}"
    with environment({**SECRETS, **given}):
        assert load().workers > 1


@pytest.mark.parametrize("name", BOTH)
def test_it_is_stopped_in_order_and_not_before_its_time(name):
    assert one(name, "KillMode") == "mixed"  # a database of its own comes last
    assert "KillSignal" not in service(name)  # SIGTERM, the usual one
    stop_s = seconds(one(name, "TimeoutStopSec") + "s")
    assert stop_s > max(LEAVE_S, workers.STOP_S)


@pytest.mark.parametrize("name", BOTH)
def test_it_is_started_again_unless_its_settings_are_wrong(name):
    assert one(name, "Restart") == "on-failure"
    assert one(name, "RestartPreventExitStatus") == str(cli.EX_CONFIG)
    assert "StartLimitIntervalSec=0" in (UNITS / name).read_text()


@pytest.mark.parametrize(("count", "told"), [("2", True), ("1", False), ("", False)])
def test_reload_spares_a_node_that_would_die_of_it(count, told):
    shell, flag, said = one("orbit.service", "ExecReload").split(" ", 2)
    assert (shell, flag) == ("/bin/sh", "-c")
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        given = {"MAINPID": str(sleeper.pid), "ORBIT_WORKERS": count}
        done = subprocess.run(
            [shell, flag, said.strip("'")],
            env={key: value for key, value in given.items() if value},
            check=False,
        )
        assert (done.returncode == 0) is told
        if not told:
            sleeper.kill()
        assert sleeper.wait(10) == (-1 if told else -9)


@pytest.mark.parametrize("name", BOTH)
def test_it_is_sealed(name):
    for key in SEALED:
        assert one(name, key) == "yes", key
    assert one(name, "User") == "orbit"
    assert one(name, "ProtectSystem") == "strict"
    assert one(name, "CapabilityBoundingSet") == ""
    assert service(name)["SystemCallFilter"] == ["@system-service", "~@privileged"]


def test_both_are_sealed_alike():
    differ = {"Environment", "ExecStart", "ExecReload", "StateDirectory"}
    first, second = (service(name) for name in BOTH)
    for key in (first.keys() | second.keys()) - differ:
        assert first.get(key) == second.get(key), key


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_systemd_understands_them(tmp_path: Path):
    paths = []
    for name in BOTH:
        text = (UNITS / name).read_text().replace(PROGRAM, "/bin/true")
        paths.append(tmp_path / name.replace("@", "@8081"))
        paths[-1].write_text(text)
    said = ["systemd-analyze", "verify", "--man=no", *map(str, paths)]
    done = subprocess.run(said, capture_output=True, text=True, check=False)
    about = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert done.returncode == 0, done.stderr
    assert about == []
