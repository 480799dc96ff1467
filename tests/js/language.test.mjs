/** The catalogues have one shape, and the page speaks the language that it should. */
import assert from "node:assert/strict";
import { test } from "node:test";

const web = new URL("../../orbit/http/web/", import.meta.url);
const load = (path) => import(new URL(path, web));

/** Every place of a catalogue, with what stands there; a function with its parameters. */
function shape(value, at = "") {
  if (typeof value === "function") return [`${at}(${value.length})`];
  if (value === null || typeof value !== "object") return [`${at}: ${typeof value}`];
  const inside = Object.keys(value).sort().flatMap((key) => shape(value[key], `${at}.${key}`));
  return [`${at}${Array.isArray(value) ? `[${value.length}]` : "{}"}`, ...inside];
}

test("a place that is missing, new or of another kind is seen", () => {
  const whole = { a: "x", f: (n) => n, list: ["x", "y"] };
  const others = [
    { f: (n) => n, list: ["x", "y"] }, { ...whole, b: "x" }, { ...whole, f: () => "" },
    { ...whole, list: ["x"] }, { ...whole, a: () => "" },
  ];
  for (const other of others) assert.notDeepEqual(shape(other), shape(whole));
});

for (const folder of ["", "account/", "organisations/", "portal/", "console/", "socket/", "forms/"]) {
  test(`German has all that English has: ${folder}text.js`, async () => {
    const { english } = await load(`${folder}text.js`);
    const { text } = await load(`${folder}text.de.js`);
    assert.deepEqual(shape(text), shape(english));
  });
}

test("German counts as German does", async () => {
  const { text } = await load("text.de.js");
  assert.equal(text.heard.added(1), "1 neue Notiz");
  assert.equal(text.heard.voted(12_345), "12.345 neue Stimmen");
});

test("a refusal that no word fits is told as the server tells it", async () => {
  const { text } = await load("text.de.js");
  assert.equal(text.refused("forbidden", "you may not"), "Das darfst du hier nicht.");
  assert.match(text.refused("invalid", "the title is blank"), /„the title is blank“/);
});

/** Attributes, as `closest` finds them from an element outwards. */
const around = (...elements) => ({
  closest: () => elements.filter(({ lang }) => lang).map(({ lang }) => ({ getAttribute: () => lang }))[0] ?? null,
});
let times = 0;

/** What a page speaks.  It is settled but once, so each time by a module of its own. */
async function spoken({ page = {}, board = null, kept = null, browser = ["fr", "en-GB"] }) {
  const root = { ...around(page), dataset: { language: page.ours ? "visitor" : undefined } };
  const element = board && around(board, page);
  const fakes = {
    document: { documentElement: root, querySelector: () => element },
    localStorage: { getItem: () => JSON.stringify(kept) },
    navigator: { languages: browser },
  };
  for (const [name, value] of Object.entries(fakes)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const said = await load(`page/language.js?${(times += 1)}`);
  for (const name of Object.keys(fakes)) delete globalThis[name];
  const word = await said.spoken("Share", { de: async () => ({ text: "Teilen" }) });
  return [said.locale, word, root.lang ?? "-"].join(" ");
}

const ours = { ours: true, lang: "en" };
for (const [why, wish, said] of [
  ["the first of the browser's that there is", { page: ours }, "en-GB Share en"],
  ["written as a region writes it", { page: ours, browser: ["de-AT", "en"] }, "de-AT Teilen de"],
  ["one's own choice before the browser's", { page: ours, kept: "de" }, "de Teilen de"],
  ["a choice that is no language any more", { page: ours, kept: "xx" }, "en-GB Share en"],
  ["English, if nothing is known", { page: ours, browser: ["fr"] }, "en Share en"],
  ["in another's page that page's", { page: { lang: "de-CH" }, board: {}, kept: "en" }, "de-CH Teilen -"],
  ["in another's page the element's", { page: { lang: "en" }, board: { lang: "de" } }, "de Teilen -"],
  ["in another's page that says nothing the browser's", { board: {}, browser: ["de"] }, "de Teilen -"],
]) {
  test(why, async () => assert.equal(await spoken(wish), said));
}
