"""What the machine gives, and what is used of it."""

from pathlib import Path

import pytest

from orbit.machine import memory_bytes, used_bytes


def put(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_without_a_limit_it_is_the_machines(tmp_path: Path) -> None:
    whole = memory_bytes(tmp_path)
    assert whole > 1 << 26
    put(tmp_path, "sys/fs/cgroup/memory.max", "max\n")
    put(tmp_path, "sys/fs/cgroup/memory/memory.limit_in_bytes", f"{1 << 62}\n")
    assert memory_bytes(tmp_path) == whole
    assert 0 < used_bytes() < memory_bytes()


@pytest.mark.parametrize(
    "file",
    [
        "sys/fs/cgroup/memory.max",
        "sys/fs/cgroup/orbit.slice/memory.max",
        "sys/fs/cgroup/orbit.slice/node.service/memory.max",
        "sys/fs/cgroup/memory/memory.limit_in_bytes",
    ],
)
def test_the_least_of_all_limits_counts(tmp_path: Path, file: str) -> None:
    put(tmp_path, "proc/self/cgroup", "1:name=x:/\n0::/orbit.slice/node.service\n")
    put(tmp_path, "sys/fs/cgroup/orbit.slice/memory.max", f"{2 << 20}\n")
    put(tmp_path, file, f"{1 << 20}\n")
    assert memory_bytes(tmp_path) == 1 << 20


def test_where_nothing_is_told_nothing_is_used(tmp_path: Path) -> None:
    assert used_bytes(tmp_path) == 0
    put(tmp_path, "proc/self/statm", "100 7 3 1 0 9 0\n")
    assert used_bytes(tmp_path) % 7 == 0
    assert used_bytes(tmp_path) > 0
