"""Settings: what is read, from where, and how a mistake is told."""

import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from orbit.settings import (
    BadSettings,
    Environment,
    Limits,
    LogLevel,
    environment_of,
    load,
)

ORBIT = Path(__file__).parents[2] / "orbit"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test with nothing set."""
    products = {"DATABASE_URL", "REDIS_URL", "ENV", "LOG_LEVEL"}
    products |= {"JWT_SECRET_KEY", "CORS_ALLOW_ORIGINS"}
    for name in list(os.environ):
        if name.startswith("ORBIT_") or name in products:
            monkeypatch.delenv(name)


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


def test_flags_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_PORT", "1111")
    monkeypatch.setenv("ORBIT_DATABASE_URL", "postgresql://a@h/env")
    settings = load({"port": 2222, "database_url": "postgresql://a@h/flag"})
    assert settings.port == 2222
    assert settings.database_url == "postgresql://a@h/flag"


def test_the_products_own_names_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a@h/db")
    monkeypatch.setenv("REDIS_URL", "redis://h/0")
    monkeypatch.setenv("JWT_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("CORS_ALLOW_ORIGINS", "https://one.example, http://two:81")
    monkeypatch.setenv("ENV", "prod")
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    settings = load()
    assert settings.database_url == "postgres://a@h/db"
    assert settings.redis_url == "redis://h/0"
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "k" * 40
    assert settings.cors_origins == ("https://one.example", "http://two:81")
    assert settings.is_production
    assert settings.log_level is LogLevel.WARNING


def test_orbits_name_wins_over_a_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a@h/theirs")
    monkeypatch.setenv("ORBIT_DATABASE_URL", "postgres://a@h/ours")
    assert load().database_url == "postgres://a@h/ours"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_DATABASE_URL", "")
    monkeypatch.setenv("ORBIT_PORT", "")
    assert load().database_url is None
    assert load().port == 8080


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    networks = [str(network) for network in load().trusted_proxies]
    assert networks == ["10.0.0.0/8", "::1/128"]


def test_a_bound_is_set_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_LIMITS__MAILBOX_LETTERS", "7")
    limits = load().limits
    assert limits.mailbox_letters == 7
    assert limits.command_burst == 40


def test_a_single_bound_wins_over_the_json_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORBIT_LIMITS", '{"strikes": 5, "catch_ups": 6}')
    monkeypatch.setenv("ORBIT_LIMITS__CATCH_UPS", "7")
    limits = load().limits
    assert (limits.strikes, limits.catch_ups) == (5, 7)


def test_a_variable_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("orbit_host", "::1")
    assert load().host == "::1"


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


def test_a_child_is_given_the_same_settings_by_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT_OF_SOMEBODY", "1")
    monkeypatch.setenv("REDIS_URL", "redis://other/0")
    given = load(
        {
            "port": 1234,
            "data": "/srv/a b",
            "env": "production",
            "redis_url": "unix:///run/valkey.sock",
            "pepper": "p" * 40,
            "cors_origins": "https://one.example,https://two.example:81",
            "trusted_proxies": "10.0.0.0/8,::1",
            "lean_sockets": "false",
            "worker": "2/4",
            "limits": {"frame_bytes": 100_000},
        }
    )
    told = environment_of(given)
    monkeypatch.setattr(os, "environ", told)
    assert load() == given
    assert load().sharers == 4
    assert told["PORT_OF_SOMEBODY"] == "1"
