import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, test } from "node:test";
import { Orbit } from "../../orbit/http/web/orbit.js";
import { newId } from "../../orbit/http/web/sdk/id.js";
import { sha256, zeros } from "../../orbit/http/web/sdk/proof.js";
import { FakeClock, FakeStorage, admit, begin } from "./kit.mjs";

const real = globalThis.fetch;
afterEach(() => (globalThis.fetch = real));

/** Answers each call with the next of `answers`: [status, body, headers] or "cut". */
function server(...answers) {
  const calls = [];
  globalThis.fetch = async (url, { method, headers, body }) => {
    calls.push({ url, method, headers: Object.fromEntries(headers), body });
    const answer = answers.shift();
    if (answer === "cut") throw new TypeError("network");
    const [status, content, more] = answer;
    return new Response(JSON.stringify(content), { status, headers: more });
  };
  return calls;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function orbit({ local = new FakeStorage() } = {}) {
  const clock = new FakeClock();
  return { clock, local, orbit: new Orbit({ url: "http://node/", clock, local }) };
}

test("a ghost is minted once, kept, and sent from then on", async () => {
  const calls = server([201, { ghost: "s3cret" }], [201, { board: {} }]);
  const one = orbit();
  const both = await Promise.all([one.orbit.ghost(), one.orbit.ghost()]);
  assert.deepEqual(both, ["s3cret", "s3cret"]);
  await one.orbit.makeBoard({ title: "t" });
  assert.equal(calls.length, 2);
  assert.equal(calls[0].url, "http://node/api/v1/identity/ghost/");
  assert.equal(calls[1].headers["x-ghost-id"], "s3cret");
  assert.equal(await orbit({ local: one.local }).orbit.ghost(), "s3cret");
});

test("who says which language he reads is written to in it", async () => {
  const calls = server([200, { sent: true }], [200, { sent: true }]);
  const { clock, local } = orbit();
  for (const language of ["de", undefined])
    await new Orbit({ url: "http://node/", clock, local, language }).sendCode("ann@example.org");
  assert.deepEqual(calls.map(({ headers }) => headers["accept-language"]), ["de", undefined]);
});

test("a write that was cut is sent again under the same key", async () => {
  const calls = server("cut", [503, { error: "busy" }, { "Retry-After": "2" }], [201, { ok: 1 }]);
  const { orbit: sdk, clock } = orbit();
  const made = sdk.makeBoard({ title: "t" });
  for (let i = 0; i < 4; i += 1) {
    await settle();
    clock.advance(3_000);
  }
  assert.deepEqual(await made, { ok: 1 });
  const keys = new Set(calls.map(({ headers }) => headers["idempotency-key"]));
  assert.equal(calls.length, 3);
  assert.equal(keys.size, 1);
});

test("a refusal is an error with the server's code and sentence, told once", async () => {
  const calls = server([422, { error: "bad_request", message: "title is empty", details: { a: 1 } }]);
  const refused = orbit().orbit.makeBoard({ title: "" });
  await assert.rejects(refused, { code: "bad_request", message: "title is empty", status: 422 });
  assert.equal(calls.length, 1);
});

test("who asks to be let in is somebody, and knocks from then on", async () => {
  for (const answer of [[201, { result: { id: "r" } }], [409, { error: "conflict" }]]) {
    const calls = server([201, { ghost: "s3cret" }], answer);
    const { orbit: sdk, board, sockets } = begin();
    sockets[0].greet();
    const { ref } = sockets[0].last("join");
    const refusal = { error: "private_board", message: "private", retry: false };
    sockets[0].say({ type: "error", ref, ...refusal });
    await sdk.requestAccess(board, "It is me");
    assert.equal(calls[1].url, "http://node/api/v1/boards/b1/request-access/");
    assert.equal(calls[1].headers["x-ghost-id"], "s3cret");
    sockets.at(-1).greet();
    assert.equal(sockets.at(-1).last("join").board, "b1");
  }
});

test("a ghost that the server has forgotten is replaced, once", async () => {
  const calls = server([201, { ghost: "new" }]);
  const local = new FakeStorage();
  local.setItem("orbit:ghost:http://node", "old");
  const { sockets } = begin({ local });
  const greet = (socket, kind) => {
    socket.open();
    socket.say({ type: "welcome", versions: [1], ping: 25, me: { kind } });
  };
  greet(sockets[0], "guest");
  assert.equal(sockets[0].last("hello").ghost, "old");
  await settle();
  assert.equal(local.getItem("orbit:ghost:http://node"), "new");
  greet(sockets.at(-1), "ghost");
  assert.equal(sockets.at(-1).last("hello").ghost, "new");
  admit(sockets.at(-1));
  assert.equal(calls.length, 1);
});

test("a new admin link is used at once", async () => {
  const calls = server([200, { admin_token: "two" }]);
  const { orbit: sdk, sockets } = begin();
  const board = sdk.board("b9", { link: "one" });
  sockets[0].greet();
  await sdk.revokeLink(board);
  assert.equal(calls[0].headers["x-admin-token"], "one");
  assert.equal(sockets[0].last("join").link, "two");
});

const UNKNOWN = [401, { error: "unauthenticated", message: "not known", details: { ghost: ["no"] } }];
const KEY = "orbit:ghost:http://node";

/** Storage in which a ghost is kept. */
function keeping(ghost) {
  const local = new FakeStorage();
  local.setItem(KEY, ghost);
  return local;
}

/** Lets what waits for answers and for time go on. */
async function pass(clock, ms = 0) {
  for (let i = 0; i < 6; i += 1) {
    await settle();
    clock.advance(ms / 6);
  }
  await settle();
}

test("ids are made where there is no crypto.randomUUID, and each is another", () => {
  const { randomUUID } = crypto;
  try {
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    const ids = new Set(Array.from({ length: 100 }, newId));
    assert.equal(ids.size, 100);
    for (const id of ids) {
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    const { board, sockets } = begin();
    sockets[0].greet();
    admit(sockets[0]);
    board.tell("add_note", { content: "over plain http" });
    assert.equal(sockets[0].of("tell").length, 1);
  } finally {
    delete crypto.randomUUID;
    assert.equal(crypto.randomUUID, randomUUID);
  }
});

test("a call by a ghost that is unknown is made again by another, once", async () => {
  const calls = server(UNKNOWN, [201, { ghost: "new" }], [201, { ok: 1 }], UNKNOWN);
  const { orbit: sdk, local } = orbit({ local: keeping("old") });
  assert.deepEqual(await sdk.makeBoard({ title: "t" }), { ok: 1 });
  assert.deepEqual(calls.map(({ headers }) => headers["x-ghost-id"]), ["old", undefined, "new"]);
  assert.equal(calls[0].headers["idempotency-key"], calls[2].headers["idempotency-key"]);
  assert.equal(local.getItem(KEY), "new");
  await assert.rejects(sdk.makeBoard({ title: "t" }), { code: "unauthenticated" });
  assert.equal(calls.length, 4);
});

test("erasing a ghost that is gone erases no other one", async () => {
  const calls = server(UNKNOWN);
  const { orbit: sdk } = orbit({ local: keeping("old") });
  await assert.rejects(sdk.rest("DELETE", "/identity/ghost/me/"), { status: 401 });
  assert.equal(calls.length, 1);
});

test("what another page of this browser minted is taken, not replaced", async () => {
  const calls = server([201, { ok: 1 }]);
  const local = keeping("old");
  const { orbit: sdk } = orbit({ local });
  server(UNKNOWN, [201, { ok: 1 }]);
  local.setItem(KEY, "of the other page".replaceAll(" ", "-"));
  assert.deepEqual(await sdk.makeBoard({ title: "t" }), { ok: 1 });
  assert.equal(calls.length, 0);
});

test("what is kept and can be no ghost is as if it were not there", async () => {
  const calls = server([201, { ghost: "new" }]);
  const { orbit: sdk } = orbit({ local: keeping("ghosté\n☃") });
  assert.equal(await sdk.ghost(), "new");
  assert.equal(calls.length, 1);
});

test("who is sent away as unknown comes back as another, and sees it all anew", async () => {
  const calls = server([201, { ghost: "new" }]);
  const { orbit: sdk, board, sockets, clock } = begin({ local: keeping("old") });
  sockets[0].greet();
  admit(sockets[0]);
  const ended = [];
  sdk.wire.on("ended", () => ended.push(sdk.renewing));
  sockets[0].fail(4501);
  await pass(clock);
  assert.deepEqual(ended, [true], "and the page knows that it is not for good");
  sockets.at(-1).greet();
  assert.equal(sockets.at(-1).last("hello").ghost, "new");
  assert.equal("since" in sockets.at(-1).last("join"), false);
  admit(sockets.at(-1));
  assert.equal(board.state, "live");
  assert.equal(calls.length, 1);
});

test("who is denied at the door comes back as another; denied again he stays away", async () => {
  server([201, { ghost: "new" }]);
  const { orbit: sdk, sockets, clock } = begin({ local: keeping("old") });
  const ended = [];
  sdk.wire.on("ended", () => ended.push(sdk.renewing));
  const deny = (socket) => {
    socket.open();
    socket.say({ type: "error", error: "unauthenticated", message: "not known", retry: false });
    socket.fail(4501);
  };
  deny(sockets[0]);
  await pass(clock);
  assert.equal(sockets.length, 2);
  deny(sockets[1]);
  await pass(clock, 60_000);
  assert.deepEqual(ended, [true, false]);
  assert.equal(sockets.length, 2);
});

test("a guest looks at once, and becomes a ghost without leaving", async () => {
  const late = { retry: true, error: "rate_limited", message: "too many at once" };
  const calls = server([429, late, { "Retry-After": "60" }], [429, late, { "Retry-After": "60" }],
    [429, late, { "Retry-After": "60" }], [201, { ghost: "mine" }]);
  const { orbit: sdk, board, sockets, clock } = begin();
  const excuses = [];
  sdk.on("excuse", (excuse) => excuses.push(excuse?.code ?? null));
  sdk.become();
  sockets[0].open();
  sockets[0].say({ type: "welcome", versions: [1], ping: 1e6, me: { kind: "guest" } });
  admit(sockets[0]);
  assert.equal(board.state, "live");
  for (let s = 0; s < 300 && sockets.length < 2; s += 1) await pass(clock, 1_000);
  assert.equal(calls.length, 4);
  assert.deepEqual(excuses, ["rate_limited", null]);
  assert.equal(sockets.length, 2);
  assert.equal(board.state, "live", "until the new socket is there");
  sockets[1].open();
  let wasLeft = false;
  sockets[1].send = function (text) {
    if (text.includes('"join"')) wasLeft = sockets[0].readyState === 3;
    Object.getPrototypeOf(this).send.call(this, text);
  };
  sockets[1].say({ type: "welcome", versions: [1], ping: 1e6, me: { kind: "ghost" } });
  assert.equal(sockets[1].last("hello").ghost, "mine");
  assert.ok(wasLeft, "who is on two sockets as two is counted twice");
  admit(sockets[1]);
  assert.equal(board.state, "live");
});

test("who becomes a ghost while being greeted as a guest is no guest again", async () => {
  server([201, { ghost: "mine" }]);
  const { orbit: sdk, board, sockets } = begin();
  sockets[0].open();
  sdk.become();
  await settle();
  sockets[0].say({ type: "welcome", versions: [1], ping: 1e6, me: { kind: "guest" } });
  const { ref } = sockets[0].last("join");
  sockets[1].open();
  sockets[1].say({ type: "welcome", versions: [1], ping: 1e6, me: { kind: "ghost" } });
  admit(sockets[1]);
  const asGuest = { role: ["anyone"], may: [], here: 1, kind: "feedback", log: "L", seq: 3, items: [] };
  sockets[0].say({ type: "joined", ref, board: board.id, ...asGuest });
  assert.deepEqual(board.may, ["add_note"]);
  assert.equal(board.state, "live");
});

test("a ghost costs work where many have come, and the work is done", async () => {
  const proof = { challenge: "5f3a2b1c.AbCdEfGh.0123456789abcdef0123", bits: 8 };
  const late = { error: "rate_limited", message: "too many", details: { proof } };
  const calls = server([429, late, { "Retry-After": "60" }], [201, { ghost: "worked for" }]);
  const { orbit: sdk, clock } = orbit();
  const excuses = [];
  sdk.on("excuse", (excuse) => excuses.push(excuse?.code ?? null));
  const ghost = sdk.ghost();
  await pass(clock, 10);
  assert.equal(await ghost, "worked for");
  assert.deepEqual(excuses, ["rate_limited", null]);
  const shown = calls[1].headers["x-proof"];
  assert.ok(shown.startsWith(`${proof.challenge}:`));
  assert.ok(zeros(sha256(new TextEncoder().encode(shown))) >= 8);
});

test("hashes are those of everybody else", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const bytes = new Uint8Array(length).fill(97);
    const words = [...sha256(bytes)].map((word) => word.toString(16).padStart(8, "0"));
    assert.equal(words.join(""), createHash("sha256").update(bytes).digest("hex"), `${length}`);
  }
});

test("public boards are asked for by what is given, and by nothing else", async () => {
  const page = { results: [{ id: "b1" }], next: null };
  const calls = server([200, page], [200, page]);
  const { orbit: sdk } = orbit();
  assert.deepEqual(await sdk.discover(), page);
  await sdk.discover({ sort: "popular", search: "a & b", cursor: undefined, limit: 10 });
  assert.equal(calls[0].url, "http://node/api/v1/boards/discover/?");
  assert.equal(calls[1].url, "http://node/api/v1/boards/discover/?sort=popular&search=a+%26+b&limit=10");
});

test("an invite is sent, listed and taken back with the admin's link", async () => {
  const listed = { results: [{ email: "a@b.org", state: "invited" }] };
  const calls = server([202, { sent: true }], [200, listed], [200, null]);
  const { orbit: sdk, board } = begin();
  board.useLink("admin");
  await sdk.invite(board, "a@b.org", "Thursday");
  assert.deepEqual(await sdk.invites(board), listed);
  await sdk.withdrawInvite(board, "a@b.org");
  const told = calls.map(({ method, url }) => `${method} ${url.replace("http://node/api/v1/boards/b1/", "")}`);
  assert.deepEqual(told, ["POST invite/", "GET invites/", "DELETE invite/"]);
  for (const { headers } of calls) assert.equal(headers["x-admin-token"], "admin");
});

test("who has an invite is somebody, and joins as soon as he is in", async () => {
  const calls = server([201, { ghost: "s3cret" }], [200, { board: "b1" }]);
  const { orbit: sdk, board, sockets } = begin();
  sockets[0].greet();
  const { ref } = sockets[0].last("join");
  sockets[0].say({ type: "error", ref, error: "private_board", message: "private", retry: false });
  await sdk.acceptInvite(board, "t0ken");
  assert.equal(calls[1].url, "http://node/api/v1/boards/b1/accept-invite/");
  assert.equal(calls[1].headers["x-ghost-id"], "s3cret");
  sockets.at(-1).greet();
  assert.equal(sockets.at(-1).last("join").board, "b1");
});

test("nobody waits ten minutes for a call to be made again", async () => {
  const calls = server([429, { error: "rate_limited", message: "too many" }, { "Retry-After": "600" }]);
  const { orbit: sdk, board } = begin();
  const refused = sdk.invite(board, "a@b.org");
  await assert.rejects(refused, { code: "rate_limited", after: 600 });
  assert.equal(calls.length, 1);
});
