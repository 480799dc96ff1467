"""Making a data folder: aside first, then in place whole, or not at all.

A start that is killed half-way leaves a draft, never a half-made folder.  It must never
know how the server is run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orbit.store.embedded.account import Account
from orbit.store.embedded.binaries import major_version
from orbit.store.embedded.failure import CannotStart

ROLE = "orbit"
BUILTIN_LOCALE_MAJOR = 17
# Nothing of ours reaches the server's programs, PG* least of all.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def make_data_folder(
    data: Path, binaries: Path, account: Account, *, durable: bool
) -> None:
    """Make `data`, owned by `account`; on disk when it returns if `durable`.

    Only one process may do this at a time.

    Raises:
        CannotStart: initdb failed, or something else stands at `data`.
    """
    for left in data.parent.glob(f"{data.name}.tmp-*"):
        shutil.rmtree(left, ignore_errors=True)  # its initdb may still be dying
    draft = Path(tempfile.mkdtemp(prefix=f"{data.name}.tmp-", dir=data.parent))
    try:
        account.own(draft)
        _run_initdb(binaries, draft, account, durable=durable)
        draft.rename(data)
    except OSError as error:
        raise CannotStart(f"{data} could not be put in place: {error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # gone already when all went well
    if durable:
        _sync(data.parent)


def _run_initdb(
    binaries: Path, folder: Path, account: Account, *, durable: bool
) -> None:
    user, group, groups = account.ids()
    options = _options(major_version(binaries), durable=durable)
    done = subprocess.run(
        [binaries / "initdb", "-D", folder, *options],
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        user=user,
        group=group,
        extra_groups=groups,
        check=False,
    )
    if done.returncode != 0:
        raise CannotStart(f"initdb failed: {done.stderr.strip()[-2000:]}")


def _options(major: int, *, durable: bool) -> list[str]:
    options = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-instructions"]
    if major >= BUILTIN_LOCALE_MAJOR:
        # needs no locale of the system, and is the same everywhere
        options += ["--locale=C", "--locale-provider=builtin"]
        options += ["--builtin-locale=C.UTF-8"]
    else:
        options += ["--locale=C.UTF-8"]
    if not durable:
        options += ["--no-sync"]
    elif major >= BUILTIN_LOCALE_MAJOR and sys.platform == "linux":
        options += ["--sync-method=syncfs"]  # one call instead of a thousand
    return options


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
