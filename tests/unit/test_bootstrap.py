"""Which Python bin/bootstrap takes, of several that differ in how they were built."""

import subprocess
import sys
from pathlib import Path

import pytest

BOOTSTRAP = Path(__file__).parents[2] / "bin" / "bootstrap"
QUICK = "--enable-optimizations"
PLAIN = "--enable-shared"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for Pythons, which is all of the PATH."""
    made = tmp_path / "pythons"
    made.mkdir()
    return made


def put(folder: Path, name: str, built_with: str, *, makes_venvs: bool = True) -> Path:
    """Make a Python that is this one, but tells that it was built so."""
    disguise = (
        "import sys, sysconfig\n"
        "sys.base_prefix = '/opt'\n"
        f"sysconfig.get_config_vars()['CONFIG_ARGS'] = {built_with!r}\n"
    )
    if not makes_venvs:
        disguise += "sys.modules['ensurepip'] = None\n"
    path = folder / name
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{disguise}$2"\n')
    path.chmod(0o755)
    return path


def found(folder: Path, **environment: str) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", f'. "{BOOTSTRAP}"; find_python'],
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_an_optimised_python_is_preferred_to_a_newer_one(folder: Path) -> None:
    put(folder, "python3.13", PLAIN)
    put(folder, "python3.12", f"{PLAIN} {QUICK}")
    put(folder, "python3.11", QUICK)
    assert found(folder) == "python3.12"


def test_one_that_cannot_make_an_environment_is_passed_over(folder: Path) -> None:
    put(folder, "python3.12", QUICK, makes_venvs=False)
    put(folder, "python3.11", QUICK)
    assert found(folder) == "python3.11"


def test_the_one_that_was_named_is_taken(folder: Path) -> None:
    put(folder, "python3.12", QUICK)
    mine = put(folder, "mine", PLAIN)
    assert found(folder, ORBIT_PYTHON=str(mine)) == str(mine)
