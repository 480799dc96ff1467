// @ts-check
/**
 * A conversation with a node, frame by frame, as it is: no retries and nothing hidden.
 * It keeps the little that the next frame needs: the board's log, seq and items.
 *
 * Events: `frame` {out: boolean, frame, at}; `state`; `closed` {code, reason}.
 */
import { Emitter } from "../sdk/emitter.js";
import { fold, gather } from "../sdk/fold.js";
import { newId } from "../sdk/id.js";

export class Talk extends Emitter {
  /** @type {"closed" | "opening" | "open" | "greeted"} */ state = "closed";
  /** @type {import("../sdk/fold.js").Items} */ items = {};
  board = "";
  link = "";
  /** @type {string | null} */ ghost = null;
  /** @type {string | null} */ log = null;
  seq = 0;
  /** @type {WebSocket | null} */ #socket = null;
  #ref = 0;
  /** @type {any} */ #pings = null;

  /** @param {string} url @param {new (url: string) => WebSocket} [Socket] */
  constructor(url, Socket = WebSocket) {
    super();
    this.url = url;
    this.Socket = Socket;
  }

  /** @returns {import("./drafts.js").Place}  with a ref and an op that are new */
  get place() {
    const { board, link, ghost, log, seq, items } = this;
    return { board, link, ghost, log, seq, items, ref: this.#ref + 1, op: newId() };
  }

  open() {
    this.close();
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    this.#be("opening");
    return new Promise((resolve) => {
      socket.onopen = () => (this.#be("open"), resolve(true));
      socket.onmessage = ({ data }) => String(data).split("\n").forEach((line) => this.#hear(line));
      socket.onclose = ({ code, reason }) => {
        resolve(false);
        if (socket === this.#socket) this.#ended({ code, reason });
      };
    });
  }

  close() {
    const socket = this.#socket;
    if (!socket) return;
    this.#ended({ code: 1000, reason: "" });
    socket.close(1000);
  }

  /** @param {any} frame */
  send(frame) {
    if (this.#socket?.readyState !== 1) return;
    if (typeof frame.ref === "number") this.#ref = Math.max(this.#ref, frame.ref);
    if (frame.type === "leave" && frame.board === this.board) this.#forget();
    this.#socket.send(JSON.stringify(frame));
    this.emit("frame", { out: true, frame, at: new Date() });
  }

  #hear(/** @type {string} */ line) {
    const frame = JSON.parse(line);
    if (frame.type === "welcome") this.#greeted(frame);
    if (frame.board === this.board) this.#follow(frame);
    this.emit("frame", { out: false, frame, at: new Date() });
  }

  #greeted(/** @type {any} */ { ping }) {
    this.#be("greeted");
    clearInterval(this.#pings);
    const seen = () => (this.log ? { [this.board]: this.seq } : {});
    this.#pings = setInterval(() => this.send({ type: "ping", seen: seen() }), ping * 1000);
  }

  #follow(/** @type {any} */ frame) {
    if (frame.type === "left") return this.#forget();
    if (frame.type === "joined") {
      this.log = frame.log;
      if (frame.items) this.items = gather(frame.items);
      for (const { changes } of frame.changes ?? []) fold(this.items, changes);
    } else if (frame.type === "changed") {
      fold(this.items, frame.changes);
    }
    this.seq = frame.seq ?? this.seq;
  }

  #forget() {
    this.log = null;
    this.seq = 0;
    this.items = {};
  }

  #ended(/** @type {{code: number, reason: string}} */ why) {
    clearInterval(this.#pings);
    this.#socket = null;
    this.#forget();
    this.#be("closed");
    this.emit("closed", why);
  }

  #be(/** @type {Talk["state"]} */ state) {
    this.state = state;
    this.emit("state", state);
  }
}
