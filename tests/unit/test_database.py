"""Which database a process uses."""

from pathlib import Path

from orbit.database import embedded, running
from orbit.environment import load

GIVEN = "postgresql://somebody@127.0.0.1/theirs"


def test_a_given_database_is_used_and_none_is_started(tmp_path: Path) -> None:
    settings = load({"database_url": GIVEN, "data": tmp_path})
    with running(settings) as dsn:
        assert dsn == GIVEN
    assert not any(tmp_path.iterdir())


def test_without_one_the_embedded_server_lives_in_the_data_folder(
    tmp_path: Path,
) -> None:
    server = embedded(load({"data": tmp_path}))
    assert server.log.parent == tmp_path
    assert "postgres" in server.dsn()
