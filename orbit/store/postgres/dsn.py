"""Which servers a database's address names: one, or one and who may take its place.

Pure.  As libpq has it: hosts are told apart by commas, in front of the path or, as
folders of sockets are, in `host=` after it.  It must never know which of them serves.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def servers(dsn: str) -> Sequence[str]:
    """Return an address for each server that `dsn` names, in its order."""
    parts = urlsplit(dsn)
    who, at, places = parts.netloc.rpartition("@")
    if "," in places:
        ours = (f"{who}{at}{place}" for place in places.split(","))
        return [urlunsplit(parts._replace(netloc=place)) for place in ours]
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
