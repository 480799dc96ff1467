// @ts-check
/**
 * My hand on a note: it moves here at once, for others about 15 times a second by signal,
 * and for good with one command when it is let go.
 *
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("../sdk/board.js").Board} Board
 */

import { isClosed } from "../page/meeting.js";

const SIGNAL_MS = 66;
const KEYS_REST_MS = 450;
const EDGE = 1_000_000;

export class Hand {
  /** @type {{id: string, x: number, y: number} | null} where the note was taken */ #taken = null;
  #signalledAt = 0;
  /** @type {any} */ #restTimer = null;
  /** @type {string | null} */ #nudged = null;

  /** @param {Scene} scene @param {Board} board */
  constructor(scene, board) {
    this.scene = scene;
    this.board = board;
  }

  /** @param {string} id */
  mayMove(id) {
    const note = this.scene.find(id)?.shown;
    if (!note || note.pending) return false;
    const { may } = this.board;
    const isMine = note.mine && may.includes("add_note") && !isClosed(this.board, "move_note");
    return isMine || may.includes("move_note");
  }

  /**
   * @param {string} id @param {number} dx @param {number} dy  pixels since it was taken
   * @param {boolean} [isQuiet]  others see it only when it is done
   */
  drag(id, dx, dy, isQuiet = false) {
    const entry = this.scene.find(id);
    if (!entry) return;
    if (this.#taken?.id !== id) this.#taken = { id, x: entry.x, y: entry.y };
    const { k } = this.scene.camera;
    this.#hold(id, this.#taken.x + dx / k, this.#taken.y + dy / k, isQuiet);
  }

  /** @param {string} id */
  drop(id) {
    this.#taken = null;
    const entry = this.scene.find(id);
    if (entry) this.board.tell("move_note", { note: id, x: entry.x, y: entry.y });
    this.scene.release(id);
  }

  /** @param {string} id */
  cancel(id) {
    this.#taken = null;
    this.scene.release(id);
  }

  /** By the keyboard: told for good when the keys rest. */
  nudge(/** @type {string} */ id, /** @type {number} */ dx, /** @type {number} */ dy) {
    const entry = this.scene.find(id);
    if (!entry) return;
    if (this.#nudged !== id) this.rest();
    this.#nudged = id;
    this.#hold(id, entry.x + dx, entry.y + dy);
    Object.assign(entry, placed(entry.x + dx, entry.y + dy));
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.rest(), KEYS_REST_MS);
  }

  /** What was nudged stays where it is. */
  rest() {
    clearTimeout(this.#restTimer);
    if (this.#nudged) this.drop(this.#nudged);
    this.#nudged = null;
  }

  #hold(/** @type {string} */ id, /** @type {number} */ toX, /** @type {number} */ toY, isQuiet = false) {
    const { x, y } = placed(toX, toY);
    this.scene.hold(id, x, y);
    const entry = this.scene.find(id);
    if (entry) Object.assign(entry, { x, y });
    const now = performance.now();
    if (isQuiet || now - this.#signalledAt < SIGNAL_MS) return;
    this.#signalledAt = now;
    this.board.signal("drag", { note: id, x, y });
  }
}

/** Within the board, to a tenth of a pixel. @param {number} x @param {number} y */
function placed(x, y) {
  const bound = (/** @type {number} */ v) =>
    Math.round(Math.min(EDGE, Math.max(-EDGE, v)) * 10) / 10;
  return { x: bound(x), y: bound(y) };
}
