"""What must not run, and development's own secrets."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orbit.environment import load
from orbit.preflight import check, operator_key, with_secrets
from orbit.settings import BadSettings, Limits, Settings

PEPPER = "2q0W9x7ZkPvR4mTnB8sLcYhJfGdA1eUi"
KEY = "Zx81Qm0LpVbN6tRwYk3HsJdGf5CaUe9o"
SEAL = "mN4vB7cX1zQ9wE2rT5yU8iO0pAsDfGhJ"

OIDC = {
    "oidc_issuer": "https://id.example",
    "oidc_jwks_url": "https://id.example/jwks",
    "oidc_audience": "orbit",
}


def production(**changes: Any) -> Settings:
    """Settings that may run in production, but for `changes`."""
    sound = {
        "env": "production",
        "data": Path("/tmp"),
        "pepper": PEPPER,
        "secret_key": KEY,
        "public_url": "https://orbit.example",
    }
    return load(sound | changes)


def test_sound_settings_may_run() -> None:
    assert check(production()) == []
    assert check(load({"data": Path("/tmp")})) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pepper": None}, "ORBIT_PEPPER is missing"),
        ({"secret_key": None}, "ORBIT_SECRET_KEY is missing"),
        ({"pepper": PEPPER[:31]}, "ORBIT_PEPPER is too short"),
        ({"pepper": "ab" * 20}, "ORBIT_PEPPER is too short or too plain"),
        (
            {"secret_key": "changeme-changeme-changeme-changeme"},
            "ORBIT_SECRET_KEY is a known default",
        ),
        (
            {"secret_key": "django-insecure-0123456789abcdefghijkl"},
            "ORBIT_SECRET_KEY is a known default",
        ),
        ({"secret_key": PEPPER}, "must differ"),
        ({"public_url": None}, "ORBIT_PUBLIC_URL is missing"),
        ({"mail_url": "smtps://mail.example"}, "ORBIT_MAIL_FROM is missing"),
        ({"public_url": "http://orbit.example"}, "must be https"),
        ({"cors_origins": "*"}, "ORBIT_CORS_ORIGINS must not be *"),
        ({"database_url": "postgresql://a@db.example/o"}, "add ?sslmode=verify-full"),
        (
            {"database_url": "postgresql://a@localhost,db.example/o"},
            "add ?sslmode=verify-full",
        ),
        (
            {"database_url": "postgresql://a@10.1.1.1/o?sslmode=prefer"},
            "add ?sslmode=verify-full",
        ),
        (
            {"redis_url": "redis://r.example/0", "cluster_secret": SEAL},
            "use rediss://",
        ),
        ({"redis_url": "rediss://r.example/0"}, "ORBIT_CLUSTER_SECRET is missing"),
        ({"oidc_issuer": "https://id.example"}, "ORBIT_OIDC_JWKS_URL and ORBIT_OIDC"),
        ({**OIDC, "oidc_jwks_url": "http://id.example/jwks"}, "must be https"),
        ({"dev_master_otp": "424242"}, "ORBIT_DEV_MASTER_OTP is for development"),
        ({"data": Path("/etc/hostname/data")}, "is a file, not a folder"),
        ({"limits": Limits(signal_bytes=70_000)}, "SIGNAL_BYTES must not exceed"),
        ({"limits": Limits(memory_refuses=0.99)}, "must ascend"),
        ({"limits": Limits(lag_s=90)}, "LAG_S must not exceed"),
    ],
)
def test_production_refuses(changes: dict[str, Any], said: str) -> None:
    faults = check(production(**changes))
    assert len(faults) == 1
    assert said in faults[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"public_url": "http://127.0.0.1:8080"},
        {"database_url": "postgresql://a@localhost/o"},
        {"database_url": "postgresql://a@/o?host=%2Frun%2Fpg"},
        {"database_url": "postgresql://a@db.example/o?sslmode=verify-full"},
        {"redis_url": "redis://127.0.0.1/0"},
        {"redis_url": "unix:///run/redis.sock"},
        {"redis_url": "rediss://r.example/0", "cluster_secret": SEAL},
        OIDC,
    ],
)
def test_production_accepts(changes: dict[str, Any]) -> None:
    assert check(production(**changes)) == []


def test_who_asks_for_a_mail_never_chooses_where_its_links_lead() -> None:
    mailing = {"data": Path("/tmp"), "mail_url": "smtp://127.0.0.1:25"}
    (fault,) = check(load(mailing))
    assert "ORBIT_PUBLIC_URL is missing: mails carry links" in fault
    assert check(load(mailing | {"public_url": "http://127.0.0.1:8080"})) == []


def test_development_is_forgiven() -> None:
    weak = {"env": "development", "pepper": "x", "cors_origins": "*"}
    assert check(production(**weak)) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "not writable" in check(load({"data": tmp_path / "deep"}))[0]


def test_developments_secrets_are_made_once(tmp_path: Path) -> None:
    first = with_secrets(load({"data": tmp_path / "new"}))
    again = with_secrets(load({"data": tmp_path / "new"}))
    assert first.pepper is not None
    assert first.secret_key is not None
    assert first == again
    assert first.pepper != first.secret_key
    assert check(production(pepper=first.pepper, secret_key=first.secret_key)) == []
    assert first.secrets_file.stat().st_mode & 0o777 == 0o600
    kept = sorted(path.name for path in first.data.iterdir())
    assert kept == ["operator.key", "secrets.json"]


def test_a_given_secret_wins_over_a_made_one(tmp_path: Path) -> None:
    settings = with_secrets(load({"data": tmp_path, "pepper": PEPPER}))
    assert settings.pepper is not None
    assert settings.pepper.get_secret_value() == PEPPER
    assert settings.secret_key is not None


def test_many_first_starts_agree_on_the_secrets(tmp_path: Path) -> None:
    seen: set[str] = set()
    gate = threading.Barrier(8)

    def start() -> None:
        settings = load({"data": tmp_path})
        gate.wait()
        pepper = with_secrets(settings).pepper
        assert pepper is not None
        seen.add(pepper.get_secret_value())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1


def test_production_makes_no_secrets(tmp_path: Path) -> None:
    settings = production(data=tmp_path, pepper=None)
    assert with_secrets(settings).pepper is None
    assert not settings.secrets_file.exists()


def test_an_operator_key_is_made_once_in_production_too(tmp_path: Path) -> None:
    settings = production(data=tmp_path)
    assert operator_key(settings) is None
    made = with_secrets(settings).operator_key
    assert made is not None
    assert len(made.get_secret_value()) >= 32
    assert with_secrets(settings).operator_key == made == operator_key(settings)
    assert settings.operator_file.stat().st_mode & 0o777 == 0o600
    given = settings.model_copy(update={"operator_key": SecretStr(PEPPER)})
    assert operator_key(given) == with_secrets(given).operator_key == SecretStr(PEPPER)


def test_an_operator_key_that_is_none_or_open_to_others_is_refused(
    tmp_path: Path,
) -> None:
    settings = load({"data": tmp_path})
    settings.operator_file.write_text("short\n")
    settings.operator_file.chmod(0o600)
    with pytest.raises(BadSettings, match="does not hold a key"):
        with_secrets(settings)
    settings.operator_file.chmod(0o640)
    with pytest.raises(BadSettings, match="open to others"):
        operator_key(settings)
    assert "ORBIT_OPERATOR_KEY" in check(production(operator_key="short"))[0]


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    settings = load({"data": tmp_path})
    with_secrets(settings)
    settings.secrets_file.chmod(0o644)
    with pytest.raises(BadSettings, match="open to others"):
        with_secrets(settings)


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"pepper": "x"})])
def test_a_damaged_file_is_not_replaced(tmp_path: Path, text: str) -> None:
    settings = load({"data": tmp_path})
    settings.secrets_file.write_text(text)
    settings.secrets_file.chmod(0o600)
    with pytest.raises(BadSettings, match="does not hold"):
        with_secrets(settings)
    assert settings.secrets_file.read_text() == text
