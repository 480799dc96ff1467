"""Accounts by hand: passwords, a second factor, where one is signed in, the end."""

import asyncio
import json
import re
from base64 import b32decode
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from orbit.core.services import totp
from tests.kit.pages import People, write
from tests.kit.words import cut_off

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


# In how many lines a word stands.
LINES = """(word) => {
  const range = document.createRange();
  range.selectNodeContents(word);
  return range.getClientRects().length;
}"""


async def mailed(page: Page, email: str, path: str = "reset") -> str:
    """Return the path of the link in the mail to somebody, once it has come."""
    link = re.compile(rf"To {email}.*?(/{path}#[\w-]+)", re.DOTALL)
    async with asyncio.timeout(20):
        while True:  # it is sent beside the answer
            mails = unescape(await (await page.request.get("/dev/mail/")).text())
            if found := link.search(mails):
                return found[1]


async def by_password(page: Page, who: str, password: str) -> None:
    """Type both, by keys alone, on the page where one signs in."""
    await page.get_by_role("radio", name="Password").check()
    await page.get_by_label("Mail address or user name").fill(who)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


async def test_a_forgotten_password_is_chosen_anew(people: People) -> None:
    ann, email = await people.page(), "ann.forgets@example.org"
    asked: list[str] = []
    ann.on("request", lambda request: asked.append(request.url))
    await ann.goto("/sign-in")
    await by_password(ann, email, "what was it")
    field = ann.get_by_label("Password", exact=True).last
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile("no account with"))
    await ann.get_by_role("button", name="Forgotten it?").click()
    await expect(ann.get_by_label("Your mail address")).to_be_focused()
    await ann.keyboard.press("Enter")  # the address is there already
    await expect(ann.get_by_text("a link is on its way")).to_be_visible()

    link = await mailed(ann, email)
    await ann.goto(link)
    field = ann.get_by_label("New password", exact=True)
    await expect(field).to_be_focused()
    await expect(ann).to_have_url(f"{people.url}/reset")
    await ann.keyboard.type("short")
    await ann.keyboard.press("Enter")
    await expect(field).to_have_accessible_description(re.compile("too short"))
    await expect(field).to_be_focused()
    await field.fill("five gulls over the harbour")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="is changed")).to_be_focused()
    assert [url for url in asked if link.partition("#")[2] in url] == []
    await ann.get_by_role("link", name="Sign in").click()
    await by_password(ann, email, "five gulls over the harbour")
    await expect(ann.get_by_role("button", name="Signed in as")).to_be_visible()

    await ann.goto(link)
    await field.fill("six gulls over the harbour")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="of no use")).to_be_focused()


async def registered(page: Page, email: str, password: str) -> None:
    """Make an account, and sign in by that: what is to be done next is said there."""
    await page.goto("/register")
    await page.get_by_label("Your mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your account")).to_be_focused()
    await expect(page.get_by_text("Open the link in the mail")).to_be_visible()


async def test_an_account_is_made_once_kept_and_erased(people: People) -> None:
    bob, phone = await people.page(), await people.page()
    email, password = "bob.keeps@example.org", "a very long fence"
    await registered(bob, email, password)
    await phone.goto("/register")
    taken = phone.get_by_label("Your mail address")
    await taken.fill(email)
    await phone.get_by_label("Password", exact=True).fill(password)
    await phone.keyboard.press("Enter")
    await expect(taken).to_be_focused()
    await expect(taken).to_have_accessible_description(
        re.compile("There is an account")
    )
    await phone.get_by_role("button", name="I have an account").click()
    await by_password(phone, email, password)
    await expect(phone.get_by_role("button", name="Signed in as")).to_be_visible()

    await bob.goto("/account")
    await bob.get_by_label("Organisation").fill("Fence & Co")
    await bob.get_by_role("button", name="Save").click()
    await expect(bob.get_by_text("Saved")).to_be_visible()
    await expect(bob.get_by_role("button", name="Save")).to_be_focused()
    current = bob.get_by_label("Current password")
    await current.fill("not this one")
    await bob.get_by_label("New password", exact=True).fill("another long fence")
    await bob.keyboard.press("Enter")
    await expect(current).to_be_focused()
    await expect(current).to_have_accessible_description("This is not the password.")
    devices = bob.get_by_role("listitem").filter(has_text="Last used")
    await expect(devices).to_have_count(2)
    await current.fill(password)
    await bob.keyboard.press("Enter")
    await expect(bob.get_by_text("Your password is changed")).to_be_visible()
    await expect(devices).to_have_count(1)
    await phone.goto("/account")
    await expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()

    await by_password(phone, email, "another long fence")
    await expect(phone.get_by_label("Organisation")).to_have_value("Fence & Co")
    await phone.get_by_role("button", name="Sign out: Chrome").click()
    await expect(phone.get_by_role("status").get_by_text("Signed out")).to_be_visible()
    await phone.get_by_role("link", name="Privacy").click()
    await expect(phone.get_by_text("1 sign-in: you are signed out")).to_be_visible()
    await phone.get_by_role("button", name="Erase my account").click()
    await phone.get_by_role("button", name="Erase everything").click()
    await expect(phone).to_have_url(f"{people.url}/")
    await bob.goto("/account")
    await expect(bob.get_by_role("heading", name="Sign in")).to_be_visible()
    await by_password(bob, email, "another long fence")
    wrong = bob.get_by_label("Password", exact=True).last
    await expect(wrong).to_have_accessible_description(re.compile("no account with"))


async def founds(page: Page, name: str) -> None:
    """Make an organisation, by keys alone."""
    await page.goto("/organisations")
    await page.get_by_label("What is it called?").focus()
    await page.keyboard.type(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=name)).to_be_focused()


async def invites(page: Page, email: str) -> None:
    """Invite somebody, on the page of an organisation."""
    field = page.get_by_label("Mail address")
    await field.fill(email)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").get_by_text(email)).to_be_visible()
    await expect(field).to_be_focused()
    await expect(page.get_by_role("listitem").filter(has_text=email)).to_be_visible()


async def takes_back(page: Page, who: str) -> None:
    """Take the only invite back."""
    await page.get_by_role("button", name=f"Take back: {who}").click()
    await expect(page.get_by_role("heading", name="not here yet")).to_be_focused()
    await expect(page.get_by_text("Nobody is invited")).to_be_visible()


async def refuses_to_invite(page: Page, email: str, why: str) -> None:
    field = page.get_by_label("Mail address")
    await field.fill(email)
    await page.keyboard.press("Enter")
    await expect(field).to_have_accessible_description(re.compile(why))
    await expect(field).to_be_focused()


async def leaves(page: Page) -> None:
    """Leave the organisation whose page it is."""
    await page.get_by_role("button", name="Leave it").click()
    await page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    await expect(page.get_by_text("You are in none so far")).to_be_visible()


async def removes(page: Page, name: str) -> None:
    """Delete it, after a slip of the pen."""
    await page.get_by_role("button", name="Delete it…").click()
    await page.keyboard.type(name[:-1])
    await page.keyboard.press("Enter")
    typed = page.get_by_label("Type its name")
    await expect(typed).to_have_accessible_description("This is not its name.")
    await typed.fill(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You are in none so far")).to_be_visible()


async def test_people_come_into_an_organisation_and_go(people: People) -> None:
    ann, dee = await people.page(), await people.page(viewport=PHONE)
    await registered(ann, "ann.founds@example.org", "a very long fence")
    email = "dee.joins@example.org"
    await founds(ann, "Fence & Co")
    await expect(ann.get_by_text("You are alone in it")).to_be_visible()
    await invites(ann, "nobody.yet@example.org")
    await takes_back(ann, "nobody.yet")
    await refuses_to_invite(ann, "ann.FOUNDS@example.org", "a member already")
    await invites(ann, email)
    link = await mailed(dee, email, "join")
    await dee.goto(link)
    await expect(dee.get_by_role("heading", name="to “Fence & Co”")).to_be_visible()
    await registered(dee, email, "gates and locks")
    await dee.goto(link)
    await expect(dee.get_by_role("heading", name="to “Fence & Co”")).to_be_focused()
    await expect(dee).to_have_url(f"{people.url}/join")
    await dee.get_by_role("button", name="Join").click()
    await expect(dee.get_by_role("alert")).to_contain_text("First show that")
    await dee.goto(await mailed(dee, email, "verify"))
    await dee.get_by_role("button", name="Yes, the address is mine").click()
    await expect(dee.get_by_role("heading", name="is yours")).to_be_focused()
    await dee.goto(link)
    await dee.get_by_role("button", name="Join").click()
    await expect(dee.get_by_role("heading", name="You are a member")).to_be_focused()
    await expect(dee.get_by_text("Fence & Co has you")).to_be_visible()
    await dee.get_by_role("link", name="See who else").click()
    await expect(dee.get_by_role("heading", name="Fence & Co")).to_be_focused()
    members = dee.get_by_role("region", name="Members")
    await expect(members.get_by_role("listitem")).to_have_count(2)
    await expect(members).not_to_contain_text("ann.founds@")  # nor is more offered
    await expect(
        dee.get_by_role("button", name=re.compile("Change|Invite|Delete"))
    ).to_have_count(0)

    await ann.get_by_role("button", name=f"Change: {email}").click()  # it came live
    change = ann.get_by_role("dialog")
    await change.get_by_role("radio", name="Manager").check()
    await change.get_by_role("button", name="Save").click()
    await expect(ann.get_by_text(f"{email}: Manager from now on")).to_be_visible()
    await expect(ann.get_by_role("heading", name="Members")).to_be_focused()
    await expect(ann.get_by_text("You are the only admin")).to_be_visible()
    # it came live, though what has told her was cut off by that
    await expect(dee.get_by_role("button", name="Invite")).to_be_visible()
    await dee.get_by_role("link", name=re.compile(r"Notices, \d+ new")).click()
    heading = dee.get_by_role("heading", name="Notices")
    assert await heading.evaluate(LINES) == 1  # is no word in two parts
    await dee.get_by_role("link", name="“Fence & Co” from now on: manager").click()
    await expect(dee.get_by_role("radio", name="Admin")).to_have_count(0)
    await leaves(dee)
    await removes(ann, "Fence & Co")
    await dee.goto(link)
    await dee.get_by_role("button", name="Join").click()
    await expect(dee.get_by_role("heading", name="of no use")).to_be_focused()


async def test_an_invite_to_what_has_a_long_name_fits_a_phone(people: People) -> None:
    eli, name = await people.page(viewport=PHONE), "Zaun" * 20
    told = {"name": name}
    await eli.route("**/orgs/read-invite/", lambda route: route.fulfill(json=told))
    await eli.goto("/join#x")
    await expect(eli.get_by_role("heading", name=name)).to_be_visible()
    assert await cut_off(eli) == []


async def test_a_page_that_is_long_in_coming_says_so_and_one_that_fails_too(
    people: People,
) -> None:
    kim = await people.page()
    await registered(kim, "kim.waits@example.org", "a very long fence")
    comes = asyncio.Event()

    async def late(route: Route) -> None:
        await comes.wait()
        await route.continue_()

    await kim.route("**/portal/dashboard.js", late)
    await kim.get_by_role("link", name="Overview").click()
    await expect(kim.get_by_role("heading", name="Just a moment")).to_be_visible()
    comes.set()
    await expect(kim.get_by_role("heading", name="Overview")).to_be_focused()
    await kim.route("**/portal/privacy.js", lambda route: route.abort())
    await kim.get_by_role("link", name="Privacy").click()
    await expect(kim.get_by_role("heading", name="did not load")).to_be_visible()
    people.faults.clear()  # that of the module that was held back


async def test_who_has_signed_in_finds_what_is_his(people: People) -> None:
    fay = await people.page(viewport=PHONE)
    await registered(fay, "fay.finds@example.org", "a very long fence")
    await fay.goto("/")
    await fay.get_by_role("button", name="Signed in as fay").click()
    await fay.get_by_role("link", name="Overview").click()
    await expect(fay.get_by_role("heading", name="Overview")).to_be_focused()
    metrics = fay.get_by_role("listitem").filter(has_text=re.compile("^1sign-in$"))
    await expect(metrics).to_be_visible()
    await expect(fay.get_by_text("Account made")).to_be_visible()

    await fay.get_by_role("link", name="Settings").click()
    keeps = fay.get_by_role("switch", name="Keep my boards")
    await keeps.focus()
    await fay.keyboard.press("Space")
    await expect(fay.get_by_role("status").get_by_text("Saved")).to_have_count(1)
    days = fay.get_by_label("Read notices go")
    await days.fill("91")
    await fay.keyboard.press("Enter")
    await expect(days).to_have_accessible_description(re.compile("from 1 to 90"))
    await days.fill("7")
    await fay.keyboard.press("Enter")
    done = fay.get_by_role("region", name="What is done for you")
    await expect(done.get_by_text("Saved")).to_be_visible()
    await fay.reload()
    await expect(keeps).to_be_checked()
    await expect(days).to_have_value("7")

    await fay.goto("/")
    await fay.get_by_label("What is it about?").fill("Fay's own")
    await fay.get_by_role("button", name="Make a board").click()
    await write(fay, "a word of Fay")
    await fay.goto("/dashboard")
    kept = fay.get_by_role("region", name="Your boards")
    await expect(kept.get_by_role("link", name="Fay's own kept")).to_be_visible()

    await fay.get_by_role("link", name="Privacy").click()
    async with fay.expect_download() as file:
        await fay.get_by_role("button", name="Download it").click()
    had = json.loads(Path(await (await file.value).path()).read_text())
    assert "a word of Fay" in json.dumps(had["boards"])
    assert had["account"]["email"] == "fay.finds@example.org"

    await fay.goto("/nope")
    await expect(fay).to_have_title(re.compile("Nothing here"))
    await fay.get_by_role("link", name="To the first page").click()
    await expect(fay).to_have_url(f"{people.url}/")


async def test_what_is_read_in_one_tab_is_read_in_the_other(people: People) -> None:
    gus, email = await people.page(), "gus.reads@example.org"
    await registered(gus, email, "a very long fence")
    other = await gus.context.new_page()
    await gus.goto(await mailed(gus, email, "verify"))
    await gus.get_by_role("button", name="Yes, the address is mine").click()
    await expect(gus.get_by_role("heading", name="is yours")).to_be_focused()
    await gus.goto("/notices")
    await other.goto("/settings")
    await expect(other.get_by_role("link", name="Notices, 1 new")).to_be_visible()
    await gus.get_by_role("button", name="I have read them all").click()
    await expect(gus.get_by_role("heading", name="Notices")).to_be_focused()
    await other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(other.get_by_role("link", name=re.compile("new$"))).to_have_count(0)
    await other.get_by_role("link", name="Account").click()
    await other.get_by_role("button", name="Take another address").click()
    await expect(other.get_by_label("New mail address")).to_be_focused()
    await other.get_by_role("button", name="Never mind").click()
    await expect(other.get_by_role("heading", name="Mail address")).to_be_focused()


async def test_a_second_factor_is_asked_for_once_it_is_on(people: People) -> None:
    cyd, email = await people.page(), "cyd.doubles@example.org"
    password = "gates and locks"
    await registered(cyd, email, password)
    await cyd.goto(await mailed(cyd, email, "verify"))
    await expect(cyd).to_have_url(f"{people.url}/verify")
    await cyd.get_by_role("button", name="Yes, the address is mine").click()
    await expect(cyd.get_by_role("heading", name="is yours")).to_be_focused()
    await cyd.get_by_role("link", name="To my account").click()
    await expect(cyd.get_by_text("Confirmed")).to_be_visible()

    enrol = cyd.get_by_role("button", name="Set it up")
    await expect(enrol).to_be_visible()
    # as if one had signed in a while ago
    late = {"error": "forbidden", "message": "show it", "details": {"password": ["no"]}}
    path = "**/api/v1/account/2fa/"
    await cyd.route(path, lambda route: route.fulfill(status=403, json=late), times=1)
    await enrol.click()
    again = cyd.get_by_role("textbox", name="Password", exact=True)
    await expect(again).to_be_focused()
    await expect(again).to_have_accessible_description(re.compile("a while ago"))
    await cyd.keyboard.type(password)
    await cyd.keyboard.press("Enter")
    field = cyd.get_by_label("Code of the app")
    await expect(field).to_be_visible()
    secret = await cyd.get_by_role("textbox", name="Secret").input_value()
    key = b32decode(secret + "=" * (-len(secret) % 8))
    await field.fill(totp.code(key, totp.step_at(datetime.now(UTC)) - 100))
    await cyd.keyboard.press("Enter")
    await expect(field).to_have_accessible_description(re.compile("not the code"))
    await field.fill(totp.code(key, totp.step_at(datetime.now(UTC))))
    await cyd.keyboard.press("Enter")
    await expect(cyd.get_by_text("Your second factor is on")).to_be_visible()
    codes = await cyd.locator(".recovery li").all_inner_texts()
    assert len(set(codes)) == 10

    phone = await people.page()
    await phone.goto("/sign-in")
    await by_password(phone, email, password)
    field = phone.get_by_label("Code of the app")
    await expect(field).to_be_focused()
    await phone.keyboard.type("000 000")
    await phone.keyboard.press("Enter")
    await expect(field).to_have_accessible_description(re.compile("not the code"))
    await field.fill(codes[0])
    await phone.keyboard.press("Enter")
    await expect(phone.get_by_role("button", name="Signed in as")).to_be_visible()
    await phone.goto("/account")
    await expect(phone.get_by_text("9 recovery codes")).to_be_visible()
    await phone.get_by_role("button", name="Switch it off").click()
    await phone.get_by_label("Code of the app").fill(codes[1])
    await phone.keyboard.press("Enter")
    await expect(phone.get_by_text("Your second factor is off")).to_be_visible()
