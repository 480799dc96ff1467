"""What staff see in the console, by hand: every page of it, with data in it."""

import asyncio
import csv
import re
from base64 import b32decode
from datetime import UTC, datetime
from html import unescape
from io import StringIO
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Page, ViewportSize, expect

from orbit.core.services import totp
from orbit.store.embedded import EmbeddedPostgres
from tests.kit.axe import findings
from tests.kit.node import NodeProcess
from tests.kit.pages import People
from tests.kit.words import cut_off, left_over

pytestmark = pytest.mark.browser

PASSWORD = "gates and locks"
STAFF, BOB = "stef.runs@example.org", "bob.behaves@example.org"
SAID = {"email": "dee@example.org", "name": "Dee", "message": "In Welsh, too?"}
PHONE: ViewportSize = {"width": 360, "height": 740}
SDK = 'const { Orbit } = await import("/orbit.js"); const orbit = new Orbit();'
REGISTER = f"""async ([email, name, password]) => {{
  {SDK} await orbit.accounts.register({{ email, name, password }});
}}"""
WRITE = (
    f"async (body) => {{ {SDK} await orbit.rest('POST', '/contact/', {{ body }}); }}"
)
ENROL = f"""async (token) => {{
  {SDK} await orbit.accounts.verify(token);
  return (await orbit.accounts.enrol()).secret;
}}"""
CONFIRM = f"async (code) => {{ {SDK} return orbit.accounts.confirm(code); }}"


async def mailed(page: Page, mail: str) -> re.Match[str]:
    """Wait until there is such a mail."""
    async with asyncio.timeout(20):
        while True:  # it is sent beside the answer
            mails = unescape(await (await page.request.get("/dev/mail/")).text())
            if found := re.search(mail, mails, re.DOTALL):
                return found


async def hired(page: Page, node: NodeProcess) -> list[str]:
    """Make staff of who has registered; return codes for signing in."""
    link = await mailed(page, rf"To {STAFF}.*?/verify#([\w-]+)")
    secret = await page.evaluate(ENROL, link[1])
    key = b32decode(secret + "=" * (-len(secret) % 8))
    code = totp.code(key, totp.step_at(datetime.now(UTC)))
    codes: list[str] = await page.evaluate(CONFIRM, code)
    connection = await asyncpg.connect(EmbeddedPostgres(node.data / "postgres").dsn())
    try:
        hire = "UPDATE account SET role = 'dev' WHERE email = $1"
        assert await connection.execute(hire, STAFF) == "UPDATE 1"
    finally:
        await connection.close()
    return codes


async def to(page: Page, name: str) -> None:
    """Go to a view by its tab."""
    tabs = page.get_by_role("navigation", name=re.compile("Console|Konsole"))
    tab = tabs.get_by_role("link", name=name, exact=True)
    await tab.click()
    await expect(tab).to_have_attribute("aria-current", "page")


async def look_around(page: Page) -> None:
    """Every page has data in it, and is in nobody's way."""
    rows = page.locator("tbody tr")
    accounts = page.locator(".sums > div", has_text="accounts").locator("dd")
    await expect(accounts).to_have_text(re.compile(r"[1-9]"))
    plot = page.get_by_role("img", name=re.compile("^Sign-ins by day: [1-9]"))
    await expect(plot).to_be_visible()
    await expect(page.locator(".gauge .state")).to_have_text("Fit")
    found = await findings(page)
    for view, row in (
        ("People", BOB),
        ("Leads", SAID["message"]),
        ("Log", "Signed in"),
    ):
        await to(page, view)
        if view == "Leads":
            await page.get_by_role("radio", name="Messages").check()
        await expect(rows.filter(has_text=row).first).to_be_visible()
    found += await findings(page)
    await to(page, "Mail")
    await expect(page.get_by_label("To", exact=True)).to_be_focused()
    await to(page, "Nodes")  # is behind the other door
    await expect(page.get_by_label("Operator key")).to_be_focused()
    assert found == []


async def suspend_bob(page: Page) -> None:
    """What it does is said before it is done, and afterwards in the log."""
    await to(page, "People")
    await page.get_by_role("searchbox").fill("bob.behaves")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Bob").click()
    await page.get_by_role("button", name="Suspend").click()
    sure = page.get_by_role("dialog")
    await expect(sure.get_by_text("signed out everywhere")).to_be_visible()
    await sure.get_by_role("button", name="Suspend").click()
    await expect(page.get_by_role("heading", name="Bob")).to_be_focused()
    await expect(page.locator(".person-head .state")).to_have_text("Suspended")
    lately = page.get_by_role("listitem").filter(has_text="Suspended")
    await expect(lately).to_be_visible()


async def mail_bob(page: Page) -> None:
    await page.get_by_role("link", name="Write a mail").click()
    await expect(page.get_by_label("To", exact=True)).to_have_value(BOB)
    await page.get_by_label("Subject").fill("Why you are out")
    await page.get_by_label("What it says").fill("Let us talk.\n\nStef")
    preview = page.get_by_role("region", name="As it arrives")
    await expect(preview.get_by_text("Stef", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_text("On its way.")).to_be_visible()
    await mailed(page, rf"Why you are out</h2>\s*<p[^>]*>To {BOB}.*Let us talk")


async def take_and_forget(page: Page, file: Path) -> None:
    """A list is taken along as a file; what is in it is removed by its row."""
    await to(page, "Leads")
    await page.get_by_role("radio", name="Messages").check()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="CSV").click()
    await (await download.value).save_as(file)
    text = file.read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(StringIO(text)))
    assert SAID["message"] in [line["message"] for line in lines]
    await page.get_by_role("button", name="Dee").click()
    await expect(page.get_by_role("dialog")).to_contain_text(SAID["message"])
    await page.get_by_role("button", name="Remove it").click()
    await page.get_by_role("button", name="Remove it for good?").click()
    await expect(page.get_by_text("filled in is removed")).to_be_visible()


async def read_on_a_phone(page: Page) -> None:
    """In German and in the dark; who loads the page anew stays signed in."""
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark")
    await page.evaluate("localStorage.setItem('orbit:language', '\"de\"')")
    await page.reload()
    for view, shown in (
        ("Überblick", ".gauge"),
        ("Leute", ".data"),
        ("Anfragen", ".empty"),
        ("Mail", ".letter"),
        ("Protokoll", ".data"),
    ):
        await to(page, view)
        await expect(page.locator(shown).first).to_be_visible()
        found = await cut_off(page) + await findings(page)
        found += await left_over(page, "/console/text.js")
        assert (view, found) == (view, [])


async def test_every_page_of_the_console_has_data_in_it(
    people: People, node: NodeProcess, tmp_path: Path
) -> None:
    bob, stef = await people.page(), await people.page()
    for page, email, name in ((bob, BOB, "Bob"), (stef, STAFF, "Stef")):
        await page.goto("/")
        await page.evaluate(REGISTER, [email, name, PASSWORD])
    await bob.evaluate(WRITE, SAID)
    codes = await hired(stef, node)

    await stef.goto("/console/")
    await expect(stef.get_by_label("Mail address or user name")).to_be_focused()
    for typed in (STAFF, PASSWORD, ""):  # the last one shows the password
        await stef.keyboard.type(typed)
        await stef.keyboard.press("Tab")
    await stef.keyboard.type("000000")
    await stef.keyboard.press("Enter")
    code = stef.get_by_label("Code of the app")
    await expect(code).to_have_accessible_description(re.compile("not the code"))
    await code.fill(codes[0])
    await stef.keyboard.press("Enter")
    await look_around(stef)
    await suspend_bob(stef)
    await bob.goto("/account")
    await expect(bob.get_by_role("heading", name="Sign in")).to_be_visible()
    await mail_bob(stef)
    await take_and_forget(stef, tmp_path / "leads.csv")
    await read_on_a_phone(stef)
    await stef.get_by_role("button", name="Sperren").click()
    await expect(stef.get_by_label("Passwort", exact=True)).to_be_visible()
