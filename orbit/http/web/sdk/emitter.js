// @ts-check
/** The smallest thing that can be listened to. */

export class Emitter {
  /** @type {Map<string, Set<(detail: any) => void>>} */
  #listeners = new Map();

  /**
   * Calls `fn` whenever `event` happens.
   * @param {string} event
   * @param {(detail: any) => void} fn
   * @returns {() => void}  ends it
   */
  on(event, fn) {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(fn));
    return () => void listeners.delete(fn);
  }

  /** @param {string} event @param {any} [detail] */
  emit(event, detail) {
    for (const fn of [...(this.#listeners.get(event) ?? [])]) fn(detail);
  }
}
