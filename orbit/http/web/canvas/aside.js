// @ts-check
/**
 * What would lie beneath a group stands aside, below it: another group, and notes in none.
 * Only on the screen, and for all alike.  Pure.
 *
 * @typedef {import("./camera.js").Box} Box
 * @typedef {import("./stacks.js").Place} Place
 */
import { boxOf, share } from "./stacks.js";

const CELL = 256;
const GAP = 14;
const LITTLE = 0.12; // of a note may be covered: it can be seen, and taken

/** What is taken, to be looked up by where it is from left to right. */
export class Taken {
  /** @type {Map<number, Box[]>} */ #cells = new Map();

  /** @param {Box} box */
  add(box) {
    for (const cell of cells(box)) {
      const there = this.#cells.get(cell);
      if (there) there.push(box);
      else this.#cells.set(cell, [box]);
    }
  }

  /** Whether it is covered by more than a little. @param {Box} box @param {number} [little] */
  covers(box, little = LITTLE) {
    for (const cell of cells(box)) {
      const found = this.#cells.get(cell)?.find((one) => share(one, box) > little);
      if (found) return found;
    }
    return null;
  }

  /** How far down it has to go until nothing covers it. @param {Box} box @param {number} [little] */
  below(box, little) {
    let down = 0;
    for (let at = box, found = this.covers(at, little); found; found = this.covers(at, little)) {
      down = found.bottom + GAP - box.top;
      at = { ...box, top: box.top + down, bottom: box.bottom + down };
    }
    return down;
  }
}

/** @param {Box} box */
function* cells({ left, right }) {
  for (let cell = Math.floor(left / CELL); cell <= Math.floor(right / CELL); cell += 1) yield cell;
}

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
    for (const all of [taken, room]) all.add({ ...box, top: box.top + by, bottom: box.bottom + by });
  };
  const sorted = [...frames].sort(([a, one], [b, other]) => one.top - other.top || (a < b ? -1 : 1));
  for (const [id, box] of sorted) go(id, box, taken.below(box, 0));
  /** @type {(Place & {id: string})[]} */ const covered = [];
  for (const note of notes) {
    if (taken.covers(boxOf(note))) covered.push(note);
    else room.add(boxOf(note));
  }
  covered.sort((a, b) => a.y - b.y || (a.id < b.id ? -1 : 1));
  for (const note of covered) {
    const box = boxOf(note);
    go(note.id, box, room.below(box));
  }
  return { down, taken };
}
