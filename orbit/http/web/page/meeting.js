// @ts-check
/**
 * A meeting over a board, as its card tells it: what is closed, how many votes are left,
 * how long the timer runs.  Pure: the time is given, by the server's clock as far as known.
 *
 * @typedef {{items: import("../sdk/fold.js").Items, may: string[]}} Board
 */

export const PHASES = Object.freeze(["collect", "group", "vote", "discuss"]);
const MARKS = [60, 10];

/** @param {Pick<Board, "items">} board */
export const card = ({ items }) => items.board?.board;

/** Who runs the board is bound by no phase. @param {Board} board */
export const runs = ({ may }) => may.includes("edit_board");

/** Whether the phase keeps us from it. @param {Board} board @param {string} verb */
export function isClosed(board, verb) {
  return !runs(board) && (card(board)?.closed ?? []).includes(verb);
}

/** The phase before or after; beyond either end there is none. @param {string | null} phase @param {number} by */
export function stepped(phase, by) {
  const ring = [null, ...PHASES];
  return ring[(ring.indexOf(phase) + by + ring.length) % ring.length];
}

/** Votes that I may still give; null: as many as I like. @param {Pick<Board, "items">} board */
export function votesLeft(board) {
  const each = card(board)?.votes_each;
  if (!each) return null;
  return Math.max(0, each - Object.keys(board.items.upvote ?? {}).length);
}

/** Whether there is anything to say of a meeting. @param {any} shown  the card */
export const isOn = (shown) =>
  Boolean(shown && (shown.phase || shown.ends_at || shown.concealed || shown.votes_each));

/** Whole seconds that are left, never below 0. @param {string} endsAt @param {number} now  in ms */
export function secondsLeft(endsAt, now) {
  return Math.max(0, Math.ceil((Date.parse(endsAt) - now) / 1000));
}

/** As a clock shows it: 0:09, 12:00, 1:02:03. @param {number} seconds */
export function face(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** What is to be said of the time left: seldom. @param {number} before @param {number} now  seconds */
export function mark(before, now) {
  return MARKS.findLast((at) => before > at && now <= at && now > 0) ?? null;
}

/**
 * How far the server's clock is ahead of ours, in ms.  Each greeting tells, late by its
 * way; news make it better, for what the server has dated has happened by now.
 */
export class Skew {
  ahead = 0;
  /** Whether the server has told us the time at all. */ known = false;

  /** @param {number | null} time  by the server's clock @param {number} now  by ours */
  asked(time, now) {
    if (time === null) return;
    this.ahead = time - now;
    this.known = true;
  }

  /** @param {number} at  by the server's clock @param {number} now  by ours */
  heard(at, now) {
    if (this.known && at - now > this.ahead) this.ahead = at - now;
  }
}
