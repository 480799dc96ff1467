"""The life of the embedded server: made, started or adopted, healed, stopped.

Three locks beside the data folder hold it together:
    .start.lock   whoever starts or stops it, for that moment
    .use.lock     shared by everybody who uses it; the last one may stop it
    .run.lock     inherited by the server and each of its processes: free means gone
The order inside a start matters: hold `use`, adopt, else prepare and launch.
It must never know what the database is used for.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO
from urllib.parse import quote

from orbit.store.embedded.account import Account, make_folder
from orbit.store.embedded.binaries import find_binaries
from orbit.store.embedded.failure import CannotStart
from orbit.store.embedded.initdb import ENVIRONMENT, ROLE, make_data_folder
from orbit.store.embedded.locks import Lock, alone
from orbit.store.embedded.postmaster import Postmaster
from orbit.store.embedded.tuning import PRODUCTION

START_S = 120.0  # crash recovery may have a gigabyte of journal to read
ORPHANS_S = 30.0
STOP_S = 30.0
LONGEST_SOCKET_FOLDER = 90  # sun_path holds 107 bytes, the socket's name takes 14
LOG_BYTES = 10 * 1024 * 1024
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


class EmbeddedPostgres:
    """A Postgres on one data folder, shared by all processes that name that folder.

    Every method blocks: call it in a thread, one at a time.
    """

    def __init__(
        self,
        data: Path,
        *,
        settings: Mapping[str, str] = NO_SETTINGS,
        die_with_parent: bool = False,
        binaries: Path | None = None,
        account: str | None = None,
    ) -> None:
        """Describe a server; nothing happens before `start`.

        `settings` go over those of `tuning.py`.  With `die_with_parent` (Linux) the
        server stops when the *thread* that started it ends, even by kill -9.
        `account` runs the server when this process is root.
        """
        self._data = Path(os.path.abspath(data))
        self._settings = {**PRODUCTION, **settings}
        self._die_with_parent = die_with_parent
        self._preferred_binaries = binaries
        self._preferred_account = account
        self._postmaster = Postmaster(self._data)
        self._process: subprocess.Popen[bytes] | None = None
        self._use: Lock | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid; None while it does not run."""
        return self._postmaster.living_pid()

    @property
    def log(self) -> Path:
        """The file in which the server says what failed."""
        return self._beside(".log")

    def dsn(self, database: str = "postgres") -> str:
        """Return the address of `database` on this server."""
        host = quote(str(self._socket_folder()), safe="")
        return f"postgresql://{ROLE}@/{quote(database)}?host={host}"

    def start(self) -> str:
        """Start or adopt the server and return a DSN for its database `postgres`.

        When it returns, the server answers.  May be called again.

        Raises:
            CannotStart: with what was in the way, and the end of the server's log.
        """
        make_folder(self._data.parent)
        with alone(self._beside(".start.lock"), START_S, "another start hangs"):
            self._hold()
            self._reap()
            if not self._adopt():
                self._bury()
                self._launch()
        return self.dsn()

    def ensure(self) -> bool:
        """Start the server again if it has died; say whether it had.

        While it lives, this is a look at three small files.

        Raises:
            CannotStart: as `start`; or `start` was never called.
        """
        if self._use is None:
            raise CannotStart("the database server was not started")
        self._reap()
        if self.pid is not None:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """Give the server up; the last user of the folder stops it, in order.

        Raises:
            CannotStart: it did not stop within a minute, even when told harshly.
        """
        self._reap()
        if self._use is None:
            return
        with alone(self._beside(".start.lock"), START_S, "another start hangs"):
            try:
                if self._use.seize():
                    self._end()
            finally:
                self._use.close()
                self._use = None

    def _beside(self, suffix: str) -> Path:
        return self._data.with_name(self._data.name + suffix)

    def _socket_folder(self) -> Path:
        beside = self._beside(".s")
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        digest = sha256(os.fsencode(self._data)).hexdigest()[:16]
        return Path(f"/tmp/orbit-{digest}")  # noqa: S108 - its owner is checked

    def _hold(self) -> None:
        if self._use is None:
            self._use = Lock(self._beside(".use.lock"))
        self._use.share()

    def _reap(self) -> None:
        """Bury our own child, whose pid would answer signals until then."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    def _bury(self) -> None:
        """Wait for our own dead child, which may be a moment short of its end."""
        if self._process is None:
            return
        try:
            self._process.wait(ORPHANS_S)
        except subprocess.TimeoutExpired as error:
            raise CannotStart("the database server has lost its data folder") from error
        self._process = None

    def _adopt(self) -> bool:
        """Wait for a living server to be ready; False if there is none, or it ends."""
        end = time.monotonic() + START_S
        while self.pid is not None:
            if self._postmaster.is_ready:
                return True
            if time.monotonic() > end:
                raise CannotStart(f"the database server is not ready; see {self.log}")
            time.sleep(0.002)
            self._reap()
        return False

    def _launch(self) -> None:
        account = Account(self._data, self._preferred_account)
        account.demand_way_to(self._data.parent)
        binaries = account.reachable(find_binaries(self._preferred_binaries))
        self._prepare_data(account, binaries)
        self._prepare_socket_folder(account)
        run = Lock(self._beside(".run.lock"))
        try:
            run.wait(ORPHANS_S, "processes of a dead or distant server still run")
            self._remove_lies()
            self._process = self._spawn(account, binaries, run)
        finally:
            run.close()  # the server has inherited it
        self._await_ready(self._process)

    def _prepare_data(self, account: Account, binaries: Path) -> None:
        if not (self._data / "PG_VERSION").exists():
            durable = self._settings.get("fsync") != "off"
            make_data_folder(self._data, binaries, account, durable=durable)
        elif account.is_other and self._data.stat().st_uid == 0:
            account.own(self._data)  # put back by root, from a backup

    def _prepare_socket_folder(self, account: Account) -> None:
        folder = self._socket_folder()
        if not os.path.lexists(folder):
            folder.mkdir(mode=0o700)
            account.own(folder)
        if folder.is_symlink() or folder.stat().st_uid not in {0, account.uid}:
            raise CannotStart(f"{folder} belongs to somebody else")
        account.own(folder)
        folder.chmod(0o700)

    def _remove_lies(self) -> None:
        """Remove a pid file that names a zombie or a stranger.

        Only while `.run.lock` is held: it proves that no backend of the old server
        is left, against whom that file would have guarded.
        """
        if self._postmaster.is_misleading:
            self._postmaster.file.unlink(missing_ok=True)
            for stale in self._socket_folder().glob(".s.PGSQL.*"):
                stale.unlink(missing_ok=True)

    def _spawn(
        self, account: Account, binaries: Path, run: Lock
    ) -> subprocess.Popen[bytes]:
        sockets = {"unix_socket_directories": str(self._socket_folder())}
        settings = {**self._settings, **sockets}.items()
        options = [word for pair in settings for word in ("-c", "=".join(pair))]
        user, group, groups = account.ids()
        with _open_log(self.log) as log:
            return subprocess.Popen(
                [binaries / "postgres", "-D", self._data, *options],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is the node's, not the server's
                pass_fds=(run.fd,),
                user=user,
                group=group,
                extra_groups=groups,
                preexec_fn=death_wish() if self._die_with_parent else None,  # noqa: PLW1509 - tests
            )

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_S
        # a dead server's file says "ready", too: it must name our process
        while self._postmaster.pid != process.pid or not self._postmaster.is_ready:
            if process.poll() is not None or time.monotonic() > end:
                told = self.log.read_text(errors="replace")[-2000:].strip()
                raise CannotStart(f"postgres did not start:\n{told}")
            time.sleep(0.002)

    def _end(self) -> None:
        """Tell the server to stop, fast and then hard, and see it gone."""
        for word in (signal.SIGINT, signal.SIGQUIT):
            if (pid := self.pid) is not None:
                os.kill(pid, word)
            if self._is_gone_within(STOP_S):
                return
        raise CannotStart(f"the database server does not stop; see {self.log}")

    def _is_gone_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self.pid is not None or self._process is not None:
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
            self._reap()
        return True


def _open_log(path: Path) -> BinaryIO:
    """Open the log to be continued; the one before is kept when it has grown large."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(fd, "ab")


def death_wish(word: signal.Signals = signal.SIGINT) -> Callable[[], None] | None:
    """Return what has a child told a word when the thread that forked it ends."""
    if sys.platform != "linux":
        return None
    set_death_signal = ctypes.CDLL(None).prctl  # loaded before the fork
    return lambda: set_death_signal(1, word, 0, 0, 0)  # PR_SET_PDEATHSIG
