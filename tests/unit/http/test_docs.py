"""The documents' viewers, as they were published, without another host."""

import re
import subprocess

import pytest

from orbit.http.docs import FOLDER
from tests.kit.app import App


@pytest.mark.parametrize("path", ["//api/docs/", "//api/redoc/", "//api/v1/docs"])
async def test_a_viewer_and_all_it_needs_are_served(app: App, path: str) -> None:
    page = await app.guest.get(path)
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    for needed in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        part = await app.guest.get(f"/{needed}")
        assert part.status == 200, needed
    assert not re.findall(r"https?://", page.text)
    assert "<script>" not in page.text


def test_the_viewers_are_as_published() -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_viewer_has_its_licence() -> None:
    for viewer in ("swagger-ui", "redoc"):
        assert (FOLDER / f"{viewer}.LICENSE").stat().st_size > 500


def test_redoc_asks_for_no_image_elsewhere() -> None:
    assert "cdn.redoc" not in (FOLDER / "redoc.min.js").read_text()
