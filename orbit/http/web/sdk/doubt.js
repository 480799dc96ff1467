// @ts-check
/**
 * Whether a socket that owes answers still reaches the server.  A network that is gone in
 * one direction says nothing, and TCP tries for minutes.  So an answer that is late is
 * asked after by a `ping`; without its `pong` the socket is deaf, and another is dialled.
 * It must never know boards.
 */

const LATE_MS = 3_000; // for an answer, and for a pong
const DOUBLINGS = 2; // a slow network is not helped by more sockets
const ROUNDS = 4; // where each was as silent, a large answer takes that long

/** @typedef {import("./wire.js").Clock} Clock */

export class Doubt {
  /** @type {any} */ #timer = null;
  #asked = false; // and not been heard since
  #vain = 0;
  #rounds = 0; // how often another one served, for that was in vain

  /**
   * @param {Clock} clock
   * @param {{owes: () => boolean, ping: () => void, isDeaf: () => void}} socket
   */
  constructor(clock, socket) {
    this.clock = clock;
    this.socket = socket;
  }

  /** Something was asked. */
  raise() {
    const doublings = Math.max(Math.min(this.#vain, DOUBLINGS), Math.min(this.#rounds, ROUNDS));
    this.#timer ??= this.clock.after(() => this.#look(), LATE_MS * 2 ** doublings);
  }

  /** We were heard. */
  dispel() {
    this.#asked = false;
    this.#vain = this.#rounds = 0;
  }

  /** All that was asked is answered. */
  rest() {
    this.#cancel();
    this.dispel();
  }

  /** Another socket serves; how often that was in vain is kept. */
  begin() {
    this.#cancel();
    this.#asked = false;
    if (this.#vain) this.#rounds += 1;
  }

  #cancel() {
    this.clock.cancel(this.#timer);
    this.#timer = null;
  }

  #look() {
    this.#timer = null;
    if (!this.socket.owes()) return void (this.#asked = false);
    if (this.#asked) {
      this.#vain += 1;
      this.socket.isDeaf();
    }
    this.socket.ping();
    this.#asked = true;
    this.raise();
  }
}
