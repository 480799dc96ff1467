import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, gather, place } from "../../orbit/http/web/sdk/fold.js";

test("a view is gathered by type and id", () => {
  const items = gather([["note", "a", { x: 1 }], ["note", "b", {}], ["board", "board", {}]]);
  assert.deepEqual(Object.keys(items.note), ["a", "b"]);
  assert.deepEqual(items.note.a, { x: 1 });
});

test("a put replaces, a drop deletes, and dropping the unknown is no fault", () => {
  const items = gather([["note", "a", { x: 1 }]]);
  fold(items, [{ put: ["note", "a", { x: 2 }] }, { put: ["vote", "v", {}] }]);
  assert.deepEqual(items.note.a, { x: 2 });
  fold(items, [{ drop: ["note", "a"] }, { drop: ["note", "zz"] }, { drop: ["none", "a"] }]);
  assert.deepEqual(Object.keys(items.note), []);
  assert.deepEqual(Object.keys(items.vote), ["v"]);
});

test("ids that are names of object properties are only ids", () => {
  const items = gather([["__proto__", "constructor", { x: 1 }], ["note", "__proto__", { y: 1 }]]);
  assert.equal({}.constructor, Object);
  assert.deepEqual(items.note["__proto__"], { y: 1 });
  fold(items, [{ drop: ["note", "__proto__"] }]);
  assert.deepEqual(Object.keys(items.note), []);
});

test("a change of a kind that is not known yet changes nothing", () => {
  const items = gather([["note", "a", {}]]);
  fold(items, [{ merge: ["note", "a", {}] }]);
  assert.deepEqual(Object.keys(items), ["note"]);
});

test("a seq is old, next or beyond a gap", () => {
  assert.equal(place(4, 4), "old");
  assert.equal(place(4, 5), "next");
  assert.equal(place(4, 6), "gap");
});
