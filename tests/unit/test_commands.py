"""bin/test and .ci/run, told apart from what they start: every tool is a stand-in."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit import browser

ROOT = Path(__file__).parents[2]
TOOLS = ("ruff", "mypy", "lint-imports", "codespell", "pytest")
BROWSER = (
    "import os, tests.kit.browser as b; print(os.environ[b.NAMED_BY], b.chromium())"
)


class Place:
    """A copy of the commands, and a PATH on which there is only what is put there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "path"
        for name in ("bin", ".ci", ".venv/bin", "path"):
            (folder / name).mkdir(parents=True)
        for name in ("bin/test", "bin/bootstrap", ".ci/run", "setup.cfg"):
            shutil.copy(ROOT / name, folder / name)
        for name in ("cat", "cksum", "dirname"):
            (self.path / name).symlink_to(shutil.which(name) or name)

    def put(self, name: str, does: str = "") -> Path:
        """Make a tool that writes down how it was called."""
        tool = self.folder / name
        tool.write_text(
            f'#!/bin/sh\necho "{tool.name} $*" >>"{self.folder}/calls"\n{does}\n'
        )
        tool.chmod(0o755)
        return tool

    def has_tools(self) -> None:
        """Make an environment that bin/bootstrap takes for a finished one."""
        stamp = (
            f'echo "$(cksum <setup.cfg) $PWD" >{self.folder}/.venv/.orbit-stamp-test'
        )
        subprocess.run(["/bin/sh", "-c", stamp], cwd=self.folder, check=True)
        for name in TOOLS:
            self.put(f".venv/bin/{name}")

    def run(
        self, command: str, *arguments: str, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["/bin/sh", str(self.folder / command), *arguments],
            env={"PATH": str(self.path), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, tool: str) -> list[str]:
        lines = (self.folder / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] == tool]


@pytest.fixture
def at(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_browser_that_was_found_is_the_one_that_is_used(at: Place) -> None:
    at.has_tools()
    found, mine = at.put("path/google-chrome"), at.put("my-browser")
    at.put(".venv/bin/pytest", f'cd "{ROOT}" && exec "{sys.executable}" -c "{BROWSER}"')
    ran = at.run("bin/test", "tests/e2e")
    assert ran.stdout.split() == [str(found)] * 2
    ran = at.run("bin/test", "tests/e2e", ORBIT_TEST_CHROMIUM=str(mine))
    assert ran.stdout.split() == [str(mine)] * 2


@pytest.mark.parametrize(("ci", "ends"), [("true", "Failed"), ("", "Skipped")])
def test_a_browser_that_is_not_there_fails_in_ci_and_skips_elsewhere(
    monkeypatch: pytest.MonkeyPatch, ci: str, ends: str
) -> None:
    monkeypatch.setenv(browser.NAMED_BY, "/no/such/browser")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(BaseException, match="NO BROWSER") as ended:
        browser.chromium()
    assert type(ended.value).__name__ == ends


def test_whoever_starts_a_browser_asks_which() -> None:
    for path in ROOT.glob("tests/**/*.py"):
        text = path.read_text(encoding="utf-8")
        if "chromium.launch(" in text and path != Path(__file__):
            assert "from tests.kit.browser import chromium" in text, path
            assert "/usr/bin/" not in text, path


def test_no_browser_in_ci_fails_before_any_test_runs(at: Place) -> None:
    at.has_tools()
    ran = at.run("bin/test", CI="true")
    assert ran.returncode == 69
    assert not (at.folder / "calls").exists()


def test_without_a_browser_the_others_run_and_it_is_said(at: Place) -> None:
    at.has_tools()
    ran = at.run("bin/test")
    assert ran.returncode == 0
    assert "THE BROWSER TESTS ARE NOT RUN" in ran.stderr


def test_the_scripts_of_the_web_client_run_once(at: Place) -> None:
    at.has_tools()
    at.put("path/chromium")
    at.put("path/node")
    assert at.run("bin/test").returncode == 0
    assert len(at.calls("pytest")) == 1
    assert at.calls("node") == []  # tests/unit/http/test_web_js.py runs them


def on_bare_debian(at: Place) -> str:
    """Run .ci/run where there is nothing; return what it has installed."""
    at.put("path/apt-get")
    at.put("path/timeout")  # it would begin bin/test
    ran = at.run(".ci/run")
    assert ran.returncode == 0, ran.stderr
    assert at.calls("timeout") == ["timeout 1190 bin/test"]
    return at.calls("apt-get")[-1]


def test_ci_installs_what_a_bare_debian_lacks(at: Place) -> None:
    script = at.folder / "bin" / "bootstrap"
    script.write_text(script.read_text().replace("/usr/bin/python3", "no-python"))
    installed = on_bare_debian(at).split()
    assert {"nodejs", "chromium", "gcc", "python3", "python3-venv"} <= set(installed)


def test_ci_leaves_what_is_there(at: Place) -> None:
    (at.path / "python3").symlink_to(sys.executable)
    for name in ("node", "chromium"):
        at.put(f"path/{name}")
    installed = on_bare_debian(at).split()
    assert {"nodejs", "chromium", "python3-venv"}.isdisjoint(installed)
    assert "gcc" in installed
