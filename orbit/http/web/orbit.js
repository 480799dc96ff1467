// @ts-check
/**
 * The Orbit SDK: everything the web client does, for whoever builds another one.
 *
 *     import { Orbit } from "/orbit.js";
 *     const orbit = new Orbit();
 *     await orbit.ghost();
 *     const board = orbit.board("...");
 *     board.on("change", ({ event }) => console.log(event, board.items.note));
 *     const { id } = await board.tell("add_note", { content: "hello" });
 *
 * It has no dependency and touches no page; it runs wherever there is a WebSocket.
 */
import { Board } from "./sdk/board.js";
import { OrbitError } from "./sdk/failure.js";
import { pause } from "./sdk/retry.js";
import { Wire } from "./sdk/wire.js";

export { Board } from "./sdk/board.js";
export { OrbitError } from "./sdk/failure.js";
export { fold, gather, place } from "./sdk/fold.js";
export { backoff, comesBack } from "./sdk/retry.js";

const REST_TRIES = 3;
const SAFE = new Set(["GET", "HEAD"]);

/** @type {import("./sdk/wire.js").Clock} */
const REAL_CLOCK = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (fn, ms) => setTimeout(fn, ms),
  cancel: (timer) => clearTimeout(timer),
};

export class Orbit {
  /** @type {string | null} */ #ghost;
  /** @type {string | null} */ #token;
  /** @type {Promise<string> | null} */ #minting = null;
  #renewed = false;

  /**
   * @param {object} [options]
   * @param {string} [options.url]  where the node is; this page's origin by default
   * @param {string} [options.ghost]  a ghost's secret; else the one kept in this browser
   * @param {string} [options.token]  an account's access token
   * @param {any} [options.local]  keeps the ghost (localStorage)
   * @param {any} [options.session]  keeps unanswered commands (sessionStorage)
   * @param {any} [options.WebSocket]
   * @param {import("./sdk/wire.js").Clock} [options.clock]
   */
  constructor(options = {}) {
    this.url = (options.url ?? globalThis.location?.origin ?? "").replace(/\/$/, "");
    this.local = options.local ?? storage("localStorage");
    this.session = options.session ?? storage("sessionStorage");
    this.clock = options.clock ?? REAL_CLOCK;
    this.#token = options.token ?? null;
    this.#ghost = options.ghost ?? this.local?.getItem(this.#ghostKey) ?? null;
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    const address = `${this.url.replace(/^http/, "ws")}/ws`;
    /** The socket below all boards: `state`, and `on("state" | "welcome" | "ended")`. */
    this.wire = new Wire(address, () => this.#credentials(), this.clock, Socket);
    this.wire.on("denied", (error) => this.#denied(error));
    this.wire.on("welcome", (welcome) => this.#greeted(welcome));
    this.#watchNetwork();
  }

  /** What the server said of itself and of us when it greeted, or null. */
  get welcome() {
    return this.wire.welcome;
  }

  /**
   * This browser's ghost: the secret kept here, or a new one.
   * @returns {Promise<string>}
   */
  async ghost() {
    if (this.#ghost) return this.#ghost;
    this.#minting ??= this.#mint().finally(() => (this.#minting = null));
    return this.#minting;
  }

  /**
   * A live board.  It connects, stays connected and catches up by itself until `leave()`.
   * @param {string} id
   * @param {{link?: string}} [options]  link: the board's admin token
   */
  board(id, options) {
    return new Board(id, this.wire, this.session, options);
  }

  /**
   * Makes a board. Its admin token is told this once.
   * @param {{title: string, is_public?: boolean, kind?: string}} wish
   */
  makeBoard(wish) {
    return this.rest("POST", "/boards/", { body: wish });
  }

  /** A new admin link; the old one is dead at once. @param {Board} board */
  async revokeLink(board) {
    const path = `/boards/${encodeURIComponent(board.id)}/revoke-link/`;
    const answer = await this.rest("POST", path, { link: board.link });
    board.useLink(answer.admin_token);
    return answer;
  }

  /**
   * One REST call under `/api/v1`.  A write carries an Idempotency-Key, so that it is
   * done once however often it is sent; passing trouble is waited out, a few times.
   * @param {string} method
   * @param {string} path  for example `/boards/`
   * @param {{body?: any, link?: string, key?: string}} [options]
   * @returns {Promise<any>}  the decoded body
   * @throws {OrbitError}
   */
  async rest(method, path, { body, link, key = crypto.randomUUID() } = {}) {
    const headers = new Headers(this.#identity());
    if (body !== undefined) headers.set("Content-Type", "application/json");
    if (link) headers.set("X-Admin-Token", link);
    if (!SAFE.has(method)) headers.set("Idempotency-Key", key);
    const request = { method, headers, body: body && JSON.stringify(body) };
    for (let attempt = 0; ; attempt += 1) {
      const failure = await this.#fetch(path, request);
      if (!(failure instanceof OrbitError)) return failure;
      if (!failure.retry || attempt + 1 >= REST_TRIES) throw failure;
      const wait = pause(attempt, failure.after, this.clock.random);
      await new Promise((resolve) => this.clock.after(() => resolve(null), wait));
    }
  }

  /** @returns {Promise<any>}  the body, or an OrbitError */
  async #fetch(/** @type {string} */ path, /** @type {RequestInit} */ request) {
    /** @type {Response} */
    let response;
    try {
      response = await fetch(`${this.url}/api/v1${path}`, request);
    } catch {
      return new OrbitError("offline", "the server cannot be reached", { retry: true });
    }
    const body = await response.json().catch(() => null);
    if (response.ok) return body;
    const after = Number(response.headers.get("Retry-After")) || undefined;
    const retry = response.status === 429 || response.status === 503;
    return OrbitError.from({ ...body, retry, after }, response.status);
  }

  async #mint() {
    const { ghost } = await this.rest("POST", "/identity/ghost/");
    this.#ghost = ghost;
    this.local?.setItem(this.#ghostKey, ghost);
    if (this.wire.state === "open") this.wire.restart(); // greeted as a guest until now
    return ghost;
  }

  /** Greeted as a guest though we named a ghost: it is known there no more. */
  #greeted(/** @type {any} */ { me }) {
    const unknown = me?.kind === "guest" && this.#ghost && !this.#token;
    if (unknown) this.#denied(new OrbitError("unauthenticated", "this ghost is unknown"));
  }

  /** The server does not know our ghost: once, we begin anew as another. */
  async #denied(/** @type {OrbitError} */ error) {
    const stored = this.local?.getItem(this.#ghostKey);
    if (error.code !== "unauthenticated" || this.#renewed || !stored) return;
    this.#renewed = true;
    this.#ghost = null;
    this.local?.removeItem(this.#ghostKey);
    await this.ghost().catch(() => undefined); // then as a guest
    this.wire.restart();
  }

  get #ghostKey() {
    return `orbit:ghost:${this.url}`;
  }

  #credentials() {
    if (this.#token) return { token: this.#token };
    return this.#ghost ? { ghost: this.#ghost } : {};
  }

  /** @returns {Record<string, string>} */
  #identity() {
    if (this.#token) return { Authorization: `Bearer ${this.#token}` };
    return this.#ghost ? { "X-Ghost-ID": this.#ghost } : {};
  }

  #watchNetwork() {
    const page = globalThis.window;
    if (!page?.addEventListener) return;
    page.addEventListener("offline", () => this.wire.lost());
    page.addEventListener("online", () => this.wire.wake());
    page.addEventListener("pageshow", () => this.wire.wake());
    page.document.addEventListener("visibilitychange", () => {
      if (page.document.visibilityState === "visible") this.wire.wake();
    });
  }
}

/** A browser's store, or null where there is none or it is forbidden. */
function storage(/** @type {"localStorage" | "sessionStorage"} */ name) {
  try {
    return globalThis[name] ?? null;
  } catch {
    return null;
  }
}
