"""Hosts on one bridge, each a network namespace: what one says can be lost on its way.

A cut is a wrong hardware address for good: what is sent goes to nobody, and nobody is
told, as when a cable is pulled.  The namespaces are held by descriptors alone: nothing
of the machine's own network is touched, and nothing is left when the process ends,
however it ends.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NEW_NET = 0x40000000
NOBODY = "02:00:00:00:00:00"
SUBNET = "198.18.0"  # RFC 2544: of benchmarks, routed nowhere
BRIDGE = "bridge"
WAIT_S = 0.3

_libc = ctypes.CDLL(None, use_errno=True)


class Host:
    """One that others reach at `address`; without a namespace, the machine itself."""

    def __init__(self, name: str, address: str, device: str = "", fd: int = -1) -> None:
        self.name, self.address, self.device, self.fd = name, address, device, fd
        self.mac = ""

    def enter(self) -> None:
        """Take the calling thread there: of a child, before it begins."""
        if self.fd >= 0:
            _checked(_libc.setns(self.fd, NEW_NET))

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Take the calling thread there for a while: its sockets stay."""
        if self.fd < 0:
            yield
            return
        before = _mine()
        self.enter()
        try:
            yield
        finally:
            _checked(_libc.setns(before, NEW_NET))
            os.close(before)


class Network:
    """A bridge, which is ours, and the hosts on it."""

    is_real = True

    def __init__(self) -> None:
        """Leave the machine's network, for good.  Call it in the only thread.

        Raises:
            OSError: we may not.
        """
        if threading.active_count() > 1:
            raise OSError("other threads would stay where they are")
        _checked(_libc.unshare(NEW_NET))
        self.ours = Host("clients", f"{SUBNET}.1", BRIDGE, _mine())
        self._hosts = {self.ours.name: self.ours}
        _ip(self.ours, "link", "set", "lo", "up")
        _ip(self.ours, "link", "add", BRIDGE, "type", "bridge")
        _ip(self.ours, "link", "set", BRIDGE, "address", _mac(1))
        self._appear(self.ours, _mac(1))

    def host(self, name: str) -> Host:
        """Return the host of that name, which all others reach; made if it is new."""
        if name not in self._hosts:
            self._hosts[name] = self._made(name, len(self._hosts) + 1)
        return self._hosts[name]

    def _made(self, name: str, number: int) -> Host:
        _checked(_libc.unshare(NEW_NET))
        host = Host(name, f"{SUBNET}.{number}", "eth0", _mine())
        self.ours.enter()
        there = ("netns", f"/proc/self/fd/{host.fd}")
        pair = ("type", "veth", "peer", "name", "eth0", "address", _mac(number))
        _ip(self.ours, "link", "add", f"v{number}", *pair, *there, fd=host.fd)
        _ip(self.ours, "link", "set", f"v{number}", "master", BRIDGE, "up")
        _ip(host, "link", "set", "lo", "up")
        self._appear(host, _mac(number))
        return host

    def cut(self, sender: Host, receiver: Host) -> None:
        """Lose what one sends to another; the way back stays."""
        self._know(sender, receiver, NOBODY, "permanent")

    def heal(self, sender: Host, receiver: Host) -> None:
        """Undo `cut`."""
        self._know(sender, receiver, receiver.mac, "reachable")

    def passes(self, sender: Host, receiver: Host) -> bool:
        """Say whether a datagram arrives."""
        with receiver.inside():
            ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sender.inside():
            mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with ear, mouth:
            ear.bind((receiver.address, 0))
            ear.settimeout(WAIT_S)
            mouth.sendto(b"?", ear.getsockname())
            try:
                return ear.recv(1) == b"?"
            except TimeoutError:
                return False

    def _appear(self, host: Host, mac: str) -> None:
        host.mac = mac
        _ip(host, "addr", "add", f"{host.address}/24", "dev", host.device)
        _ip(host, "link", "set", host.device, "up")

    def _know(self, host: Host, other: Host, mac: str, state: str) -> None:
        words = ("lladdr", mac, "dev", host.device, "nud", state)
        _ip(host, "neigh", "replace", other.address, *words)


class Loopback:
    """No network of our own: every host is this machine, and nothing can be cut."""

    is_real = False

    def __init__(self) -> None:
        self.ours = Host("clients", "127.0.0.1")

    def host(self, name: str) -> Host:
        """Return a host that is this one."""
        return Host(name, "127.0.0.1")


def network() -> Network | Loopback:
    """Return a network of our own where we may have one; see `is_real`.

    The process leaves the machine's network: not for one that has others to speak to.
    """
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return Loopback()
    try:
        return Network()
    except (OSError, subprocess.CalledProcessError):
        return Loopback()


def _mine() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _mac(number: int) -> str:
    return f"02:00:00:00:01:{number:02x}"


def _ip(host: Host, *words: str, fd: int | None = None) -> None:
    subprocess.run(
        ["ip", *words],
        check=True,
        capture_output=True,
        pass_fds=() if fd is None else (fd,),
        preexec_fn=host.enter,
    )


def _checked(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
