"""An address names one server or several; each has an address of its own."""

import pytest

from orbit.store.postgres.dsn import servers


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://ann:s,cret@db.example:5433/orbit?sslmode=verify-full",
        "postgresql:///orbit",
        "postgresql://ann@/orbit?host=%2Frun%2Fpg",
        "postgresql://[::1]/orbit",
    ],
)
def test_one_server_is_left_as_it_is(dsn: str) -> None:
    assert servers(dsn) == [dsn]


def test_hosts_share_all_that_is_not_theirs() -> None:
    dsn = "postgresql://ann:s,cret@one:5433,[::2],three/orbit?sslmode=verify-full"
    assert servers(dsn) == [
        "postgresql://ann:s,cret@one:5433/orbit?sslmode=verify-full",
        "postgresql://ann:s,cret@[::2]/orbit?sslmode=verify-full",
        "postgresql://ann:s,cret@three/orbit?sslmode=verify-full",
    ]


def test_folders_of_sockets_are_hosts_as_well() -> None:
    both = "postgresql://ann@/orbit?host=%2Fa,%2Fb&port={}"
    assert servers(both.format("1,2")) == [
        "postgresql://ann@/orbit?host=%2Fa&port=1",
        "postgresql://ann@/orbit?host=%2Fb&port=2",
    ]
    assert servers(both.format("7"))[1] == "postgresql://ann@/orbit?host=%2Fb&port=7"
    assert servers(both.format(""))[1] == "postgresql://ann@/orbit?host=%2Fb"
