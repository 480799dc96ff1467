// @ts-check
/**
 * One live board: its items as of `seq`, and what is told to it.
 *
 * Events to listen to with `on`:
 * - `reset`: all items are new; `change` {seq, at, event, changes}: some have changed
 * - `signal` {do, with}; `here` (how many); `state`; `rights`; `pending` (told or answered)
 * - `refused` {do, with, error}: a command was not done, and will not be
 * - `closed` (OrbitError): the board is gone, or not for us
 */
import { Emitter } from "./emitter.js";
import { OrbitError } from "./failure.js";
import { fold, gather, place } from "./fold.js";
import { newId } from "./id.js";
import { Outbox } from "./outbox.js";
import { patience, pause } from "./retry.js";
import { flaw } from "./sound.js";

/** @typedef {import("./outbox.js").Command} Command */
/** @typedef {import("./wire.js").Wire} Wire */

const PRIVATE = "private_board";
const REFUSALS = 16; // in half a minute or more, then it is given up
const DOUBLINGS = 3; // of a pause: who is connected comes back within 4 s
const SILENCE_MS = 15_000;
const DOUBT_MS = 60_000;
const FRAME_BYTES = 64 * 1024; // until the server has said what it takes

export class Board extends Emitter {
  /** @type {import("./fold.js").Items} */ items = Object.create(null);
  /** @type {string | null} */ kind = null;
  /** @type {string | null} which history `seq` counts */ log = null;
  seq = 0;
  /** @type {string[]} */ role = [];
  /** @type {string[]} names of the commands that may be told */ may = [];
  here = 0;
  /** @type {"live" | "following"} */ mode = "live";
  /** @type {OrbitError | null} set when the board is closed to us for good */ error = null;

  /** @type {Wire} */ #wire;
  /** @type {Outbox} */ #outbox;
  /** @type {Map<string, {resolve: Function, reject: Function}>} */ #promises = new Map();
  /** @type {{command: Command, at: number}[]} answered within the last minute */ #acked = [];
  #joined = false;
  /** @type {number | null} when we asked to join, while there is no answer */ #askedAt = null;
  #question = 0; // which asking is the last one
  #isOther = false; // we are somebody else now, and may see something else
  #joinFailures = 0;
  /** @type {number | null} how often we have knocked in vain; null: we do not */ #knocks = null;
  #pausedUntil = 0;

  /**
   * @param {string} id
   * @param {Wire} wire
   * @param {import("./outbox.js").Storage | null} storage
   * @param {{link?: string}} [options]  link: the admin token
   */
  constructor(id, wire, storage, { link } = {}) {
    super();
    this.id = id;
    this.link = link;
    this.#wire = wire;
    this.#outbox = new Outbox(`orbit:outbox:${id}`, storage);
    wire.add(this);
  }

  /** @returns {"live" | "catching up" | "offline"} */
  get state() {
    if (this.#joined && this.#askedAt === null && this.mode === "live") return "live";
    return this.#wire.state === "offline" || this.error ? "offline" : "catching up";
  }

  /** Commands told and not yet seen done, in order: what to show as pending. */
  get pending() {
    return this.#outbox.commands;
  }

  /** How many commands have no answer yet. */
  get waiting() {
    return this.#outbox.waiting.length;
  }

  /**
   * Asks for something to be done.  It is sent as soon as possible and, whatever
   * happens to the connection, done at most once.  What can never be sent, for its
   * length or for what is no text, is refused here and now.
   * @param {string} verb  for example `add_note`
   * @param {Record<string, any>} [args]
   * @returns {Promise<{seq: number, id: string}>}  committed, on disk
   */
  tell(verb, args = {}) {
    const op = newId();
    const answer = new Promise((resolve, reject) => {
      this.#promises.set(op, { resolve, reject });
    });
    answer.catch(() => undefined); // whoever does not wait hears of it by `refused`
    const command = { op, do: verb, with: args };
    const error = this.error ?? this.#flaw(command);
    if (error) {
      this.#tellOff(command, error);
    } else {
      this.#outbox.add(op, verb, args);
      this.emit("pending");
      this.#pump();
    }
    return /** @type {Promise<{seq: number, id: string}>} */ (answer);
  }

  /**
   * Passing news, never stored, never answered; lost when we are not live.
   * @param {string} verb @param {Record<string, any>} args
   */
  signal(verb, args) {
    if (this.#joined) {
      this.#wire.send({ type: "signal", board: this.id, do: verb, with: args });
    }
  }

  /** Joins again with another admin token, or none. @param {string | undefined} link */
  useLink(link) {
    this.link = link;
    if (this.error) {
      this.error = null; // with this one it may be for us after all
      this.#wire.add(this);
    } else if (this.#wire.state === "open") {
      this.#join();
    }
  }

  /**
   * Joins by itself as soon as a private board, which is closed to us, lets us in; for
   * who has asked for it.  Until then `error` stays; `leave()` ends it.
   */
  knock() {
    if (this.error?.code !== PRIVATE) return;
    this.#knocks = 0;
    this.#wire.add(this);
  }

  leave() {
    this.#question += 1; // no answer brings us back
    this.#wire.send({ type: "leave", board: this.id });
    this.#wire.remove(this.id);
  }

  // What the wire tells a board.

  linked() {
    if (!this.error || this.#knocks !== null) this.#join();
  }

  /**
   * Joins over another socket, too, while the one that serves goes on.
   * @param {import("./wire.js").Asking} ask @param {(isIn: boolean) => void} told
   */
  follow(ask, told) {
    if (!this.#joined || this.#isOther) return told(false); // it joins when it is there
    const [question, since] = [this.#question, this.seq];
    ask(this.#asking(), (answer) => {
      const isIn = answer.type === "joined" && question === this.#question;
      if (isIn) this.#enter(this.#newer(answer, since), false);
      told(isIn);
    });
  }

  /** Without a view that is older than what the other socket has told meanwhile. */
  #newer(/** @type {any} */ view, /** @type {number} */ since) {
    const isOlder = view.log === this.log && since <= view.seq && view.seq < this.seq;
    return isOlder ? { ...view, items: undefined } : view;
  }

  unlinked() {
    this.#joined = false;
    this.#askedAt = null;
    this.#outbox.recall();
    this.emit("state");
  }

  /** We shall be somebody else: what we have does not count for him. */
  anew() {
    this.#isOther = true;
  }

  stateChanged() {
    this.emit("state");
  }

  /** @param {number} now  what has been silent too long is asked once more */
  tick(now) {
    if (this.#askedAt !== null && now - this.#askedAt > SILENCE_MS) this.#join();
    for (const command of this.#outbox.commands) {
      const overdue = command.state === "sent" && now - command.sentAt > SILENCE_MS;
      if (overdue) command.state = "waiting";
    }
    this.#pump();
  }

  /** @param {any} frame */
  receive(frame) {
    switch (frame.type) {
      case "changed": return this.#changed(frame);
      case "joined": return this.#enter(frame, false);
      case "behind": return this.#catchUp();
      case "left": return this.#left(OrbitError.from(frame));
      case "signal": return this.emit("signal", frame);
      case "here":
        this.here = count(frame);
        return this.emit("here", this.here);
      case "status":
        this.mode = frame.mode;
        return this.emit("state");
      default: // a later server's news: not for us
    }
  }

  #asking() {
    const frame = { type: "join", board: this.id };
    if (this.link) Object.assign(frame, { link: this.link });
    if (this.log && !this.#isOther) {
      Object.assign(frame, { log: this.log, since: this.seq });
    }
    return frame;
  }

  #join() {
    const question = ++this.#question;
    this.#joined = false; // the server has us leave first: nothing is told until we are in
    this.#askedAt = this.#wire.clock.now();
    this.#wire.ask(this.#asking(), (answer) => {
      const isLast = question === this.#question;
      if (answer.type === "lost") return; // with its socket: the next one is asked
      if (answer.type !== "error") this.#enter(answer, isLast);
      else if (isLast) this.#notJoined(OrbitError.from(answer));
    });
    this.emit("state");
  }

  #catchUp() {
    if (this.#askedAt !== null) return; // asked already
    this.#join();
  }

  #notJoined(/** @type {OrbitError} */ error) {
    if (error.code === "unauthenticated") return; // so is the socket, and it is closed
    if (this.#knocks !== null && error.code === PRIVATE) return this.#wait(error);
    if (!error.retry) return this.#close(error);
    const { now, after, random } = this.#wire.clock;
    const wait = pause(Math.min(this.#joinFailures++, DOUBLINGS), error.after, random);
    const question = this.#question;
    this.#askedAt = now() + wait;
    after(() => {
      const isOut = question === this.#question && !this.#joined;
      if (isOut && this.#wire.state === "open") this.#join();
    }, wait);
  }

  /** Nobody has let us in so far. */
  #wait(/** @type {OrbitError} */ error) {
    const isNews = !this.error; // another link was tried meanwhile
    this.error = error;
    this.#askedAt = null;
    const { after, random } = this.#wire.clock;
    const wait = patience(this.#knocks ?? 0, random);
    const question = this.#question;
    this.#knocks = (this.#knocks ?? 0) + 1;
    after(() => {
      if (question === this.#question && this.#wire.state === "open") this.#join();
    }, wait);
    if (isNews) this.emit("closed", error);
    this.emit("state");
  }

  /** We are out: for good, or until the board has woken up again. */
  #left(/** @type {OrbitError} */ error) {
    if (error.retry) this.unlinked();
    this.#notJoined(error);
  }

  /** @param {any} frame @param {boolean} isAnswer  to the last asking; else it came unasked */
  #enter(frame, isAnswer) {
    const rotated = this.log !== null && frame.log !== this.log;
    Object.assign(this, { kind: frame.kind, role: frame.role ?? [], may: frame.may ?? [] });
    this.here = count(frame);
    this.log = frame.log;
    this.mode = "live"; // unless the next frame says otherwise
    this.error = null;
    this.#knocks = null;
    if (isAnswer) {
      this.#askedAt = null;
      this.#joinFailures = 0;
      this.#isOther = false;
    }
    this.#joined = this.#askedAt === null;
    if (frame.items) this.#replace(frame);
    else for (const change of frame.changes ?? []) this.#changed(change);
    if (rotated) this.#tellAgain();
    this.emit("rights");
    this.emit("here", this.here);
    this.emit("state");
    this.#pump();
  }

  #replace(/** @type {any} */ frame) {
    this.items = gather(frame.items);
    this.seq = frame.seq;
    this.#outbox.settle(this.seq);
    this.emit("reset");
  }

  #changed(/** @type {import("./fold.js").Changed} */ frame) {
    const where = place(this.seq, frame.seq);
    if (where === "gap") return this.#catchUp();
    if (where === "old") return;
    fold(this.items, frame.changes);
    this.seq = frame.seq;
    const settled = this.#outbox.settle(this.seq);
    this.emit("change", frame);
    if (settled) this.emit("pending");
  }

  #close(/** @type {OrbitError} */ error) {
    this.error = error;
    this.#knocks = null;
    this.#joined = false;
    this.#askedAt = null;
    this.#wire.remove(this.id);
    for (const command of this.#outbox.waiting) this.#drop(command, error);
    this.emit("closed", error);
    this.emit("state");
  }

  /** Another history: what was done in the last minute may be in none of it. */
  #tellAgain() {
    const now = this.#wire.clock.now();
    const doubtful = this.#acked.filter(({ at }) => now - at < DOUBT_MS);
    this.#acked = [];
    for (const { command } of doubtful) {
      command.state = "waiting";
      this.#outbox.commands = this.#outbox.commands.filter((other) => other !== command);
    }
    this.#outbox.commands.unshift(...doubtful.map(({ command }) => command));
  }

  #targets(/** @type {Command} */ command) {
    return Object.keys(command.with)
      .filter((field) => field in this.items)
      .map((field) => `${field}:${command.with[field]}`);
  }

  #pump() {
    const { clock } = this.#wire;
    if (!this.#joined || clock.now() < this.#pausedUntil) return;
    const ready = [...this.#outbox.ready((c) => this.#targets(c))];
    const hopeless = ready.filter((command) => this.#send(command, clock.now()));
    if (hopeless.length) this.#pump(); // there is room for others
  }

  /** Sends a command, or gives it up and returns why: it may be from before a reload. */
  #send(/** @type {Command} */ command, /** @type {number} */ now) {
    const error = this.#flaw(command);
    if (error) {
      this.#drop(command, error);
      this.emit("pending");
      return error;
    }
    this.#outbox.sent(command, now);
    const { attempt } = command;
    this.#wire.ask(this.#frame(command), (answer) => this.#answered(command, attempt, answer));
    return null;
  }

  /** @param {{op: string, do: string, with: any, attempt?: number}} command */
  #frame({ op, attempt = 0, do: verb, with: args }) {
    return { type: "tell", board: this.id, op, attempt, do: verb, with: args };
  }

  /** @param {{op: string, do: string, with: any}} command */
  #flaw(command) {
    const most = this.#wire.welcome?.limits?.frame_bytes ?? FRAME_BYTES;
    return flaw(this.#frame(command), most);
  }

  /** Of an asking that was followed by another one, a refusal proves nothing. */
  #answered(
    /** @type {Command} */ command,
    /** @type {number} */ attempt,
    /** @type {any} */ frame,
  ) {
    const isLast = command.state === "sent" && command.attempt === attempt;
    if (command.state === "settling") return; // told twice, answered twice
    if (frame.type === "reply") this.#done(command, frame);
    else if (!isLast) return;
    else if (frame.type === "lost") command.state = "waiting";
    else this.#refused(command, OrbitError.from(frame));
    this.emit("pending");
    this.#pump();
  }

  #done(/** @type {Command} */ command, /** @type {any} */ frame) {
    const now = this.#wire.clock.now();
    this.#acked = this.#acked.filter(({ at }) => now - at < DOUBT_MS);
    this.#acked.push({ command, at: now });
    this.#outbox.answered(command, frame.seq);
    this.#outbox.settle(this.seq);
    this.#settle(command, "resolve", { seq: frame.seq, id: frame.result?.id });
  }

  #refused(/** @type {Command} */ command, /** @type {OrbitError} */ error) {
    const strayed = error.code === "not_found" && error.details?.field === "board";
    const passing = error.retry || error.code === "unknown" || strayed;
    if (!passing || ++command.refusals > REFUSALS) return this.#drop(command, error.settled);
    if (!strayed) return this.#tellLater(command, error);
    command.state = "waiting"; // we are not in: whether we may be, a join tells
    this.#catchUp();
  }

  #drop(/** @type {Command} */ command, /** @type {OrbitError} */ error) {
    this.#outbox.remove(command);
    this.#tellOff(command, error);
  }

  /** @param {{op: string, do: string, with: any}} command @param {OrbitError} error */
  #tellOff(command, error) {
    this.emit("refused", { do: command.do, with: command.with, error });
    this.#settle(command, "reject", error);
  }

  #tellLater(/** @type {Command} */ command, /** @type {OrbitError} */ error) {
    const { now, random } = this.#wire.clock;
    const wait = pause(Math.min(command.refusals - 1, DOUBLINGS), error.after, random);
    command.state = "waiting";
    this.#pausedUntil = Math.max(this.#pausedUntil, now() + wait);
    this.#resume();
  }

  /** Goes on when the pause is over: a timer may be early by a hair. */
  #resume() {
    const { now, after } = this.#wire.clock;
    const left = this.#pausedUntil - now();
    if (left > 0) after(() => this.#resume(), left);
    else this.#pump();
  }

  #settle(
    /** @type {{op: string}} */ command,
    /** @type {"resolve" | "reject"} */ how,
    /** @type {any} */ value,
  ) {
    this.#promises.get(command.op)?.[how](value);
    this.#promises.delete(command.op);
  }
}

/** How many are here: a number, or a record with a count. */
function count(/** @type {any} */ frame) {
  return frame.count ?? frame.here?.count ?? frame.here ?? 0;
}
