/** What goes with an account is told line by line, and what there is none of is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { going } from "../../orbit/http/web/portal/going.js";
import { english } from "../../orbit/http/web/portal/text.js";

const nothing = { boards: 0, notes: 0, upvotes: 0, sign_ins: 0, notices: 0, forms: 0, organisations: [] };
const words = english.erasure;

test("of an account that has nothing only itself goes", () => {
  assert.deepEqual(going(nothing, words), [words.account]);
});

test("all that there is is told, and what becomes of each organisation", () => {
  const organisations = [
    { name: "Fence", fate: "left" }, { name: "Al\u202eone", fate: "removed" }, { name: "Stuck", fate: "needs_admin" },
  ];
  const lines = going({ boards: 1, notes: 2, upvotes: 1, sign_ins: 1, notices: 3, forms: 1, organisations }, words);
  assert.deepEqual(lines, [
    words.account,
    "On 1 board: 2 notes and 1 vote, from their history, too.",
    "1 sign-in: you are signed out everywhere.",
    "3 notices.",
    "1 letter that you wrote to those who run this site.",
    "“Alone” goes, too: nobody else is in it.",
    "You are in “Fence” no more.",
  ]);
});
