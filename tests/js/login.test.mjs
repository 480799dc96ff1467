/** Having signed in: tokens in time, other pages, and the way out. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Orbit } from "../../orbit/http/web/orbit.js";
import { FakeClock, FakeStorage, begin } from "./kit.mjs";

const real = globalThis.fetch;
afterEach(() => (globalThis.fetch = real));

const ANN = { id: "a", email: "ann@example.org", name: "", created_at: "2026" };
const given = (n, more = {}) => ({
  access: `access ${n}`, refresh: `refresh ${n}`, expires_in: 600, profile: ANN, ...more,
});
const DENIED = [401, { error: "unauthenticated", message: "over" }];
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Answers each call with the next of `answers`. */
function server(...answers) {
  const calls = [];
  globalThis.fetch = async (url, { method, headers, body }) => {
    const sent = Object.fromEntries(headers);
    calls.push({ path: url.replace("http://node/api/v1", ""), method, sent, body: body && JSON.parse(body) });
    const [status, content] = answers.shift();
    return new Response(status === 204 ? null : JSON.stringify(content), { status });
  };
  return calls;
}

function made({ local = new FakeStorage(), ghost = "g" } = {}) {
  if (ghost) local.setItem("orbit:ghost:http://node", ghost);
  return { local, orbit: new Orbit({ url: "http://node/", clock: new FakeClock(), local }) };
}

async function signedIn(more) {
  const calls = server([200, given(1, { has_conflict: false, boards: [], ...more })]);
  const one = made();
  await one.orbit.signIn("ann@example.org", "123456");
  return { ...one, first: calls };
}

test("a code is asked for and shown by the ghost that one is", async () => {
  const calls = server([200, { sent: true }], [200, given(1, { has_conflict: false, boards: [] })]);
  const { orbit, local } = made();
  const heard = [];
  orbit.on("account", (account) => heard.push(account));
  await orbit.sendCode("ann@example.org");
  await orbit.signIn("ann@example.org", "123456");
  assert.deepEqual(calls.map(({ path }) => path), ["/identity/otp-send/", "/identity/otp-verify/"]);
  assert.deepEqual(calls.map(({ sent }) => sent["x-ghost-id"]), ["g", "g"]);
  assert.deepEqual(calls[1].body, { email: "ann@example.org", code: "123456" });
  assert.deepEqual(heard, [ANN]);
  assert.deepEqual(orbit.account, ANN);
  assert.deepEqual(made({ local }).orbit.account, ANN);
});

test("a wrong code is told, and costs nobody his ghost", async () => {
  const calls = server(DENIED);
  const { orbit, local } = made();
  await assert.rejects(orbit.signIn("ann@example.org", "000000"), { status: 401 });
  assert.equal(calls.length, 1);
  assert.equal(local.getItem("orbit:ghost:http://node"), "g");
  assert.equal(orbit.account, null);
});

test("who has signed in shows a token, and no ghost", async () => {
  const { orbit } = await signedIn();
  const calls = server([200, {}]);
  await orbit.mine();
  assert.equal(calls[0].sent.authorization, "Bearer access 1");
  assert.equal(calls[0].sent["x-ghost-id"], undefined);
});

test("a token that is over is renewed, and the call made again", async () => {
  const { orbit, local } = await signedIn();
  const calls = server(DENIED, [200, given(2)], [200, { results: [] }]);
  await orbit.mine();
  assert.deepEqual(calls.map(({ path }) => path), ["/boards/mine/", "/identity/refresh/", "/boards/mine/"]);
  assert.deepEqual(calls[1].body, { refresh: "refresh 1" });
  assert.equal(calls[1].sent.authorization, undefined);
  assert.equal(calls[2].sent.authorization, "Bearer access 2");
  assert.match(local.getItem("orbit:login:http://node"), /refresh 2/);
});

test("calls that find it over at once renew it once", async () => {
  const { orbit } = await signedIn();
  const calls = server(DENIED, DENIED, [200, given(2)], [200, {}], [200, {}]);
  await Promise.all([orbit.mine(), orbit.mine()]);
  assert.equal(calls.filter(({ path }) => path === "/identity/refresh/").length, 1);
});

test("a token that another page has used is not used again", async () => {
  const { orbit, local } = await signedIn();
  const key = "orbit:login:http://node";
  const other = { ...JSON.parse(local.getItem(key)), access: "access 9", refresh: "refresh 9" };
  local.setItem(key, JSON.stringify(other));
  const calls = server(DENIED, [200, {}]);
  await orbit.mine();
  assert.equal(calls[1].sent.authorization, "Bearer access 9");
});

test("who is signed out by the server is his ghost again", async () => {
  const { orbit, local } = await signedIn();
  const heard = [];
  orbit.on("account", (account) => heard.push(account));
  server(DENIED, DENIED);
  await assert.rejects(orbit.mine(), { status: 401 });
  assert.deepEqual(heard, [null]);
  assert.equal(local.getItem("orbit:login:http://node"), null);
  const calls = server([200, {}]);
  await orbit.mine();
  assert.equal(calls[0].sent["x-ghost-id"], "g");
});

test("who signs out leaves no ghost behind that is the account's", async () => {
  const { orbit, local } = await signedIn();
  const calls = server([204, null], [201, { ghost: "another" }]);
  await orbit.signOut();
  await settle();
  assert.deepEqual(calls[0].body, { refresh: "refresh 1" });
  assert.equal(orbit.account, null);
  assert.equal(local.getItem("orbit:ghost:http://node"), "another");
});

test("a ghost that stayed another is there when one has signed out", async () => {
  const { orbit, local } = await signedIn({ has_conflict: true, boards: [{ id: "b" }] });
  server([204, null]);
  await orbit.signOut();
  assert.equal(local.getItem("orbit:ghost:http://node"), "g");
});

test("a ghost that stayed another can be taken over, and is forgotten with the account", async () => {
  const { orbit, local } = await signedIn({ has_conflict: true, boards: [{ id: "b" }] });
  const calls = server([200, { boards: ["b"], apart: [] }], [204, null], [201, { ghost: "another" }]);
  assert.deepEqual(await orbit.takeOver(), { boards: ["b"], apart: [] });
  assert.deepEqual(calls[0].body, { ghost: "g" });
  assert.equal(calls[0].sent.authorization, "Bearer access 1");
  await orbit.signOut();
  await settle();
  assert.equal(local.getItem("orbit:ghost:http://node"), "another");
});

test("a socket greets with the token, and with the next one when that is over", async () => {
  const local = new FakeStorage();
  local.setItem("orbit:login:http://node", JSON.stringify({
    ...given(1), until: Date.now() + 600_000, holds: true,
  }));
  server([200, given(2)]);
  const { sockets } = begin({ local });
  sockets[0].open();
  assert.equal(sockets[0].last("hello").token, "access 1");
  sockets[0].say({ type: "error", error: "unauthenticated", message: "over" });
  sockets[0].fail(4501);
  await settle();
  sockets.at(-1).open();
  assert.equal(sockets.at(-1).last("hello").token, "access 2");
});

const user = { ...ANN, email_verified: true, bio: "" };
const granted = (n) => ({ access: `access ${n}`, refresh: `refresh ${n}`, expires_in: 600, user });

test("who signs in by a password is who the tokens say", async () => {
  const { orbit } = made();
  const calls = server([200, granted(1)]);
  await orbit.accounts.signIn("ann", "a very long fence");
  assert.deepEqual(calls[0].body, { username: "ann", password: "a very long fence" });
  assert.deepEqual(orbit.account, ANN);
});

test("what a ghost has that is not the account's is told until it is", async () => {
  const { orbit } = await signedIn({ has_conflict: true });
  const own = { boards: [{ id: "b", notes: 1, upvotes: 0 }], claimed: false };
  const calls = server([200, own], [200, { ...own, claimed: true }]);
  assert.deepEqual(await orbit.apart(), own.boards);
  assert.equal(calls[0].sent["x-ghost-id"], "g");
  assert.equal(calls[0].sent.authorization, undefined);
  assert.deepEqual(await orbit.apart(), []);
  assert.deepEqual(await orbit.apart(), []); // without asking again
});

test("a wrong password is a guess, told once and no reason to renew a token", async () => {
  const { orbit } = await signedIn();
  const wrong = { error: "unauthenticated", message: "no", details: { current_password: ["no"] } };
  const calls = server([401, wrong]);
  await assert.rejects(orbit.accounts.changePassword("x", "y"), { status: 401 });
  assert.equal(calls.length, 1);
  assert.deepEqual(orbit.account, ANN);
});

test("a changed password comes with other tokens", async () => {
  const { orbit, local } = await signedIn();
  server([200, granted(2)]);
  await orbit.accounts.changePassword("x", "y");
  assert.match(local.getItem("orbit:login:http://node"), /refresh 2/);
});

test("who chooses a password by a link looks whether he is signed in still", async () => {
  const { orbit } = await signedIn();
  server([204, null], DENIED);
  await orbit.accounts.reset("token", "another fence");
  assert.equal(orbit.account, null);
});

test("who signs out everywhere leaves no ghost behind that is the account's", async () => {
  const { orbit, local } = await signedIn();
  const calls = server([204, null], [201, { ghost: "another" }]);
  await orbit.accounts.signOutEverywhere();
  await settle();
  assert.deepEqual(calls[0].body, { everywhere: true });
  assert.equal(orbit.account, null);
  assert.equal(local.getItem("orbit:ghost:http://node"), "another");
});

test("a second factor is shown with the challenge that was given", async () => {
  const { orbit } = made();
  const more = [401, { error: "second_factor", message: "show it", details: { challenge: "c" } }];
  const calls = server(more, [200, granted(1)], more, [200, given(2, { has_conflict: false, boards: [] })]);
  await assert.rejects(orbit.accounts.signIn("ann", "fence"), ({ details }) => details.challenge === "c");
  await orbit.accounts.answer("c", "123456");
  await assert.rejects(orbit.signIn("ann@example.org", "654321"), { code: "second_factor" });
  await orbit.answer("c", "123456");
  assert.deepEqual(calls.map(({ path }) => path),
    ["/auth/login/", "/auth/2fa/", "/identity/otp-verify/", "/identity/2fa/"]);
  assert.deepEqual(calls[3].body, { challenge: "c", code: "123456" });
});
