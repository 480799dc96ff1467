/** Notices: how many are not read, as it happens, and what each says and leads to. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { text as german } from "../../orbit/http/web/portal/text.de.js";
import { english } from "../../orbit/http/web/portal/text.js";
import { onward, said } from "../../orbit/http/web/portal/notice.js";
import { FakeStorage, begin } from "./kit.mjs";

const real = globalThis.fetch;
afterEach(() => (globalThis.fetch = real));
const settle = () => new Promise((resolve) => setImmediate(resolve));
const ANN = { id: "a", email: "ann@example.org", name: "", created_at: "2026" };

/** Somebody who has signed in, on no board, with so many notices that are not read. */
function reader() {
  const local = new FakeStorage();
  const kept = { access: "x", refresh: "y", profile: ANN, until: Date.now() + 600_000, holds: true };
  local.setItem("orbit:login:http://node", JSON.stringify(kept));
  const all = begin({ local });
  all.board.leave();
  const server = { unread: 2, asked: 0 };
  globalThis.fetch = async (_url, { method }) => {
    server.asked += 1;
    if (method === "POST") server.unread = 0;
    return new Response(JSON.stringify({ results: [], unread: server.unread, next: null }), { status: 200 });
  };
  return { ...all, notices: all.orbit.notices, server };
}

test("whoever follows has a socket of his own, and knows at its greeting", async () => {
  const { notices, sockets } = reader();
  const before = sockets.length;
  notices.follow();
  assert.equal(sockets.length, before + 1);
  sockets.at(-1).greet();
  await settle();
  assert.equal(notices.unread, 2);
});

test("another one is told over the socket, and counted", async () => {
  const { notices, sockets, server } = reader();
  const heard = [];
  notices.on("change", () => heard.push(notices.unread));
  notices.follow();
  sockets.at(-1).greet();
  await settle();
  server.unread = 3;
  sockets.at(-1).say({ type: "notices", id: "n" });
  await settle();
  assert.deepEqual(heard, [2, 3]);
});

test("what came while the socket was away is news at its next greeting, and not at the first", async () => {
  const { notices, sockets, clock } = reader();
  let news = 0;
  notices.on("news", () => (news += 1));
  notices.follow();
  sockets.at(-1).greet();
  await settle();
  assert.equal(news, 0);
  sockets.at(-1).fail(1006);
  clock.advance(250);
  sockets.at(-1).greet();
  await settle();
  assert.equal(news, 1);
});

test("all are read, and the socket goes with the last who follows", async () => {
  const { orbit, notices, sockets } = reader();
  const [one, other] = [notices.follow(), notices.follow()];
  sockets.at(-1).greet();
  await settle();
  await notices.readAll("n1");
  assert.equal(notices.unread, 0);
  one();
  one(); // again is nothing
  assert.equal(orbit.wire.state, "open");
  other();
  assert.equal(orbit.wire.state, "idle");
});

test("a socket without a board moves at once to the one that takes over", async () => {
  const { notices, sockets, clock } = reader();
  notices.follow();
  sockets.at(-1).greet();
  sockets.at(-1).say({ type: "goaway", after: 0, why: "restarting" });
  clock.advance(600);
  sockets.at(-1).greet();
  assert.equal(sockets.at(-2).readyState, 3);
});

for (const [language, { notices: words }] of Object.entries({ english, german })) {
  test(`every kind of notice has words in ${language}`, () => {
    for (const kind of Object.keys(words.kinds)) {
      const data = { name: "Zaun", title: "Zaun", member: "Ann", role: "ADMIN", agent: "Firefox/1 Linux", ip: "10.0.0.0" };
      assert.doesNotMatch(said({ kind, data }, words), /undefined/);
      assert.doesNotMatch(said({ kind, data: { name: "Zaun", role: "ADMIN", title: "x" } }, words), /undefined/);
      assert.notEqual(onward({ kind, data: {} })[0], "bell");
    }
    assert.equal(said({ kind: "of tomorrow", data: {} }, words), words.other);
  });
}

test("who signs in somewhere new is told by what, and whence", () => {
  const data = { agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", ip: "10.0.0.0/24" };
  assert.match(said({ kind: "sign_in", data }, english.notices), /by Firefox on Linux, .*\(from 10\.0\.0\.0\/24\)/);
});

test("an invite leads to where it is taken, and a hidden letter leads nobody astray", () => {
  assert.deepEqual(onward({ kind: "organisation_invited", data: { token: "t" } }), ["mail", "/join#t"]);
  const trick = said({ kind: "organisation_left", data: { name: "a\u202eb" } }, english.notices);
  assert.ok(trick.includes("“ab”"));
});
