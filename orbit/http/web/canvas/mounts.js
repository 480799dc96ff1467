// @ts-check
/**
 * Which notes have an element: those that are in view and can be read, and, a few in each
 * frame, those around them.  From afar, where words are small anyway, a crowd has none.
 *
 * @typedef {import("./scene.js").Entry} Entry
 * @typedef {import("./camera.js").Box} Box
 */
import { LEGIBLE, READABLE, seen } from "./camera.js";
import { Card } from "./card.js";

export const WIDTH = 224;
export const GUESS = 150; // how high a note is, until that is known
const MARGIN = 260;
const MOST = 200; // elements, of notes that can hardly be read
const AHEAD = 8; // a frame, of what is not in view so far

export class Mounts {
  /** @type {Set<Entry>} */ #all = new Set();

  /** @param {HTMLElement} layer @param {(entry: Entry) => void} paint  what a new card shows */
  constructor(layer, paint) {
    this.layer = layer;
    this.paint = paint;
  }

  /**
   * Mounts and unmounts; says whether there is more to be done in the next frame.
   * @param {Iterable<Entry>} entries
   * @param {import("./camera.js").Camera} camera
   * @param {import("./camera.js").Size} size
   * @param {(entry: Entry) => boolean} isKept  wherever it is
   */
  see(entries, camera, size, isKept) {
    const { inView, around } = wanted(entries, camera, size);
    const ahead = around.filter((entry) => !entry.card);
    const fresh = [...inView.filter((entry) => !entry.card), ...ahead.slice(0, AHEAD)];
    const stays = new Set([...inView, ...around]);
    for (const entry of this.#all) {
      if (!stays.has(entry) && !isKept(entry)) this.unmount(entry);
    }
    this.#mount(fresh);
    return ahead.length > AHEAD;
  }

  /** @param {Entry[]} entries */
  #mount(entries) {
    if (!entries.length) return;
    const crowd = document.createDocumentFragment();
    for (const entry of entries) {
      entry.card = new Card(entry.id);
      this.#all.add(entry);
      this.paint(entry);
      crowd.append(entry.card.element);
    }
    this.layer.append(crowd);
    for (const entry of entries) entry.height = entry.card?.element.offsetHeight || GUESS;
  }

  /** Has one that is wanted, wherever it is. @param {Entry} entry */
  keep(entry) {
    if (!entry.card) this.#mount([entry]);
  }

  /** @param {Entry} entry */
  unmount(entry) {
    entry.card?.element.remove();
    entry.card = null;
    this.#all.delete(entry);
  }
}

/**
 * Pure.
 * @param {Iterable<Entry>} entries
 * @param {import("./camera.js").Camera} camera
 * @param {import("./camera.js").Size} size
 * @returns {{inView: Entry[], around: Entry[]}}
 */
export function wanted(entries, camera, size) {
  /** @type {Entry[]} */ const inView = [];
  /** @type {Entry[]} */ const around = [];
  if (camera.k < LEGIBLE) return { inView, around };
  const [near, far] = [seen(camera, size), seen(camera, size, MARGIN)];
  for (const entry of entries) {
    if (touches(entry, near)) inView.push(entry);
    else if (touches(entry, far)) around.push(entry);
  }
  const isCrowd = camera.k < READABLE && inView.length > MOST;
  return isCrowd ? { inView: [], around: [] } : { inView, around };
}

/** @param {Entry} entry @param {Box} box */
function touches({ x, y, height }, box) {
  return x + WIDTH / 2 > box.left && x - WIDTH / 2 < box.right &&
    y + height / 2 > box.top && y - height / 2 < box.bottom;
}
