// @ts-check
/**
 * When to come back, and whether at all.  Pure: chance and time are arguments.
 */

export const BASE_MS = 500;
export const CAP_MS = 30_000;
const KNOCK_MS = [3_000, 5_000, 8_000, 12_000, 15_000];

/** Codes of RFC 6455 and its registry after which a new connection makes sense. */
const PASSING = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);

/**
 * Full jitter: anything from nothing to the doubled ceiling, so that a crowd which lost
 * its node together does not come back together.
 * @param {number} attempt  0 for the first try after a failure
 * @param {() => number} random  in [0, 1)
 */
export function backoff(attempt, random) {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16));
}

/**
 * As `backoff`, but never before what the server asked for.
 * @param {number} attempt
 * @param {number | null | undefined} after  seconds, from an error or a `goaway`
 * @param {() => number} random
 */
export function pause(attempt, after, random) {
  return (after ?? 0) * 1000 + backoff(attempt, random);
}

/**
 * When to ask again at a door that somebody has to open: soon at first, then seldom.
 * @param {number} attempt @param {() => number} random  in [0, 1)
 */
export function patience(attempt, random) {
  return KNOCK_MS[Math.min(attempt, KNOCK_MS.length - 1)] * (0.8 + 0.4 * random());
}

/** Whether a socket closed with `code` is worth opening again. @param {number} code */
export function comesBack(code) {
  return PASSING.has(code) || (code >= 4000 && code <= 4499);
}
