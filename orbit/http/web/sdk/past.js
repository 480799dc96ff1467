// @ts-check
/**
 * A board as it was: its journal, as we may see it, folded up to any seq.
 *
 * It is listened to as a board is (`reset`, `change`), so what draws a board draws its
 * past, too; but nothing can be told to it.  `head`: there is more to see by now.
 * Rule: of what is gone, or no longer for us, nothing is shown, even if it goes while we
 * look.  It is for kinds whose whole view is on the live board.
 *
 * @typedef {import("./fold.js").Items} Items
 * @typedef {import("./fold.js").Changed} Changed
 * @typedef {{changes: Changed[], head: number, floor?: number}} Page
 */
import { Emitter } from "./emitter.js";
import { fold } from "./fold.js";

const STEPS = 24; // so many are shown one by one, more at once
const EVERY = 500; // events between two states that are kept, at least
const KEPT = 32; // states, at most: each may hold thousands of notes

export class Past extends Emitter {
  /** @type {Items} */ items;
  /** The last event that is folded in. */
  seq = 0;
  /** Where it begins: what was before, is no longer kept. */
  floor = 0;
  /** @type {Changed[]} what happened after the floor, without a gap */ entries = [];
  /** @type {string[]} */ may = [];
  /** @type {any[]} */ pending = [];
  /** @type {Items} */ #base = Object.create(null);
  /** @type {Map<number, Items>} states on the way, by seq */ #kept = new Map();
  /** @type {import("./board.js").Board} */ #board;
  #page;
  /** @type {(() => void)[]} */ #offs;
  #loading = 0; // which loading is the last one
  #stopped = false;

  /**
   * @param {import("./board.js").Board} board  the live one
   * @param {(since: number) => Promise<Page>} page  gives what happened after a seq
   */
  constructor(board, page) {
    super();
    this.#board = board;
    this.#page = page;
    this.id = board.id;
    this.log = board.log;
    this.items = copy(board.items); // until it is loaded
    this.#offs = [
      board.on("change", (frame) => this.#happened(frame)),
      board.on("reset", () => void this.load().catch((error) => this.emit("failed", error))),
    ];
  }

  /** The last seq there is. */
  get last() {
    return this.floor + this.entries.length;
  }

  /** What happened at a seq. @param {number} seq @returns {Changed | undefined} */
  at(seq) {
    return this.entries[seq - this.floor - 1];
  }

  /**
   * Reads all there is, page by page, then shows the end, or where we were.
   * @param {(share: number) => void} [progress]  told how much of it is here, 0 to 1
   */
  async load(progress = () => undefined) {
    const question = ++this.#loading;
    const isOld = () => this.#stopped || question !== this.#loading;
    const was = this.entries.length ? this.seq : Infinity;
    const { floor, entries } = await this.#read(progress, isOld);
    if (isOld()) return;
    Object.assign(this, { floor, entries, log: this.#board.log });
    this.#base = this.#untouched();
    this.#anew(Math.min(was, this.last));
    this.emit("head", this.last);
  }

  /** Shows the board as it was after that event. @param {number} seq */
  go(seq) {
    const to = Math.min(this.last, Math.max(this.floor, Math.round(seq)));
    if (to > this.seq && to - this.seq <= STEPS) {
      while (this.seq < to) this.#step(true);
    } else if (to !== this.seq) {
      this.#begin(to);
    }
  }

  stop() {
    this.#stopped = true;
    for (const off of this.#offs) off();
  }

  // A board, as far as those who draw it ask.

  tell() {
    return Promise.reject(new Error("nothing can be told to the past"));
  }

  signal() {
    // nobody hears it
  }

  // Reading.

  /** @param {(share: number) => void} progress @param {() => boolean} isOld */
  async #read(progress, isOld) {
    let floor = 0;
    /** @type {Changed[]} */ const entries = [];
    for (;;) {
      const since = floor + entries.length;
      const page = await this.#page(since).catch((error) => {
        const kept = error.details?.floor; // retention has been here
        if (error.code !== "gone" || !(kept > since)) throw error;
        return { changes: [], head: Infinity, floor: kept };
      });
      if (isOld()) break;
      if (page.floor) {
        floor = page.floor;
        entries.length = 0;
        continue;
      }
      entries.push(...page.changes);
      const end = Math.max(page.head, this.#board.seq);
      progress(end > floor ? Math.min(1, entries.length / (end - floor)) : 1);
      if (!page.changes.length || floor + entries.length >= end) break;
    }
    return { floor, entries };
  }

  /** At a floor: what is on the board and has not been touched since. */
  #untouched() {
    const items = Object.create(null);
    if (!this.floor) return items;
    const touched = new Set(this.entries.flatMap(({ changes }) => changes.map(keyOf)));
    for (const [type, all] of Object.entries(this.#board.items)) {
      for (const [id, data] of Object.entries(all)) {
        if (touched.has(`${type} ${id}`)) continue;
        (items[type] ??= Object.create(null))[id] = data;
      }
    }
    return items;
  }

  /** News of the live board are a page more of the past, and may close older ones. */
  #happened(/** @type {Changed} */ frame) {
    if (!this.entries.length || frame.seq <= this.last) return;
    if (frame.seq > this.last + 1) return void this.load().catch(() => undefined);
    this.entries.push(frame);
    this.#kept.clear(); // what was away may be back
    if (frame.changes.some((change) => "drop" in change)) this.#anew(this.seq);
    this.emit("head", this.last);
  }

  // Folding.

  #anew(/** @type {number} */ seq) {
    this.#kept.clear();
    this.seq = -1; // what we have counts no more
    this.#begin(seq);
  }

  /** Goes there from the nearest state that is kept, or from where we are. */
  #begin(/** @type {number} */ to) {
    const known = [...this.#kept.keys()].filter((seq) => seq <= to);
    const from = Math.max(this.floor, ...known);
    if (this.seq < from || this.seq > to) {
      this.items = copy(this.#kept.get(from) ?? this.#base);
      this.seq = from;
    }
    while (this.seq < to) this.#step(false);
    this.emit("reset");
  }

  #step(/** @type {boolean} */ isShown) {
    const every = Math.max(EVERY, Math.ceil(this.entries.length / KEPT));
    if (this.seq % every === 0) this.#kept.set(this.seq, copy(this.items));
    const entry = /** @type {Changed} */ (this.at(this.seq + 1));
    const changes = entry.changes.filter((change) => "drop" in change || this.#isOurs(change.put));
    fold(this.items, changes);
    this.seq += 1;
    if (isShown) this.emit("change", { ...entry, changes });
  }

  #isOurs(/** @type {[string, string, any]} */ [type, id]) {
    return id in (this.#board.items[type] ?? {});
  }
}

/** The same items in other tables; what they hold is never changed in place. */
function copy(/** @type {Items} */ items) {
  const made = Object.create(null);
  for (const [type, all] of Object.entries(items)) {
    made[type] = Object.assign(Object.create(null), all);
  }
  return made;
}

/** @param {import("./fold.js").Change} change */
function keyOf(change) {
  const [type, id] = "put" in change ? change.put : change.drop;
  return `${type} ${id}`;
}
