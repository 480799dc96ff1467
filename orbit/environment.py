"""Reads the settings from the environment; nobody else reads `os.environ`.

Every name is `ORBIT_<FIELD>`, a bound `ORBIT_LIMITS__<FIELD>`; the names that the
products document are taken too.  One of ours that is misspelt is a fault.
"""

import difflib
import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, SecretStr, ValidationError

from orbit.settings import TESTS_OWN, BadSettings, Limits, Settings, variable_of

# Variable -> field.  The products' names come first, for Orbit's own wins.
FIELDS: Mapping[str, str] = {
    "DATABASE_URL": "database_url",
    "REDIS_URL": "redis_url",
    "ENV": "env",
    "LOG_LEVEL": "log_level",
    "JWT_SECRET_KEY": "secret_key",
    "DEV_MASTER_OTP": "dev_master_otp",
    "CORS_ALLOW_ORIGINS": "cors_origins",
    "ACCESS_TOKEN_EXPIRE_MINUTES": "access_minutes",
    "REFRESH_TOKEN_EXPIRE_MINUTES": "refresh_minutes",
    "EMAIL_FROM": "mail_from",
    "DEFAULT_FROM_EMAIL": "mail_from",
    **{variable_of(field): field for field in Settings.model_fields},
}
BOUNDS: Mapping[str, str] = {
    f"ORBIT_LIMITS__{bound.upper()}": bound for bound in Limits.model_fields
}
# Of these a product makes what is one setting here, `mail_url`.
HOST, PORT, IS_TLS = "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_SSL"
USER, PASSWORD = "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"
MAIL = {HOST, PORT, IS_TLS, USER, PASSWORD}
NO = {"0", "false", "no", "off"}


def load(flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the environment; `flags`, by field name, win.  Changes nothing.

    Raises:
        BadSettings: with a line for each fault, none of which repeats a value.
    """
    faults = _unknown_names()
    try:
        settings = Settings(**{**_environment_by_field(), **(flags or {})})
    except ValidationError as error:
        faults += [_line(fault) for fault in error.errors()]
    else:
        if not faults:
            return settings
    raise BadSettings(faults)


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which `load` gives these settings: for a child.

    It holds the secrets: a list of processes does not show it, as it does arguments.
    """
    ours = {*FIELDS, *BOUNDS, *MAIL}
    kept = {
        name: value for name, value in os.environ.items() if name.upper() not in ours
    }
    told = {
        variable_of(field): _told(getattr(settings, field))
        for field in Settings.model_fields
        if getattr(settings, field) is not None
    }
    return kept | told


def _told(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case BaseModel():
            return value.model_dump_json(exclude_unset=True)
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _environment_by_field() -> dict[str, Any]:
    """Return what the environment sets; nothing is checked yet."""
    variables = {name.upper(): value for name, value in os.environ.items() if value}
    found = _mail_server(variables) | {
        field: variables[name] for name, field in FIELDS.items() if name in variables
    }
    bounds = {
        bound: variables[name] for name, bound in BOUNDS.items() if name in variables
    }
    return found | {"limits": _layered(found.get("limits", "{}"), bounds)}


def _mail_server(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the server that a product's names make, if they name one."""
    if HOST not in variables:
        return {}
    parts = (variables.get(name) for name in (USER, PASSWORD))
    who = ":".join(quote(part, safe="") for part in parts if part)
    port = variables.get(PORT, "")
    is_tls = variables.get(IS_TLS, "no").lower() not in NO or port == "465"
    place = f"{who}@{variables[HOST]}" if who else variables[HOST]
    url = f"{'smtps' if is_tls else 'smtp'}://{place}{port and ':' + port}"
    return {"mail_url": url}


def _layered(whole: str, bounds: Mapping[str, str]) -> object:
    """Lay single bounds over those of ORBIT_LIMITS, a JSON object."""
    try:
        return json.loads(whole) | bounds
    except (ValueError, TypeError):
        return whole  # it is none, and the field says so


def _unknown_names() -> list[str]:
    """Name misspelt variables: a bound that is not set is not noticed otherwise."""
    known = {*FIELDS, *BOUNDS}
    faults = []
    for name in sorted(os.environ):
        upper = name.upper()
        if not upper.startswith("ORBIT_") or upper.startswith(TESTS_OWN):
            continue
        if upper not in known:
            near = difflib.get_close_matches(upper, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            faults.append(f"{name} is no setting{hint}")
    return faults


def _line(fault: Any) -> str:
    place = [str(part) for part in fault["loc"]]
    name = variable_of(place[0])
    inner = [part for part in place[1:] if part.islower() and part.isidentifier()]
    variable = "__".join([name, *(part.upper() for part in inner)])
    said = fault["msg"].removeprefix("Value error, ")
    return f"{variable}: {said[:1].lower()}{said[1:]}"
