// @ts-check
/**
 * What would lie beneath a group stands aside, below it: another group, and notes in none.
 * Only on the screen, and for all alike.  Pure.
 *
 * @typedef {import("./camera.js").Box} Box
 * @typedef {import("./stacks.js").Place} Place
 */
import { WIDTH } from "./mounts.js";
import { boxOf, share } from "./stacks.js";

const CELL = 256;
const GAP = 14;
const LITTLE = 0.12; // of a note may be covered: it can be seen, and taken

const STEPS = 8; // rows that one looks for room in: then it stands over what is there

/** What is taken, to be looked up by where it is from left to right. */
export class Taken {
  /** @type {Map<number, Box[]>} */ #cells = new Map();

  /** @param {Box} box */
  add(box) {
    for (let cell = cellOf(box.left); cell <= cellOf(box.right); cell += 1) {
      const there = this.#cells.get(cell);
      if (there) there.push(box);
      else this.#cells.set(cell, [box]);
    }
  }

  /** Whether anything is above or below a note there, however far. @param {number} x */
  isNear(x) {
    return this.#cells.has(cellOf(x - WIDTH / 2)) || this.#cells.has(cellOf(x + WIDTH / 2));
  }

  /** What covers more than a little of it. @param {Box} box @param {number} [little] */
  covers(box, little = LITTLE) {
    for (let cell = cellOf(box.left); cell <= cellOf(box.right); cell += 1) {
      for (const one of this.#cells.get(cell) ?? NONE) {
        if (one.bottom > box.top && one.top < box.bottom && share(one, box) > little) return one;
      }
    }
    return null;
  }

  /**
   * How far down it has to go until nothing covers it; null: farther than so many steps.
   * @param {Box} box @param {number} little @param {number} steps
   */
  below(box, little, steps) {
    let at = box;
    for (let step = 0; step <= steps; step += 1) {
      const found = this.covers(at, little);
      if (!found) return at.top - box.top;
      at = lowered(box, found.bottom + GAP - box.top);
    }
    return null;
  }
}

/** @type {Box[]} */
const NONE = [];

/** @param {number} x */
const cellOf = (x) => Math.floor(x / CELL);

/** @param {Box} box @param {number} by @returns {Box} */
export const lowered = (box, by) => ({ ...box, top: box.top + by, bottom: box.bottom + by });

/**
 * How far down everything stands aside, of what does: to the next place where nothing is.
 * @param {Map<string, Box>} frames @param {Iterable<Place & {id: string}>} notes  in no group
 * @returns {{down: Map<string, number>, taken: Taken}}
 */
export function aside(frames, notes) {
  /** @type {Map<string, number>} */ const down = new Map();
  const [taken, room] = [new Taken(), new Taken()];
  const go = (/** @type {string} */ id, /** @type {Box} */ box, /** @type {number} */ by) => {
    if (by) down.set(id, by);
    for (const all of [taken, room]) all.add(lowered(box, by));
  };
  const sorted = [...frames].sort(([a, one], [b, other]) => one.top - other.top || (a < b ? -1 : 1));
  for (const [id, box] of sorted) go(id, box, taken.below(box, 0, Infinity) ?? 0);
  /** @type {{id: string, box: Box}[]} */ const covered = [];
  for (const note of notes) {
    if (!taken.isNear(note.x)) continue; // that is most of them
    const box = boxOf(note);
    if (taken.covers(box)) covered.push({ id: note.id, box });
    else room.add(box);
  }
  covered.sort((a, b) => a.box.top - b.box.top || (a.id < b.id ? -1 : 1));
  for (const { id, box } of covered) {
    go(id, box, room.below(box, LITTLE, STEPS) ?? taken.below(box, LITTLE, Infinity) ?? 0);
  }
  return { down, taken };
}
