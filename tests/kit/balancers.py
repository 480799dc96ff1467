"""Real balancers before real nodes, with the very files that operators are given.

Addresses and certificates are exchanged for a test's own, nothing else.  Programs are
looked for on the PATH, or named in ORBIT_TEST_NGINX, _HAPROXY, _CADDY.
"""

import ipaddress
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.kit.deployed import DEPLOY

FILES = DEPLOY / "balancers"
PEM = "/etc/ssl/boards.example.org.pem"
KEY = "/etc/ssl/boards.example.org.key"
START_S = 10.0


def program(name: str) -> str | None:
    """Return where a program is that a test may run, or None."""
    named = os.environ.get(f"ORBIT_TEST_{name.upper()}", name)
    ours = str(Path(sys.executable).parent)
    return shutil.which(named) or shutil.which(named, path=f"{ours}:/usr/sbin:/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trust(folder: Path) -> ssl.SSLContext:
    """Return what believes in the certificate of a balancer in this folder."""
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def certify(folder: Path) -> None:
    """Write `cert.pem`, with its key, and `key.pem`, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(secret)
    public = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(public + secret)


def exchanged(text: str, wanted: Mapping[str, str]) -> str:
    """Put a test's values in place of an example's, each of which must be there."""
    for example, value in wanted.items():
        assert example in text, f"{example} is not in the file"
        text = text.replace(example, value)
    return text


def _nodes(urls: Sequence[str]) -> Mapping[str, str]:
    """Return a node's address for each of the examples'."""
    hosts = [url.removeprefix("http://") for url in urls]
    return {f"10.0.0.1{n}:8080": host for n, host in enumerate(hosts, 1)}


def nginx(folder: Path, urls: Sequence[str], port: int) -> list[str]:
    """Write what the snippet is included in; return the command without a verb."""
    text = exchanged(
        (FILES / "nginx.conf").read_text(),
        {
            **_nodes(urls),
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            PEM: str(folder / "cert.pem"),
            KEY: str(folder / "key.pem"),
        },
    )
    (folder / "orbit.conf").write_text(text)
    temporary = "\n".join(
        f"{what}_temp_path {folder}/{what};"
        for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"""
        daemon off;
        worker_processes 1;
        pid {folder}/nginx.pid;
        error_log {folder}/log;
        events {{ worker_connections 512; }}
        http {{
            access_log off;
            {temporary}
            include {folder}/orbit.conf;
        }}
    """
    (folder / "nginx.conf").write_text(main)
    return ["-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]


def haproxy(folder: Path, urls: Sequence[str], port: int) -> list[str]:
    text = exchanged(
        (FILES / "haproxy.cfg").read_text(),
        {
            **_nodes(urls),
            "bind :80\n": f"bind 127.0.0.1:{free_port()}\n",
            "bind :443 ssl": f"bind 127.0.0.1:{port} ssl",
            PEM: str(folder / "cert.pem"),
            "maxconn 50000": "maxconn 200",
        },
    )
    (folder / "haproxy.cfg").write_text(text)
    return ["-f", str(folder / "haproxy.cfg")]


def caddy(folder: Path, urls: Sequence[str], port: int) -> list[str]:
    """Caddy's own words for the place and the nodes, and a certificate of the test."""
    hosts = " ".join(url.removeprefix("http://") for url in urls)
    text = (FILES / "Caddyfile").read_text()
    text = re.sub(r"\{\$NODES:.*?\}", hosts, text, count=1)
    site = f"https://127.0.0.1:{port} {{\n\tbind 127.0.0.1\n"
    pair = f"\ttls {folder}/cert.pem {folder}/key.pem\n"
    text, times = re.subn(
        r"^\{\$SITE:.*?\} \{\n", site + pair, text, flags=re.MULTILINE
    )
    assert times == 1
    off = "{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\n"
    (folder / "Caddyfile").write_text(off + text)
    return ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


Write = Callable[[Path, Sequence[str], int], list[str]]
BALANCERS: Mapping[str, Write] = {"nginx": nginx, "haproxy": haproxy, "caddy": caddy}
CHECK: Mapping[str, Sequence[str]] = {
    "nginx": ("-t",),
    "haproxy": ("-c",),
    "caddy": ("validate",),
}
RUN: Mapping[str, Sequence[str]] = {"nginx": (), "haproxy": ("-db",), "caddy": ("run",)}


def command(
    name: str, folder: Path, urls: Sequence[str], port: int, verbs: Sequence[str]
) -> list[str]:
    """Write a balancer's files; return the command for it."""
    path = program(name)
    assert path
    return [path, *verbs, *BALANCERS[name](folder, urls, port)]


@contextmanager
def balancer(name: str, folder: Path, urls: Sequence[str]) -> Iterator[str]:
    """Run a balancer before nodes; give its address once it accepts."""
    certify(folder)
    port = free_port()
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            command(name, folder, urls, port, RUN[name]),
            stdout=out,
            stderr=out,
            env={**os.environ, "HOME": str(folder)},
        )
        try:
            _wait(process, port, folder)
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            said = (folder / "out").read_text()
            assert process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.02)
        else:
            return
