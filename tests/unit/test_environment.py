"""What is read from the environment, and by which names."""

import os

import pytest

from orbit.environment import MAIL, environment_of, load
from orbit.settings import LogLevel

pytestmark = pytest.mark.usefixtures("bare")


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
    monkeypatch.setenv("ACCESS_TOKEN_EXPIRE_MINUTES", "30")
    monkeypatch.setenv("REFRESH_TOKEN_EXPIRE_MINUTES", "1440")
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", "Us <us@example.org>")
    settings = load()
    assert (settings.access_minutes, settings.refresh_minutes) == (30, 1440)
    assert settings.mail_from == "Us <us@example.org>"
    assert settings.database_url == "postgres://a@h/db"
    assert settings.redis_url == "redis://h/0"
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "k" * 40
    assert settings.cors_origins == ("https://one.example", "http://two:81")
    assert settings.is_production
    assert settings.log_level is LogLevel.WARNING


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ({}, "smtp://mail.example"),
        ({"PORT": "2525", "USE_TLS": "True"}, "smtp://mail.example:2525"),
        ({"PORT": "465"}, "smtps://mail.example:465"),
        ({"USE_SSL": "true"}, "smtps://mail.example"),
        ({"USE_SSL": "False"}, "smtp://mail.example"),
        (
            {"HOST_USER": "us@example.org", "HOST_PASSWORD": "a/b:c", "PORT": "587"},
            "smtp://us%40example.org:a%2Fb%3Ac@mail.example:587",
        ),
    ],
)
def test_a_products_mail_server_is_taken(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], url: str
) -> None:
    monkeypatch.setenv("EMAIL_HOST", "mail.example")
    for name, value in told.items():
        monkeypatch.setenv(f"EMAIL_{name}", value)
    assert load().mail_url == url
    assert set(environment_of(load())) & MAIL == set()


def test_orbits_mail_server_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_HOST", "theirs.example")
    monkeypatch.setenv("ORBIT_MAIL_URL", "smtp://ours.example")
    assert load().mail_url == "smtp://ours.example"


def test_orbits_name_wins_over_a_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a@h/theirs")
    monkeypatch.setenv("ORBIT_DATABASE_URL", "postgres://a@h/ours")
    assert load().database_url == "postgres://a@h/ours"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_DATABASE_URL", "")
    monkeypatch.setenv("ORBIT_PORT", "")
    assert load().database_url is None
    assert load().port == 8080


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
