"""The documents' viewers in a browser: they draw, break no policy, and ask nobody."""

import pytest
from playwright.async_api import async_playwright

from tests.kit.app import App
from tests.kit.browser import chromium


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "shown"),
    [("/api/docs/", ".opblock"), ("/api/redoc/", "[data-section-id]")],
)
async def test_the_viewer_draws_every_operation(
    app: App, path: str, shown: str
) -> None:
    own = f"http://{app.http.host}:{app.http.port}"
    browser_path = chromium()
    faults, asked = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        page = await browser.new_page()
        page.on("console", lambda told: faults.append(told.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(own + path)
        await page.wait_for_selector(shown, timeout=30_000)
        text = await page.inner_text("body")
        await browser.close()
    assert "Make a board" in text
    assert "Upvote a note" in text
    assert faults == []
    outside = [url for url in asked if not url.startswith((own, "data:", "blob:"))]
    assert outside == []
