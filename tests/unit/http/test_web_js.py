"""The web client's own tests, its vendored files, and what its policy forbids."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "orbit" / "http" / "web"
SCRIPTS = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))
OURS = sorted(
    path
    for path in WEB.rglob("*")
    if path.suffix in {".js", ".html", ".css", ".svg"} and "vendor" not in path.parts
)
FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet"
    r"|\beval\(|new Function|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=[\"']|//cdn"
)


def node() -> str:
    """Return the path of node; without it a CI run fails and any other run skips."""
    found = shutil.which("node")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is not installed: the web client goes untested")
        pytest.skip("NODE IS NOT INSTALLED: the web client goes untested")
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_web_client_keeps_its_word(script: Path) -> None:
    run = subprocess.run(
        [node(), "--test", str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]


def test_there_are_scripts_to_run() -> None:
    assert {path.name for path in SCRIPTS} >= {"board.test.mjs", "fold.test.mjs"}


def test_vendored_files_are_those_that_were_published() -> None:
    sums = (WEB / "vendor" / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    listed = dict(reversed(line.split(maxsplit=1)) for line in sums)
    present = {path.name for path in (WEB / "vendor").glob("*.mjs")}
    assert present <= set(listed)
    for name, digest in listed.items():
        content = (WEB / "vendor" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(WEB)))
def test_nothing_needs_what_the_security_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(FORBIDDEN, text) == []
    assert re.findall(r"https?://(?!www\.w3\.org/)", text) == []
