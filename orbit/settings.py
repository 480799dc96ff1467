"""What a node is told from outside, as one frozen object.

What is well-formed may still be unsafe: that is for `preflight`.  It must never know
who uses a value, nor where it was read: that is `environment`.
"""

import ipaddress
import os
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)

TESTS_OWN = ("ORBIT_SIM_", "ORBIT_TEST_")
KIB = 1024
MIB = 1024 * KIB
NOBODYS_ADDRESS = "Orbit <orbit@localhost>"

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Environment(StrEnum):
    """Where this runs; production refuses what development forgives."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Failover(StrEnum):
    """Whether a database that takes another's place may lack what that one told."""

    ASYNC = "async"
    SYNC = "sync"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Limits(BaseModel):
    """The bounds of one node; at each, something named happens (guarantees.md, 4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # a socket, inwards
    frame_bytes: Count = 64 * KIB
    signal_bytes: Count = 32 * KIB
    strikes: Count = 3
    frames_per_socket_s: Rate = 200
    commands_per_socket_s: Rate = 20
    command_burst: Count = 40
    command_bytes_per_socket_s: Rate = 64 * KIB
    ice_per_socket_s: Rate = 50
    hello_s: Seconds = 5
    sockets_without_hello: Count = 1_000
    # a socket, outwards
    unsent_bytes: Count = MIB
    lag_s: Seconds = 5
    lag_window_s: Seconds = 60
    write_stall_s: Seconds = 10
    # an author
    writes_per_author_min: Rate = 100
    author_burst: Count = 40
    # an address
    sockets_per_address: Count = 2_000
    handshakes_per_address_s: Rate = 50
    ghosts_per_address_h: Rate = 60
    rest_per_address_min: Rate = 100
    # somebody who signs in
    codes_per_person_min: Rate = 5
    sign_ins_per_person_min: Rate = 5
    codes_per_mail_h: Count = 5
    guesses_per_account_h: Count = 20
    # somebody who invites
    invites_per_person_h: Rate = 20
    # a visitor
    forms_per_person_10min: Rate = 5
    # a board
    mailbox_letters: Count = 1_024
    mailbox_bytes: Count = 4 * MIB
    mailbox_age_s: Seconds = 0.5
    ring_events: Count = 1_000
    # a node
    sockets: Count = 50_000
    handshakes_per_s: Rate = 300
    activations: Count = 64
    catch_ups: Count = 64
    activation_wait_s: Seconds = 2
    remote_letters_per_board: Count = 256
    remote_letters: Count = 1_024
    remote_bytes: Count = 4 * MIB
    deaf_s: Seconds = 15
    loop_lag_s: Seconds = 0.2
    loop_lag_for_s: Seconds = 5
    memory_shrinks: Share = 0.70
    memory_refuses: Share = 0.85
    memory_cuts: Share = 0.95


def _split(value: object) -> object:
    """Split a comma-separated text; leave what is a list already."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _network(value: object) -> object:
    if isinstance(value, str):
        return ipaddress.ip_network(value, strict=False)
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _environment(value: object) -> object:
    lowered = _lower(value)
    return {"dev": "development", "prod": "production"}.get(str(lowered), lowered)


def _url(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("should be http:// or https:// with a host")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("should hold no user, query or fragment")
    return value.rstrip("/")


def _origin(value: object) -> object:
    if value == "*" or not isinstance(value, str):
        return value
    if urlsplit(str(_url(value))).path:
        raise ValueError("should be scheme, host and port, without a path")
    return value.rstrip("/").lower()


def _database(value: object) -> object:
    if isinstance(value, str) and urlsplit(value).scheme not in {
        "postgres",
        "postgresql",
    }:
        raise ValueError("should be postgresql://user@host/database")
    return value


def _redis(value: object) -> object:
    if isinstance(value, str) and urlsplit(value).scheme not in {
        "redis",
        "rediss",
        "unix",
    }:
        raise ValueError("should be redis://, rediss:// or unix://")
    return value


def _mail_server(value: object) -> object:
    if isinstance(value, str):
        parts = urlsplit(value)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("should be smtp://user:password@host:587 or smtps://")
    return value


def _mail_address(value: object) -> object:
    if isinstance(value, str):
        name, at, host = parseaddr(value)[1].rpartition("@")
        if not (name and at and host and value.isprintable()):
            raise ValueError("should be Name <mail@example.org>")
    return value


def _object(value: object) -> object:
    if isinstance(value, str):
        raise ValueError("should be a JSON object")
    return value


def _default_data() -> Path:
    # root's own folders are closed to the account that runs the database
    return Path("/var/lib/orbit") if os.geteuid() == 0 else Path("data")


class Settings(BaseModel):
    """What a node is told from outside.  Fields are in the order of `--help`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port; 0 takes a free one")
    public_url: Annotated[str, BeforeValidator(_url)] | None = Field(
        None, description="what people type to get here; links are made from it"
    )
    data: Path = Field(
        default_factory=_default_data,
        description="folder for the database, uploads and development's secrets",
    )
    database_url: Annotated[str, BeforeValidator(_database)] | None = Field(
        None,
        repr=False,
        description="a PostgreSQL of yours; without it Orbit starts its own",
    )
    failover: Annotated[Failover, BeforeValidator(_lower)] = Field(
        Failover.ASYNC,
        description="async, or sync: the database's standby has all that was told",
    )
    redis_url: Annotated[str, BeforeValidator(_redis)] | None = Field(
        None,
        repr=False,
        description="makes several nodes one cluster; one node needs none",
    )
    env: Annotated[Environment, BeforeValidator(_environment)] = Field(
        Environment.DEVELOPMENT,
        description="development or production",
    )
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = Field(
        LogLevel.INFO,
        description="debug, info, warning or error",
    )
    pepper: SecretStr | None = Field(
        None, description="keys everything that hides who wrote; never change it"
    )
    secret_key: SecretStr | None = Field(
        None,
        description="signs tokens; a change signs everybody out",
    )
    cluster_secret: SecretStr | None = Field(
        None, description="seals what nodes say to each other"
    )
    operator_key: SecretStr | None = Field(
        None,
        description="opens what the node's admin alone may see; made if none is given",
    )
    oidc_issuer: str | None = Field(
        None,
        min_length=1,
        description="an identity provider whose tokens count, as it names itself",
    )
    oidc_jwks_url: Annotated[str, BeforeValidator(_url)] | None = Field(
        None, description="where that provider tells its keys"
    )
    oidc_audience: str | None = Field(
        None, min_length=1, description="whom its tokens are for: `aud`, or else `azp`"
    )
    dev_master_otp: SecretStr | None = Field(
        None,
        min_length=6,
        max_length=32,
        description="stands for everybody's second factor; in development alone",
    )
    access_minutes: int = Field(
        10, ge=1, le=1_440, description="for how long an access token is good"
    )
    refresh_minutes: int = Field(
        43_200,
        ge=2,
        le=525_600,
        description="for how long a sign-in lasts; a week of it at most unused",
    )
    mail_url: Annotated[str, BeforeValidator(_mail_server)] | None = Field(
        None,
        repr=False,
        description="server that takes mail; without it mails are files in data/mail",
    )
    mail_from: Annotated[str, BeforeValidator(_mail_address)] = Field(
        NOBODYS_ADDRESS, description="whom mails are from"
    )
    leads_to: Annotated[str, BeforeValidator(_mail_address)] | None = Field(
        None, description="who is mailed what visitors fill in; without it nobody"
    )
    leads_days: int = Field(
        365, ge=1, le=36_500, description="for how long what visitors fill in is kept"
    )
    cors_origins: Annotated[
        tuple[Annotated[str, BeforeValidator(_origin)], ...],
        BeforeValidator(_split),
    ] = Field(
        (),
        description="other sites whose pages may call, comma-separated",
    )
    trusted_proxies: Annotated[
        tuple[Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)], ...],
        BeforeValidator(_split),
    ] = Field((), description="networks whose X-Forwarded-For is believed")
    lean_sockets: bool = Field(
        True, description="the lean websocket protocol; off: aiohttp's own"
    )
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="processes on this machine that share the port, each a node",
    )
    worker: str | None = Field(
        None,
        pattern=r"^[1-9]\d?/[1-9]\d?$",
        description="which of how many workers this is; told by their parent alone",
    )
    pg_bin: Path | None = Field(
        None, description="folder of the postgres and initdb to embed"
    )
    pg_user: str | None = Field(
        None, description="account that runs the database when Orbit runs as root"
    )
    limits: Annotated[Limits, BeforeValidator(_object)] = Field(
        default_factory=Limits, description="the node's bounds"
    )

    @property
    def is_production(self) -> bool:
        """Whether to refuse what development forgives."""
        return self.env is Environment.PRODUCTION

    @property
    def secrets_file(self) -> Path:
        """Where development keeps its secrets."""
        return self.data / "secrets.json"

    @property
    def operator_file(self) -> Path:
        """Where an operator key is kept that was made here."""
        return self.data / "operator.key"

    @property
    def mail_folder(self) -> Path:
        """Where mails are kept that no server takes; workers share one."""
        return (self.data.resolve().parent if self.worker else self.data) / "mail"

    @property
    def sharers(self) -> int:
        """How many processes share what this machine gives: 1 if it is no worker."""
        return int(self.worker.partition("/")[2]) if self.worker else 1


def variable_of(field: str) -> str:
    return f"ORBIT_{field.upper()}"


class BadSettings(ValueError):
    """The environment or a flag holds what cannot be meant; `lines` say what."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
