import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Orbit } from "../../orbit/http/web/orbit.js";
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
