"""What the doctor says of a machine."""

import asyncio
import socket
from pathlib import Path

import pytest

from orbit import doctor
from orbit.doctor import Finding, Verdict, examine
from orbit.environment import load
from orbit.settings import Settings
from tests.kit.postgres import FORGETFUL, server


def findings(settings: Settings) -> dict[str, Finding]:
    """Examine, by name; of several findings of a name the last."""
    return {found.name: found for found in examine(settings)}


def test_a_bare_machine_is_well(tmp_path: Path) -> None:
    found = findings(load({"data": tmp_path, "port": 0}))
    assert not [one for one in found.values() if one.verdict is Verdict.FAULT]
    assert found["database"].words == "will be made by the first start"
    assert not any(tmp_path.iterdir())


def test_passwords_that_cannot_be_hashed_are_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orbit.store.passwords.PROGRAM", tmp_path / "missing.py")
    found = findings(load({"data": tmp_path, "port": 0}))["passwords"]
    assert found.verdict is Verdict.FAULT
    assert "nobody signs in" in found.words


async def test_a_database_that_forgets_is_a_fault(tmp_path: Path) -> None:
    assert FORGETFUL["fsync"] == "off"
    settings = load({"data": tmp_path, "database_url": server().dsn(), "port": 0})
    found = await asyncio.to_thread(findings, settings)
    assert found["database"].verdict is Verdict.FAULT
    assert "fsync, full_page_writes, synchronous_commit off" in found["database"].words


def test_a_database_that_does_not_answer_is_a_fault(tmp_path: Path) -> None:
    url = f"postgresql://a@/b?host={tmp_path}"
    found = findings(load({"data": tmp_path, "database_url": url, "port": 0}))
    assert found["database"].verdict is Verdict.FAULT


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = findings(load({"data": tmp_path, "port": port}))
        assert found["port"].verdict is Verdict.WARNING
        assert str(port) in found["port"].words


def test_a_silent_redis_is_a_fault_and_a_listening_one_is_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"redis://127.0.0.1:{listening.getsockname()[1]}"
        settings = load({"data": tmp_path, "redis_url": url, "port": 0})
        assert findings(settings)["redis"].verdict is Verdict.OK
    assert findings(settings)["redis"].verdict is Verdict.FAULT


def test_few_open_files_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.resource, "getrlimit", lambda _: (1024, 4096))
    found = findings(load({"data": tmp_path, "port": 0}))
    assert found["open files"].verdict is Verdict.WARNING
    assert "about 819 sockets" in found["open files"].words


def test_a_package_of_another_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ["uvloop==0.0.1 ; sys_platform != 'win32'", "ruff==0 ; extra == 'test'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: wanted)
    found = findings(load({"data": tmp_path, "port": 0}))["packages"]
    assert found.verdict is Verdict.WARNING
    assert "uvloop" in found.words
    assert "ruff" not in found.words
