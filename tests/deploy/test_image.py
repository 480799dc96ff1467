"""The image: what it copies is there, and what it says of Orbit is so."""

import re
import subprocess
from fnmatch import fnmatch

import pytest

from tests.kit.balancers import program
from tests.kit.deployed import ROOT, faults, probes, settings

TEXT = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().split()


def is_sent(name: str) -> bool:
    """Tell whether a file or folder at the top goes to the builder; last rule wins."""
    sent = True
    for rule in IGNORED:
        if fnmatch(name, rule.removeprefix("!")):
            sent = rule.startswith("!")
    return sent


def variables() -> dict[str, str]:
    """Return what the image sets of Orbit's."""
    return dict(re.findall(r"^ +(ORBIT_[A-Z_]+)=(\S+)", TEXT, re.MULTILINE))


def test_what_is_copied_is_there_and_is_sent():
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.MULTILINE)
        for word in line.split()
    ]
    assert {"orbit", "setup.cfg", "setup.py"} <= {*copied}
    for name in copied:
        assert (ROOT / name).exists(), name
        assert is_sent(name), f"{name} is kept back by .dockerignore"


def test_nothing_else_is_sent():
    """No secrets, no data, no history; nothing compiled for this machine."""
    for name in (".git", ".env", "data", "tests", ".venv", "docs", "deploy"):
        assert not is_sent(name)
    assert {"**/*.so", "**/__pycache__"} <= {*IGNORED}


def test_each_stage_that_is_copied_from_exists():
    stages = re.findall(r"^FROM \S+ AS (\S+)$", TEXT, re.MULTILINE)
    assert set(re.findall(r"COPY --from=(\S+)", TEXT)) <= {*stages}


def test_it_runs_as_nobody_of_note():
    assert re.search(r"^USER 10001:10001$", TEXT, re.MULTILINE)
    assert TEXT.index("\nUSER ") < TEXT.index("\nENTRYPOINT ")


def test_the_part_in_c_must_be_there():
    assert 'python -I -c "import orbit.http._crowd"' in TEXT


def test_its_settings_are_taken(tmp_path):
    assert faults(variables(), tmp_path) == []
    taken = settings(variables(), tmp_path)
    assert taken.host == "0.0.0.0"  # noqa: S104 - within a container
    assert f"EXPOSE {taken.port}" in TEXT
    assert f"VOLUME {variables()['ORBIT_DATA']}" in TEXT


def test_its_health_is_asked_where_a_node_tells_it():
    (path,) = re.findall(r"\+ '(/[^']+)'", TEXT)
    assert path in probes()
    assert path == "/health/live/"  # a database that is away kills no container


def test_hadolint_finds_nothing():
    path = program("hadolint")
    if path is None:
        pytest.skip("there is no hadolint")
    said = [path, str(ROOT / "Dockerfile")]
    done = subprocess.run(said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
