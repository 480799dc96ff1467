"""The web client in a real browser, against a real node.

`node_url` is the address of a running node.  Nothing here waits for a fixed time: every
expectation waits for what a reader of the page would see.
"""

import re

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    expect,
)

from tests.kit.node import GENEROUS, node_process
from tests.kit.pages import (
    People,
    choose,
    close,
    is_live,
    middle,
    note,
    scanned,
    stands,
    write,
)

pytestmark = pytest.mark.browser

PLACE = "note => note.style.transform"
MARKUP = "<img src=x onerror=document.title='hacked'><script>1</script>&amp;"


async def background(page: Page) -> int:
    """Return how light the page is, from 0 to 765."""
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


async def test_a_note_is_seen_moving_and_stays_where_it_is_put(people: People) -> None:
    ann = await people.maker()
    await write(ann, "on the move")
    bob = await people.guest_of(ann)
    seen = note(bob, "on the move")
    before = await seen.evaluate(PLACE)
    x, y = await middle(note(ann, "on the move"))
    await ann.mouse.move(x, y - 20)
    await ann.mouse.down()
    await ann.mouse.move(x + 60, y + 40, steps=4)
    await expect(seen).to_have_class(re.compile("held"))
    await ann.mouse.move(x + 130, y + 70, steps=4)
    await ann.mouse.up()
    await expect(seen).not_to_have_class(re.compile("held"))
    after = await note(ann, "on the move").evaluate(PLACE)
    assert after != before
    await expect(seen).to_have_attribute("style", re.compile(re.escape(after)))
    await bob.reload()
    assert await note(bob, "on the move").evaluate(PLACE) == after


async def test_nobody_moves_a_note_of_somebody_else(people: People) -> None:
    ann = await people.maker()
    await write(ann, "mine")
    bob = await people.guest_of(ann)
    before = await note(bob, "mine").evaluate(PLACE)
    x, y = await middle(note(bob, "mine"))
    await bob.mouse.move(x, y - 20)
    await bob.mouse.down()
    await bob.mouse.move(x + 90, y + 40, steps=3)
    await bob.mouse.up()
    await expect(note(bob, "mine")).not_to_have_class(re.compile("held"))
    assert await note(bob, "mine").evaluate(PLACE) == before
    moved_x, _ = await middle(note(bob, "mine"))
    assert moved_x == pytest.approx(x, abs=2)  # it could only have joined another one


async def test_a_reload_shows_the_same(people: People) -> None:
    ann = await people.maker("Kept")
    await write(ann, "to stay")
    await ann.reload()
    await stands(ann, "to stay")
    await expect(note(ann, "to stay")).to_have_class(re.compile("mine"))
    await expect(ann).to_have_title(re.compile("Kept"))
    await ann.goto("/")
    here = ann.get_by_role("region", name="Boards on this device")
    await here.get_by_role("link", name="Kept").click()
    await stands(ann, "to stay")


async def test_a_stranger_finds_public_boards_by_their_titles(people: People) -> None:
    ann = await people.maker("Quokkas of the north")
    await write(ann, "are small")
    hidden = await people.page()
    await hidden.goto("/")
    await hidden.get_by_label("What is it about?").fill("Quokkas in private")
    await hidden.get_by_role("radio", name="Private").check()
    await hidden.get_by_role("button", name="Make a board").click()
    await expect(hidden.get_by_role("heading", name="Quokkas")).to_be_visible()
    bob = await people.page()
    await bob.goto("/")
    listed = bob.get_by_role("region", name="Public boards")
    await listed.get_by_role("searchbox").fill("NORTH quokkas")
    await expect(listed.get_by_role("status")).to_have_text("1 board found")
    await expect(listed.get_by_role("link")).to_contain_text("1 note")
    await listed.get_by_role("searchbox").fill("quokkas in")
    await expect(listed).to_contain_text("No public board has these words")
    await listed.get_by_role("searchbox").fill("quokkas")
    await listed.get_by_role("button", name="Most upvoted").press("Enter")
    await expect(listed.get_by_role("link")).to_have_count(1)
    await listed.get_by_role("link").press("Enter")
    await stands(bob, "are small")


async def test_arrows_go_from_note_to_note(people: People) -> None:
    page = await people.maker()
    for text in ("first", "second"):
        await write(page, text)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Home")
    await expect(note(page, "first")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(note(page, "second")).to_be_focused()
    await page.keyboard.press("k")
    await expect(note(page, "first")).to_be_focused()


async def test_a_phone_has_room_for_all_of_it(people: People) -> None:
    size = {"width": 360, "height": 740}
    page = await people.maker(viewport=size, has_touch=True, is_mobile=True)
    await page.get_by_role("button", name="Add note").tap()
    await page.get_by_label("Text of the note").fill("by thumb")
    await page.get_by_role("button", name="Post").tap()
    await stands(page, "by thumb")
    await page.get_by_role("application").tap(position={"x": 20, "y": 500})
    await note(page, "by thumb").tap()
    sheet = page.get_by_role("toolbar", name="What to do with this note")
    for name in ("Edit", "Remove"):
        box = await sheet.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["height"] >= 40
    for button in await page.get_by_role("banner").get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_dark_is_dark_and_can_be_switched(people: People) -> None:
    page = await people.maker(color_scheme="dark")
    assert await background(page) < 200
    await choose(page, "Theme: as the system")
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert await background(page) > 600
    await page.reload()
    await is_live(page)
    assert await background(page) > 600


async def test_text_is_shown_as_it_was_written(people: People) -> None:
    ann = await people.maker(MARKUP)
    await write(ann, MARKUP)
    bob = await people.guest_of(ann)
    await expect(note(bob, MARKUP).locator(".note-text")).to_have_text(MARKUP)
    await expect(bob.get_by_role("heading", name=MARKUP)).to_be_visible()
    assert await bob.locator("img, main script").count() == 0
    assert await bob.title() != "hacked"


async def test_what_is_written_offline_is_sent_later(people: People) -> None:
    ann = await people.maker()
    bob = await people.guest_of(ann)
    network: BrowserContext = ann.context
    await network.set_offline(True)
    await expect(ann.locator(".status")).to_have_text("Offline")
    for text in ("one by candlelight", "two by candlelight"):
        await ann.keyboard.press("n")
        await ann.keyboard.type(text)
        await ann.keyboard.press("Control+Enter")
        await expect(note(ann, text)).to_have_class(re.compile("pending"))
    await expect(ann.locator(".status")).to_have_text("Offline · 2 waiting")
    await expect(note(bob, "candlelight")).to_have_count(0)
    await network.set_offline(False)
    await is_live(ann)
    for page in (ann, bob):
        await stands(page, "one by candlelight")
        await stands(page, "two by candlelight")
        await expect(note(page, "candlelight")).to_have_count(2)


SLOW_FRAMES = """() => {
  const soon = requestAnimationFrame;
  window.requestAnimationFrame = (draw) => setTimeout(() => soon(draw), 300);
}"""


async def test_who_writes_on_is_not_called_back_by_a_slow_page(people: People) -> None:
    ann = await people.maker()
    await ann.evaluate(SLOW_FRAMES)
    for text in ("the first thought", "and the next one", "and the last"):
        await ann.keyboard.press("n")
        await ann.keyboard.type(text, delay=30)
        await ann.keyboard.press("Control+Enter")
    for text in ("the first thought", "and the next one", "and the last"):
        await stands(ann, text)
    await expect(note(ann, "and the last")).to_be_focused()


async def test_a_removed_note_can_be_put_back(people: People) -> None:
    ann = await people.maker()
    bob = await people.guest_of(ann)
    await write(ann, "hasty")
    await stands(bob, "hasty")
    await ann.get_by_role("button", name="Remove").click()
    await expect(note(bob, "hasty")).to_have_count(0)
    await ann.get_by_role("button", name="Undo").click()
    await stands(bob, "hasty")


async def test_a_name_is_shown_only_when_it_is_given(people: People) -> None:
    ann = await people.maker()
    bob = await people.guest_of(ann)
    await write(ann, "unsigned")
    signature = note(bob, "unsigned").locator(".note-who")
    await expect(signature).to_have_text(re.compile(r"^#\w{4}$"))
    for page, name, shown in ((ann, "Ann", "ADMIN (Ann)"), (bob, "Bob", "Bob")):
        await page.get_by_role("button", name="Add note").click()
        await page.get_by_label("Text of the note").fill(f"said by {name}")
        await page.get_by_role("radio", name="With my name").check()
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Post").click()
        for reader in (ann, bob):
            signature = note(reader, f"said by {name}").locator(".note-who")
            await expect(signature).to_have_text(shown)


async def test_the_admin_link_makes_an_admin_and_leaves_no_trace(
    people: People,
) -> None:
    ann = await people.maker()
    await ann.get_by_role("button", name="Share").click()
    link = await ann.get_by_label("Admin link", exact=True).input_value()
    assert "#admin=" in link
    everyone = ann.get_by_role("img", name="QR code: Link for everyone")
    admins = ann.get_by_role("img", name="QR code: Admin link")
    for theme in ("light", "dark"):
        await ann.emulate_media(color_scheme=theme)
        assert await scanned(everyone) == [ann.url]
    await expect(admins).to_have_count(0)
    await ann.get_by_role("button", name="Show as QR code").click()
    assert await scanned(admins) == [link]
    cleo = await people.page()
    await cleo.goto(link)
    await is_live(cleo)
    assert "#" not in cleo.url
    await choose(cleo, "Board settings")
    await cleo.get_by_label("Title").fill("Renamed")
    await cleo.get_by_role("button", name="Save").click()
    await expect(ann.get_by_role("heading", name="Renamed")).to_be_attached()
    await ann.get_by_role("button", name="Make a new admin link").click()
    await expect(ann.get_by_text("The old one is dead")).to_be_visible()
    await cleo.reload()
    await is_live(cleo)
    await cleo.get_by_role("button", name="Menu").click()
    settings = cleo.get_by_role("button", name="Board settings")
    await expect(settings).to_have_count(0)
    again = await ann.get_by_label("Admin link", exact=True).input_value()
    assert again not in ("", link)


async def test_a_deleted_board_says_so_to_all(people: People) -> None:
    ann = await people.maker()
    bob = await people.guest_of(ann)
    await choose(ann, "Board settings")
    await ann.get_by_role("button", name="Delete this board").click()
    await ann.get_by_role("button", name="Yes, delete it").click()
    for page in (ann, bob):
        await expect(page.get_by_role("heading", name="deleted")).to_be_visible()


async def test_an_unknown_board_is_said_to_be_unknown(people: People) -> None:
    page = await people.page()
    await page.goto("/b/01234567-89ab-7def-8123-456789abcdef")
    await expect(page.get_by_role("heading", name="No such board")).to_be_visible()
    await page.get_by_role("link", name="another board").click()
    await expect(page.get_by_role("button", name="Make a board")).to_be_visible()


async def test_a_page_over_plain_http_is_enough(people: People) -> None:
    """A name in the house is no secure context: no `randomUUID`, no clipboard."""
    lan = People(people.browser, people.url.replace("127.0.0.1", "orbit.lan"))
    ann = await lan.maker()
    assert (
        await ann.evaluate("[isSecureContext, 'randomUUID' in crypto]") == [False] * 2
    )
    bob = await lan.guest_of(ann)
    await write(bob, "from the lan")
    await stands(ann, "from the lan")
    await ann.get_by_role("button", name="Share").click()
    await ann.get_by_role("button", name="Copy: Link for everyone").click()
    await expect(ann.get_by_role("button", name="Copied")).to_be_visible()
    assert lan.faults == []


async def test_what_was_not_copied_is_not_said_to_be(people: People) -> None:
    ann = await people.maker()
    await ann.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "document.execCommand = () => false"
    )
    await ann.get_by_role("button", name="Share").click()
    await ann.get_by_role("button", name="Copy: Link for everyone").click()
    await expect(ann.get_by_text("press Ctrl + C")).to_be_visible()
    await expect(ann.get_by_text("Copied", exact=True)).to_have_count(0)
    assert await ann.evaluate("getSelection().toString()") == ann.url


STALE = "A" * 43
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('orbit:admin:'))"


async def stale(page: Page, url: str) -> None:
    """Have a browser keep a ghost of another node, in its storage and as a cookie."""
    cookie = {"name": "orbit_ghost", "value": STALE, "url": url, "httpOnly": True}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto("/help.txt")
    key = "localStorage.setItem('orbit:ghost:' + location.origin, value)"
    await page.evaluate(f"value => {key}", STALE)


async def test_a_browser_that_keeps_a_strangers_ghost_gets_another(
    people: People,
) -> None:
    ann, bob, cleo = await people.maker(), await people.page(), await people.page()
    for page in (bob, cleo):
        await stale(page, people.url)
    await bob.goto(ann.url)  # joins, and is sent away
    await is_live(bob)
    await write(bob, "from a browser with a past")
    await stands(ann, "from a browser with a past")
    await cleo.goto("/")  # makes a board, and is refused
    await cleo.get_by_label("What is it about?").fill("Fresh")
    await cleo.get_by_role("button", name="Make a board").click()
    await is_live(cleo)
    await write(cleo, "mine")
    jar = await cleo.context.cookies()
    assert [one["value"] for one in jar if one["value"] == STALE] == []


async def test_whose_ghost_is_erased_comes_back_as_another(people: People) -> None:
    ann = await people.maker()
    bob = await people.guest_of(ann)
    await write(bob, "before")
    await bob.evaluate(
        "fetch('/api/v1/identity/ghost/me/', {method: 'DELETE', headers:"
        " {'X-Ghost-ID': localStorage['orbit:ghost:' + location.origin]}})"
    )
    await expect(note(ann, "before")).to_have_count(0)
    await expect(note(bob, "before")).to_have_count(0)
    await is_live(bob)
    await write(bob, "after")
    await stands(ann, "after")


async def test_a_wrong_admin_link_takes_nothing_away(people: People) -> None:
    ann = await people.maker()
    url = ann.url
    kept = await ann.evaluate("JSON.stringify({...localStorage})")
    await ann.goto("about:blank")
    await ann.goto(f"{url}#admin=wrong")
    await expect(ann.get_by_role("alert")).to_contain_text("not valid")
    assert "#" not in ann.url
    await is_live(ann)
    await choose(ann, "Board settings")
    await ann.get_by_label("Title").fill("Still mine")
    await ann.get_by_role("button", name="Save").click()
    await expect(ann.get_by_role("heading", name="Still mine")).to_be_attached()
    token = "JSON.parse(v)['orbit:admin:' + location.pathname.split('/')[2]]"
    now = await ann.evaluate("JSON.stringify({...localStorage})")
    assert await ann.evaluate(f"v => {token}", now) == await ann.evaluate(
        f"v => {token}", kept
    )


async def test_the_right_admin_link_opens_what_a_wrong_one_did_not(
    people: People,
) -> None:
    ann = await people.maker()
    await choose(ann, "Board settings")
    await ann.get_by_role("radio", name="Private").check()
    await ann.get_by_role("button", name="Save").click()
    await close(ann)
    await ann.get_by_role("button", name="Share").click()
    link = await ann.get_by_label("Admin link", exact=True).input_value()
    cleo = await people.page()
    await cleo.goto(f"{ann.url}#admin=wrong")
    await expect(cleo.get_by_role("heading", name="private")).to_be_visible()
    await cleo.evaluate("link => location.assign(link)", link)  # no new page
    await is_live(cleo)
    await write(cleo, "inside")
    assert len(await cleo.evaluate(KEPT)) == 1


async def test_on_a_sealed_board_everybody_reads_and_nobody_writes(
    people: People,
) -> None:
    ann = await people.maker("To be sealed")
    bob = await people.guest_of(ann)
    await write(bob, "said in time")
    await stands(ann, "said in time")
    await choose(ann, "Board settings")
    await ann.get_by_role("checkbox", name="Sealed").check()
    await ann.get_by_role("button", name="Save").click()
    await expect(ann.get_by_role("dialog").get_by_role("status")).to_have_text("Saved")
    await ann.keyboard.press("Escape")
    for page in (ann, bob):
        await expect(page.get_by_role("banner")).to_contain_text("Sealed")
        await expect(page.get_by_role("button", name="Add note")).to_be_disabled()
    await note(bob, "said in time").click()
    tools = bob.get_by_role("toolbar", name="What to do with this note")
    await expect(tools.get_by_role("button", name="Edit")).to_have_count(0)
    await bob.reload()
    await stands(bob, "said in time")
    await choose(ann, "Board settings")
    await ann.get_by_role("checkbox", name="Sealed").uncheck()
    await ann.get_by_role("button", name="Save").click()
    await expect(bob.get_by_role("button", name="Add note")).to_be_enabled()
    await write(bob, "said again")
    await stands(ann, "said again")


async def test_a_hidden_note_is_seen_as_hidden_and_read_by_its_author(
    people: People,
) -> None:
    ann = await people.maker()
    bob, cyd = await people.guest_of(ann), await people.guest_of(ann)
    await write(bob, "too loud")
    await note(ann, "too loud").click()
    tools = ann.get_by_role("toolbar", name="What to do with this note")
    await tools.get_by_role("button", name="Hide").click()
    await expect(note(cyd, "Hidden by the board")).to_be_visible()
    await expect(note(cyd, "too loud")).to_have_count(0)
    for page in (ann, bob):
        await expect(note(page, "too loud")).to_contain_text("hidden")
    await note(cyd, "Hidden by the board").click()
    his = cyd.get_by_role("toolbar", name="What to do with this note")
    await expect(his.get_by_role("button", name="Upvote")).to_have_count(0)
    await expect(his.get_by_role("button", name="Show")).to_have_count(0)
    await cyd.reload()
    await expect(note(cyd, "Hidden by the board")).to_be_visible()
    await tools.get_by_role("button", name="Show").click()
    await stands(cyd, "too loud")


async def test_the_only_admin_token_is_not_lost_by_a_click(people: People) -> None:
    ann = await people.maker("Precious")
    await ann.goto("/")
    take = ann.get_by_role("button", name="Take")
    await take.click()
    await expect(ann.get_by_role("dialog")).to_contain_text("admin")
    await ann.get_by_role("button", name="Keep it").click()
    await expect(ann.get_by_role("dialog")).to_have_count(0)
    assert len(await ann.evaluate(KEPT)) == 1
    await take.click()
    await ann.get_by_role("button", name="Forget it").click()
    here = ann.get_by_role("region", name="Boards on this device")
    await expect(here.get_by_role("link", name="Precious")).to_have_count(0)
    assert await ann.evaluate(KEPT) == []


async def test_a_class_behind_one_address_may_write_at_once(chromium: Browser) -> None:
    """Beyond the share of an address, a ghost costs a moment of work."""
    few = {**GENEROUS, "ORBIT_LIMITS__GHOSTS_PER_ADDRESS_H": "2"}
    with node_process(few) as node:
        people = People(chromium, node.start())
        ann = await people.maker()
        for n in range(3):
            bob = await people.guest_of(ann)
            await write(bob, f"from seat {n}")
            await stands(ann, f"from seat {n}")
        assert people.faults == []


async def test_who_may_not_write_yet_looks_and_is_told_why(people: People) -> None:
    ann = await people.maker()
    await write(ann, "to be read")
    bob = await people.page()
    busy = '{"error": "rate_limited", "message": "too many at once"}'
    tries: list[str] = []

    async def refuse(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) > 3:
            await route.continue_()
        else:
            headers = {"Retry-After": "1", "Content-Type": "application/json"}
            await route.fulfill(status=429, body=busy, headers=headers)

    await bob.route("**/identity/ghost/", refuse)
    await bob.goto(ann.url)
    await is_live(bob)
    await stands(bob, "to be read")
    await expect(bob.get_by_role("button", name="Add note")).to_be_disabled()
    await expect(bob.get_by_text("you can write in a moment")).to_be_visible()
    await write(bob, "at last")
    await expect(bob.get_by_text("you can write in a moment")).to_have_count(0)
    await stands(ann, "at last")
