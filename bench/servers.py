"""The servers that are measured: each is started alone, on core 0, and stopped by pid.

A `Server` says how it is spoken to: the load generator's templates.  All but Orbit
speak three words: `s BOARD` subscribe, `p BOARD DATA` publish.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import build


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


PORT, REDIS_PORT = _free_port(), _free_port()
SERVER_CORE, CLIENT_CORE = "0", "1"
CORES, ENOUGH = os.cpu_count() or 1, 4  # for two nodes beside their clients
PEERS = build.HERE / "peers"
TEXT = ("--sub", "s %b", "--sub-ack", "ok", "--pub", "p %b %d")
# Bounds on a socket, an author or an address would measure themselves.
UNBOUND = {
    f"ORBIT_LIMITS__{name.upper()}": "1000000"
    for name in (
        "frames_per_socket_s",
        "commands_per_socket_s",
        "command_burst",
        "writes_per_author_min",
        "author_burst",
        "sockets_per_address",
        "handshakes_per_address_s",
        "handshakes_per_s",
        "ghosts_per_address_h",
        "rest_per_address_min",
        "sign_ins_per_person_min",
        "sockets_without_hello",
    )
} | {"ORBIT_LIMITS__COMMAND_BYTES_PER_SOCKET_S": "1000000000"}


@dataclass
class Server:
    """A running server; `pids` and `trees` are the processes whose CPU counts."""

    name: str
    port: int
    pids: dict[str, int] = field(default_factory=dict)
    trees: dict[str, int] = field(default_factory=dict)
    words: Sequence[str] = TEXT
    paths: Sequence[str] = ("--path", "/ws")
    doors: Sequence[Path] = ()  # a socket file of each of several nodes

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def names() -> Sequence[str]:
    return tuple(STARTERS)


@contextmanager
def serving(name: str, data: Path) -> Iterator[Server]:
    """Run a server for as long as the context lasts; `data` is Orbit's folder."""
    started: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            yield STARTERS[name](Path(folder), data, started)
        finally:
            for process in reversed(started):
                _stop(process)


Started = list[subprocess.Popen[bytes]]
Starter = Callable[[Path, Path, Started], Server]


def _c(mode: str) -> Starter:
    def start(_folder: Path, _data: Path, started: Started) -> Server:
        process = _start([build.C_FANOUT, str(PORT), mode], started)
        return Server(f"c-{mode}", PORT, {"server": process.pid})

    return start


def _orbit(
    folder: Path, data: Path, started: Started, *more: str, env: Mapping[str, str] = {}
) -> Server:
    command = os.environ.get("BENCH_ORBIT", "")
    process = _start(
        command.format(data=data, port=PORT).split()
        or [
            build.orbit_python(),
            *("-m", "orbit", "serve", "--host", "127.0.0.1"),
            *("--port", str(PORT), "--data", str(data), *more),
        ],
        started,
        {
            **UNBOUND,
            "ORBIT_LIMITS__LOOP_LAG_S": "60",
            "ORBIT_LOG_LEVEL": "warning",
            **env,
        },
        timeout_s=60,
    )
    server = Server("orbit", PORT, {"server": process.pid})
    server.trees["postgres"] = _postmaster(data)
    # As anywhere: the database runs where there is room, and not behind its client.
    _free(server.trees["postgres"])
    return server


def _two(env: Mapping[str, str] = {}, *, apart: bool = CORES >= ENOUGH) -> Starter:
    """Start two nodes of one cluster: workers that share a port, and a Valkey.

    `apart` puts each on a core of its own, if the clients leave it enough of that.
    """

    def start(folder: Path, data: Path, started: Started) -> Server:
        os.environ.pop("BENCH_ORBIT", None)
        server = _orbit(folder, data, started, "--workers", "2", env=env)
        parent = server.pids.pop("server")
        kids = {pid: _command(pid) for pid in _children(parent)}
        nodes = [pid for pid, command in kids.items() if "orbit serve" in command]
        server.pids |= {f"node{at}": pid for at, pid in enumerate(nodes, 1)}
        server.pids["valkey"] = next(pid for pid in kids if "valkey" in kids[pid])
        server.pids["parent"] = parent
        server.doors = sorted(data.glob("worker-*/node.sock"))
        if apart:
            _place(nodes[1], "2" if CORES >= ENOUGH else CLIENT_CORE)
        return server

    return start


def _command(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return b" ".join(words).decode()


def _postmaster(data: Path) -> int:
    """Return the pid of the database that Orbit has started in its folder."""
    found = next(data.rglob("postmaster.pid"), None)
    if found is None:
        raise RuntimeError(f"there is no database in {data}")
    return int(found.read_text().split("\n", 1)[0])


def _channels(layer: str) -> Starter:
    def start(folder: Path, _data: Path, started: Started) -> Server:
        redis = _start(
            [
                str(build.valkey()),
                *("--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--save", ""),
                *("--appendonly", "no", "--dir", str(folder)),
            ],
            started,
            port=REDIS_PORT,
        )
        process = _start(
            [
                build.CHANNELS / "bin" / "uvicorn",
                "channels_app:application",
                *("--host", "127.0.0.1", "--port", str(PORT), "--log-level", "error"),
                *("--ws", "websockets", "--ws-ping-interval", "600"),
                *("--ws-per-message-deflate", "false", "--backlog", "4096"),
            ],
            started,
            {"LAYER": layer, "REDIS_PORT": str(REDIS_PORT)},
        )
        pids = {"server": process.pid, "redis": redis.pid}
        return Server(f"channels-{layer}", PORT, pids)

    return start


def _node(_folder: Path, _data: Path, started: Started) -> Server:
    modules = {"NODE_PATH": str(build.NODE / "node_modules")}
    process = _start(["node", "node_ws.js", str(PORT)], started, modules)
    return Server("node-ws", PORT, {"server": process.pid})


def _nchan(folder: Path, _data: Path, started: Started) -> Server:
    folder.chmod(0o777)  # its worker is another user
    module = build.NCHAN / "usr/lib/nginx/modules/ngx_nchan_module.so"
    text = (PEERS / "nchan.conf.in").read_text()
    for name, value in (("PORT", PORT), ("DIR", folder), ("MODULE", module)):
        text = text.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(text)
    nginx = build.NCHAN / "usr/sbin/nginx"
    process = _start([nginx, "-p", folder, "-c", folder / "nginx.conf"], started)
    return Server(
        "nchan",
        PORT,
        trees={"server": process.pid},
        words=("--pub", "%d"),
        paths=("--path", "/sub?b=%b", "--pub-path", "/pub?b=%b"),
    )


STARTERS: Mapping[str, Starter] = {
    "c-each": _c("each"),
    "c-tick": _c("tick"),
    "orbit": _orbit,
    "orbit-2": _two(),
    "orbit-2-bound": _two({"ORBIT_LIMITS__HANDSHAKES_PER_S": "300"}, apart=True),
    "node-ws": _node,
    "nchan": _nchan,
    "channels-core": _channels("core"),
    "channels-pubsub": _channels("pubsub"),
}


def installed(name: str) -> bool:
    """Install what a server needs; tell if it can be run here."""
    if name.startswith("channels"):
        return build.have_channels()
    return {"node-ws": build.have_node_ws, "nchan": build.have_nchan}.get(
        name, lambda: True
    )()


def _start(
    command: Sequence[str | os.PathLike[str]],
    started: Started,
    env: Mapping[str, str] = {},
    *,
    port: int = PORT,
    timeout_s: float = 20,
) -> subprocess.Popen[bytes]:
    """Start a program on the servers' core and wait until it listens."""
    log = (build.WORK / "server.log").open("ab")
    process = subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, *command],
        cwd=PEERS,
        env={**os.environ, **env},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    log.close()
    started.append(process)
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            time.sleep(0.05)
        else:
            time.sleep(0.3)
            return process
    raise RuntimeError(f"{command[0]} does not listen; see {build.WORK}/server.log")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_helpers(server: Server) -> None:
    """Let what a server has begun beside itself run where there is room."""
    for child in _children(server.pids["server"]):
        _free(child)


def _free(tree: int) -> None:
    """Let a process and its children run on both cores."""
    for pid in [tree, *_children(tree)]:
        _place(pid, f"{SERVER_CORE},{CLIENT_CORE}")


def _place(pid: int, cores: str) -> None:
    command = ["taskset", "-a", "-cp", cores, str(pid)]
    subprocess.run(command, check=False, capture_output=True)  # it may have ended


def _children(pid: int) -> list[int]:
    kids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(kid) for kid in kids]


def data_folder() -> Path:
    """Make a folder for Orbit that its database's account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="bench-orbit-"))
    folder.chmod(0o755)
    return folder


def forget(data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
