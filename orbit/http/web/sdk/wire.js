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
 * @property {(ask: Asking, told: (isIn: boolean) => void) => void} follow  join there, too
 * @property {() => void} unlinked  the socket is gone
 * @property {() => void} anew  we shall be greeted as somebody else
 * @property {(frame: any) => void} receive
 * @property {(now: number) => void} tick  once per ping
 * @property {() => void} stateChanged
 *
 * @typedef {(frame: any, answer: (frame: any) => void) => void} Asking  on one socket
 *
 * @typedef {object} Clock  what the wire needs of the world; tests bring their own
 * @property {() => number} now
 * @property {() => number} random
 * @property {(fn: () => void, ms: number) => any} after
 * @property {(timer: any) => void} cancel
 */
import { Doubt } from "./doubt.js";
import { Emitter } from "./emitter.js";
import { OrbitError } from "./failure.js";
import { Link } from "./link.js";
import { comesBack, pause } from "./retry.js";

const GREETING_MS = 10_000;
const GRACE_MS = 10_000;
const STABLE_MS = 5_000;
const MOVE_MS = 5_000; // for so long boards may take to be let in elsewhere
const LEAVE_MS = 5_000; // and a socket that we left may take to answer

export class Wire extends Emitter {
  /** @type {Link | null} */ #link = null;
  /** @type {Link | null} the one that we move to */ #next = null;
  /** @type {Link | null} the one that we left, while it owes us answers */ #old = null;
  /** @type {Map<string, Passenger>} */ #boards = new Map();
  #holds = 0; // who wants the socket for what is no board's
  #ref = 0;
  #failures = 0;
  #notBefore = 0;
  /** @type {any} */ #retryTimer = null;
  /** @type {any} */ #pingTimer = null;
  #ended = false;
  /** @type {Doubt} */ #doubt;
  #isStale = false; // greeted as somebody whom we are no more
  /** @type {"idle" | "connecting" | "open" | "offline"} */
  state = "idle";
  /** @type {any} the server's greeting */
  welcome = null;
  #greetedAt = 0;

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
    this.#doubt = new Doubt(clock, {
      owes: () => Boolean(this.#link?.answers.size),
      ping: () => this.#ping(),
      isDeaf: () => this.#goRound(),
    });
  }

  /** What the server's clock says now, in ms, as far as its greeting told; or null. */
  get time() {
    const { time } = this.welcome ?? {};
    return time === undefined ? null : time + this.clock.now() - this.#greetedAt;
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
    if (!this.#isWanted) this.close();
  }

  /**
   * Has a socket, for what no board is told, until the answer is called.
   * @returns {() => void}
   */
  hold() {
    this.#holds += 1;
    if (this.state === "idle" || this.#ended) this.#connect();
    return () => {
      this.#holds -= 1;
      if (!this.#isWanted) this.close();
    };
  }

  get #isWanted() {
    return this.#boards.size + this.#holds > 0;
  }

  /** @param {any} frame */
  send(frame) {
    this.#link?.send(frame);
  }

  /** Sends a question; `answer` hears the first frame that carries its ref. */
  ask(/** @type {any} */ frame, /** @type {(frame: any) => void} */ answer) {
    if (frame.type === "join") this.#next?.arrived.delete(frame.board); // not as it will be
    if (this.#link) this.#askOn(this.#link, frame, answer);
  }

  #askOn(
    /** @type {Link} */ link,
    /** @type {any} */ frame,
    /** @type {(frame: any) => void} */ answer,
  ) {
    const ref = ++this.#ref;
    link.answers.set(ref, answer);
    link.send({ ...frame, ref });
    if (link === this.#link) this.#doubt.raise();
  }

  /** The network said it is gone: believed at once. */
  lost() {
    for (const link of [this.#old, this.#next, this.#link]) link?.end(1006);
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
    this.#isStale = true;
    if (this.#next?.socket.readyState === 0) return; // nobody has been named on it yet
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
    if (this.#link || this.#next || !this.#isWanted) return;
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
    this.clock.after(() => link.welcome || link !== this.#next || link.end(1006), GREETING_MS);
  }

  #receive(/** @type {Link} */ link, /** @type {any} */ frame) {
    if (link === this.#next && !link.welcome) return this.#greet(link, frame);
    const isAnswer = link.settle(frame);
    if (isAnswer && link === this.#link && !link.answers.size) this.#doubt.rest();
    if (link === this.#old && !link.answers.size) return link.end(1000);
    if (isAnswer || link === this.#old) return;
    if (frame.type === "goaway") return this.#sentAway(link, frame.after ?? 0);
    if (link === this.#next && frame.type !== "changed") return; // told by the other, too
    if (frame.type === "notices") return this.emit("notices", frame);
    if (frame.type === "pong") return this.#heard(link, frame.heads ?? {});
    if (frame.type === "error" && frame.ref === undefined) {
      return this.emit("error", OrbitError.from(frame));
    }
    this.#boards.get(frame.board)?.receive(frame);
  }

  #greet(/** @type {Link} */ link, /** @type {any} */ frame) {
    if (frame.type === "error") return this.emit("denied", OrbitError.from(frame));
    if (frame.type !== "welcome") return;
    link.welcome = frame;
    link.greetedAt = this.clock.now();
    if (this.#link && !this.#isStale) this.#moveTo(link);
    else this.#take(link);
  }

  /** Make before break: the old link serves until all boards are let in on this one. */
  #moveTo(/** @type {Link} */ link) {
    if (!this.#boards.size) return this.#take(link);
    const out = new Set(this.#boards.values());
    const told = (/** @type {Passenger} */ board, /** @type {boolean} */ isIn) => {
      if (this.#boards.get(board.id) !== board) link.send({ type: "leave", board: board.id });
      else if (isIn) link.arrived.add(board.id);
      out.delete(board);
      if (!out.size && link === this.#next) this.#take(link);
    };
    this.clock.after(() => link === this.#next && this.#take(link), MOVE_MS);
    for (const board of [...out]) {
      board.follow((frame, answer) => this.#askOn(link, frame, answer), (isIn) => told(board, isIn));
    }
  }

  /** From here on this link serves; what the old one owes, it may still answer. */
  #take(/** @type {Link} */ link) {
    const old = this.#link;
    if (this.#isStale) old?.answers.clear(); // what somebody else asked is asked anew
    this.#isStale = false; // until somebody who hears of it is somebody else
    this.#doubt.begin();
    this.#link = link;
    this.#next = null;
    this.welcome = link.welcome;
    this.#greetedAt = link.greetedAt;
    this.#notBefore = 0;
    this.#setState("open");
    this.emit("welcome", link.welcome);
    if (old) this.#leave(old); // before we join here: whoever is on both counts twice
    for (const board of this.#boards.values()) {
      if (link.arrived.has(board.id)) continue;
      board.unlinked();
      board.linked();
    }
    for (const id of link.arrived) {
      if (!this.#boards.has(id)) link.send({ type: "leave", board: id });
    }
    this.#schedulePing();
    if (link.away !== null) this.#moveSoon(link, link.away);
  }

  #leave(/** @type {Link} */ old) {
    this.#old?.end(1000); // it has had its time: nobody else would end it
    this.#old = old;
    if (!old.answers.size || old.isDeaf) return old.end(1000);
    this.clock.after(() => old === this.#old && old.end(1000), LEAVE_MS);
  }

  #closed(/** @type {Link} */ link, /** @type {number} */ code) {
    if (link === this.#next) {
      this.#next = null;
      if (this.#link) return this.#moveAgain(this.#link); // which still serves
    } else if (link === this.#link) {
      this.#link = null;
      if (this.#next?.welcome) this.#take(this.#next);
      else for (const board of this.#boards.values()) board.unlinked();
      link.disappoint();
      if (this.#link) return;
    } else {
      if (link === this.#old) this.#old = null;
      return link.disappoint();
    }
    this.clock.cancel(this.#pingTimer);
    this.#setState("offline");
    if (comesBack(code)) this.#comeBack(link);
    else this.#ended = true;
    if (this.#ended) this.emit("ended", { code });
  }

  #comeBack(/** @type {Link} */ link) {
    if (this.#next) return;
    const { now, random, after } = this.clock;
    if (link.welcome && now() - link.bornAt > STABLE_MS) this.#failures = 0;
    const wait = Math.max(pause(this.#failures, 0, random), this.#notBefore - now());
    this.#failures += 1;
    this.#retryTimer = after(() => this.#connect(), wait);
  }

  #sentAway(/** @type {Link} */ link, /** @type {number} */ seconds) {
    link.away = seconds;
    if (link === this.#link) this.#moveSoon(link, seconds);
  }

  #moveSoon(/** @type {Link} */ link, /** @type {number} */ seconds) {
    const wait = seconds * 1000 + this.clock.random() * 500;
    this.#notBefore = this.clock.now() + wait;
    this.#moveIn(link, wait);
  }

  /** It did not come about; the old link serves on, and may for a while. */
  #moveAgain(/** @type {Link} */ link) {
    if (link.away !== null) this.#moveIn(link, pause(link.moves++, 0, this.clock.random));
  }

  #moveIn(/** @type {Link} */ link, /** @type {number} */ wait) {
    this.clock.after(() => {
      if (this.#link === link && !this.#next) this.#dial();
    }, wait);
  }

  /** It reads what we write: no other need be dialled. */
  #heard(/** @type {Link} */ link, /** @type {Record<string, number>} */ heads) {
    link.isDeaf = false;
    this.#doubt.dispel();
    for (const [id, head] of Object.entries(heads)) {
      const board = this.#boards.get(id);
      if (board && head > board.seq) board.receive({ type: "behind" });
    }
  }

  #schedulePing() {
    const every = (this.welcome?.ping ?? 25) * 1000;
    this.clock.cancel(this.#pingTimer);
    this.#pingTimer = this.clock.after(() => this.#tick(every), every);
  }

  #ping() {
    const seen = Object.fromEntries([...this.#boards.values()].map((b) => [b.id, b.seq]));
    this.send({ type: "ping", seen });
  }

  /** Dials another one beside it, which serves once it is greeted. */
  #goRound() {
    if (!this.#link || this.#next) return;
    this.#link.isDeaf = true;
    this.#dial();
  }

  #tick(/** @type {number} */ every) {
    const link = this.#link;
    if (!link) return;
    const now = this.clock.now();
    if (now - link.heardAt > 2 * every + GRACE_MS) return link.end(1006);
    this.#ping();
    if (this.#isStale && !this.#next) this.#dial(); // it did not come about
    for (const board of this.#boards.values()) board.tick(now);
    this.#schedulePing();
  }

  #drop() {
    this.#cancelRetry();
    this.clock.cancel(this.#pingTimer);
    const links = [this.#link, this.#next, this.#old];
    this.#link = this.#next = this.#old = null;
    for (const link of links) {
      link?.answers.clear();
      link?.end(1000);
    }
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
