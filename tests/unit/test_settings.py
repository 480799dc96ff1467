"""Settings: what is well-formed, and how a mistake is told."""

import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from orbit.environment import load
from orbit.settings import BadSettings, Environment, Limits

pytestmark = pytest.mark.usefixtures("bare")
ORBIT = Path(__file__).parents[2] / "orbit"


def test_nothing_needs_to_be_set() -> None:
    settings = load()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.env is Environment.DEVELOPMENT
    assert settings.database_url is settings.redis_url is settings.pepper is None
    assert settings.lean_sockets
    assert settings.limits.frame_bytes == 65_536
    assert settings.limits.mailbox_letters == 1_024


def test_root_keeps_its_data_where_the_database_may_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert load().data == Path("/var/lib/orbit")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert load().data == Path("data")


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    networks = [str(network) for network in load().trusted_proxies]
    assert networks == ["10.0.0.0/8", "::1/128"]


def test_nothing_can_be_changed_later() -> None:
    with pytest.raises(ValidationError):
        load().port = 1


def test_printed_settings_tell_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_PEPPER", "marker-pepper")
    monkeypatch.setenv("ORBIT_DATABASE_URL", "postgresql://u:marker-word@h/d")
    monkeypatch.setenv("ORBIT_REDIS_URL", "redis://:marker-redis@h/0")
    assert "marker" not in f"{load()!r} {load()}"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ORBIT_PORT", "70000", "ORBIT_PORT: input should be less than or equal"),
        ("ORBIT_PORT", "http", "ORBIT_PORT: input should be a valid integer"),
        ("ENV", "marker", "ORBIT_ENV: input should be 'development' or 'production'"),
        ("LOG_LEVEL", "marker", "ORBIT_LOG_LEVEL: input should be 'debug'"),
        ("ORBIT_PUBLIC_URL", "marker.example", "ORBIT_PUBLIC_URL: should be http://"),
        ("ORBIT_PUBLIC_URL", "https://u:marker@h", "should hold no user"),
        ("ORBIT_DATABASE_URL", "mysql://marker", "should be postgresql://"),
        ("REDIS_URL", "http://marker", "ORBIT_REDIS_URL: should be redis://"),
        ("CORS_ALLOW_ORIGINS", "marker", "ORBIT_CORS_ORIGINS: should be http"),
        ("ORBIT_CORS_ORIGINS", "http://h/marker", "without a path"),
        ("ORBIT_MAIL_URL", "http://marker", "ORBIT_MAIL_URL: should be smtp://"),
        ("ORBIT_MAIL_URL", "smtp://", "ORBIT_MAIL_URL: should be smtp://"),
        ("ORBIT_MAIL_FROM", "marker", "ORBIT_MAIL_FROM: should be Name <mail@"),
        ("ORBIT_TRUSTED_PROXIES", "10.0.0.0/99", "does not appear to be an IPv4"),
        ("ORBIT_LEAN_SOCKETS", "marker", "input should be a valid boolean"),
        ("ORBIT_LIMITS__LAG_S", "-1", "ORBIT_LIMITS__LAG_S: input should be greater"),
        ("ORBIT_LIMITS__LAG_S", "nan", "ORBIT_LIMITS__LAG_S: input should be"),
        ("ORBIT_LIMITS", "{marker", "ORBIT_LIMITS: should be a JSON object"),
        ("ORBIT_LIMITS", '["marker"]', "ORBIT_LIMITS: should be a JSON object"),
        ("ORBIT_PROT", "80", "ORBIT_PROT is no setting; did you mean ORBIT_PORT?"),
        (
            "ORBIT_LIMITS__FRAME_BYTE",
            "1",
            "did you mean ORBIT_LIMITS__FRAME_BYTES?",
        ),
    ],
)
def test_a_mistake_is_named_and_its_value_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as raised:
        load()
    assert any(said in line for line in raised.value.lines), raised.value.lines
    assert "marker" not in str(raised.value)


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_PORT", "-1")
    monkeypatch.setenv("ORBIT_ENV", "moon")
    monkeypatch.setenv("ORBIT_HOTS", "::1")
    with pytest.raises(BadSettings) as raised:
        load()
    assert len(raised.value.lines) == 3


def test_every_bound_has_an_effect() -> None:
    """A setting that nobody reads is a promise that nobody keeps."""
    readers = [
        path.read_text()
        for path in ORBIT.rglob("*.py")
        if path.name not in {"settings.py", "preflight.py"}
    ]
    text = "\n".join(readers)
    unread = {
        name
        for name in Limits.model_fields
        if not re.search(rf"\b(limits|given)\.{name}\b", text)
    }
    assert not unread
