/** Where the notes of a group stand, what they push aside, and what a note is dropped on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aside } from "../../orbit/http/web/canvas/aside.js";
import { heard } from "../../orbit/http/web/canvas/heard.js";
import { meaning } from "../../orbit/http/web/canvas/keys.js";
import { beneath, boxOf, grouped, share, stacked } from "../../orbit/http/web/canvas/stacks.js";
import { choices, matching } from "../../orbit/http/web/views/group.js";

const place = (x, y, height = 100) => ({ x, y, height });
const told = (verb, args, op = "op") => ({ op, do: verb, with: args, state: "sent" });
const groups = (items, ...pending) => Object.fromEntries(grouped(items, pending));
const pair = { g: { title: "Pair", notes: ["a", "b"] } };

test("members stand below their lead, each as high as it is, and the frame holds them all", () => {
  const members = [place(50, 0, 100), place(900, 900, 200), place(-7, 3, 50)];
  const { places, box } = stacked(members, { x: 50, y: 0 });
  assert.deepEqual(places[0], { x: 50, y: 0 }, "the lead stays where it is");
  for (const [i, { x, y }] of places.entries()) {
    assert.equal(x, 50);
    const one = boxOf({ x, y, height: members[i].height });
    assert.ok(one.left > box.left && one.right < box.right && one.top > box.top && one.bottom < box.bottom);
    const after = places[i + 1];
    if (after) assert.ok(one.bottom < after.y - members[i + 1].height / 2, "none covers another");
  }
});

test("a group of which one note is to be seen is none", () => {
  assert.equal(stacked([place(0, 0)], { x: 0, y: 0 }), null);
});

test("what I asked for is grouped at once, and never in two groups", () => {
  const joined = groups(pair, told("group_notes", { group: "g", notes: ["c"] }));
  assert.deepEqual(joined.g, { title: "Pair", notes: ["a", "b", "c"] });
  const taken = groups(pair, told("group_notes", { notes: ["c", "b"] }, "new"));
  assert.deepEqual(taken, { new: { title: "", notes: ["c", "b"] } }, "one alone is no group");
  assert.deepEqual(groups(pair, told("ungroup_notes", { notes: ["a"] })), {});
  assert.equal(groups(pair, told("name_group", { group: "g", title: "Two" })).g.title, "Two");
  assert.deepEqual(groups(pair, told("name_group", { group: "gone", title: "Two" })), pair);
  assert.deepEqual(groups(undefined), {});
});

test("a change that comes before its answer makes no second group", () => {
  const items = { real: { title: "", notes: ["a", "b"] } };
  const now = groups(items, told("group_notes", { notes: ["a", "b"] }, "op"));
  assert.deepEqual(Object.values(now), [{ title: "", notes: ["a", "b"] }]);
});

test("a note is dropped on what it covers by half, or what covers half of it", () => {
  const on = boxOf(place(0, 0));
  const drop = (dx, dy, height) => beneath(boxOf(place(dx, dy, height)), [["on", on]]);
  assert.deepEqual([drop(10, 10), drop(0, 50), drop(0, 51), drop(120, 0)], ["on", "on", null, null]);
  assert.equal(drop(0, 200, 500), "on", "a long note is dropped on a short one");
  const most = beneath(boxOf(place(0, 0)), [["some", boxOf(place(60, 0))], ["most", boxOf(place(20, 0))]]);
  assert.equal(most, "most");
  assert.equal(share(on, boxOf(place(1000, 0))), 0);
});

test("what would lie beneath a group stands below it, on nothing else; the rest stays", () => {
  const frame = { left: -122, right: 122, top: -100, bottom: 300 };
  const notes = [
    { id: "beneath", ...place(0, 200) }, { id: "next", ...place(10, 380) },
    { id: "edge", ...place(0, 345) }, { id: "far", ...place(600, 100) },
  ];
  const { down } = aside(new Map([["g", frame]]), notes);
  assert.deepEqual([...down.keys()], ["beneath"]);
  const now = boxOf(place(0, 200 + down.get("beneath")));
  for (const box of [frame, ...notes.slice(1).map(boxOf)]) assert.ok(share(now, box) <= 0.12);
});

test("of two groups in one place the lower goes below the upper, for all alike", () => {
  const upper = { left: 0, right: 244, top: 0, bottom: 400 };
  const lower = { left: 100, right: 344, top: 50, bottom: 250 };
  for (const both of [[["u", upper], ["l", lower]], [["l", lower], ["u", upper]]]) {
    const { down } = aside(new Map(both), []);
    assert.deepEqual([...down.keys()], ["l"]);
    assert.ok(lower.top + down.get("l") > upper.bottom);
  }
});

test("one chooses among groups and single notes, the nearest first, by any of their words", () => {
  const shown = (content) => ({ content, author: null, colour: "COOL", pending: false });
  const entry = (id, x, content) => [id, { id, x, y: 0, shown: shown(content) }];
  const entries = new Map([
    entry("me", 0, "mine"), entry("far", 900, "Tests are slow"), entry("a", 100, "flaky"), entry("b", 100, "red build"),
  ]);
  const homes = { a: "g", b: "g" };
  const titles = { of: (id) => homes[id] ?? null, titleOf: (id) => (homes[id] ? "CI" : undefined) };
  const all = choices({ entries, groups: titles }, "me");
  assert.deepEqual(all.map(({ id, title, notes }) => [id, title, notes]), [["g", "CI", 2], ["far", "Tests are slow", 0]]);
  assert.deepEqual(matching(all, "RED ").map(({ id }) => id), ["g"]);
  assert.deepEqual(matching(all, "slow tests").map(({ id }) => id), ["far"]);
  assert.deepEqual(choices({ entries, groups: titles }, "a").map(({ id }) => id), ["me", "far"], "not its own");
});

test("groups have keys of their own, and are heard of", () => {
  const key = (name, shiftKey = false) => ({ key: name, shiftKey });
  assert.deepEqual(meaning(key("g"), "note"), ["group"]);
  assert.deepEqual(meaning(key("G", true), "note"), ["takeOut"]);
  assert.equal(meaning(key("g"), "canvas"), null);
  assert.deepEqual(meaning(key("Enter"), "group"), ["name"]);
  const frame = { seq: 1, changes: [{ put: ["group", "g", pair.g] }] };
  assert.deepEqual(heard({ ...frame, event: "notes_grouped" }, () => null, () => false), ["grouped"]);
  assert.deepEqual(heard({ ...frame, event: "group_named" }, () => null, () => false), ["named"]);
});
