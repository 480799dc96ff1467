"""A cut loses one direction and nothing else; the machine's own network stays as it is.

In a process of its own, for it leaves the machine's network.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.server import ROOT
from tests.kit.hosts import Loopback, network

STORY = """
from tests.kit.hosts import network

net = network()
ann, bob = net.host("ann"), net.host("bob")

def ways():
    pairs = (ann, bob), (bob, ann), (net.ours, ann), (bob, net.ours)
    return "".join("x-"[net.passes(*pair)] for pair in pairs)

said = [ways()]
net.cut(ann, bob)
said.append(ways())
net.heal(ann, bob)
said.append(ways())
assert net.host("ann") is ann
print(*said)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has networks of its own")
def test_a_cut_loses_one_direction_and_heals() -> None:
    links = sorted(Path("/sys/class/net").iterdir())
    story = [sys.executable, "-c", STORY]
    told = subprocess.run(story, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["----", "x---", "----"]
    assert sorted(Path("/sys/class/net").iterdir()) == links


def test_without_rights_there_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = network()
    assert isinstance(found, Loopback)
    assert found.host("ann").address == "127.0.0.1"
