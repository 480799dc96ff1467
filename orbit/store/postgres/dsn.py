"""Which servers a database's address names: one, or one and who may take its place.

Pure.  As libpq has it: hosts are told apart by commas, in front of the path or, as
folders of sockets are, in `host=` after it.  It must never know which of them serves.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def servers(dsn: str) -> Sequence[str]:
    """Return an address for each server that `dsn` names, in its order."""
    # Not `urlsplit`: it takes several hosts, one of them in brackets, for a broken one.
    scheme, slashes, rest = dsn.partition("://")
    end = next((at for at, sign in enumerate(rest) if sign in "/?#"), len(rest))
    who, at, places = rest[:end].rpartition("@")
    if "," in places:
        front, back = f"{scheme}{slashes}{who}{at}", rest[end:]
        return [f"{front}{place}{back}" for place in places.split(",")]
    parts = urlsplit(dsn)
    said = dict(parse_qsl(parts.query))
    hosts = said.get("host", "").split(",")
    if places or len(hosts) == 1:
        return [dsn]
    ports = said.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    each = (
        said | {"host": host, "port": port}
        for host, port in zip(hosts, ports, strict=False)
    )
    return [
        urlunsplit(parts._replace(query=urlencode({k: v for k, v in one.items() if v})))
        for one in each
    ]
