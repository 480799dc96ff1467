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
const LEFT = 300; // of which some may be out of sight while one looks around
const SLICE = 8; // a frame, of what is not in view so far, or comes and goes
const AFTER = 2; // frames: what is in view is painted before others are made

export class Mounts {
  /** @type {Set<Entry>} */ #all = new Set();
  /** @type {Box | null} where notes have an element */ #reach = null;
  #pause = 0;

  /** @param {HTMLElement} layer @param {(entry: Entry) => void} paint  what a new card shows */
  constructor(layer, paint) {
    this.layer = layer;
    this.paint = paint;
  }

  /** Whether a note, where it is by now, should have an element and has none, or the other way. */
  isWrong(/** @type {Entry} */ entry) {
    return !entry.card === (this.#reach !== null && touches(entry, this.#reach));
  }

  /**
   * Mounts and unmounts; says whether there is more to be done in the next frame.  While
   * one looks around nothing is unmounted, and while all changes its size few are mounted.
   * @param {Iterable<Entry>} entries
   * @param {import("./viewpoint.js").Viewpoint} view
   * @param {(entry: Entry) => boolean} isKept  wherever it is
   */
  see(entries, { camera, size, isMoving, isZooming }, isKept) {
    const { inView, around, reach } = wanted(entries, camera, size);
    this.#reach = reach;
    if (!isMoving || this.#all.size > LEFT) this.#clear(new Set([...inView, ...around]), isKept);
    const [near, far] = [inView, around].map((some) => some.filter((entry) => !entry.card));
    this.#mount(isZooming ? near.slice(0, SLICE) : near);
    if (isZooming) return near.length > SLICE;
    if (near.length) this.#pause = AFTER;
    else if (this.#pause) this.#pause -= 1;
    else this.#mount(far.splice(0, SLICE));
    return far.length > 0;
  }

  #clear(/** @type {Set<Entry>} */ stays, /** @type {(entry: Entry) => boolean} */ isKept) {
    for (const entry of this.#all) if (!stays.has(entry) && !isKept(entry)) this.unmount(entry);
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
    const measured = entries.map(({ card }) => card?.measure()); // all at once, then it is written
    for (const [i, entry] of entries.entries()) {
      entry.height = measured[i]?.height || GUESS;
      if (!measured[i]?.hasRoom) entry.card?.clip();
    }
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
 * @returns {{inView: Entry[], around: Entry[], reach: Box | null}}  reach: where both are
 */
export function wanted(entries, camera, size) {
  /** @type {Entry[]} */ const inView = [];
  /** @type {Entry[]} */ const around = [];
  if (camera.k < LEGIBLE) return { inView, around, reach: null };
  const [near, far] = [seen(camera, size), seen(camera, size, MARGIN)];
  for (const entry of entries) {
    if (touches(entry, far)) (touches(entry, near) ? inView : around).push(entry); // most are in neither
  }
  const isCrowd = camera.k < READABLE && inView.length > MOST;
  return isCrowd ? { inView: [], around: [], reach: null } : { inView, around, reach: far };
}

/** Whether any of it is in there. @param {Entry} entry @param {Box} box */
export function touches({ x, y, height }, box) {
  return x + WIDTH / 2 > box.left && x - WIDTH / 2 < box.right &&
    y + height / 2 > box.top && y - height / 2 < box.bottom;
}
