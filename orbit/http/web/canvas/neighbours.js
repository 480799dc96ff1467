// @ts-check
/**
 * Which note is next, for the keyboard.  Pure.
 *
 * @typedef {{id: string, x: number, y: number}} Place
 * @typedef {"left" | "right" | "up" | "down"} Direction
 */

/** @type {Record<Direction, [number, number]>} */
const WAYS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
const ROW = 90;

/**
 * The nearest that way: what lies straight ahead counts before what lies aside.
 * @param {Place} from @param {Iterable<Place>} places @param {Direction} direction
 * @returns {string | null}
 */
export function next(from, places, direction) {
  const [wx, wy] = WAYS[direction];
  let best = null;
  let least = Infinity;
  for (const place of places) {
    const dx = place.x - from.x;
    const dy = place.y - from.y;
    const ahead = dx * wx + dy * wy;
    const aside = Math.abs(dx * wy) + Math.abs(dy * wx);
    if (place.id === from.id || ahead <= 0 || aside > ahead * 3) continue;
    const cost = ahead + aside * 2;
    if (cost < least) [best, least] = [place.id, cost];
  }
  return best;
}

/**
 * As one reads: rows from the top, in each row along the line.
 * @param {Iterable<Place>} places @param {boolean} [rtl]
 * @returns {string[]}
 */
export function reading(places, rtl = false) {
  const row = (/** @type {Place} */ place) => Math.round(place.y / ROW);
  const sign = rtl ? -1 : 1;
  return [...places]
    .sort((a, b) => row(a) - row(b) || sign * (a.x - b.x) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** Whichever is nearest to a point. @param {{x: number, y: number}} point @param {Iterable<Place>} places */
export function nearest(point, places) {
  let best = null;
  let least = Infinity;
  for (const { id, x, y } of places) {
    const far = (x - point.x) ** 2 + (y - point.y) ** 2;
    if (far < least) [best, least] = [id, far];
  }
  return best;
}

const STEP_X = 250;
const STEP_Y = 190;
const TRIES = 48;

/**
 * A place for a new note near `point` where none lies yet; all taken: `point` itself.
 * @param {{x: number, y: number}} point @param {Iterable<Place>} places
 */
export function freeSpot(point, places) {
  const all = [...places];
  for (let i = 0; i < TRIES; i += 1) {
    const [sx, sy] = spiral(i);
    const spot = { x: point.x + sx * STEP_X, y: point.y + sy * STEP_Y };
    const taken = all.some(
      ({ x, y }) => Math.abs(x - spot.x) < STEP_X - 20 && Math.abs(y - spot.y) < STEP_Y - 20,
    );
    if (!taken) return spot;
  }
  return point;
}

/** The i-th cell of a square spiral around the origin. @param {number} i */
function spiral(i) {
  let [x, y, dx, dy] = [0, 0, 1, 0];
  for (let leg = 1, left = 1, turns = 0; i > 0; i -= 1) {
    [x, y] = [x + dx, y + dy];
    if (--left) continue;
    [dx, dy] = [-dy, dx];
    turns += 1;
    leg += turns % 2 ? 0 : 1;
    left = leg;
  }
  return [x, y];
}
