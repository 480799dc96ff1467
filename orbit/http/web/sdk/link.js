// @ts-check
/**
 * One socket, from its opening to its end: frames out, frames in, and the answers that
 * it owes.  It must never know which of several serves.
 */

/** @typedef {import("./wire.js").Clock} Clock */

export class Link {
  /** @type {any} the server's greeting */
  welcome = null;
  /** @type {Map<number, (frame: any) => void>} answers that are awaited, by ref */
  answers = new Map();
  /** @type {Set<string>} boards that are let in here, before it is the one that serves */
  arrived = new Set();
  /** @type {number | null} in how many seconds the server wants us to leave */
  away = null;
  moves = 0;
  isDeaf = false; // it owes answers, and does not even say that it is there

  /**
   * @param {WebSocket} socket
   * @param {Clock} clock
   * @param {(link: Link, frame: any) => void} onFrame
   * @param {(link: Link, code: number) => void} onClose
   */
  constructor(socket, clock, onFrame, onClose) {
    this.socket = socket;
    this.bornAt = this.heardAt = this.greetedAt = clock.now();
    socket.onmessage = ({ data }) => {
      this.heardAt = clock.now();
      for (const line of String(data).split("\n")) {
        const frame = line && parsed(line);
        if (frame) onFrame(this, frame);
      }
    };
    socket.onclose = ({ code }) => this.#end(code, onClose);
    this.end = (/** @type {number} */ code) => this.#end(code, onClose);
  }

  /** @param {any} frame */
  send(frame) {
    if (this.socket.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  /** Hands an answer to whoever waits for it; tells whether somebody did. */
  settle(/** @type {any} */ frame) {
    const answer = this.answers.get(frame.ref);
    this.answers.delete(frame.ref);
    answer?.(frame);
    return Boolean(answer);
  }

  /** Tells all who still wait that this link does not answer any more. */
  disappoint() {
    for (const ref of [...this.answers.keys()]) this.settle({ type: "lost", ref });
  }

  /** Lets go at once; a dead network would not tell us of the close for minutes. */
  #end(/** @type {number} */ code, /** @type {Function} */ onClose) {
    const { socket } = this;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close(1000);
    } catch {
      // closed already, or never opened
    }
    onClose(this, code);
  }
}

/** A frame, or null: what is not ours is passed over, not thrown. */
function parsed(/** @type {string} */ line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
