"""Flags, as settings: a flag that was given counts more than the environment."""

import asyncio
from collections.abc import Callable
from typing import Any

from orbit.environment import load
from orbit.preflight import check
from orbit.settings import BadSettings, Settings


def loaded(**flags: Any) -> Settings:
    given = {
        name: value
        for name, value in flags.items()
        if name in Settings.model_fields and value is not None
    }
    return load(given)


def sound(**flags: Any) -> Settings:
    """Load settings, and refuse those that must not run."""
    settings = loaded(**flags)
    if faults := check(settings):
        raise BadSettings(faults)
    return settings


def with_database(work: Callable[[str], Any], **flags: Any) -> Any:
    from orbit.database import running

    with running(loaded(**flags)) as dsn:
        return asyncio.run(work(dsn))
