// @ts-check
/**
 * Notes under somebody's hand, with where they are.  Whoever says nothing more for a
 * while has let go.
 *
 * @typedef {{x: number, y: number, until: number, mine: boolean}} Grip
 */

const HELD_MS = 2500;
const LOOK_MS = 500;

export class Grips {
  /** @type {Map<string, Grip>} */ #all = new Map();
  /** @type {any} one for all: hands move hundreds of times a second */ #timer = null;

  /** @param {(id: string) => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** @param {string} id */
  get(id) {
    return this.#all.get(id);
  }

  /** My own hand has it at `x`, `y`. */
  mine(/** @type {string} */ id, /** @type {number} */ x, /** @type {number} */ y) {
    this.#all.set(id, { x, y, until: Infinity, mine: true });
    this.changed(id);
  }

  /** Somebody else's has; mine goes before. */
  theirs(/** @type {string} */ id, /** @type {number} */ x, /** @type {number} */ y) {
    if (this.#all.get(id)?.mine) return;
    this.#all.set(id, { x, y, until: performance.now() + HELD_MS, mine: false });
    this.#timer ??= setTimeout(this.#look, LOOK_MS);
    this.changed(id);
  }

  /** @param {string} id */
  release(id) {
    if (this.#all.delete(id)) this.changed(id);
  }

  /** The board has told where it is, or that it is gone. @param {string} id */
  told(id) {
    if (!this.#all.get(id)?.mine) this.#all.delete(id);
  }

  #look = () => {
    this.#timer = null;
    const now = performance.now();
    for (const [id, { until }] of this.#all) if (until <= now) this.release(id);
    if (this.#all.size) this.#timer = setTimeout(this.#look, LOOK_MS);
  };
}
