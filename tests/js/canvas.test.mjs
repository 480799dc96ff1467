import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, pan, reveal, seen, toBoard, toScreen, zoomAt } from "../../orbit/http/web/canvas/camera.js";
import { approached } from "../../orbit/http/web/canvas/card.js";
import { Grips } from "../../orbit/http/web/canvas/grips.js";
import { aroundIt, heard, isOnCanvas } from "../../orbit/http/web/canvas/heard.js";
import { meaning } from "../../orbit/http/web/canvas/keys.js";
import { Mounts, wanted } from "../../orbit/http/web/canvas/mounts.js";
import { freeSpot, nearest, next, reading } from "../../orbit/http/web/canvas/neighbours.js";
import { shown, touched } from "../../orbit/http/web/canvas/shown.js";
import { Sketch } from "../../orbit/http/web/canvas/sketch.js";
import { Viewpoint } from "../../orbit/http/web/canvas/viewpoint.js";
import { plain, sentence } from "../../orbit/http/web/page/plain.js";

const size = { width: 800, height: 600 };
const camera = { x: 100, y: 50, k: 2 };

test("screen and board are each other's inverse", () => {
  const point = { x: 123, y: 456 };
  assert.deepEqual(toScreen(camera, size, toBoard(camera, size, point)), point);
  assert.deepEqual(toBoard(camera, size, { x: 400, y: 300 }), { x: 100, y: 50 });
});

test("zooming keeps what is under the pointer under it, within bounds", () => {
  const at = { x: 700, y: 80 };
  const closer = zoomAt(camera, size, at, 1.3);
  const [before, after] = [camera, closer].map((c) => toBoard(c, size, at));
  assert.ok(Math.abs(before.x - after.x) < 1e-9 && Math.abs(before.y - after.y) < 1e-9);
  assert.equal(zoomAt(camera, size, at, 1e9).k, 3);
  assert.equal(zoomAt(camera, size, at, 1e-9).k, 0.05);
});

test("panning follows the finger", () => {
  assert.deepEqual(pan(camera, 20, -10), { x: 90, y: 55, k: 2 });
});

test("fitting shows all, no larger than life, and free of the tools", () => {
  const room = { top: 80, bottom: 120, side: 20 };
  const box = { left: -3000, right: 1000, top: 0, bottom: 500 };
  const all = fit(box, size, room);
  const view = seen(all, size);
  assert.ok(view.left <= box.left && view.right >= box.right);
  assert.ok(toScreen(all, size, { x: 0, y: 500 }).y <= 600 - 120 + 1e-6);
  assert.equal(fit({ left: 0, right: 1, top: 0, bottom: 1 }, size, room).k, 1);
  assert.deepEqual(fit(null, size, room), { x: 0, y: 0, k: 1 });
});

test("a note in sight moves nothing; one outside is brought just inside", () => {
  const still = { x: 0, y: 0, k: 1 };
  const margin = { x: 100, y: 100 };
  assert.deepEqual(reveal(still, size, { x: 10, y: 10 }, margin), still);
  assert.deepEqual(reveal(still, size, { x: 500, y: 0 }, margin), { x: 200, y: 0, k: 1 });
});

const places = [
  { id: "a", x: 0, y: 0 }, { id: "b", x: 300, y: 20 }, { id: "c", x: 0, y: 300 },
  { id: "d", x: 320, y: 310 },
];

test("arrows go to the nearest note that way, and nowhere when there is none", () => {
  const go = (id, way) => next(places.find((p) => p.id === id), places, way);
  assert.deepEqual([go("a", "right"), go("a", "down"), go("d", "left"), go("d", "up")], ["b", "c", "c", "b"]);
  assert.equal(go("a", "left"), null);
});

test("reading goes along rows from the top, either way round", () => {
  assert.deepEqual(reading(places), ["a", "b", "c", "d"]);
  assert.deepEqual(reading(places, true), ["b", "a", "d", "c"]);
  assert.equal(nearest({ x: 310, y: 300 }, places), "d");
});

test("a new note gets a place of its own", () => {
  assert.deepEqual(freeSpot({ x: 0, y: 0 }, []), { x: 0, y: 0 });
  const spots = [];
  for (let i = 0; i < 30; i += 1) spots.push({ id: String(i), ...freeSpot({ x: 0, y: 0 }, spots) });
  assert.equal(new Set(spots.map(({ x, y }) => `${x} ${y}`)).size, 30);
});

const one = { content: "hi", colour: "COOL", x: 1, y: 2, author: null, upvotes: 3, edited: false };
const items = { note: { n: one }, signature: { n: {} }, removed: { r: { ...one, content: "gone" } } };
const told = (verb, args, op = "op") => ({ op, do: verb, with: args, state: "sent" });
const look = (id, pending, more = { voted: false }) => shown(id, items, pending, more);

test("without commands a note is what the server says", () => {
  const mine = { mine: true, hidden: false, covered: false, voted: false, pending: false };
  assert.deepEqual(look("n", []), { ...one, ...mine });
  assert.equal(look("r", []), null);
});

test("of a hidden note its words are shown to those alone who were told them", () => {
  const veil = { n: { colour: "COOL", x: 1, y: 2, upvotes: 3, hidden: true } };
  const told = { veil, hidden: { n: { content: "hi", author: "Ann", edited: true } } };
  const seen = (items) => shown("n", items, [], { voted: false });
  assert.equal(seen({ veil: { n: { ...veil.n, hidden: false } } }).covered, true);
  const { content, author, hidden, x } = seen({ veil });
  assert.deepEqual({ content, author, hidden, x }, { content: "", author: null, hidden: true, x: 1 });
  assert.deepEqual([seen(told).content, seen(told).author, seen(told).hidden], ["hi", "Ann", true]);
});

test("what I asked for is seen at once, in the order in which I asked", () => {
  const pending = [
    told("move_note", { note: "n", x: 9, y: 9 }), told("edit_note", { note: "n", content: "ho" }),
    told("recolour_note", { note: "n", colour: "ROYAL" }), told("move_note", { note: "n", x: 7, y: 8 }),
  ];
  const { x, y, content, colour } = look("n", pending);
  assert.deepEqual({ x, y, content, colour }, { x: 7, y: 8, content: "ho", colour: "ROYAL" });
});

test("a new note is shown under the name of its command, and marked as waiting", () => {
  const draft = told("add_note", { content: "new", anonymous: false, name: "Ann" }, "op1");
  const note = look("op1", [draft]);
  assert.deepEqual([note.content, note.author, note.pending, note.mine], ["new", "Ann", true, true]);
  assert.deepEqual(touched([draft, told("edit_note", { note: "n" })]), ["op1", "n"]);
});

test("removed and put back", () => {
  assert.equal(look("n", [told("remove_note", { note: "n" })]), null);
  assert.equal(look("r", [told("restore_note", { note: "r" })]).content, "gone");
});

test("a vote is a wish, so that an early change does not turn it around", () => {
  const pending = [told("toggle_upvote", { note: "n" })];
  const wants = () => true;
  assert.equal(look("n", pending, { voted: false, wants }).upvotes, 4);
  assert.equal(look("n", pending, { voted: true, wants }).upvotes, 3);
  assert.equal(look("n", pending, { voted: true, wants }).voted, true);
});

const key = (name, more = {}) => ({ key: name, ...more });

test("a key means what the focus makes of it", () => {
  assert.deepEqual(meaning(key("ArrowLeft"), "canvas"), ["pan", "left"]);
  assert.deepEqual(meaning(key("ArrowLeft"), "note"), ["go", "left"]);
  assert.deepEqual(meaning(key("ArrowLeft", { shiftKey: true }), "note"), ["nudge", "left"]);
  assert.equal(meaning(key("ArrowLeft"), "elsewhere"), null);
  assert.deepEqual(meaning(key("V"), "note"), ["vote"]);
  assert.equal(meaning(key("v"), "canvas"), null);
  assert.deepEqual(meaning(key("?", { shiftKey: true }), "elsewhere"), ["help"]);
  assert.deepEqual(meaning(key("z", { ctrlKey: true }), "canvas"), ["undo"]);
  assert.equal(meaning(key("f", { ctrlKey: true }), "canvas"), null, "the browser's own keys stay");
  assert.equal(meaning(key("Enter"), "elsewhere"), null, "a button's Enter is its own");
});

test("what others did is told apart from what I did", () => {
  const before = (id) => (id === "n" ? { shown: one } : null);
  const of = (...changes) => heard({ changes }, before, () => false);
  assert.deepEqual(of({ put: ["note", "x", one] }), ["added"]);
  assert.deepEqual(of({ put: ["note", "x", one] }, { put: ["signature", "x", {}] }), []);
  assert.deepEqual(of({ drop: ["note", "n"] }), ["removed"]);
  assert.deepEqual(of({ put: ["note", "n", { ...one, upvotes: 4, x: 5 }] }), ["voted"]);
  assert.deepEqual(of({ put: ["note", "n", { ...one, content: "!" }] }), ["edited"]);
  assert.deepEqual(of({ put: ["note", "n", { ...one, x: 5 }] }), [], "moves are not read out");
});

test("text cannot turn its neighbours around, and keeps what scripts need", () => {
  assert.equal(plain("a\u202eb\u2066c\u200bd\ufeff"), "abcd");
  assert.equal(plain("می\u200cخواهم 👩\u200d🚀"), "می\u200cخواهم 👩\u200d🚀");
  assert.equal(sentence("only its author may do that"), "Only its author may do that.");
});

const entry = (id, x, y) => ({ id, x, y, height: 150, card: null });

test("notes in view come before those around them, and far ones get no element", () => {
  const all = [entry("in", 0, 0), entry("edge", 500, 0), entry("around", 600, 0), entry("far", 2000, 0)];
  const { inView, around } = wanted(all, { x: 0, y: 0, k: 1 }, size);
  assert.deepEqual([inView, around].map((some) => some.map(({ id }) => id)), [["in", "edge"], ["around"]]);
});

test("a crowd that can hardly be read has no elements; near enough it has", () => {
  const crowd = Array.from({ length: 300 }, (_, i) => entry(String(i), i % 20, i % 30));
  const at = (k) => wanted(crowd, { x: 0, y: 0, k }, size).inView.length;
  assert.deepEqual([at(0.2), at(0.4), at(0.6)], [0, 0, 300]);
  assert.equal(wanted(crowd.slice(0, 150), { x: 0, y: 0, k: 0.4 }, size).inView.length, 150);
});

test("my hand on a note goes before another's, and the board's word ends only another's", () => {
  const changed = [];
  const grips = new Grips((id) => changed.push(id));
  grips.theirs("a", 1, 1);
  grips.mine("b", 2, 2);
  grips.theirs("b", 3, 3);
  assert.deepEqual(changed, ["a", "b"]);
  grips.told("a");
  grips.told("b");
  assert.deepEqual([grips.get("a"), grips.get("b")?.x], [undefined, 2]);
  grips.release("b");
  assert.equal(grips.get("b"), undefined);
  grips.stop();
});

test("what others do to notes beside the chosen one is on the canvas alone", () => {
  const moved = { seq: 1, event: "note_moved", changes: [{ put: ["note", "n", one] }] };
  const card = { put: ["board", "board", {}] };
  const cast = { ...moved, event: "upvote_cast", changes: [...moved.changes, card] };
  assert.deepEqual([moved, cast].map((frame) => isOnCanvas(frame, null)), [true, true]);
  assert.equal(isOnCanvas(moved, "n"), false, "its tools stand beside it");
  assert.equal(isOnCanvas({ seq: 1, event: "phase_set", changes: [card] }, null), false);
  const mine = { put: ["upvote", "u", { note: "n" }] };
  assert.equal(isOnCanvas({ ...cast, changes: [...cast.changes, mine] }, null), false, "a vote of mine is one less");
});

test("a zoom draws nothing anew but the canvas; what is chosen does, and what is grouped", () => {
  const scene = { selected: null, entries: new Map(), size, groups: { titleOf: () => undefined } };
  const at = (more) => aroundIt({ ...scene, ...more });
  assert.equal(at({ camera: { x: 0, y: 0, k: 1 } }), at({ camera: { x: 5, y: 5, k: 0.3 } }));
  const all = [at({}), at({ selected: "n" }), at({ entries: new Map([["n", {}]]) }),
    at({ size: { width: 300, height: 600 } }), at({ selected: "n", groups: { titleOf: () => "" } })];
  assert.equal(new Set(all).size, all.length);
});

test("a note that others move comes nearer with each frame, and arrives", () => {
  let at = { x: 0, y: 0 };
  const to = { x: 100, y: -50 };
  for (let frames = 0; at !== to; frames += 1) {
    assert.ok(frames < 60, "it never arrives");
    const before = Math.hypot(to.x - at.x, to.y - at.y);
    at = approached(at, to, 0.23);
    assert.ok(Math.hypot(to.x - at.x, to.y - at.y) < before);
  }
});

test("what waits for others is mine to see, as I have it", () => {
  const note = { content: "old", colour: "COOL", x: 0, y: 0, author: null, upvotes: 2, edited: false };
  const items = { note: { n: note }, signature: { n: {}, m: {} }, waiting: {
    n: { ...note, content: "new", removed: false },
    m: { ...note, content: "first", removed: false },
  } };
  const look = (id) => shown(id, items, [], { voted: false });
  assert.deepEqual([look("n").content, look("m").content], ["new", "first"]);
  assert.ok(look("n").waits && look("m").waits && look("m").mine);
  items.waiting.n.removed = true;
  assert.equal(look("n"), null);
  delete items.waiting.n;
  assert.equal(look("n").content, "old");
  assert.ok(!look("n").waits);
});

test("on a strict board my vote shows, and counts later", () => {
  const note = { content: "x", colour: "COOL", x: 0, y: 0, author: null, upvotes: 2, edited: false };
  const wish = { do: "toggle_upvote", with: { note: "n" } };
  const look = (strict) => {
    const items = { board: { board: { strict } }, note: { n: note } };
    const { voted, upvotes } = shown("n", items, [wish], { voted: false, wants: () => true });
    return [voted, upvotes];
  };
  assert.deepEqual(look(5), [true, 2]);
  assert.deepEqual(look(0), [true, 3]);
});

const viewpoint = () => {
  const seen = { style: {}, told: 0 };
  const view = new Viewpoint({ clientWidth: 800, clientHeight: 600 }, seen, () => (seen.told += 1));
  return { view, seen };
};

test("what is painted is shifted while the camera moves, and painted sharp when it rests", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { view, seen } = viewpoint();
  view.look({ x: 100, y: 50, k: 2 });
  t.mock.timers.tick(150);
  view.pan(20, -10);
  assert.deepEqual(view.camera, { x: 90, y: 55, k: 2 });
  assert.equal(seen.style.transform, "translate(220px, 190px) scale(2)");
  t.mock.timers.tick(150); // it has moved again meanwhile
  assert.deepEqual([view.isMoving, seen.style.willChange, seen.told], [true, "transform", 2]);
  t.mock.timers.tick(100);
  assert.deepEqual([view.isMoving, seen.style.willChange, seen.told], [false, "", 3]);
});

test("one zooms until the camera rests or jumps: a first look is none", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { view } = viewpoint();
  view.look({ x: 0, y: 0, k: 0.6 });
  assert.equal(view.isZooming, false);
  view.zoom(1.25, { x: 400, y: 300 });
  view.pan(1, 1);
  assert.equal(view.isZooming, true);
  view.look({ x: 0, y: 0, k: 1 });
  assert.equal(view.isZooming, false);
  view.zoom(1.25, { x: 400, y: 300 });
  t.mock.timers.tick(1000);
  assert.equal(view.isZooming, false);
});

test("a jump and another size of the window are painted sharp at once, and no pan is cut short", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { view, seen } = viewpoint();
  view.resized();
  view.look({ x: 0, y: 0, k: 0.6 });
  assert.deepEqual([view.isMoving, seen.style.willChange || "", seen.told], [false, "", 2]);
  view.pan(1, 1);
  view.resized();
  assert.deepEqual([view.isMoving, seen.style.willChange], [true, "transform"]);
  view.look({ x: 0, y: 0, k: 1 });
  assert.deepEqual([view.isMoving, seen.style.willChange], [false, ""]);
});

/** A page of which nothing is seen; `bitmaps` counts how often one was handed over. */
const blank = (t) => {
  const page = { bitmaps: 0 };
  const set = () => (page.bitmaps += 1);
  const pen = { setTransform: set, clearRect: set, fillRect: set, beginPath() {}, roundRect() {}, fill: set };
  const made = () => ({ dataset: {}, setAttribute() {}, prepend() {}, append() {}, remove() {}, getContext: () => pen });
  Object.assign(globalThis, { document: { createElement: made }, getComputedStyle: () => ({}), devicePixelRatio: 1 });
  t.after(() => ["document", "getComputedStyle", "devicePixelRatio"].forEach((name) => delete globalThis[name]));
  return Object.assign(page, { root: made() });
};

test("without shapes there is no bitmap; one that was drawn is cleared, once", (t) => {
  const page = blank(t);
  const sketch = new Sketch(page.root);
  const far = { ...entry("far", 3000, 0), shown: { colour: "COOL" } };
  const near = { ...entry("near", 0, 0), shown: { colour: "COOL" } };
  const draw = (...entries) => {
    const before = page.bitmaps;
    sketch.draw({ x: 0, y: 0, k: 1 }, size, entries);
    return [sketch.canvas.hidden, sketch.isDrawn, page.bitmaps > before];
  };
  assert.deepEqual(draw(far, { ...near, card: {} }), [true, false, false]);
  assert.deepEqual(draw(far, near), [false, true, true]);
  assert.deepEqual([sketch.canvas.width, sketch.canvas.height], [size.width, size.height]);
  assert.deepEqual(draw(far), [false, false, true]);
  assert.deepEqual(draw(far), [false, false, false]);
});

test("a board is asked for its elements anew only by a note that comes or goes", () => {
  const board = [entry("in", 0, 0), entry("around", 600, 0), entry("far", 2000, 0)];
  const mounts = new Mounts({ append() {} }, () => undefined);
  const wrong = () => board.filter((one) => mounts.isWrong(one)).map(({ id }) => id);
  assert.deepEqual(wrong(), []); // nobody has looked so far
  const far = board.slice(2); // makes nothing, for lack of a page
  mounts.see(far, { camera: { x: 0, y: 0, k: 1 }, size, isMoving: false, isZooming: false }, () => false);
  assert.deepEqual(wrong(), ["in", "around"]);
  Object.assign(board[0], { card: {} });
  Object.assign(board[2], { card: {} });
  assert.deepEqual(wrong(), ["around", "far"]);
  mounts.see(far, { camera: { x: 0, y: 0, k: 0.1 }, size, isMoving: false, isZooming: false }, () => false);
  assert.deepEqual(wrong(), ["in", "far"]); // from afar nothing has an element
});

test("of a note from another board it is told", () => {
  const there = { note: { n: { ...one, carried: true } } };
  assert.equal(shown("n", there, [], { voted: false }).carried, true);
  assert.equal("carried" in look("n", []), false);
});
