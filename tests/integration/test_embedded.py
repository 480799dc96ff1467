"""The embedded Postgres, really started, killed, shared and healed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from orbit.store.embedded import CannotStart, EmbeddedPostgres
from orbit.store.embedded import account as accounts
from orbit.store.embedded.account import Account
from orbit.store.embedded.binaries import find_binaries

ROOT = Path(__file__).parents[2]
QUICK = {"fsync": "off", "full_page_writes": "off"}

# A process that starts the server, tells its pid, and waits to be killed.
OTHER = """
import sys, time
from pathlib import Path
from orbit.store.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"},
                          die_with_parent=sys.argv[2] == "die")
server.start()
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
print("stopped", flush=True)
"""


@pytest.fixture(scope="module")
def seed() -> Iterator[Path]:
    """A data folder, made once by the server itself and then stopped."""
    # not tmp_path: as root, its parents are closed to the server's account
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        server = EmbeddedPostgres(home / "pg", settings=QUICK)
        server.start()
        server.stop()
        yield home / "pg"


@pytest.fixture
def data(seed: Path) -> Iterator[Path]:
    """A copy of the seed in a home of its own; whatever still runs there is ended."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o755)
        subprocess.run(["cp", "-a", str(seed), str(home / "pg")], check=True)
        yield home / "pg"
        last = EmbeddedPostgres(home / "pg", settings=QUICK)
        if last.pid is not None:
            last.start()
            last.stop()


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    """A server that runs on `data`."""
    one = EmbeddedPostgres(data, settings=QUICK)
    one.start()
    yield one
    one.stop()


def other(data: Path, *, dies: bool = False) -> subprocess.Popen[str]:
    """Start another process that uses the server, and wait until it does."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(data), "die" if dies else "live"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    return process


def finish(process: subprocess.Popen[str]) -> None:
    """Let the other process stop in order."""
    assert process.communicate()[0] == "stopped\n"


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def is_childless(server: EmbeddedPostgres) -> bool:
    """Say whether whoever started the server has buried it; a late `stop` does."""
    server.stop()
    return server._process is None


async def ask(server: EmbeddedPostgres, query: str) -> Any:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_first_start_makes_a_durable_database_with_full_text() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        server = EmbeddedPostgres(Path(name, "deep", "er", "pg"))
        server.start()
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await ask(server, f"SHOW {setting}") == "on"
        assert await ask(server, "SHOW listen_addresses") == ""
        assert await ask(server, "SELECT lower('ÄÖ')") == "äö"
        assert not list(Path(name, "deep", "er").glob("pg.tmp*"))
        server.stop()
        assert server.pid is None


async def test_rows_outlive_a_stop(data: Path) -> None:
    server = EmbeddedPostgres(data)
    server.start()
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await ask(server, "SELECT 1")
    server.start()
    assert await ask(server, "SELECT answer FROM kept") == 42
    server.stop()


async def test_a_killed_server_is_healed_with_all_that_was_committed(
    server: EmbeddedPostgres,
) -> None:
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert not server.ensure()
    dead = server.pid
    assert dead is not None
    os.kill(dead, signal.SIGKILL)
    until(server.ensure)
    assert server.pid != dead
    assert await ask(server, "SELECT answer FROM kept") == 42
    assert not server.ensure()


async def test_healing_waits_for_the_dead_servers_last_session(
    server: EmbeddedPostgres,
) -> None:
    connection = await asyncpg.connect(server.dsn())
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    # a session that is stopped cannot notice that its server has died
    os.kill(backend, signal.SIGSTOP)
    try:
        dead = server.pid
        assert dead is not None
        os.kill(dead, signal.SIGKILL)
        until(lambda: server.pid is None)
        healing = asyncio.create_task(asyncio.to_thread(server.ensure))
        done, _ = await asyncio.wait({healing}, timeout=0.3)
        assert not done, "started beside a session of the dead server"
    finally:
        os.kill(backend, signal.SIGCONT)
    assert await healing
    assert await ask(server, "SELECT 1") == 1
    connection.terminate()


async def test_the_last_user_stops_the_server(server: EmbeddedPostgres) -> None:
    guest = other(server._data)
    pid = server.pid
    finish(guest)
    assert server.pid == pid, "a guest stopped a server that is in use"
    again = other(server._data)
    server.stop()
    assert server.pid == pid, "stopped under its guest"
    finish(again)
    assert server.pid is None
    server.stop()


async def test_a_server_whose_starter_was_killed_is_adopted(data: Path) -> None:
    starter = other(data)
    server = EmbeddedPostgres(data, settings=QUICK)
    pid = server.pid
    starter.kill()
    starter.communicate()
    server.start()
    assert server.pid == pid
    assert await ask(server, "SELECT 1") == 1
    server.stop()
    assert server.pid is None


async def test_a_server_for_tests_dies_with_its_parent(data: Path) -> None:
    starter = other(data, dies=True)
    server = EmbeddedPostgres(data, settings=QUICK)
    assert server.pid is not None
    starter.kill()
    starter.communicate()
    until(lambda: server.pid is None)


async def test_three_first_starts_at_once_make_one_server() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        servers = [EmbeddedPostgres(Path(name, "pg"), settings=QUICK) for _ in "abc"]
        async with asyncio.TaskGroup() as group:
            for server in servers:
                group.create_task(asyncio.to_thread(server.start))
        assert len({server.pid for server in servers}) == 1
        assert await ask(servers[0], "SELECT 1") == 1
        for server in servers:
            server.stop()
        assert servers[0].pid is None
        for server in servers:
            until(lambda server=server: is_childless(server))


@contextmanager
def stranger(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's own account, so that its signals would arrive."""
    user, group, groups = Account(data).ids()
    process = subprocess.Popen(
        ["sleep", "600"], user=user, group=group, extra_groups=groups
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def pretend_running(data: Path, pid: int) -> None:
    """Leave the pid file of a server that has died without a word."""
    lines = [str(pid), str(data), "0", "5432", "", "", "", "ready"]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    Account(data).own(data)


async def test_a_pid_file_that_names_a_stranger_bars_no_start(data: Path) -> None:
    with stranger(data) as process:
        pretend_running(data, process.pid)
        server = EmbeddedPostgres(data, settings=QUICK)
        server.start()
        assert server.pid not in {None, process.pid}
        assert await ask(server, "SELECT 1") == 1
        server.stop()
        assert process.poll() is None, "a stranger was stopped"


async def test_a_pid_file_that_names_a_zombie_bars_no_start(data: Path) -> None:
    with stranger(data) as process:
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        pretend_running(data, process.pid)
        server = EmbeddedPostgres(data, settings=QUICK)
        server.start()
        assert await ask(server, "SELECT 1") == 1
        server.stop()


async def test_a_half_made_data_folder_is_made_anew() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        (home / "pg.tmp-half").mkdir()
        (home / "pg.tmp-half" / "PG_VERSION").write_text("18\n")
        server = EmbeddedPostgres(home / "pg", settings=QUICK)
        server.start()
        assert await ask(server, "SELECT 1") == 1
        assert not (home / "pg.tmp-half").exists()
        server.stop()


async def test_the_environments_postgres_names_reach_nobody(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "6543")
    server = EmbeddedPostgres(data, settings=QUICK)
    server.start()
    monkeypatch.delenv("PGPORT")  # asyncpg reads it, too
    assert await ask(server, "SHOW data_directory") == str(data)
    server.stop()


def test_a_bad_setting_is_told_with_the_servers_own_words(data: Path) -> None:
    server = EmbeddedPostgres(data, settings={"shared_buffers": "a lot"})
    with pytest.raises(CannotStart, match="shared_buffers"):
        server.start()
    server.stop()


def test_a_strangers_folder_is_not_overwritten(data: Path) -> None:
    home = data.parent / "precious"
    home.mkdir()
    (home / "letter").write_text("mine")
    server = EmbeddedPostgres(home, settings=QUICK)
    with pytest.raises(CannotStart, match="put in place"):
        server.start()
    server.stop()
    assert (home / "letter").read_text() == "mine"


async def test_a_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data.parent / ("x" * 120)
    deep.mkdir()
    deep.chmod(0o755)
    data.rename(deep / "pg")
    server = EmbeddedPostgres(deep / "pg", settings=QUICK)
    server.start()
    assert await ask(server, "SELECT 1") == 1
    sockets = server._socket_folder()
    server.stop()
    shutil.rmtree(sockets)


def test_ensure_before_a_start_is_refused(data: Path) -> None:
    with pytest.raises(CannotStart, match="not started"):
        EmbeddedPostgres(data).ensure()


def test_a_folder_without_binaries_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=str(tmp_path)):
        find_binaries(tmp_path)


def test_without_a_wheel_the_machines_own_postgres_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orbit.store.embedded.binaries.WHEELS", ("no_such_wheel",))
    monkeypatch.setattr("orbit.store.embedded.binaries.DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStart, match="ORBIT_PG_BIN"):
        find_binaries()
    for version in ("9", "15", "16"):
        _pretend_binaries(tmp_path / "debian" / version / "bin")
    assert find_binaries() == tmp_path / "debian" / "16" / "bin"
    _pretend_binaries(tmp_path)
    assert find_binaries() == tmp_path


def _pretend_binaries(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server over")
class TestRoot:
    """What root does differently."""

    def test_the_server_has_no_rights(self, server: EmbeddedPostgres) -> None:
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert "\nUid:\t0" not in status

    def test_a_closed_parent_is_named(self, data: Path) -> None:
        closed = data.parent / "closed"
        closed.mkdir()
        closed.chmod(0o700)
        server = EmbeddedPostgres(closed / "pg", settings=QUICK)
        with pytest.raises(CannotStart, match=f"may not enter {closed}"):
            server.start()
        server.stop()

    def test_data_put_back_by_root_is_handed_over(self, data: Path) -> None:
        subprocess.run(["chown", "-R", "root:root", str(data)], check=True)
        server = EmbeddedPostgres(data, settings=QUICK)
        server.start()
        assert data.stat().st_uid != 0
        server.stop()

    async def test_binaries_behind_a_closed_door_are_copied(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel = find_binaries().parents[1]
        closed = data.parent / "closed"
        for folder in (wheel, wheel.with_name(wheel.name + ".libs")):
            shutil.copytree(folder, closed / folder.name, symlinks=True)
        closed.chmod(0o700)
        monkeypatch.setattr(accounts, "COPIES", data.parent / "copies")
        hidden = closed / wheel.name / "pginstall" / "bin"
        server = EmbeddedPostgres(data, settings=QUICK, binaries=hidden)
        server.start()
        assert await ask(server, "SELECT 1") == 1
        exe = os.readlink(f"/proc/{server.pid}/exe")
        assert exe.startswith(str(data.parent / "copies"))
        server.stop()

    def test_a_squatted_place_for_copies_is_refused(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copies = data.parent / "copies"
        copies.mkdir()
        copies.chmod(0o777)
        monkeypatch.setattr(accounts, "COPIES", copies)
        hidden = data.parent / "hidden" / "bin"
        _pretend_binaries(hidden)
        hidden.parent.chmod(0o700)
        with pytest.raises(CannotStart, match="only root can write"):
            Account(data).reachable(hidden)

    def test_an_unknown_account_is_named(self, data: Path) -> None:
        with pytest.raises(CannotStart, match="nosuchperson"):
            Account(data, "nosuchperson")
