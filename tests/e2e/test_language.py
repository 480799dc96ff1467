"""The client in German, on a phone: no English is left, and nothing is cut off.

One walk through all that a board has; its words are longer than those of English.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.kit.node import NodeProcess
from tests.kit.pages import People, close, is_live
from tests.kit.words import cut_off, left_over

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


class Walk:
    """What was found so far, by page."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    async def look(self, page: Page, name: str, *catalogues: str) -> None:
        found = await cut_off(page)
        for catalogue in catalogues or ("/text.js", "/account/text.js"):
            found += await left_over(page, catalogue)
        if found:
            self.found[name] = found


@pytest.fixture
async def walk() -> AsyncIterator[Walk]:
    """A walk whose findings are none."""
    walked = Walk()
    yield walked
    assert walked.found == {}


async def press(page: Page, *names: str) -> None:
    for name in names:
        await page.get_by_role("button", name=name).last.click()


async def test_what_is_english_or_too_long_is_found(people: People) -> None:
    page = await people.page(locale="de-DE", viewport=PHONE)
    await page.goto("/")
    await expect(page.get_by_role("button", name="Board anlegen")).to_be_visible()
    assert await left_over(page) + await cut_off(page) == []
    await page.evaluate("document.querySelector('h1').textContent = 'Add note'")
    assert await left_over(page) == ["Add note"]
    await page.evaluate("document.querySelector('h1').textContent = 'u'.repeat(99)")
    assert any("h1" in found for found in await cut_off(page))


async def test_the_language_is_chosen_by_keys_and_kept(people: People) -> None:
    page = await people.page(locale="en-GB")
    await page.goto("/")
    await page.get_by_role("button", name="Deutsch").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Board anlegen")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.get_by_label("Worum geht es?").fill("Rückblick")
    await press(page, "Board anlegen", "Menü", "English")
    await expect(page.get_by_role("button", name="Add note")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def sign_in(page: Page, walk: Walk) -> None:
    await press(page, "Anmelden")
    await walk.look(page, "sign in")
    await page.get_by_label("Deine Mailadresse").fill("jo@example.org")
    await page.keyboard.press("Enter")
    await page.get_by_label("Die sechs Ziffern").fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("nicht der Code")
    await walk.look(page, "the wrong code")
    await close(page)


async def enter(page: Page, walk: Walk) -> None:
    for path in ("sign-in", "register", "forgot", "join#x", "reset#x"):
        await page.goto(f"/{path}")
        await walk.look(page, path)
    await page.get_by_label("Neues Passwort").fill("kurz")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("zu kurz")
    await walk.look(page, "too short")
    await page.goto("/register")
    await page.get_by_label("Deine Mailadresse").fill("jo.behaelt@example.org")
    await page.get_by_label("Passwort", exact=True).fill("ein langer Zaun")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Dieses Gerät")).to_be_visible()
    await press(page, "Andere Adresse nehmen")
    await walk.look(page, "my account")
    for path in ("dashboard", "notices", "settings", "organisations", "privacy"):
        await page.goto(f"/{path}")
        await walk.look(page, path)
    await press(page, "Mein Konto löschen")
    await walk.look(page, "erasure")


async def write(page: Page, walk: Walk) -> None:
    await press(page, "Neue Notiz")
    await page.get_by_label("Text der Notiz").fill("Größere Räume")
    await walk.look(page, "editor")
    await press(page, "Posten")
    await expect(page.get_by_role("article", name="Deine Notiz")).to_be_visible()
    await walk.look(page, "own note")
    await page.keyboard.press("Escape")


async def report(bob: Page, walk: Walk) -> None:
    await bob.get_by_role("article").click()
    await walk.look(bob, "another's note")
    await press(bob, "Melden")
    await walk.look(bob, "report")
    await press(bob, "Notiz melden")
    await expect(bob.get_by_text("Die Admins des Boards sehen")).to_be_visible()
    await walk.look(bob, "reported")


async def run_it(ann: Page, walk: Walk) -> None:
    for entry in ("Einstellungen", "Personen", "Exportieren", "Tasten und Hilfe"):
        await press(ann, "Menü")
        await walk.look(ann, "menu")
        await press(ann, entry)
        await walk.look(ann, entry)
        await close(ann)
    await press(ann, "Teilen", "Als QR-Code")
    await walk.look(ann, "share")
    await close(ann)
    await ann.get_by_role("application").focus()
    for phase in ("Sammeln", "Ordnen", "Abstimmen", "Besprechen"):
        await ann.keyboard.press(".")
        await expect(ann.locator(".phase")).to_have_text(phase)
        await walk.look(ann, phase)
    await ann.keyboard.press("t")
    await walk.look(ann, "timer")
    await close(ann)


async def look_back(ann: Page, walk: Walk) -> None:
    await press(ann, "Menü", "Verlauf")
    await expect(ann.get_by_role("slider")).to_be_focused()
    for key in ("End", "ArrowLeft", "Home", "ArrowRight"):
        await ann.keyboard.press(key)
        await walk.look(ann, f"history, {key}")
    for entry in ("Was seither anders ist", "Neues Board ab hier"):
        await press(ann, entry)
        await expect(ann.get_by_role("dialog")).not_to_contain_text("verglichen")
        await walk.look(ann, entry)
        await close(ann)
    await press(ann, "Zurück zu jetzt")


async def close_it(ann: Page, bob: Page, walk: Walk) -> None:
    await press(ann, "Menü", "Einstellungen")
    await ann.get_by_role("radio", name="Privat").check()
    await press(ann, "Speichern")
    await walk.look(bob, "closed")
    await press(bob, "Um Einlass bitten")
    await expect(bob.get_by_role("heading", name="Warten")).to_be_visible()
    await walk.look(bob, "waiting")
    await close(ann)
    await press(ann, "Ansehen")
    await walk.look(ann, "asked")
    await close(ann)
    await press(ann, "Menü", "Einstellungen", "Dieses Board löschen", "Ja, für alle")
    await expect(ann.get_by_role("heading", name="gelöscht")).to_be_visible()
    await walk.look(ann, "ended")


async def test_a_whole_board_in_german_on_a_phone(people: People, walk: Walk) -> None:
    ann = await people.page(locale="de-AT", viewport=PHONE)
    await ann.goto("/")
    await sign_in(ann, walk)
    await ann.get_by_label("Worum geht es?").fill("Frühjahrsrückblick")
    await ann.get_by_role("radio", name="Mad, Sad, Glad").check()
    await press(ann, "Board anlegen")
    await is_live(ann)
    await write(ann, walk)
    bob = await people.guest_of(ann, locale="de-DE", viewport=PHONE)
    await report(bob, walk)
    await run_it(ann, walk)
    await look_back(ann, walk)
    await close_it(ann, bob, walk)


async def test_the_pages_beside_the_boards_in_german(
    people: People, walk: Walk, node: NodeProcess
) -> None:
    page = await people.page(locale="de-DE", viewport=PHONE)
    await page.goto("/api/docs/socket")
    await expect(page.get_by_role("heading", name="von Hand")).to_be_visible()
    await walk.look(page, "socket", "/socket/text.js")
    await enter(page, walk)
    await page.goto("/console/#nodes")
    await expect(page.get_by_label("Betriebsschlüssel")).to_be_focused()
    await walk.look(page, "door", "/console/text.js")
    key = (node.data / "operator.key").read_text().strip()
    await page.get_by_label("Betriebsschlüssel").fill(key)
    await page.keyboard.press("Enter")
    tabs = page.get_by_role("navigation").get_by_role("link")
    await expect(tabs.first).to_be_visible()
    for nth in range(await tabs.count()):
        await tabs.nth(nth).click()
        await expect(page.locator(".status")).to_have_text("Live")
        await walk.look(page, await tabs.nth(nth).inner_text(), "/console/text.js")
