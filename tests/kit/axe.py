"""axe, which looks at a page for what keeps people out: names, contrast, roles, order.

What it calls serious or critical is a finding.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

# Its package is looked for and not imported: only the script in it is of use.
_SPEC = find_spec("axe_playwright_python")
assert _SPEC is not None
assert _SPEC.origin is not None
AXE = (Path(_SPEC.origin).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {resultTypes: ['violations'], preload: false})"
LOOKS: tuple[tuple[Literal["light", "dark"], int, int], ...] = (
    ("dark", 360, 740),
    ("light", 1280, 800),
)


async def findings(page: Page) -> list[str]:
    """Return what is found on a page as it is."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate(RUN)
    return [
        f"{fault['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


async def looked_at(page: Page) -> dict[str, list[str]]:
    """Return what is found in both themes, on a phone and then on a desk, by look."""
    found = {}
    for theme, width, height in LOOKS:
        await page.emulate_media(color_scheme=theme)
        await page.set_viewport_size({"width": width, "height": height})
        if faults := await findings(page):
            found[f"{theme}, {width} px"] = faults
    return found
