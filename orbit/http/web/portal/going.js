// @ts-check
/** What goes with an account at once, line by line; what there is none of is not told.  Pure. */
import { plain } from "../page/plain.js";

/**
 * @typedef {object} Prospect
 * @property {number} boards
 * @property {number} notes
 * @property {number} upvotes
 * @property {number} sign_ins
 * @property {number} notices
 * @property {number} forms
 * @property {{name: string, fate: "left" | "removed" | "needs_admin"}[]} organisations
 */

/** @param {Prospect} prospect @param {typeof import("./text.js").english.erasure} words */
export function going({ boards, notes, upvotes, sign_ins: signIns, notices, forms, organisations }, words) {
  const named = (/** @type {string} */ fate) =>
    organisations.filter((each) => each.fate === fate).map(({ name }) => plain(name));
  return [
    words.account,
    boards > 0 && words.onBoards(boards, notes, upvotes),
    signIns > 0 && words.signIns(signIns),
    notices > 0 && words.notices(notices),
    forms > 0 && words.forms(forms),
    ...named("removed").map(words.removed),
    ...named("left").map(words.left),
  ].filter((line) => typeof line === "string");
}
