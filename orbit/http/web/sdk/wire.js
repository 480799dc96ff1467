// @ts-check
/**
 * One socket for all boards, and coming back when it is lost.
 *
 * It knows frames, time and close codes; what a board is, it leaves to its passengers.
 *
 * @typedef {object} Passenger  a board, as the wire sees it
 * @property {string} id
 * @property {number} seq
 * @property {() => void} linked  a new socket has been greeted: join
 * @property {() => void} unlinked  the socket is gone
 * @property {() => void} anew  we shall be greeted as somebody else
 * @property {(frame: any) => void} receive
 * @property {(now: number) => void} tick  once per ping
 * @property {() => void} stateChanged
 *
 * @typedef {object} Clock  what the wire needs of the world; tests bring their own
 * @property {() => number} now
 * @property {() => number} random
 * @property {(fn: () => void, ms: number) => any} after
 * @property {(timer: any) => void} cancel
 */
import { Emitter } from "./emitter.js";
import { OrbitError } from "./failure.js";
import { comesBack, pause } from "./retry.js";

const GREETING_MS = 10_000;
const GRACE_MS = 10_000;
const STABLE_MS = 10_000;

/** One socket, from its opening to its end. */
class Link {
  greeted = false;
  /** @type {Map<number, (frame: any) => void>} answers that are awaited, by ref */
  answers = new Map();

  /**
   * @param {WebSocket} socket
   * @param {Clock} clock
   * @param {(link: Link, frame: any) => void} onFrame
   * @param {(link: Link, code: number) => void} onClose
   */
  constructor(socket, clock, onFrame, onClose) {
    this.socket = socket;
    this.bornAt = this.heardAt = clock.now();
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

export class Wire extends Emitter {
  /** @type {Link | null} */ #link = null;
  /** @type {Link | null} */ #next = null;
  /** @type {Map<string, Passenger>} */ #boards = new Map();
  #ref = 0;
  #failures = 0;
  #notBefore = 0;
  /** @type {any} */ #retryTimer = null;
  /** @type {any} */ #pingTimer = null;
  #ended = false;
  #isStale = false; // greeted as somebody whom we are no more
  /** @type {"idle" | "connecting" | "open" | "offline"} */
  state = "idle";
  /** @type {any} the server's greeting */
  welcome = null;

  /**
   * @param {string} url
   * @param {() => object} hello  the credentials to greet with
   * @param {Clock} clock
   * @param {new (url: string) => WebSocket} Socket
   */
  constructor(url, hello, clock, Socket) {
    super();
    this.url = url;
    this.hello = hello;
    this.clock = clock;
    this.Socket = Socket;
  }

  /** @param {Passenger} board */
  add(board) {
    this.#boards.set(board.id, board);
    if (this.state === "open") board.linked();
    else if (this.state === "idle" || this.#ended) this.#connect();
  }

  /** @param {string} id */
  remove(id) {
    this.#boards.delete(id);
    if (!this.#boards.size) this.close();
  }

  /** @param {any} frame */
  send(frame) {
    this.#link?.send(frame);
  }

  /** Sends a question; `answer` hears the first frame that carries its ref. */
  ask(/** @type {any} */ frame, /** @type {(frame: any) => void} */ answer) {
    const ref = ++this.#ref;
    this.#link?.answers.set(ref, answer);
    this.#link?.send({ ...frame, ref });
  }

  /** The network said it is gone: believed at once. */
  lost() {
    (this.#link ?? this.#next)?.end(1006);
  }

  /** The network is back, or somebody looks at the page: no need to wait longer. */
  wake() {
    if (this.state !== "offline" || this.#ended) return;
    this.#cancelRetry();
    this.#retryTimer = this.clock.after(() => this.#connect(), this.clock.random() * 250);
  }

  /** Greets anew, because who we are has changed; the old socket serves until then. */
  restart() {
    for (const board of this.#boards.values()) board.anew();
    if (this.#next?.socket.readyState === 0) return; // nobody has been named on it yet
    this.#isStale = true;
    if (this.#link && !this.#next) return this.#dial();
    this.#drop();
    this.#connect();
  }

  close() {
    this.#drop();
    this.#setState("idle");
  }

  #connect() {
    this.#cancelRetry();
    if (this.#link || this.#next || !this.#boards.size) return;
    this.#ended = false;
    if (this.state === "idle") this.#setState("connecting");
    this.#dial();
  }

  #dial() {
    const socket = new this.Socket(this.url);
    const link = new Link(
      socket,
      this.clock,
      (from, frame) => this.#receive(from, frame),
      (from, code) => this.#closed(from, code),
    );
    socket.onopen = () => link.send({ type: "hello", versions: [1], ...this.hello() });
    this.#next = link;
    this.clock.after(() => link.greeted || link !== this.#next || link.end(1006), GREETING_MS);
  }

  #receive(/** @type {Link} */ link, /** @type {any} */ frame) {
    if (link === this.#next) return this.#greet(link, frame);
    if (link !== this.#link) return; // an old socket's last words
    const answer = link.answers.get(frame.ref);
    if (answer) {
      link.answers.delete(frame.ref);
      return answer(frame);
    }
    if (frame.type === "goaway") return this.#moveSoon(link, frame.after ?? 0);
    if (frame.type === "pong") return this.#compareHeads(frame.heads ?? {});
    if (frame.type === "error" && frame.ref === undefined) {
      return this.emit("error", OrbitError.from(frame));
    }
    this.#boards.get(frame.board)?.receive(frame);
  }

  #greet(/** @type {Link} */ link, /** @type {any} */ frame) {
    if (frame.type === "error") return this.emit("denied", OrbitError.from(frame));
    if (frame.type !== "welcome") return;
    const old = this.#link;
    link.greeted = true;
    this.#next = null;
    this.#link = link;
    this.#isStale = false;
    this.welcome = frame;
    this.#notBefore = 0;
    if (old) old.end(1000); // make before break: nobody saw us go
    this.#setState("open");
    this.emit("welcome", frame);
    for (const board of this.#boards.values()) {
      board.unlinked();
      board.linked();
    }
    this.#schedulePing();
  }

  #closed(/** @type {Link} */ link, /** @type {number} */ code) {
    const wasCurrent = link === this.#link;
    if (link === this.#next) this.#next = null;
    else if (wasCurrent) this.#link = null;
    else return; // one that we left on purpose
    if (wasCurrent) for (const board of this.#boards.values()) board.unlinked();
    if (this.#link) return; // the attempt to move failed; the old socket still serves
    this.clock.cancel(this.#pingTimer);
    this.#setState("offline");
    if (comesBack(code)) this.#comeBack(link);
    else this.#ended = true;
    if (this.#ended) this.emit("ended", { code });
  }

  #comeBack(/** @type {Link} */ link) {
    if (this.#next) return;
    const { now, random, after } = this.clock;
    if (link.greeted && now() - link.bornAt > STABLE_MS) this.#failures = 0;
    const wait = Math.max(pause(this.#failures, 0, random), this.#notBefore - now());
    this.#failures += 1;
    this.#retryTimer = after(() => this.#connect(), wait);
  }

  #moveSoon(/** @type {Link} */ link, /** @type {number} */ seconds) {
    const wait = seconds * 1000 + this.clock.random() * 500;
    this.#notBefore = this.clock.now() + wait;
    this.clock.after(() => {
      if (this.#link === link && !this.#next) this.#dial();
    }, wait);
  }

  #compareHeads(/** @type {Record<string, number>} */ heads) {
    for (const [id, head] of Object.entries(heads)) {
      const board = this.#boards.get(id);
      if (board && head > board.seq) board.receive({ type: "behind" });
    }
  }

  #schedulePing() {
    const every = (this.welcome?.ping ?? 25) * 1000;
    this.clock.cancel(this.#pingTimer);
    this.#pingTimer = this.clock.after(() => this.#ping(every), every);
  }

  #ping(/** @type {number} */ every) {
    const link = this.#link;
    if (!link) return;
    const now = this.clock.now();
    if (now - link.heardAt > 2 * every + GRACE_MS) return link.end(1006);
    const seen = Object.fromEntries([...this.#boards.values()].map((b) => [b.id, b.seq]));
    link.send({ type: "ping", seen });
    if (this.#isStale && !this.#next) this.#dial(); // it did not come about
    for (const board of this.#boards.values()) board.tick(now);
    this.#schedulePing();
  }

  #drop() {
    this.#cancelRetry();
    this.clock.cancel(this.#pingTimer);
    const links = [this.#link, this.#next];
    this.#link = this.#next = null;
    for (const link of links) link?.end(1000);
    for (const board of this.#boards.values()) board.unlinked();
  }

  #cancelRetry() {
    this.clock.cancel(this.#retryTimer);
    this.#retryTimer = null;
  }

  #setState(/** @type {Wire["state"]} */ state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", state);
    for (const board of this.#boards.values()) board.stateChanged();
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
