// @ts-check
/**
 * Notices: what has happened that concerns whoever has signed in.  The list is on the
 * server, and over the socket only that there is another one: so it is looked at then.
 *
 * @typedef {object} Ways  what it needs of the SDK
 * @property {(method: string, path: string, options?: {body?: any}) => Promise<any>} rest  as who we are
 * @property {() => boolean} isSomebody  whether there is an account
 * @property {import("./wire.js").Wire} wire
 */
import { Emitter } from "./emitter.js";

const NOTICES = "/notices/";

/**
 * `on("news")`: there is another one, or may be, for nobody told us for a while;
 * `on("change")`: it is known how many are not read.
 */
export class Notices extends Emitter {
  #ways;
  #followers = 0;
  #wasGreeted = false; // since somebody follows
  #question = 0; // only the answer to the last one counts
  /** How many are not read, as far as is known. */
  unread = 0;

  /** @param {Ways} ways */
  constructor(ways) {
    super();
    this.#ways = ways;
    ways.wire.on("welcome", () => this.#followers && this.#greeted());
    ways.wire.on("notices", () => this.#followers && this.#told());
  }

  /**
   * Keeps `unread` so, as it happens, until the answer is called.
   * @returns {() => void}
   */
  follow() {
    const release = this.#ways.wire.hold();
    const isOpen = this.#ways.wire.state === "open";
    if (!this.#followers) this.#wasGreeted = isOpen;
    this.#followers += 1;
    if (isOpen) this.look();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#followers -= 1;
      if (!this.#followers) this.unread = 0; // whoever comes next may be another
      release();
    };
  }

  /** Looks how many are not read; without an answer it is what it was. */
  async look() {
    const question = (this.#question += 1);
    if (!this.#ways.isSomebody()) return this.#count(0);
    const listed = await this.#ways.rest("GET", `${NOTICES}?limit=1`).catch(() => null);
    if (listed && question === this.#question) this.#count(listed.unread);
  }

  /**
   * The newest first; `next` is the cursor of what comes after these.
   * @param {string | null} [cursor]
   * @returns {Promise<{results: any[], unread: number, next: string | null}>}
   */
  list(cursor = null) {
    return this.#ways.rest("GET", cursor ? `${NOTICES}?cursor=${encodeURIComponent(cursor)}` : NOTICES);
  }

  /** Has read one. @param {string} id */
  async read(id) {
    await this.#ways.rest("POST", `${NOTICES}${encodeURIComponent(id)}/read/`);
    await this.look();
  }

  /** Has read all, or all up to one that was seen. @param {string} [until] */
  async readAll(until) {
    const { unread } = await this.#ways.rest("POST", `${NOTICES}read/`, { body: until ? { until } : {} });
    this.#question += 1;
    this.#count(unread);
  }

  /** What came while the socket was away was not told over it. */
  #greeted() {
    if (this.#wasGreeted) this.#told();
    else this.look();
    this.#wasGreeted = true;
  }

  #told() {
    this.emit("news");
    this.look();
  }

  #count(/** @type {number} */ unread) {
    this.unread = unread;
    this.emit("change");
  }
}
