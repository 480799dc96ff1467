/** What staff ask and do: signed in apart, renewed in time, and out when it is over. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addresses, paragraphs } from "../../orbit/http/web/console/letter.js";
import { read, written } from "../../orbit/http/web/console/place.js";
import { Staff } from "../../orbit/http/web/console/staff.js";
import { english } from "../../orbit/http/web/console/text.js";
import { since } from "../../orbit/http/web/console/when.js";
import { FakeStorage } from "./kit.mjs";

test("a place in the console is its address, and back", () => {
  const place = { view: "people", id: "a/b", query: { q: "Ann & Bob", page: "2" } };
  assert.deepEqual(read(written(place.view, place.query, place.id)), place);
  assert.equal(written("log", { q: "", act: undefined }), "#log");
  assert.deepEqual(read(""), { view: "", id: "", query: {} });
  assert.deepEqual(read("#people/%E0%A4%A"), { view: "people", id: "%E0%A4%A", query: {} });
});

test("several addresses are told apart, each once", () => {
  assert.deepEqual(addresses(" ann@x.org, bob@x.org;\nann@x.org "), ["ann@x.org", "bob@x.org"]);
  assert.deepEqual(addresses(" "), []);
  assert.deepEqual(paragraphs("\none\nline\n \ntwo\n\n\n"), ["one\nline", "two"]);
});

test("what was lately is said as people say it, and what was long ago by its day", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  assert.match(since("2026-11-22T11:59:48Z", now), /^12 sec\.? ago$/);
  assert.match(since("2026-11-22T09:30:00Z", now), /^2 hr\.? ago$/);
  assert.equal(since("2026-11-21T12:00:00Z", now), "yesterday");
  assert.equal(since("2026-11-22T12:00:09Z", now), "now");
  assert.match(since("2026-01-02T12:00:00Z", now), /2026/);
});

test("there are words for all that the log can say", () => {
  const source = readFileSync(new URL("../../orbit/core/ports/trail.py", import.meta.url), "utf8");
  const acts = source.split("class Act(StrEnum):")[1].split("\nclass ")[0].matchAll(/^ {4}[A-Z_]+ = "([^"]+)"/gm);
  assert.deepEqual(Object.keys(english.log.acts), [...acts].map(([, act]) => act));
});

const GIVEN = { access: "a1", refresh: "r1", expires_in: 600, user: { id: "7", email: "ann@x.org", name: "Ann", created_at: "" } };
const json = (body, status = 200) => new Response(status === 204 ? null : JSON.stringify(body), { status });

/** Staff whose node answers each call with the next of these. */
function staff(...answers) {
  const asked = [];
  const session = new FakeStorage();
  const fetch = async (url, given) => {
    asked.push({ url, ...given, body: given.body && JSON.parse(given.body) });
    return answers.shift();
  };
  let ends = 0;
  const it = new Staff({ url: "http://node", fetch, session, ended: () => (ends += 1) });
  return { it, asked, session, ends: () => ends };
}

test("staff sign in for the console, and ask as who they are", async () => {
  const { it, asked, session } = staff(json(GIVEN), json({ items: [] }));
  await it.enter("ann@x.org", "secret words", "123456");
  assert.deepEqual(asked[0].body, { username: "ann@x.org", password: "secret words", otp: "123456", scope: "dev" });
  assert.equal(it.person.name, "Ann");
  await it.people({ q: "bob", role: "", page: 2 });
  assert.equal(asked[1].url, "http://node/api/v1/admin/users/?q=bob&page=2");
  assert.equal(asked[1].headers.Authorization, "Bearer a1");
  assert.ok(!JSON.stringify([...session.map]).includes("secret words"));
});

test("a token that is over is replaced once, and what was asked is asked again", async () => {
  const renewed = { access: "a2", refresh: "r2", expires_in: 600, profile: GIVEN.user };
  const { it, asked, ends } = staff(json(GIVEN), json({}, 401), json(renewed), json({ ok: 1 }));
  await it.enter("ann@x.org", "secret words", "123456");
  assert.deepEqual(await it.summary(), { ok: 1 });
  assert.deepEqual(asked[2].body, { refresh: "r1" });
  assert.equal(asked[3].headers.Authorization, "Bearer a2");
  assert.equal(ends(), 0);
});

for (const [why, answers] of [
  ["the sign-in has ended", [json({}, 401), json({}, 401)]],
  ["the role is another", [json({ error: "forbidden" }, 403)]],
]) {
  test(`staff are out when ${why}`, async () => {
    const { it, session, ends } = staff(json(GIVEN), ...answers);
    await it.enter("ann@x.org", "secret words", "123456");
    await assert.rejects(it.summary(), { name: "OrbitError" });
    assert.deepEqual([it.person, ends(), session.map.size], [null, 1, 0]);
  });
}

test("a refusal of what was told ends nothing", async () => {
  const { it, ends } = staff(json(GIVEN), json({ error: "forbidden", details: { role: ["not your own"] } }, 403));
  await it.enter("ann@x.org", "secret words", "123456");
  await assert.rejects(it.change("7", { role: "user" }), { code: "forbidden" });
  assert.deepEqual([it.person.id, ends()], ["7", 0]);
});

test("a node that is away is no refusal", async () => {
  const { it, ends } = staff(json(GIVEN));
  await it.enter("ann@x.org", "secret words", "123456");
  it.fetch = async () => { throw new TypeError("failed to fetch"); };
  await assert.rejects(it.summary(), { code: "offline" });
  assert.equal(ends(), 0);
});

test("a mail has a key, so that it goes once", async () => {
  const { it, asked } = staff(json(GIVEN), json({}, 202), json({}, 202));
  await it.enter("ann@x.org", "secret words", "123456");
  await it.send({ to: "bob@x.org" }, "k1");
  await it.send({ to: "bob@x.org" }, "k1");
  assert.deepEqual(asked.slice(1).map(({ headers }) => headers["Idempotency-Key"]), ["k1", "k1"]);
});
