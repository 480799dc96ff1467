"""Fetch the viewers of the REST documents, so that they work without a network.

    python tools/vendor_docs.py

Packs the pinned releases with npm, takes what is needed, cuts the one address of
another host out of ReDoc, and writes SHA256SUMS.  Run it only to renew; what it
writes is committed.
"""

import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).parents[1] / "orbit" / "http" / "docs_ui"
# name@release -> member of the package -> our name
PACKAGES = {
    "swagger-ui-dist@5.35.0": {
        "swagger-ui-bundle.js": "swagger-ui.min.js",
        "swagger-ui.css": "swagger-ui.min.css",
        "LICENSE": "swagger-ui.LICENSE",
        "NOTICE": "swagger-ui.NOTICE",
        "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui.parts.LICENSE",
    },
    "redoc@2.5.4": {
        "bundles/redoc.standalone.js": "redoc.min.js",
        "LICENSE": "redoc.LICENSE",
        "bundles/redoc.standalone.js.LICENSE.txt": "redoc.parts.LICENSE",
    },
}
# An image of another host: the strict policy would refuse it anyway.
CUT = {"redoc.min.js": [(b"https://cdn.redoc.ly/redoc/logo-mini.svg", b"data:,")]}


def main() -> None:
    for package, members in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            unpack(package, members, Path(folder))
    names = sorted(name for members in PACKAGES.values() for name in members.values())
    sums = [f"{digest(TARGET / name)}  {name}\n" for name in names]
    (TARGET / "SHA256SUMS").write_text("".join(sums))


def unpack(package: str, members: dict[str, str], folder: Path) -> None:
    command = ["npm", "pack", "--silent", package]  # pinned above
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member, name in members.items():
            source = archive.extractfile(f"package/{member}")
            if source is None:
                raise SystemExit(f"{package} has no {member}")
            content = source.read()
            for old, new in CUT.get(name, ()):
                if old not in content:
                    raise SystemExit(f"{name} no longer holds {old.decode()}")
                content = content.replace(old, new)
            # a map would be asked for by developers' tools, and is not here
            content = b"\n".join(
                line
                for line in content.split(b"\n")
                if not line.startswith((b"//# sourceMappingURL", b"/*# sourceMapping"))
            )
            (TARGET / name).write_bytes(content)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
