"""What the machine gives this process: how much memory, and how much of it is used.

Where the system does not tell, nothing is used: what rests on it does nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def memory_bytes(root: Path = Path("/")) -> int:
    """Return how much memory this process may use: its group's, or the machine's."""
    limits = [os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES]
    for file in _limit_files(root):
        try:
            limits.append(int(file.read_text()))
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
    return min(limit for limit in limits if limit > 0)


def _limit_files(root: Path) -> Iterator[Path]:
    """Give where control groups tell their limits (cgroups(7)): v1, then all of v2."""
    groups = root / "sys/fs/cgroup"
    yield groups / "memory/memory.limit_in_bytes"
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    ours = next((line[3:] for line in lines if line.startswith("0::")), "/")
    group = groups / ours.strip("/")
    for folder in (group, *group.parents):
        yield folder / "memory.max"
        if folder == groups:
            return


def used_bytes(root: Path = Path("/")) -> int:
    """Return how much memory this process has at the moment (proc(5), statm)."""
    try:
        resident = (root / "proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(resident) * PAGE_BYTES
