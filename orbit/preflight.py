"""Before a node starts: what must not run, and the secrets it runs with.

`check` refuses what is well-formed and unsafe; development is forgiven much of it.
`with_secrets` makes development's secrets, once; an operator key wherever there is
none.  It must never start anything.
"""

import ipaddress
import json
import os
import secrets
import stat
import tempfile
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import SecretStr

from orbit.settings import (
    NOBODYS_ADDRESS,
    BadSettings,
    Limits,
    Settings,
    variable_of,
)
from orbit.store.embedded.account import make_folder
from orbit.store.postgres.dsn import servers

SECRET_CHARACTERS = 32
DISTINCT_CHARACTERS = 10
KEPT = ("pepper", "secret_key", "cluster_secret")  # together, in development
SECRETS = (*KEPT, "operator_key")

# Defaults of well-known systems and of copied examples: a secret that is none.
KNOWN_DEFAULTS = (
    "secret",
    "changeme",
    "change-me",
    "change_me",
    "password",
    "default",
    "django-insecure",
    "your-secret-key",
    "your_secret_key",
    "supersecret",
    "super-secret",
    "insecure",
    "example",
    "development",
    "dev-secret",
    "test-secret",
    "jwt-secret",
    "replace-me",
)


class CannotServe(RuntimeError):
    """The node cannot start; the sentence says why, and what to do."""


def check(settings: Settings) -> list[str]:
    """Return why these settings must not run, a sentence each; empty if they may."""
    faults = _check_data(settings.data) + _check_limits(settings.limits)
    if settings.is_production:
        faults += _check_secrets(settings)
        faults += _check_public(settings)
        faults += _check_links(settings)
    return faults + _check_mail(settings) + _check_provider(settings)


def with_secrets(settings: Settings) -> Settings:
    """Return the settings with all secrets; in development those not given are made.

    They are made once, kept in `secrets_file` (mode 0600) and taken from there ever
    after, whoever starts first.  So is an operator key, in a file of its own, and in
    production, too: nothing is lost with it.

    Raises:
        BadSettings: a file is open to others, or does not hold secrets.
    """
    return _with_operator_key(_with_kept(settings))


def operator_key(settings: Settings) -> SecretStr | None:
    """Return the key that was given, or is kept in the data folder, if there is one.

    Raises:
        BadSettings: the file is open to others, or does not hold a key.
    """
    if settings.operator_key is not None or not settings.operator_file.exists():
        return settings.operator_key
    key = _read_closed(settings.operator_file).strip()
    if len(key) < SECRET_CHARACTERS:
        raise BadSettings([f"{settings.operator_file} does not hold a key"])
    return SecretStr(key)


def _with_kept(settings: Settings) -> Settings:
    if settings.is_production or all(getattr(settings, name) for name in KEPT):
        return settings
    make_folder(settings.data)
    if not settings.secrets_file.exists():
        made = {name: secrets.token_urlsafe(32) for name in KEPT}
        _write_once(settings.secrets_file, json.dumps(made, indent=2))
    kept = _read_secrets(settings.secrets_file)
    missing = [name for name in KEPT if getattr(settings, name) is None]
    return settings.model_copy(update={name: kept[name] for name in missing})


def _with_operator_key(settings: Settings) -> Settings:
    if settings.operator_key is None and not settings.operator_file.exists():
        make_folder(settings.data)
        _write_once(settings.operator_file, secrets.token_urlsafe(32) + "\n")
    return settings.model_copy(update={"operator_key": operator_key(settings)})


def _check_data(data: Path) -> list[str]:
    nearest = next(path for path in (data, *data.absolute().parents) if path.exists())
    if not nearest.is_dir():
        return [f"ORBIT_DATA: {nearest} is a file, not a folder"]
    if not os.access(nearest, os.W_OK | os.X_OK):
        return [f"ORBIT_DATA: {nearest} is not writable for this account"]
    return []


def _check_limits(limits: Limits) -> list[str]:
    faults = []
    if limits.signal_bytes > limits.frame_bytes:
        faults.append("ORBIT_LIMITS__SIGNAL_BYTES must not exceed FRAME_BYTES")
    if not limits.memory_shrinks < limits.memory_refuses < limits.memory_cuts:
        faults.append("ORBIT_LIMITS__MEMORY_SHRINKS, _REFUSES and _CUTS must ascend")
    if limits.lag_s > limits.lag_window_s:
        faults.append("ORBIT_LIMITS__LAG_S must not exceed LAG_WINDOW_S")
    return faults


def _check_secrets(settings: Settings) -> list[str]:
    faults = []
    if settings.dev_master_otp is not None:
        faults.append(
            "ORBIT_DEV_MASTER_OTP is for development: it is everybody's second factor"
        )
    required = ["pepper", "secret_key"]
    if _is_distant(settings.redis_url):
        required.append("cluster_secret")
    for name in SECRETS:
        secret = getattr(settings, name)
        variable = variable_of(name)
        if secret is None:
            if name in required:
                faults.append(f"{variable} is missing; production makes no secrets")
            continue
        faults += _check_secret(variable, secret.get_secret_value())
    given = [getattr(settings, name) for name in SECRETS if getattr(settings, name)]
    if len(given) != len({secret.get_secret_value() for secret in given}):
        faults.append("ORBIT_PEPPER and the other secrets must differ from each other")
    return faults


def _check_secret(variable: str, secret: str) -> list[str]:
    lowered = secret.lower()
    if any(lowered.startswith(known) for known in KNOWN_DEFAULTS):
        return [f"{variable} is a known default; take 32 random characters"]
    if len(secret) < SECRET_CHARACTERS or len(set(secret)) < 10:
        return [f"{variable} is too short or too plain; take 32 random characters"]
    return []


def _check_public(settings: Settings) -> list[str]:
    faults = []
    if settings.public_url is None:
        faults.append("ORBIT_PUBLIC_URL is missing; links and cookies depend on it")
    elif settings.public_url.startswith("http:") and _is_distant(settings.public_url):
        faults.append("ORBIT_PUBLIC_URL must be https: cookies would travel in clear")
    if "*" in settings.cors_origins:
        faults.append("ORBIT_CORS_ORIGINS must not be *: name the sites")
    return faults


def _check_links(settings: Settings) -> list[str]:
    faults = []
    if any(map(_is_distant, servers(settings.database_url or ""))):
        query = parse_qs((settings.database_url or "").partition("?")[2])
        if query.get("sslmode", [""])[-1] not in {
            "require",
            "verify-ca",
            "verify-full",
        }:
            faults.append(
                "ORBIT_DATABASE_URL is on another host: add ?sslmode=verify-full"
            )
    redis = settings.redis_url or ""
    if _is_distant(redis) and urlsplit(redis).scheme != "rediss":
        faults.append("ORBIT_REDIS_URL is on another host: use rediss://")
    return faults


def _check_mail(settings: Settings) -> list[str]:
    if settings.mail_url is None:
        return []
    faults = []
    if settings.public_url is None and not settings.is_production:
        # who asks for a mail would choose, by `Host`, where its link leads
        faults.append("ORBIT_PUBLIC_URL is missing: mails carry links to it")
    if settings.mail_from == NOBODYS_ADDRESS and settings.is_production:
        faults.append(
            "ORBIT_MAIL_FROM is missing: no server takes mails from localhost"
        )
    return faults


def _check_provider(settings: Settings) -> list[str]:
    told = {
        name: getattr(settings, name)
        for name in ("oidc_issuer", "oidc_jwks_url", "oidc_audience")
    }
    missing = [variable_of(name) for name, value in told.items() if value is None]
    if missing and len(missing) < len(told):
        return [f"{' and '.join(missing)} is missing: a provider is all three, or none"]
    url = settings.oidc_jwks_url
    if settings.is_production and _is_distant(url) and urlsplit(url).scheme != "https":
        return ["ORBIT_OIDC_JWKS_URL must be https: who sits between signs for anybody"]
    return []


def _is_distant(url: str | None) -> bool:
    """Say whether an address leaves this machine."""
    if url is None:
        return False
    parts = urlsplit(url)
    host = _host(parts)
    if not host or host.startswith("/") or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def _host(parts: SplitResult) -> str:
    if parts.scheme == "unix":
        return ""
    # libpq takes the host from the query, too: a folder of sockets for one
    return parts.hostname or parse_qs(parts.query).get("host", [""])[0]


def _write_once(path: Path, text: str) -> None:
    """Write a file whole or not at all; whoever comes second finds it there."""
    fd, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(fd, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # losing the pepper loses who everybody is
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)


def _read_closed(path: Path) -> str:
    """Return what is in a file that nobody else can read."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings([f"{path} is open to others; chmod 600 it"])
    return path.read_text()


def _read_secrets(path: Path) -> dict[str, SecretStr]:
    text = _read_closed(path)
    try:
        kept = json.loads(text)
        found = {name: str(kept[name]) for name in KEPT}
    except (ValueError, KeyError, TypeError) as error:
        raise BadSettings([f"{path} does not hold the secrets it should"]) from error
    return {name: SecretStr(secret) for name, secret in found.items()}
