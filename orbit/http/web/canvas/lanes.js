// @ts-check
/**
 * Columns of a board: lanes of one width, side by side around x = 0, without end up and
 * down.  Pure; `n` is how many there are.  A note belongs to the lane that its middle is
 * in, or is nearest to.
 */

export const LANE = 540;
const NOTE = 224;
const GAP = 12;
const STEP_Y = 190;
const ROWS = 60;

/** The sides of lane `i`. @param {number} i @param {number} n */
export function lane(i, n) {
  const left = (i - n / 2) * LANE;
  return { left, right: left + LANE };
}

/** The lane of an x; -1: there are none. @param {number} x @param {number} n */
export function laneAt(x, n) {
  return Math.max(Math.min(0, n - 1), Math.min(n - 1, Math.floor(x / LANE + n / 2)));
}

/** The nearest x at which a whole note lies in one lane. @param {number} x @param {number} n */
export function inLane(x, n) {
  if (!n) return x;
  const { left, right } = lane(laneAt(x, n), n);
  const inset = NOTE / 2 + GAP;
  return Math.max(left + inset, Math.min(right - inset, x));
}

/**
 * A place for a new note in the lane of `at.x`: two abreast, from `at.y` down; all taken: there.
 * @param {{x: number, y: number}} at @param {number} n
 * @param {Iterable<{x: number, y: number}>} places  of the other notes
 */
export function freeInLane(at, n, places) {
  const { left } = lane(laneAt(at.x, n), n);
  const all = [...places];
  for (let cell = 0; cell < ROWS * 2; cell += 1) {
    const x = left + (LANE / 4) * (cell % 2 ? 3 : 1);
    const y = at.y + Math.floor(cell / 2) * STEP_Y;
    const taken = all.some((p) => Math.abs(p.x - x) < NOTE && Math.abs(p.y - y) < STEP_Y - 20);
    if (!taken) return { x, y };
  }
  return { x: left + LANE / 4, y: at.y };
}
