"""The shape of the tree: a test for each source file, imports in one direction."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A source file, or a folder of them, that another file than its namesake tests.
TESTED_ELSEWHERE = {
    "orbit/cli": ("unit/test_cli.py", "what is said there, run as a program"),
    "orbit/composition": (
        "unit/test_composition.py",
        "it wires; what comes of it is in the test of each part",
    ),
    "orbit/control.py": ("unit/test_cli.py", "an operator's command, run there"),
    "orbit/__main__.py": ("unit/test_cli.py", "one line, run as a program there"),
    "orbit/core/cluster/carrier.py": (
        "contract/test_carrier.py",
        "promises; each adapter is held to them",
    ),
    "orbit/core/cluster/errands.py": (
        "unit/core/cluster/test_following.py",
        "a follower's: nobody else has any",
    ),
    "orbit/core/cluster/finding.py": (
        "unit/core/cluster/test_following.py",
        "a follower's: nobody else looks for owners",
    ),
    "orbit/core/kinds/feedback": (
        "unit/core/kinds/test_feedback.py",
        "its rules, as its people would tell them",
    ),
    "orbit/core/ports": ("contract", "promises; each adapter is held to them"),
    "orbit/core/services/wording": (
        "unit/core/services/test_wording.py",
        "all languages say the same",
    ),
    "orbit/http/handover.py": (
        "integration/test_transport.py",
        "two libraries and raw bytes drive both ways of carrying a socket",
    ),
    "orbit/http/reports.py": (
        "unit/http/test_fleet.py",
        "values; whoever makes them is held to them",
    ),
    "orbit/upkeep.py": (
        "unit/test_node.py",
        "it is what a node does by itself, on a database",
    ),
    "orbit/workers.py": (
        "integration/test_workers.py",
        "processes are all there is to it",
    ),
    "orbit/store/ids.py": ("contract", "each adapter refuses what is no id"),
    "orbit/store/embedded": (
        "integration/test_embedded.py",
        "its parts make sense around a real server only",
    ),
    "orbit/store/embedded/valkey.py": (
        "integration/test_valkey.py",
        "a real server is all there is to it",
    ),
    "orbit/store/memory": ("contract", "held to the ports' promises"),
    "orbit/store/postgres": ("contract", "held to the ports' promises, on a real one"),
    "orbit/store/redis": (
        "contract/test_carrier.py",
        "held to the cluster's promises, on a real one",
    ),
}


def sources() -> Iterator[Path]:
    """Give the source files that do something, relative to the root."""
    for path in sorted((ROOT / "orbit").rglob("*.py")):
        if _does_something(path):
            yield path.relative_to(ROOT)


def _does_something(path: Path) -> bool:
    if path.name != "__init__.py":
        return True
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in ast.parse(path.read_text()).body)


def place_of_test(source: Path) -> Path:
    """Return where the test of a source file belongs."""
    for place in (source, *source.parents):
        if found := TESTED_ELSEWHERE.get(place.as_posix()):
            return ROOT / "tests" / found[0]
    inner = source.relative_to("orbit")
    name = inner.parent.name if inner.name == "__init__.py" else inner.stem
    folder = inner.parent.parent if inner.name == "__init__.py" else inner.parent
    return ROOT / "tests" / "unit" / folder / f"test_{name}.py"


def test_each_source_file_has_its_test() -> None:
    places = {source: place_of_test(source) for source in sources()}
    missing = [
        f"{place.relative_to(ROOT)} for {source}"
        for source, place in places.items()
        if not (place.is_file() or any(place.glob("test_*.py")))
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("source", sorted(TESTED_ELSEWHERE))
def test_the_table_names_what_there_is(source: str) -> None:
    assert (ROOT / source).exists()


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_one_module_reads_the_environment() -> None:
    readers = [
        str(source)
        for source in sources()
        if "os.environ" in (ROOT / source).read_text().replace("`os.environ`", "")
    ]
    assert readers == ["orbit/environment.py"]
