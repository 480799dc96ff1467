"""What `postmaster.pid` says, and whether it is still true.

A pid in a file proves nothing: it may be a zombie's or, after a restart of the machine,
a stranger's.  So the process is asked for its command line, which a zombie has no
longer.  It must never change anything.
"""

import os
from pathlib import Path

READY_LINE = 7
ANSWERS = {"ready", "standby"}  # a standby answers reads; as pg_ctl has it


class Postmaster:
    """The server that a data folder names, dead or alive."""

    def __init__(self, data: Path) -> None:
        """Look at `data`, an absolute path, as it was given to the server."""
        self._data = data
        self.file = data / "postmaster.pid"

    @property
    def pid(self) -> int | None:
        """The pid in the file; None without a file or before its first line."""
        lines = self._lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    @property
    def is_ready(self) -> bool:
        """Whether the file says that it answers; true of a dead server's file, too."""
        lines = self._lines()
        return len(lines) > READY_LINE and lines[READY_LINE].strip() in ANSWERS

    @property
    def is_misleading(self) -> bool:
        """Whether the pid answers signals although the server is gone.

        Postgres would take it for its predecessor and refuse to start.
        """
        pid = self.pid
        return pid is not None and _answers(pid) and not self._is_server(pid)

    def living_pid(self) -> int | None:
        """Return the pid if it is a living server's, of this data folder."""
        pid = self.pid
        return pid if pid is not None and self._is_server(pid) else None

    def _lines(self) -> list[str]:
        try:
            return self.file.read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_server(self, pid: int) -> bool:
        process = Path("/proc", str(pid))
        if not Path("/proc/self").exists():
            return _answers(pid)  # no Linux: better than nothing
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            # one that was started by hand may have named the folder differently
            is_ours = os.fsencode(self._data) in words or self._is_home(process)
        except OSError:
            return False  # gone, or hidden: somebody else's
        is_postgres = os.path.basename(words[0]) == b"postgres"
        return is_postgres and is_ours

    def _is_home(self, process: Path) -> bool:
        return os.path.samefile(process / "cwd", self._data)


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True
