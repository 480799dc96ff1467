import assert from "node:assert/strict";
import { test } from "node:test";
import { admit, begin, live } from "./kit.mjs";

const pong = (socket) => socket.say({ type: "pong", heads: {} });
const changed = (seq) => ({ type: "changed", board: "b1", seq, at: "", event: "x", changes: [] });

function letIn(socket) {
  const { ref } = socket.last("join");
  const rights = { role: ["ghost"], may: ["add_note"], here: 1 };
  socket.say({ type: "joined", ref, board: "b1", kind: "feedback", log: "L", seq: 3, ...rights, changes: [] });
}

test("a socket that hears nothing is gone round, though it still tells", async () => {
  const { board, clock, socket, sockets } = live();
  const told = board.tell("add_note", { content: "a" });
  clock.advance(3_000);
  assert.equal(socket.of("ping").length, 1);
  socket.say(changed(4)); // that way the network is fine
  clock.advance(3_000);
  assert.equal(sockets.length, 2);
  assert.equal(board.state, "live", "the old one serves until then");
  sockets[1].greet();
  letIn(sockets[1]);
  assert.equal(socket.readyState, 3, "and is not waited for");
  const [again] = sockets[1].of("tell");
  assert.deepEqual([again.op, again.attempt], [socket.last("tell").op, 2]);
  sockets[1].say({ type: "reply", ref: again.ref, seq: 4, result: { id: "n" } });
  assert.equal((await told).id, "n");
});

test("a network that fails again and again is gone round as soon each time", async () => {
  const { board, clock, sockets } = live();
  for (let n = 1; n < 5; n += 1) {
    const told = board.tell("add_note", { content: "a" });
    clock.advance(6_000);
    assert.equal(sockets.length, n + 1);
    sockets[n].greet();
    letIn(sockets[n]);
    const { ref } = sockets[n].last("tell");
    sockets[n].say({ type: "reply", ref, seq: 3, result: { id: "n" } });
    await told;
  }
});

test("who is heard and takes its time is left in peace", () => {
  const { board, clock, socket, sockets } = live();
  board.tell("add_note", { content: "a" });
  for (let s = 0; s < 30; s += 3) {
    clock.advance(3_000);
    pong(socket);
  }
  assert.equal(sockets.length, 1);
});

test("an idle socket is asked no more than before", () => {
  const { board, clock, socket, sockets } = live();
  board.tell("add_note", { content: "a" });
  socket.say({ type: "reply", ref: socket.last("tell").ref, seq: 4, result: { id: "n" } });
  clock.advance(20_000);
  assert.deepEqual([socket.of("ping").length, sockets.length], [0, 1]);
});

test("a network that is no better is not tried more and more", () => {
  const { board, clock, sockets } = live();
  board.tell("add_note", { content: "a" });
  for (let s = 0; s < 60; s += 1) {
    clock.advance(1_000);
    if (sockets.at(-1).readyState === 0) sockets.at(-1).fail(1006);
  }
  assert.ok(sockets.length > 3 && sockets.length < 8, `${sockets.length} in a minute`);
});

test("who is slow is waited for ever longer, so a large view arrives at last", () => {
  const { board, clock, sockets } = begin();
  const asked = new Map();
  for (let s = 0; s < 200 && board.state !== "live"; s += 1) {
    const socket = sockets.at(-1);
    if (socket.readyState === 0) {
      socket.greet();
      asked.set(socket, s);
    }
    // what else it says comes behind its view
    if (s - asked.get(socket) === 40) admit(socket);
    clock.advance(1_000);
  }
  assert.equal(board.state, "live");
  assert.equal(sockets.filter(({ readyState }) => readyState < 2).length, 1);
});

test("who moves twice within seconds leaves no socket behind", () => {
  const { board, clock, sockets } = live();
  board.tell("add_note", { content: "a" }); // which the first one owes an answer to
  for (const at of [0, 1]) {
    sockets[at].say({ type: "goaway", after: 0 });
    clock.advance(1_000);
    sockets[at + 1].greet();
    letIn(sockets[at + 1]);
    if (!at) board.tell("add_note", { content: "b" });
  }
  clock.advance(5_500);
  assert.deepEqual(sockets.map(({ readyState }) => readyState), [3, 3, 1]);
  assert.deepEqual(sockets[2].of("tell").map((frame) => frame.with.content), ["a", "b"]);
});
