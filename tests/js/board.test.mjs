import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeStorage, admit, begin, live, note } from "./kit.mjs";

const changed = (seq, ...changes) => ({ type: "changed", board: "b1", seq, event: "e", changes });
const reply = (socket, seq, id = "x") => {
  const { ref } = socket.last("tell");
  socket.say({ type: "reply", ref, seq, result: { id } });
};

test("it greets, joins and shows what it is given", () => {
  const { board, sockets } = begin({ ghost: "secret" });
  assert.equal(board.state, "catching up");
  sockets[0].greet();
  assert.deepEqual(sockets[0].sent[0], { type: "hello", versions: [1], ghost: "secret" });
  assert.deepEqual(sockets[0].last("join"), { type: "join", ref: 1, board: "b1" });
  admit(sockets[0]);
  assert.equal(board.state, "live");
  assert.equal(board.items.note.n1.content, "one");
  assert.deepEqual([board.seq, board.log, board.here], [3, "L", 1]);
  assert.equal(sockets[0].url, "ws://node/ws");
});

test("changes are applied once, in order, though they come twice and in one frame", () => {
  const { board, socket } = live();
  const seen = [];
  board.on("change", ({ seq }) => seen.push(seq));
  const four = changed(4, { put: ["note", "n2", note("two")] });
  socket.say(four, four, changed(5, { drop: ["note", "n1"] }), changed(3));
  assert.deepEqual(seen, [4, 5]);
  assert.deepEqual(Object.keys(board.items.note), ["n2"]);
});

test("a gap asks for the rest, once, and applies it without doubles", () => {
  const { board, socket } = live();
  socket.say(changed(6), changed(7));
  assert.equal(socket.of("join").length, 2);
  const { ref, log, since } = socket.last("join");
  assert.deepEqual([log, since], ["L", 3]);
  assert.equal(board.state, "catching up");
  const rest = [4, 5, 6, 7].map((seq) => ({ seq, event: "e", changes: [] }));
  rest[1].changes.push({ put: ["note", "n5", note("five")] });
  socket.say({ type: "joined", ref, board: "b1", log: "L", seq: 7, changes: rest });
  socket.say(changed(7), changed(8));
  assert.equal(board.seq, 8);
  assert.equal(board.items.note.n5.content, "five");
  assert.equal(board.state, "live");
});

test("a head above ours, seen in a pong, asks for the rest", () => {
  const { clock, socket } = live();
  clock.advance(25_000);
  assert.deepEqual(socket.last("ping").seen, { b1: 3 });
  socket.say({ type: "pong", heads: { b1: 3 } });
  assert.equal(socket.of("join").length, 1);
  socket.say({ type: "pong", heads: { b1: 4 } });
  assert.equal(socket.of("join").length, 2);
});

test("an unasked view replaces everything", () => {
  const { board, socket } = live();
  const items = [["note", "z", note("only")]];
  const rights = { role: ["admin"], may: [], here: 4 };
  socket.say({ type: "joined", board: "b1", log: "L", seq: 9, items, ...rights });
  assert.deepEqual(Object.keys(board.items.note), ["z"]);
  assert.deepEqual([board.seq, board.role, board.here], [9, ["admin"], 4]);
});

test("frames of an unknown type, of no board or without sense are passed over", () => {
  const { board, socket } = live();
  socket.onmessage({ data: "not json\n[]\n\n{\"type\":\"new\",\"board\":\"b1\"}" });
  socket.say({ type: "changed", board: "other", seq: 4, changes: [] });
  assert.equal(board.seq, 3);
});

test("a lost socket comes back after a pause and resumes where it was", () => {
  const { board, clock, sockets } = live();
  sockets[0].fail(1006);
  assert.equal(board.state, "offline");
  clock.advance(249);
  assert.equal(sockets.length, 1);
  clock.advance(1);
  sockets[1].greet();
  const { log, since } = sockets[1].last("join");
  assert.deepEqual([log, since], ["L", 3]);
  assert.equal(board.state, "catching up");
});

test("failures in a row wait longer, a code that says stay away is obeyed", () => {
  const { clock, sockets } = live();
  sockets[0].fail(1012);
  clock.advance(250);
  sockets[1].fail(1006);
  clock.advance(499);
  assert.equal(sockets.length, 2);
  clock.advance(1);
  assert.equal(sockets.length, 3);
  sockets[2].fail(4500);
  clock.advance(600_000);
  assert.equal(sockets.length, 3);
});

test("a socket that has lived for a while has no failures", () => {
  const { clock, sockets } = live();
  for (let n = 0; n < 6; n += 1) {
    sockets.at(-1).fail(1006);
    clock.advance(20_000);
  }
  sockets.at(-1).greet();
  clock.advance(5_001);
  const before = sockets.length;
  sockets.at(-1).fail(1006);
  clock.advance(250);
  assert.equal(sockets.length, before + 1);
});

test("who is connected asks to be let in every few seconds", () => {
  const { clock, sockets } = begin();
  const [socket] = sockets;
  socket.greet();
  const error = { error: "unavailable", message: "no", retry: true };
  const waits = [];
  for (let asked = 1; asked < 8; asked += 1) {
    socket.say({ type: "error", ref: socket.last("join").ref, ...error });
    const from = clock.time;
    while (socket.of("join").length === asked) clock.advance(50);
    waits.push(clock.time - from);
  }
  assert.deepEqual(waits, [250, 500, 1_000, 2_000, 2_000, 2_000, 2_000]);
});

test("a silent socket is given up", () => {
  const { board, clock, sockets } = live();
  clock.advance(75_000);
  assert.equal(board.state === "live", false);
  clock.advance(1_000);
  assert.equal(sockets.length, 2);
});

/** A live board whose server has sent it away, and the socket that it has opened then. */
function moving() {
  const all = live();
  const states = new Set();
  all.board.on("state", () => states.add(all.board.state));
  all.orbit.wire.on("state", (state) => states.add(state));
  const [old] = all.sockets;
  old.say({ type: "goaway", after: 2, why: "drain" });
  all.clock.advance(2_250);
  const next = all.sockets[1];
  next.greet();
  return { ...all, old, next, states };
}

const resumed = (socket, { seq = 3, ...more } = {}) => {
  const { ref } = socket.last("join");
  socket.say({ type: "joined", ref, board: "b1", log: "L", seq, changes: [], here: 1, ...more });
};

test("going away: every board is let in over there before the old socket is let go", () => {
  const { board, old, next, states } = moving();
  assert.equal(next.last("join").since, 3);
  assert.equal(old.readyState, 1, "greeted is not let in");
  board.tell("add_note", { content: "meanwhile" });
  assert.equal(old.of("tell").length, 1, "until then the old one serves");
  reply(old, 4, "n9");
  old.say(changed(4));
  resumed(next, { seq: 4, changes: [changed(4)] });
  assert.equal(old.readyState, 3);
  assert.equal(board.seq, 4);
  board.tell("add_note", { content: "after" });
  assert.equal(next.of("tell").length, 1);
  assert.deepEqual([...states], ["live"], "nobody saw us go");
});

test("going away: what is under way is answered by the old socket, and not told again", async () => {
  const { board, old, next } = moving();
  const told = board.tell("add_note", { content: "x" });
  resumed(next);
  assert.equal(old.readyState, 1, "it owes an answer");
  next.say(changed(4));
  old.say(changed(4));
  reply(old, 4, "n9");
  assert.deepEqual(await told, { seq: 4, id: "n9" });
  assert.equal(old.readyState, 3);
  assert.equal(next.of("tell").length, 0);
  assert.equal(board.pending.length, 0);
});

for (const silent of [true, false]) {
  test(`going away: the old socket ${silent ? "is silent" : "breaks"}, and is believed no longer`, () => {
    const { board, old, next, clock, states } = moving();
    board.tell("add_note", { content: "x" });
    resumed(next);
    const { op } = old.last("tell");
    if (silent) clock.advance(5_000);
    else old.fail(1006);
    assert.equal(old.readyState, 3);
    assert.deepEqual(next.of("tell").map((f) => [f.op, f.attempt]), [[op, 2]]);
    assert.deepEqual([...states], ["live"]);
  });
}

test("going away: no new socket can be opened; the old one serves, and it is tried again", () => {
  const { board, clock, sockets, orbit } = live();
  const states = new Set();
  board.on("state", () => states.add(board.state));
  sockets[0].say({ type: "goaway", after: 0, why: "drain" });
  clock.advance(250);
  for (const n of [1, 2, 3]) {
    sockets[n].fail(1006);
    while (sockets.length === n + 1) clock.advance(100);
  }
  board.tell("add_note", { content: "x" });
  assert.equal(sockets[0].of("tell").length, 1);
  assert.deepEqual([orbit.wire.state, [...states]], ["open", []]);
  sockets[4].greet();
  sockets[0].fail(1001);
  assert.equal(orbit.wire.state, "open", "one was greeted already");
  resumed(sockets[4]);
  assert.equal(board.state, "live");
  assert.equal(sockets[4].last("tell").attempt, 2);
});

test("what was refused while another copy may live is told again, then taken for refused", async () => {
  const { board, socket, clock } = live();
  const told = board.tell("add_note", { content: "x" });
  const details = { reason: "gone", message: "the board is over", field: "content" };
  for (let n = 1; n <= 17; n += 1) {
    assert.equal(socket.of("tell").length, n);
    const { ref } = socket.last("tell");
    socket.say({ type: "error", ref, error: "unknown", message: "?", details, retry: true });
    while (n < 17 && socket.of("tell").length === n) clock.advance(100);
  }
  const error = await told.catch((refusal) => refusal);
  assert.deepEqual([error.code, error.message, error.details], ["gone", "the board is over", { field: "content" }]);
});

test("a board is late for as long as its node says so, and not on another one", () => {
  const { board, old, next } = moving();
  old.say({ type: "status", board: "b1", mode: "following" });
  assert.equal(board.state, "catching up");
  resumed(next);
  assert.equal(board.state, "live");
  next.say({ type: "status", board: "b1", mode: "following" });
  next.say({ type: "status", board: "b1", mode: "live" });
  assert.equal(board.state, "live");
});

test("going away: a board that is not let in there joins when the old socket is gone", () => {
  const { board, old, next, clock } = moving();
  clock.advance(5_000);
  assert.equal(old.readyState, 3);
  assert.equal(next.of("join").length, 2);
  resumed(next);
  assert.equal(board.state, "live");
});

test("going away: nobody goes back to an older view", () => {
  const { board, old, next } = moving();
  for (const seq of [4, 5]) old.say(changed(seq));
  resumed(next, { seq: 4, items: [], changes: undefined });
  assert.equal(board.seq, 5);
  assert.ok(board.items.note.n1);
  for (const seq of [5, 6]) next.say(changed(seq));
  assert.equal(board.seq, 6);
  assert.equal(next.of("join").length, 1);
});

test("going away: what was left, or asked with another link, is not taken along", () => {
  const { board, orbit, next } = moving();
  const other = orbit.board("b2");
  board.leave();
  resumed(next);
  assert.equal(next.last("leave").board, "b1");
  assert.equal(next.last("join").board, "b2");
  assert.equal(other.state, "catching up");
  const again = moving();
  again.board.useLink("t");
  resumed(again.next);
  assert.equal(again.next.last("join").link, "t");
});

test("going away from where we went: it goes on", () => {
  const { clock, sockets, next } = moving();
  next.say({ type: "goaway", after: 1, why: "drain" });
  resumed(next);
  clock.advance(1_250);
  assert.equal(sockets.length, 3);
});

test("a command is answered with its place and its id", async () => {
  const { board, socket } = live();
  const told = board.tell("add_note", { content: "hi" });
  const frame = socket.last("tell");
  assert.equal(frame.attempt, 1);
  assert.match(frame.op, /^[0-9a-f-]{36}$/);
  assert.equal(board.waiting, 1);
  reply(socket, 4, "n9");
  assert.deepEqual(await told, { seq: 4, id: "n9" });
  assert.equal(board.waiting, 0);
  assert.equal(board.pending.length, 1, "shown as pending until its change has come");
  socket.say(changed(4));
  assert.equal(board.pending.length, 0);
});

test("unanswered commands are told again, in order, under the same op", async () => {
  const { board, clock, sockets, socket } = live();
  const told = [board.tell("add_note", { content: "a" }), board.tell("add_note", { content: "b" })];
  const first = socket.of("tell");
  socket.fail(1006);
  board.tell("add_note", { content: "c" });
  assert.equal(board.waiting, 3);
  clock.advance(250);
  sockets[1].greet();
  assert.equal(sockets[1].of("tell").length, 0, "not before the board is joined");
  admit(sockets[1]);
  const again = sockets[1].of("tell");
  assert.deepEqual(again.map((f) => [f.with.content, f.attempt]), [["a", 2], ["b", 2], ["c", 1]]);
  assert.deepEqual(again.slice(0, 2).map((f) => f.op), first.map((f) => f.op));
  for (const { ref } of again) sockets[1].say({ type: "reply", ref, seq: 3, result: { id: "i" } });
  assert.equal((await Promise.all(told)).length, 2);
});

test("a reload keeps what was not answered", () => {
  const { board, session, sockets, socket } = live();
  board.tell("add_note", { content: "kept" });
  socket.fail(1006);
  assert.equal(sockets.length, 1);
  const after = live({ session });
  const frame = after.socket.last("tell");
  assert.deepEqual([frame.with.content, frame.attempt], ["kept", 2]);
  reply(after.socket, 3);
  assert.equal(session.map.size, 0);
});

for (const code of ["busy", "unknown"]) {
  test(`"${code}" is told again under the same op after a pause`, async () => {
    const { board, clock, socket } = live();
    const told = board.tell("add_note", { content: "a" });
    const { ref, op } = socket.last("tell");
    const retry = code === "busy";
    socket.say({ type: "error", ref, error: code, message: "later", retry, after: 2 });
    assert.equal(board.waiting, 1);
    clock.advance(2_000);
    assert.equal(socket.of("tell").length, 1);
    clock.advance(250);
    assert.deepEqual([socket.last("tell").op, socket.last("tell").attempt], [op, 2]);
    reply(socket, 4, "n");
    assert.equal((await told).id, "n");
  });
}

test("a timer that is early by a hair leaves no command waiting", async () => {
  const { board, clock, socket } = live();
  const told = board.tell("add_note", { content: "a" });
  const { ref } = socket.last("tell");
  const exactly = clock.after;
  clock.after = (fn, ms) => {
    clock.after = exactly; // for once, as browsers do, which count whole milliseconds
    return exactly(fn, Math.floor(ms) - 0.5);
  };
  socket.say({ type: "error", ref, error: "busy", message: "later", retry: true, after: 2 });
  clock.advance(3_000);
  assert.equal(socket.last("tell").attempt, 2);
  reply(socket, 4, "n");
  assert.equal((await told).id, "n");
});

test("passing refusals end: the command is refused in the end", async () => {
  const { board, clock, socket } = live();
  const refused = [];
  board.on("refused", (r) => refused.push(r.error.code));
  const told = board.tell("add_note", { content: "a" });
  for (let i = 0; i < 20; i += 1) {
    const { ref } = socket.last("tell");
    socket.say({ type: "error", ref, error: "busy", message: "later", retry: true });
    clock.advance(2_100);
    socket.say({ type: "pong", heads: {} });
  }
  await assert.rejects(told, { code: "busy" });
  assert.deepEqual(refused, ["busy"]);
  assert.equal(socket.of("tell").length, 17);
  assert.equal(board.waiting, 0);
});

test("a refusal is told to whoever asked, and to whoever listens", async () => {
  const { board, socket } = live();
  const refused = [];
  board.on("refused", (r) => refused.push(r));
  const told = board.tell("edit_board", { title: "" });
  const { ref } = socket.last("tell");
  socket.say({ type: "error", ref, error: "forbidden", message: "admins only", retry: false });
  await assert.rejects(told, { code: "forbidden", message: "admins only" });
  assert.equal(refused[0].do, "edit_board");
});

test("two commands about one note are never under way together, of two notes they are", () => {
  const { board, socket } = live();
  board.tell("move_note", { note: "n1", x: 1 });
  board.tell("move_note", { note: "n1", x: 2 });
  board.tell("move_note", { note: "n2", x: 3 });
  assert.deepEqual(socket.of("tell").map((f) => f.with.x), [1, 3]);
  socket.say({ type: "reply", ref: socket.of("tell")[0].ref, seq: 4, result: {} });
  assert.deepEqual(socket.of("tell").map((f) => f.with.x), [1, 3, 2]);
});

test("another history: what was acknowledged in the last minute is told again", () => {
  const { board, clock, sockets, socket } = live();
  board.tell("add_note", { content: "a" });
  const { op } = socket.last("tell");
  reply(socket, 4);
  socket.say(changed(4));
  socket.fail(1006);
  clock.advance(250);
  sockets[1].greet();
  admit(sockets[1], { log: "another", seq: 1 });
  assert.deepEqual([sockets[1].last("tell").op, board.seq, board.log], [op, 1, "another"]);
});

test("a board that may not be seen is closed, and not asked for again", () => {
  const { board, sockets, clock } = begin();
  sockets[0].greet();
  const { ref } = sockets[0].last("join");
  const error = { error: "private_board", message: "this board is private", retry: false };
  sockets[0].say({ type: "error", ref, ...error });
  assert.equal(board.error.code, "private_board");
  assert.equal(board.state, "offline");
  clock.advance(100_000);
  assert.equal(sockets.length, 1);
});

/** A private board that is closed to us, where we knock. */
function outside() {
  const all = begin();
  const error = { error: "private_board", message: "this board is private", retry: false };
  const refuse = (socket) => socket.say({ type: "error", ref: socket.last("join").ref, ...error });
  all.sockets[0].greet();
  refuse(all.sockets[0]);
  all.board.knock();
  all.sockets[1].greet();
  refuse(all.sockets[1]);
  return { ...all, refuse, socket: all.sockets[1] };
}

test("who knocks asks again, ever more seldom, and is in when somebody opens", () => {
  const { board, clock, socket, sockets, refuse } = outside();
  const asked = [];
  for (let from = clock.time; asked.length < 6; clock.advance(500)) {
    if (socket.of("join").length === asked.length + 1) continue;
    asked.push(clock.time - from);
    from = clock.time;
    assert.equal(board.error.code, "private_board");
    refuse(socket);
  }
  assert.deepEqual(asked, [3_000, 5_000, 8_000, 12_000, 15_000, 15_000]);
  assert.equal(sockets.length, 2);
  clock.advance(15_000);
  admit(socket);
  assert.deepEqual([board.error, board.state], [null, "live"]);
  clock.advance(60_000);
  assert.equal(socket.of("join").length, 8);
});

test("who leaves knocks no more, nor where the board is gone", () => {
  const left = outside();
  left.board.leave();
  left.clock.advance(100_000);
  assert.equal(left.socket.of("join").length, 1);
  const gone = outside();
  gone.clock.advance(3_000);
  const { ref } = gone.socket.last("join");
  gone.socket.say({ type: "error", ref, error: "gone", message: "deleted", retry: false });
  gone.clock.advance(100_000);
  assert.equal(gone.board.error.code, "gone");
  assert.deepEqual([gone.socket.of("join").length, gone.sockets.length], [2, 2]);
});

test("who knocks and tries a link in vain hears so, and goes on", () => {
  const { board, clock, socket, refuse } = outside();
  const closed = [];
  board.on("closed", ({ code }) => closed.push(code));
  board.useLink("bad");
  assert.equal(socket.last("join").link, "bad");
  refuse(socket);
  assert.deepEqual([closed, board.error.code], [["private_board"], "private_board"]);
  clock.advance(15_000);
  admit(socket);
  assert.equal(board.state, "live");
});

test("who knocks goes on when the network comes back", () => {
  const { board, clock, socket, sockets } = outside();
  socket.fail(1006);
  clock.advance(1_000);
  sockets[2].greet();
  admit(sockets[2]);
  assert.equal(board.state, "live");
});

test("a join that is refused for a moment is asked again", () => {
  const { board, sockets, clock } = begin();
  sockets[0].greet();
  const { ref } = sockets[0].last("join");
  sockets[0].say({ type: "error", ref, error: "busy", message: "later", retry: true, after: 1 });
  clock.advance(1_250);
  admit(sockets[0]);
  assert.equal(board.state, "live");
});

test("rights taken away while looking close the board", () => {
  const { board, socket } = live();
  const closed = [];
  board.on("closed", (error) => closed.push(error.code));
  socket.say({ type: "left", board: "b1", error: "gone", message: "deleted" });
  assert.deepEqual(closed, ["gone"]);
});

test("a board that has moved is joined again, and told again what it left unanswered", () => {
  const { board, socket, clock } = live();
  board.tell("add_note", { content: "a" });
  const { op } = socket.last("tell");
  const error = { error: "unavailable", message: "the board is moving", retry: true };
  socket.say({ type: "left", board: "b1", ...error });
  assert.equal(board.error, null);
  assert.equal(board.state, "catching up");
  clock.advance(1_000);
  assert.equal(socket.of("join").length, 2);
  assert.equal(socket.last("join").since, 3);
  admit(socket, { changes: [], seq: 3 });
  assert.equal(board.state, "live");
  assert.deepEqual([socket.last("tell").op, socket.last("tell").attempt], [op, 2]);
});

test("a following board is not called live", () => {
  const { board, socket } = live();
  socket.say({ type: "status", board: "b1", mode: "following" });
  assert.equal(board.state, "catching up");
  socket.say({ type: "status", board: "b1", mode: "live" });
  assert.equal(board.state, "live");
});

test("two boards share one socket, and leaving the last closes it", () => {
  const { orbit, board, sockets, socket } = live();
  const other = orbit.board("b2", { link: "admin" });
  assert.equal(socket.last("join").link, "admin");
  assert.equal(sockets.length, 1);
  other.leave();
  assert.deepEqual(socket.last("leave"), { type: "leave", board: "b2" });
  assert.equal(socket.readyState, 1);
  board.leave();
  assert.equal(socket.readyState, 3);
});

test("nothing is told while it catches up, and all of it afterwards", async () => {
  const { board, socket } = live();
  socket.say(changed(5)); // 4 is missing
  const told = board.tell("add_note", { content: "typed meanwhile" });
  assert.equal(socket.of("tell").length, 0);
  const rights = { role: ["ghost"], may: ["add_note"], here: 1 };
  const view = { type: "joined", board: "b1", log: "L", seq: 5, items: [], ...rights };
  socket.say(view); // unasked: what we asked is not answered yet
  assert.equal(socket.of("tell").length, 0);
  socket.say({ ...view, ref: socket.last("join").ref });
  reply(socket, 6, "n6");
  assert.equal((await told).id, "n6");
});

test("the answer to an earlier asking does not let us tell, nor its refusal stop us", () => {
  const { board, socket } = live();
  board.useLink("one");
  const { ref } = socket.last("join");
  board.useLink("two");
  board.tell("add_note", { content: "a" });
  const error = { error: "unavailable", message: "joined again", retry: true };
  socket.say({ type: "error", ref, ...error });
  assert.equal(socket.of("tell").length, 0);
  admit(socket);
  assert.equal(socket.of("tell").length, 1);
  assert.equal(socket.last("join").link, "two");
});

const stray = (socket) => socket.say({
  type: "error", ref: socket.last("tell").ref, error: "not_found", message: "join this board first",
  details: { field: "board" }, retry: false,
});

test("a command told from outside waits until we are in, and is done", async () => {
  const { board, socket } = live();
  const told = board.tell("add_note", { content: "a" });
  const { op } = socket.last("tell");
  stray(socket);
  assert.equal(board.waiting, 1);
  assert.equal(socket.of("join").length, 2);
  admit(socket);
  assert.equal(socket.last("tell").op, op);
  reply(socket, 4, "n");
  assert.equal((await told).id, "n");
});

test("a board is not there only if a join is refused; who waits is told", async () => {
  const { board, socket, session } = live();
  const told = board.tell("add_note", { content: "a" });
  stray(socket);
  const error = { error: "not_found", message: "there is no such board", retry: false };
  socket.say({ type: "error", ref: socket.last("join").ref, ...error });
  await assert.rejects(told, { code: "not_found", message: "there is no such board" });
  await assert.rejects(board.tell("add_note", { content: "b" }), { code: "not_found" });
  assert.equal(session.map.size, 0);
});

test("a note that is not there is no reason to join again", async () => {
  const { board, socket } = live();
  const told = board.tell("edit_note", { note: "gone", content: "a" });
  const error = { error: "not_found", message: "there is no such note", retry: false };
  socket.say({ type: "error", ref: socket.last("tell").ref, ...error });
  await assert.rejects(told, { code: "not_found" });
  assert.equal(socket.of("join").length, 1);
});

test("another link opens a board that was closed to us", () => {
  const { board, sockets } = begin();
  sockets[0].greet();
  const error = { error: "private_board", message: "private", retry: false };
  sockets[0].say({ type: "error", ref: sockets[0].last("join").ref, ...error });
  board.useLink("good");
  sockets[1].greet();
  assert.equal(sockets[1].last("join").link, "good");
  admit(sockets[1]);
  assert.deepEqual([board.error, board.state], [null, "live"]);
});

for (const [content, code] of [["half \ud83d", "bad_request"], ["x".repeat(70_000), "too_large"]]) {
  test(`what can never be sent is refused at once and stops nobody: ${code}`, async () => {
    const { board, socket, session } = live();
    const refused = [];
    board.on("refused", ({ error }) => refused.push(error.code));
    const poison = board.tell("add_note", { content });
    const innocent = board.tell("add_note", { content: "innocent" });
    await assert.rejects(poison, { code, retry: false });
    assert.deepEqual(refused, [code]);
    assert.deepEqual(socket.of("tell").map((f) => f.with.content), ["innocent"]);
    assert.equal(JSON.parse(session.map.get("orbit:outbox:b1")).length, 1);
    reply(socket, 4, "n");
    assert.equal((await innocent).id, "n");
  });
}

test("whole characters of all kinds are sent, and a backslash is just one", () => {
  const { board, socket } = live();
  const content = "🎉 نص \\ud83d e\u0301";
  board.tell("add_note", { content });
  assert.equal(socket.last("tell").with.content, content);
});

test("poison that a reload brings back is dropped, and said", () => {
  const session = new FakeStorage();
  const kept = (op, content) => ({ op, do: "add_note", with: { content }, attempt: 1 });
  const commands = [kept("p", "x".repeat(70_000)), kept("q", "well"), null, {}];
  session.setItem("orbit:outbox:b1", JSON.stringify(commands));
  const { board, sockets } = begin({ session });
  const refused = [];
  board.on("refused", ({ error }) => refused.push(error.code));
  sockets[0].greet();
  admit(sockets[0]);
  assert.deepEqual(refused, ["too_large"]);
  assert.deepEqual(sockets[0].of("tell").map(({ op }) => op), ["q"]);
  assert.equal(JSON.parse(session.map.get("orbit:outbox:b1")).length, 1);
});
