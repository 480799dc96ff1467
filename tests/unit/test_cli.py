"""The command line, run as a program where its exit code is what counts."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orbit import __version__, cli
from orbit.settings import Settings

ROOT = Path(__file__).parents[2]
SOUND = {
    "ORBIT_ENV": "production",
    "ORBIT_PEPPER": "2q0W9x7ZkPvR4mTnB8sLcYhJfGdA1eUi",
    "ORBIT_SECRET_KEY": "Zx81Qm0LpVbN6tRwYk3HsJdGf5CaUe9o",
    "ORBIT_PUBLIC_URL": "https://orbit.example",
}


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that the database's account may enter, whoever runs the tests."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name, "data")


def orbit(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `orbit` with nothing of this process's settings."""
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "orbit", *words],
        env=kept | environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("words", [(), ("serve",)])
def test_it_tells_its_version(words: tuple[str, ...]) -> None:
    done = orbit(*words, "--version")
    assert (done.returncode, done.stdout.strip()) == (0, __version__)


def test_help_explains_each_flag_and_names_its_variable() -> None:
    said = " ".join(re.sub("[│╭╮╰╯─]", " ", orbit("serve", "--help").stdout).split())
    for field in ("host", "port", "data", "database_url", "log_level", "lean_sockets"):
        assert f"--{field.replace('_', '-')}" in said
        assert f"[ORBIT_{field.upper()}]" in said
        assert str(Settings.model_fields[field].description) in said


@pytest.mark.parametrize(
    ("words", "commands"),
    [((), ("serve", "doctor", "board")), (("board",), ("list", "verify", "evict"))],
)
def test_said_without_a_command_it_tells_which_there_are(
    words: tuple[str, ...], commands: tuple[str, ...]
) -> None:
    done = orbit(*words)
    assert done.returncode == 0
    for command in commands:
        assert re.search(rf"^ +{command} +\w", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("words", [("sevre",), ("serve", "--prot", "1")])
def test_a_word_that_is_none_is_refused(words: tuple[str, ...]) -> None:
    done = orbit(*words)
    assert done.returncode == 2
    assert "sevre" in done.stderr or "--prot" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ORBIT_PORT": "70000"}, "ORBIT_PORT"),
        ({"ORBIT_PORT": "eighty"}, "ORBIT_PORT"),
        ({"ORBIT_PROT": "80"}, "did you mean ORBIT_PORT?"),
        ({"ENV": "moon", "ORBIT_ENV": ""}, "ORBIT_ENV"),
        ({"ORBIT_PEPPER": ""}, "ORBIT_PEPPER is missing"),
        ({"ORBIT_PEPPER": "short"}, "ORBIT_PEPPER is too short"),
        ({"ORBIT_SECRET_KEY": "change-me" * 4}, "ORBIT_SECRET_KEY is a known default"),
        ({"ORBIT_SECRET_KEY": SOUND["ORBIT_PEPPER"]}, "must differ"),
        ({"ORBIT_PUBLIC_URL": "http://orbit.example"}, "must be https"),
        ({"CORS_ALLOW_ORIGINS": "*"}, "ORBIT_CORS_ORIGINS must not be *"),
        ({"DATABASE_URL": "postgresql://a@db.example/o"}, "sslmode=verify-full"),
        ({"REDIS_URL": "rediss://r.example"}, "ORBIT_CLUSTER_SECRET is missing"),
        ({"ORBIT_LIMITS__STRIKES": "0"}, "ORBIT_LIMITS__STRIKES"),
        ({"ORBIT_DATA": "/etc/hostname"}, "is a file, not a folder"),
    ],
)
def test_a_broken_configuration_is_told_in_a_line_with_exit_78(
    changes: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nowhere = Path("/tmp/orbit-test-none")
    for name, value in (SOUND | {"ORBIT_DATA": str(nowhere)} | changes).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as raised:
        cli.main(["serve"])
    assert raised.value.code == 78
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
    assert line.startswith("orbit: ")
    assert not nowhere.exists()


def test_a_broken_flag_ends_the_program_with_exit_78() -> None:
    done = orbit("serve", "--port", "99999")
    assert done.returncode == 78
    assert "ORBIT_PORT" in done.stderr


def test_a_missing_postgres_is_told_without_a_traceback(data: Path) -> None:
    done = orbit("migrate", "--data", str(data), ORBIT_PG_BIN="/nowhere")
    assert done.returncode == 69
    assert done.stderr == "orbit: /nowhere holds no postgres and initdb\n"


def test_migrate_and_boards_on_an_embedded_database(data: Path) -> None:
    first = orbit("migrate", "--data", str(data))
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("applied 0001")
    assert orbit("migrate", "--data", str(data)).stdout == "up to date\n"
    listed = orbit("board", "list", "--data", str(data))
    assert (listed.returncode, listed.stdout) == (0, "")
    checked = orbit("journal", "verify", "--data", str(data))
    agreed = "0 boards, 0 events: journal, snapshot and index agree\n"
    assert (checked.returncode, checked.stdout) == (0, agreed)
    begun = [orbit("log", "rotate", "--data", str(data)).stdout for _ in "ab"]
    assert all(said.startswith("another history has begun: ") for said in begun)
    assert begun[0] != begun[1]


@pytest.mark.parametrize("id", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_board_is_told(data: Path, id: str) -> None:
    assert orbit("migrate", "--data", str(data)).returncode == 0
    done = orbit("board", "show", id, "--data", str(data))
    assert (done.returncode, done.stdout) == (69, "")
    assert "no such board" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_finds_nothing_wrong_here(data: Path) -> None:
    done = orbit("doctor", "--data", str(data), "--port", "0")
    assert done.returncode == 0, done.stdout
    assert "will be made by the first start" in done.stdout
    assert not data.exists()


def test_doctor_exits_1_at_a_fault(data: Path) -> None:
    done = orbit("doctor", "--data", str(data), ORBIT_PG_BIN="/nowhere")
    assert done.returncode == 1
    assert "/nowhere holds no postgres" in done.stdout


def test_without_a_node_nothing_is_evicted(data: Path) -> None:
    board = "6b5e5a5c-1111-4222-8333-444455556666"
    done = orbit("board", "evict", board, "--data", str(data))
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith(f"orbit: no operator key: there is no {data}")
    data.mkdir()
    key = "of an operator, as long as it should be"
    done = orbit("nodes", "--data", str(data), ORBIT_OPERATOR_KEY=key)
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith(f"orbit: no node answers on {data}; name")


def test_a_role_is_given_to_the_account_of_an_address(data: Path) -> None:
    assert orbit("migrate", "--data", str(data)).returncode == 0
    done = orbit("account", "role", "ann@example.org", "dev", "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no account has the address ann@example.org\n"


def test_purge_tells_what_it_removed(data: Path) -> None:
    assert orbit("migrate", "--data", str(data)).returncode == 0
    done = orbit("purge", "--data", str(data))
    assert (done.returncode, done.stdout) == (0, "removed 0 boards and 0 ghosts\n")
