import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hasReported, isMutable, isSilenced, moderates, reported, requests, unanswered,
} from "../../orbit/http/web/page/moderation.js";

const ADMIN = ["answer_request"];
const report = (note, reason = "") => ({ note, reason });

test("reports are told by note, those of the most first", () => {
  const items = {
    report: { a: report("n1", "rude"), b: report("n2"), c: report("n2", "names somebody") },
    veil: { n2: { hidden: true } },
    mute: { u: { note: "n1" } },
  };
  assert.deepEqual(reported(items), [
    { note: "n2", reasons: ["", "names somebody"], hidden: true, muted: false },
    { note: "n1", reasons: ["rude"], hidden: false, muted: true },
  ]);
  assert.equal(hasReported(items, "n1"), true);
  assert.equal(hasReported(items, "n3"), false);
});

test("a note that is face down with all others is not hidden", () => {
  const items = { report: { a: report("n1") }, veil: { n1: { hidden: false } } };
  assert.equal(reported(items)[0].hidden, false);
});

test("what waits is counted for admins alone: a reporter sees his own report, too", () => {
  const items = { report: { a: report("n1"), b: report("n1") }, request: { q: {}, r: {} } };
  assert.equal(unanswered({ items, may: ADMIN }), 3);
  assert.equal(unanswered({ items, may: [] }), 0);
  assert.equal(unanswered({ items: {}, may: ADMIN }), 0);
  assert.equal(moderates({ may: ["add_note"] }), false);
});

test("who has waited longest is first", () => {
  const at = (day) => ({ message: "", at: `2030-01-0${day}T12:00:00Z` });
  const items = { request: { late: at(3), early: at(1), middle: at(2) } };
  assert.deepEqual(requests(items).map(([id]) => id), ["early", "middle", "late"]);
});

test("neither I am muted by my own note, nor anybody by one that was brought", () => {
  const items = { note: { a: {}, b: { carried: true }, c: {} }, signature: { c: {} } };
  assert.deepEqual(["a", "b", "c"].map((id) => isMutable(items, id)), [true, false, false]);
});

test("who is muted knows it", () => {
  assert.equal(isSilenced({ items: { silence: { u: {} } } }), true);
  assert.equal(isSilenced({ items: {} }), false);
});
