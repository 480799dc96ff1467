// @ts-check
/**
 * Tells a screen reader what others did, without chatter: what happens within a moment
 * is counted and said once.
 */
import { text } from "../text.js";

const MOMENT_MS = 1500;

export class Announcer {
  /** @type {Map<string, number>} */ #counts = new Map();
  /** @type {any} */ #timer = null;

  /** @param {(words: string) => void} say  at once */
  constructor(say) {
    this.say = say;
  }

  /** @param {keyof typeof text.heard} what */
  count(what) {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    this.#timer ??= setTimeout(() => this.#flush(), MOMENT_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush() {
    this.#timer = null;
    const parts = [...this.#counts].map(
      ([what, n]) => text.heard[/** @type {keyof typeof text.heard} */ (what)](n),
    );
    this.#counts.clear();
    this.say(parts.join(", "));
  }
}
