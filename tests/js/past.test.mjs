import assert from "node:assert/strict";
import { test } from "node:test";
import { Past } from "../../orbit/http/web/sdk/past.js";
import { gather } from "../../orbit/http/web/sdk/fold.js";
import { Emitter } from "../../orbit/http/web/sdk/emitter.js";

const put = (id, content) => ({ put: ["note", id, { content }] });
const drop = (id) => ({ drop: ["note", id] });

/** A live board at `seq` with these notes; `happen` is its next event. */
function live(notes, seq) {
  const board = Object.assign(new Emitter(), { id: "b", log: "L", seq });
  board.items = gather(Object.entries(notes).map(([id, content]) => ["note", id, { content }]));
  board.happen = (...changes) => {
    for (const { put: p, drop: d } of changes) {
      if (p) board.items.note[p[1]] = p[2];
      else delete board.items.note[d[1]];
    }
    board.seq += 1;
    board.emit("change", { seq: board.seq, changes });
  };
  return board;
}

/** A server that gives `rows` in pages; what is not above `floor` is no longer kept. */
function pages(rows, { size = 2, floor = 0 } = {}) {
  const asked = [];
  const page = async (since) => {
    asked.push(since);
    if (since < floor) throw Object.assign(new Error("gone"), { code: "gone", details: { floor } });
    const entries = rows.map((changes, i) => ({ seq: floor + i + 1, event: "e", changes }));
    const changes = entries.filter(({ seq }) => seq > since).slice(0, size);
    return { changes, head: floor + rows.length };
  };
  return { page, asked };
}

const notes = (past) =>
  Object.fromEntries(Object.entries(past.items.note ?? {}).map(([id, { content }]) => [id, content]));

const STORY = [[put("a", "1")], [put("b", "2")], [put("a", "3")], [], [drop("c")]];

test("any moment is what the board was then, there and back", async () => {
  const { page, asked } = pages(STORY);
  const past = new Past(live({ a: "3", b: "2" }, 5), page);
  const shares = [];
  await past.load((share) => shares.push(share));
  assert.deepEqual(asked, [0, 2, 4]);
  assert.deepEqual(shares, [0.4, 0.8, 1]);
  assert.deepEqual([past.seq, past.last, notes(past)], [5, 5, { a: "3", b: "2" }]);
  const seen = [0, 1, 2, 3, 4, 5].map((seq) => (past.go(seq), notes(past)));
  assert.deepEqual(seen, [{}, { a: "1" }, ...Array(1).fill({ a: "1", b: "2" }), ...Array(3).fill({ a: "3", b: "2" })]);
  const back = [5, 4, 3, 2, 1, 0].map((seq) => (past.go(seq), notes(past)));
  assert.deepEqual(back, seen.reverse());
  past.go(99);
  assert.equal(past.seq, 5);
  past.go(-3);
  assert.equal(past.seq, 0);
});

test("a few steps on are changes, all else is a reset", async () => {
  const past = new Past(live({ a: "3", b: "2" }, 5), pages(STORY).page);
  await past.load();
  past.go(0);
  const heard = [];
  past.on("change", ({ seq }) => heard.push(seq));
  past.on("reset", () => heard.push("reset"));
  past.go(2);
  past.go(2);
  past.go(1);
  assert.deepEqual(heard, [1, 2, "reset"]);
});

test("long histories are folded from states on the way", async () => {
  const rows = Array.from({ length: 2600 }, (_, i) => [put(`n${i % 7}`, `${i + 1}`)]);
  const all = Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((i) => [`n${i}`, ""]));
  const past = new Past(live(all, 2600), pages(rows, { size: 1000 }).page);
  await past.load();
  for (const seq of [1300, 7, 2600, 1999, 501, 500, 499]) {
    past.go(seq);
    const expected = {};
    for (let i = 0; i < seq; i += 1) expected[`n${i % 7}`] = `${i + 1}`;
    assert.deepEqual(notes(past), expected);
  }
});

test("what is removed while we look is gone from the past, until it is back", async () => {
  const board = live({ a: "3", b: "2" }, 5);
  const past = new Past(board, pages(STORY).page);
  await past.load();
  past.go(3);
  board.happen(drop("a"));
  assert.deepEqual([past.seq, past.last, notes(past)], [3, 6, { b: "2" }]);
  past.go(1);
  assert.deepEqual(notes(past), {});
  board.happen(put("a", "3"));
  past.go(0);
  past.go(1);
  assert.deepEqual(notes(past), { a: "1" });
  past.go(7);
  assert.deepEqual(notes(past), { a: "3", b: "2" });
});

test("the live board is never touched", async () => {
  const board = live({ a: "3", b: "2" }, 5);
  const before = JSON.stringify(board.items);
  const past = new Past(board, pages(STORY).page);
  await past.load();
  for (const seq of [0, 3, 5, 1]) past.go(seq);
  await assert.rejects(past.tell());
  assert.equal(JSON.stringify(board.items), before);
});

test("where retention has been, it begins with what has not been touched since", async () => {
  const { page, asked } = pages([[put("b", "2")], [put("b", "3")]], { floor: 40 });
  const past = new Past(live({ a: "old", b: "3" }, 42), page);
  await past.load();
  assert.deepEqual(asked, [0, 40]);
  past.go(0);
  assert.deepEqual([past.seq, past.floor, past.at(40), notes(past)], [40, 40, undefined, { a: "old" }]);
  past.go(41);
  assert.deepEqual(notes(past), { a: "old", b: "2" });
});

test("a view that is new as a whole is read anew; nothing comes after the end", async () => {
  const board = live({ a: "3", b: "2" }, 5);
  const { page, asked } = pages(STORY, { size: 9 });
  const past = new Past(board, page);
  await past.load();
  past.go(2);
  board.emit("reset");
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([asked, past.seq], [[0, 0], 2]);
  past.stop();
  board.happen(put("z", "late"));
  assert.equal(past.last, 5);
});

test("another refusal is told", async () => {
  const refusal = Object.assign(new Error("no"), { code: "private_board" });
  const past = new Past(live({}, 0), () => Promise.reject(refusal));
  await assert.rejects(past.load(), refusal);
});
