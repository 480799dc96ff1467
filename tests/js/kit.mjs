/** A clock that moves when told to, and a server at the other end of a fake socket. */
import { webcrypto } from "node:crypto";
import { Orbit } from "../../orbit/http/web/orbit.js";

globalThis.crypto ??= webcrypto; // Debian's node, 18, has it by this name alone

export class FakeClock {
  time = 0;
  timers = new Map();
  next = 1;
  now = () => this.time;
  random = () => 0.5;
  after = (fn, ms) => {
    this.timers.set(this.next, { at: this.time + ms, fn });
    return this.next++;
  };
  cancel = (id) => this.timers.delete(id);

  /** Moves on, running what falls due in its order. */
  advance(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, t]) => t.at <= end);
      if (!due.length) break;
      const [id, timer] = due.sort((a, b) => a[1].at - b[1].at)[0];
      this.timers.delete(id);
      this.time = Math.max(this.time, timer.at);
      timer.fn();
    }
    this.time = end;
  }
}

export class FakeStorage {
  map = new Map();
  getItem = (key) => this.map.get(key) ?? null;
  setItem = (key, value) => void this.map.set(key, value);
  removeItem = (key) => void this.map.delete(key);
}

/** Every socket that was opened, newest last. */
export function network() {
  const sockets = [];
  class FakeSocket {
    readyState = 0;
    sent = [];
    constructor(url) {
      this.url = url;
      sockets.push(this);
    }
    send(text) {
      this.sent.push(...text.split("\n").map((line) => JSON.parse(line)));
    }
    close() {
      this.readyState = 3;
    }
    /** The server's side of it. */
    open() {
      this.readyState = 1;
      this.onopen?.();
    }
    say(...frames) {
      this.onmessage?.({ data: frames.map((f) => JSON.stringify(f)).join("\n") });
    }
    fail(code) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
    greet() {
      this.open();
      this.say({ type: "welcome", node: "n", versions: [1], ping: 25, limits: {} });
    }
    of(type) {
      return this.sent.filter((frame) => frame.type === type);
    }
    last(type) {
      return this.of(type).at(-1);
    }
  }
  return { sockets, FakeSocket };
}

/** An Orbit on a fake network with one board asked for. */
export function begin({ session = new FakeStorage(), ...options } = {}) {
  const clock = new FakeClock();
  const { sockets, FakeSocket } = network();
  const orbit = new Orbit({
    url: "http://node", WebSocket: FakeSocket, clock, session, local: new FakeStorage(), ...options,
  });
  const board = orbit.board("b1");
  return { orbit, board, clock, sockets, session };
}

export const note = (content, more = {}) => ({ content, x: 0, y: 0, upvotes: 0, ...more });

/** Lets a socket's first board join with these items, at this seq. */
export function admit(socket, { items = [["note", "n1", note("one")]], seq = 3, log = "L" } = {}) {
  const { ref, board } = socket.last("join");
  const rights = { role: ["ghost"], may: ["add_note"], here: 1 };
  socket.say({ type: "joined", ref, board, kind: "feedback", log, seq, items, ...rights });
}

/** As `begin`, and live. */
export function live(options) {
  const all = begin(options);
  all.sockets[0].greet();
  admit(all.sockets[0]);
  return { ...all, socket: all.sockets[0] };
}
