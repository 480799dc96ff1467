// @ts-check
/**
 * Who asks to be let in, what is reported and who is muted, as the items tell it.  Pure.
 *
 * @typedef {import("../sdk/fold.js").Items} Items
 * @typedef {{note: string, reasons: string[], hidden: boolean, muted: boolean}} Reported
 */

/** Reported notes, those with the most reports first. @param {Items} items @returns {Reported[]} */
export function reported(items) {
  /** @type {Map<string, Reported>} */
  const found = new Map();
  for (const { note, reason } of Object.values(items.report ?? {})) {
    const hidden = items.veil?.[note]?.hidden ?? false;
    const one = found.get(note) ?? { note, reasons: [], hidden, muted: isMuted(items, note) };
    found.set(note, { ...one, reasons: [...one.reasons, reason] });
  }
  return [...found.values()].sort((a, b) => b.reasons.length - a.reasons.length);
}

/** Whether its author was muted by this note. @param {Items} items @param {string} note */
export function isMuted(items, note) {
  return Object.values(items.mute ?? {}).some((mute) => mute.note === note);
}

/** Whether there is an author to mute, and it is not me. @param {Items} items @param {string} note */
export function isMutable(items, note) {
  return !items.note?.[note]?.carried && !(note in (items.signature ?? {}));
}

/** Who waits outside, who has waited longest first. @param {Items} items */
export function requests(items) {
  const all = Object.entries(items.request ?? {});
  return all.sort(([, a], [, b]) => Date.parse(a.at) - Date.parse(b.at));
}

/** Whether admins look after the board, and I am one. @param {{may: string[]}} board */
export const moderates = ({ may }) => may.includes("answer_request");

/** How much waits for me as an admin. @param {{items: Items, may: string[]}} board */
export function unanswered(board) {
  if (!moderates(board)) return 0;
  return Object.keys(board.items.request ?? {}).length + reported(board.items).length;
}

/** Whether I have been muted. @param {{items: Items}} board */
export const isSilenced = ({ items }) => Object.keys(items.silence ?? {}).length > 0;

/** Whether I have reported a note; who moderates sees the reports of all. @param {Items} items @param {string} note */
export const hasReported = (items, note) =>
  Object.values(items.report ?? {}).some((report) => report.note === note);
