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
import { Accounts } from "./sdk/accounts.js";
import { Board } from "./sdk/board.js";
import { Emitter } from "./sdk/emitter.js";
import { OrbitError } from "./sdk/failure.js";
import { newId } from "./sdk/id.js";
import { Login } from "./sdk/login.js";
import { Organisations } from "./sdk/organisations.js";
import { Notices } from "./sdk/notices.js";
import { Past } from "./sdk/past.js";
import { solve } from "./sdk/proof.js";
import { pause } from "./sdk/retry.js";
import { Wire } from "./sdk/wire.js";

export { Board } from "./sdk/board.js";
export { OrbitError } from "./sdk/failure.js";
export { fold, gather, place } from "./sdk/fold.js";
export { Past } from "./sdk/past.js";
export { backoff, comesBack } from "./sdk/retry.js";

const REST_TRIES = 3;
const LONGEST_S = 60; // that a call waits to be made again
const PAGE = 1000; // events of a journal
const SAFE = new Set(["GET", "HEAD"]);
const GHOST = "/identity/ghost/";
const ME = "/identity/ghost/me/";
const UNKNOWN_GHOST = 4501; // the close code
const SECRET = /^[!-~]{1,4096}$/;

/** @type {import("./sdk/wire.js").Clock} */
const REAL_CLOCK = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (fn, ms) => setTimeout(fn, ms),
  cancel: (timer) => clearTimeout(timer),
};

/** Where what is a board's begins. @param {Board} board */
const below = (board) => `/boards/${encodeURIComponent(board.id)}/`;

/** `on("excuse")`: why we are still a guest has changed; `on("account")`: who we are. */
export class Orbit extends Emitter {
  /** @type {string | null} */ #ghost;
  /** @type {string | null} */ #language;
  /** @type {string | null} */ #token;
  /** @type {Login} */ #login;
  /** @type {string | null} whom the last hello named */ #named = null;
  /** @type {Promise<string> | null} */ #minting = null;
  /** @type {Promise<boolean> | null} */ #renewal = null;
  /** @type {Promise<void> | null} */ #becoming = null;
  #renewed = false;
  #reviving = false;
  /** @type {OrbitError | null} why we are still a guest, if we have to wait */
  excuse = null;

  /**
   * @param {object} [options]
   * @param {string} [options.url]  where the node is; this page's origin by default
   * @param {string} [options.ghost]  a ghost's secret; else the one kept in this browser
   * @param {string} [options.token]  an account's access token
   * @param {string} [options.language]  of mails; the browser's by default
   * @param {any} [options.local]  keeps the ghost (localStorage)
   * @param {any} [options.session]  keeps unanswered commands (sessionStorage)
   * @param {any} [options.WebSocket]
   * @param {import("./sdk/wire.js").Clock} [options.clock]
   */
  constructor(options = {}) {
    super();
    this.url = (options.url ?? globalThis.location?.origin ?? "").replace(/\/$/, "");
    this.local = options.local ?? storage("localStorage");
    this.session = options.session ?? storage("sessionStorage");
    this.clock = options.clock ?? REAL_CLOCK;
    this.#language = options.language ?? null;
    this.#token = options.token ?? null;
    this.#ghost = options.ghost ?? this.#kept;
    this.#login = new Login(
      this.local,
      `orbit:login:${this.url}`,
      (path, body) => this.#asNobody(path, body),
      (account) => this.emit("account", account),
    );
    /** Passwords, sign-ins, and what is said of us. */
    this.accounts = new Accounts({
      rest: (method, path, more) => this.rest(method, path, more),
      asNobody: (path, body) => this.#asNobody(path, body),
      enter: (given) => this.#enter(given, false),
      know: (given) => (given.access ? this.#login.keep(given) : this.#login.know(given.profile)),
      look: () => this.#look(),
      leave: () => this.#leave(() => this.#login.forget()),
    });
    /** Where we are a member. */
    this.organisations = new Organisations((method, path, more) => this.rest(method, path, more));
    this.given = options.ghost !== undefined;
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    const address = `${this.url.replace(/^http/, "ws")}/ws`;
    /** The socket below all boards: `state`, and `on("state" | "welcome" | "ended")`. */
    this.wire = new Wire(address, () => this.#credentials(), this.clock, Socket);
    /** What has happened that concerns us. */
    this.notices = new Notices({
      rest: (method, path, more) => this.rest(method, path, more),
      isSomebody: () => this.account !== null,
      wire: this.wire,
    });
    this.wire.on("denied", (error) => error.code === "unauthenticated" && this.#denied());
    this.wire.on("ended", ({ code }) => code === UNKNOWN_GHOST && this.#denied());
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
   * Becomes a ghost, in the background and however long the server has us wait: until
   * then we are a guest, who looks and does not write, and `excuse` says why.
   */
  become() {
    this.#becoming ??= this.#become().finally(() => (this.#becoming = null));
    return this.#becoming;
  }

  /** Whether we are a ghost or an account, and no guest. */
  get isSomebody() {
    return Boolean(this.#ghost ?? this.#access);
  }

  /** The account that we have signed in to, or null. */
  get account() {
    return this.#login.profile;
  }

  /** Has a code mailed to sign in with. @param {string} email */
  async sendCode(email) {
    return this.#asSelf("/identity/otp-send/", { email });
  }

  /**
   * Signs in with the code that came by mail; a new account takes our ghost over.
   * @param {string} email
   * @param {string} code
   * @returns {Promise<{profile: any, has_conflict: boolean, boards: any[]}>}
   */
  signIn(email, code) {
    return this.#came("/identity/otp-verify/", { email, code });
  }

  /**
   * Goes on signing in, with a code of a second factor: the `challenge` is in the details
   * of the error `second_factor` that `signIn` was refused with.
   * @param {string} challenge
   */
  answer(challenge, /** @type {string} */ code) {
    return this.#came("/identity/2fa/", { challenge, code });
  }

  async #came(/** @type {string} */ path, /** @type {any} */ shown) {
    const given = await this.#asSelf(path, shown);
    this.#enter(given, !given.has_conflict);
    return given;
  }

  /** On which boards this browser's ghost has something that is not our account's. @returns {Promise<any[]>} */
  async apart() {
    if (!this.account || this.#login.holds || !this.#ghost) return [];
    const headers = new Headers({ "X-Ghost-ID": this.#ghost });
    const own = await this.#fetch(ME, { headers }, "json");
    if (own instanceof OrbitError) return [];
    if (own.claimed) this.#login.hold();
    return own.claimed ? [] : own.boards;
  }

  #enter(/** @type {any} */ given, /** @type {boolean} */ holds) {
    this.#login.keep(given, holds);
    this.#greetAnew();
  }

  /** Signs out; this browser forgets a ghost that the account holds. */
  signOut() {
    return this.#leave(() => this.#login.leave());
  }

  async #leave(/** @type {() => any} */ forget) {
    if (this.#login.holds && !this.given) {
      this.#ghost = null;
      this.#keep(null);
    }
    try {
      await forget();
    } finally {
      this.#greetAnew();
      this.become();
    }
  }

  /** All sign-ins of some account have ended: ours, too? */
  async #look() {
    if (!this.account || (await this.#login.renew(this.#login.access).catch(() => true))) return;
    this.#greetAnew();
    this.become();
  }

  /**
   * Takes what our ghost has on boards into the account that we have signed in to.
   * @returns {Promise<{boards: string[], apart: string[]}>}  on those apart both have written
   */
  async takeOver() {
    const body = { ghost: this.#ghost };
    const merged = await this.rest("POST", "/identity/ghost/merge/", { body });
    this.#login.hold();
    this.#greetAnew();
    return merged;
  }

  /** Takes another name. @param {string} name */
  async rename(name) {
    this.#login.know(await this.rest("PATCH", "/identity/profile/", { body: { name } }));
  }

  #greetAnew() {
    if (this.wire.state !== "idle") this.wire.restart();
  }

  /** A call by our ghost, whoever else we are. */
  #asSelf(/** @type {string} */ path, /** @type {any} */ body) {
    return this.#asNobody(path, body, this.#ghost ? { "X-Ghost-ID": this.#ghost } : {});
  }

  /** A call that neither a token nor another ghost would make better. */
  async #asNobody(
    /** @type {string} */ path,
    /** @type {any} */ body,
    /** @type {Record<string, string>} */ more = {},
  ) {
    const headers = new Headers({ "Content-Type": "application/json", ...more });
    const answer = await this.#fetch(path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (answer instanceof OrbitError) throw answer;
    return answer;
  }

  /** Whether we were not known as who we are, and come back. */
  get renewing() {
    return this.#renewal !== null || this.#reviving;
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
   * What a board has been: `load()` it, then `go` to any seq.
   * @param {Board} board
   */
  past(board) {
    const path = `${below(board)}journal/`;
    return new Past(board, (since) =>
      this.rest("GET", `${path}?since=${since}&limit=${PAGE}`, { link: board.link }));
  }

  /**
   * The board as a file, for its admins.
   * @param {Board} board
   * @param {"json" | "csv" | "md" | "html" | "pdf"} [format]
   * @returns {Promise<Blob>}
   */
  exportBoard(board, format = "json") {
    return this.rest("GET", `${below(board)}export/?format=${format}`, { link: board.link, as: "blob" });
  }

  /** A new board of what was exported as `json`. @param {any} document */
  importBoard(document) {
    return this.rest("POST", "/boards/import/", { body: document });
  }

  /**
   * A new board of what we see of another one, now or at a seq.
   * @param {Board} board
   * @param {{seq?: number, title?: string, is_public?: boolean}} [wish]
   */
  fork(board, wish = {}) {
    return this.rest("POST", `${below(board)}fork/`, { body: wish, link: board.link });
  }

  /**
   * Which notes came, went and changed between two moments, as we see them.
   * @param {Board} board
   * @param {{from?: number, to?: number}} [moments]  from the beginning, until now
   */
  compare(board, moments = {}) {
    const query = new URLSearchParams(Object.entries(moments).map(([name, seq]) => [name, String(seq)]));
    return this.rest("GET", `${below(board)}compare/?${query}`, { link: board.link });
  }

  /**
   * Makes a board. Its admin token is told this once.
   * @param {{title: string, is_public?: boolean, kind?: string}} wish
   */
  makeBoard(wish) {
    return this.rest("POST", "/boards/", { body: wish });
  }

  /**
   * Public boards, the newest or the most upvoted first, whose title holds all words.
   * @param {{sort?: "recent" | "popular", search?: string, cursor?: string, limit?: number}} [wish]
   * @returns {Promise<{results: any[], next: string | null}>}  `next` is the next page's cursor
   */
  discover(wish = {}) {
    const given = Object.entries(wish).filter(([, value]) => value !== undefined && value !== "");
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.rest("GET", `/boards/discover/?${query}`);
  }

  /** The boards that we made or have claimed, the newest first. @returns {Promise<{results: any[]}>} */
  mine() {
    return this.rest("GET", "/boards/mine/");
  }

  /**
   * What the server's clock says now, in ms, late by the way of its last greeting.
   * @returns {number | null}  null: it has not greeted, or does not tell
   */
  time() {
    return this.wire.time;
  }

  /**
   * Asks the admins of a private board to let us in; from then on it joins by itself
   * once they do.  They may not: nobody is told so, and one may ask again.
   * @param {Board} board
   * @param {string} [message]  for the admins
   */
  async requestAccess(board, message = "") {
    await this.become();
    const asked = this.rest("POST", `${below(board)}request-access/`, { body: { message } });
    await asked.catch((error) => {
      if (error.code !== "conflict") throw error; // we are let in already
    });
    board.knock();
  }

  /**
   * Has the board belong to the account that we have signed in to: it never ends.  Whoever
   * made it may claim it, and whoever holds its admin link.
   * @param {Board} board
   */
  claimBoard(board) {
    return this.rest("POST", `${below(board)}claim/`, { link: board.link });
  }

  /**
   * Invites somebody by mail, as an admin.
   * @param {Board} board @param {string} email @param {string} [message]  is in the mail alone
   */
  invite(board, email, message = "") {
    return this.rest("POST", `${below(board)}invite/`, { body: { email, message }, link: board.link });
  }

  /** Takes an invite back, as an admin; who has come by it stays. @param {Board} board @param {string} email */
  withdrawInvite(board, email) {
    return this.rest("DELETE", `${below(board)}invite/`, { body: { email }, link: board.link });
  }

  /**
   * Who was invited, for admins, the last one first.
   * @param {Board} board
   * @returns {Promise<{results: {email: string, state: "invited" | "came" | "expired", expires_at: string}[]}>}
   */
  invites(board) {
    return this.rest("GET", `${below(board)}invites/`, { link: board.link });
  }

  /** Comes in by the link of an invite. @param {Board} board @param {string} token */
  async acceptInvite(board, token) {
    await this.become();
    await this.rest("POST", `${below(board)}accept-invite/`, { body: { token }, link: board.link });
    if (board.error) board.useLink(board.link);
  }

  /** The boards that we were invited to; those that wait for us until `until` come first. */
  invited() {
    return this.rest("GET", "/boards/invited/");
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
   * Is our ghost unknown there, another is made and asks instead, once.
   * @param {{body?: any, link?: string, key?: string, proof?: string, as?: "json" | "blob"}} [options]
   * @returns {Promise<any>}  the decoded body, or a Blob
   * @throws {OrbitError}
   */
  async rest(method, path, { body, link, key = newId(), proof, as = "json" } = {}) {
    const headers = new Headers();
    if (body !== undefined) headers.set("Content-Type", "application/json");
    if (link) headers.set("X-Admin-Token", link);
    if (proof) headers.set("X-Proof", proof);
    if (!SAFE.has(method)) headers.set("Idempotency-Key", key);
    if (this.#login.stale) await this.#login.renew(this.#login.access).catch(() => false);
    for (let attempt = 0, renewed = false; ; attempt += 1) {
      const was = this.#ghost;
      const access = this.#login.access;
      headers.delete("Authorization");
      for (const [name, value] of Object.entries(this.#identity())) headers.set(name, value);
      const request = { method, headers, body: body && JSON.stringify(body) };
      const failure = await this.#fetch(path, request, as);
      if (!(failure instanceof OrbitError)) return failure;
      if (failure.status === 401 && access && !renewed && !isGuess(failure)) {
        renewed = true;
        if (await this.#login.renew(access)) continue;
        this.#greetAnew(); // as our ghost
        throw failure;
      }
      const isUnknown = failure.status === 401 && was !== null && !access && path !== ME;
      if (isUnknown && (await this.#renew(was).catch(() => false))) continue;
      const wait = this.#wait(failure, attempt);
      if (wait === null) throw failure;
      await this.#sleep(wait);
    }
  }

  /** How long to wait before it is asked again; null: it is not. */
  #wait(/** @type {OrbitError} */ failure, /** @type {number} */ attempt) {
    const isLong = (failure.after ?? 0) > LONGEST_S;
    const isLast = attempt + 1 >= REST_TRIES || isLong || Boolean(failure.details?.proof);
    if (!failure.retry || isLast) return null;
    return pause(attempt, failure.after, this.clock.random);
  }

  #sleep(/** @type {number} */ ms) {
    return new Promise((resolve) => this.clock.after(() => resolve(null), ms));
  }

  /** @returns {Promise<any>}  the body, or an OrbitError */
  async #fetch(
    /** @type {string} */ path,
    /** @type {RequestInit & {headers: Headers}} */ request,
    /** @type {"json" | "blob"} */ as,
  ) {
    if (this.#language) request.headers.set("Accept-Language", this.#language);
    /** @type {Response} */
    let response;
    try {
      response = await fetch(`${this.url}/api/v1${path}`, request);
    } catch {
      return new OrbitError("offline", "the server cannot be reached", { retry: true });
    }
    if (response.ok && as === "blob") return response.blob();
    const body = await response.json().catch(() => null);
    if (response.ok) return body;
    const after = Number(response.headers.get("Retry-After")) || undefined;
    const retry = response.status === 429 || response.status === 503;
    return OrbitError.from({ ...body, retry, after }, response.status);
  }

  async #mint() {
    const { ghost } = await this.#newGhost();
    this.#ghost = ghost;
    this.#keep(ghost);
    this.#excused(null);
    if (this.wire.state === "open") this.wire.restart(); // greeted as a guest until now
    return ghost;
  }

  /** Many have come from our address: then a ghost costs a second of work. */
  async #newGhost() {
    try {
      return await this.rest("POST", GHOST);
    } catch (error) {
      const task = /** @type {OrbitError} */ (error).details?.proof;
      if (!task) throw error;
      this.#excused(/** @type {OrbitError} */ (error));
      const proof = await solve(task, () => this.#sleep(0));
      return this.rest("POST", GHOST, { proof });
    }
  }

  async #become() {
    for (let tries = 0; !this.#ghost && !this.#access; tries += 1) {
      try {
        await this.ghost();
      } catch (error) {
        const { retry, after } = /** @type {OrbitError} */ (error);
        this.#excused(/** @type {OrbitError} */ (error));
        if (!retry) return;
        await this.#sleep(pause(tries, after, this.clock.random));
      }
    }
  }

  #excused(/** @type {OrbitError | null} */ excuse) {
    this.excuse = excuse;
    this.emit("excuse", excuse);
  }

  #greeted(/** @type {any} */ { me }) {
    if (me?.kind !== "guest") this.#renewed = false;
    if (me?.kind !== "guest" || this.#access) return;
    if (this.#named) this.#denied(); // it is known there no more
    else if (this.#ghost) this.wire.restart(); // we have become one meanwhile
  }

  /** The server does not know our ghost: we come back as another, or as a guest. */
  async #denied() {
    if (this.#login.access) return this.#revive();
    if (!this.#ghost || (this.#renewed && !this.#renewal)) return;
    const isOther = await this.#renew(this.#ghost).catch(() => true);
    if (!isOther) return;
    this.wire.restart();
    this.become();
  }

  /** The server does not know our token: with the next one, or as our ghost. */
  async #revive() {
    if (this.#renewed) return;
    this.#renewed = this.#reviving = true; // the first until a greeting
    const isIn = await this.#login.renew(this.#login.access).catch(() => true);
    this.#reviving = false;
    if (!isIn) this.#renewed = false;
    this.wire.restart();
    if (!isIn) this.become();
  }

  /**
   * Puts another ghost in the place of one that is unknown; once, until one is known.
   * @param {string} was
   * @returns {Promise<boolean>}  whether we are another now
   */
  async #renew(was) {
    if (this.#renewal) return this.#renewal;
    if (this.#ghost !== was) return true; // somebody was faster
    if (this.#renewed || this.given || this.#access) return false;
    this.#renewed = true;
    this.#renewal = this.#replace(was).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #replace(/** @type {string} */ was) {
    const kept = this.#kept;
    this.#ghost = kept === was ? null : kept; // another page of this browser was faster
    if (!this.#ghost) this.#keep(null);
    await this.ghost();
    return true;
  }

  /** What this browser keeps, if it can be sent at all. @returns {string | null} */
  get #kept() {
    const kept = this.local?.getItem(this.#ghostKey) ?? null;
    return kept && SECRET.test(kept) ? kept : null;
  }

  #keep(/** @type {string | null} */ ghost) {
    try {
      if (ghost) this.local?.setItem(this.#ghostKey, ghost);
      else this.local?.removeItem(this.#ghostKey);
    } catch {
      // full or forbidden: this page has it all the same
    }
  }

  get #ghostKey() {
    return `orbit:ghost:${this.url}`;
  }

  get #access() {
    return this.#token ?? this.#login.access;
  }

  #credentials() {
    if (this.#access) return { token: this.#access };
    this.#named = this.#ghost;
    return this.#ghost ? { ghost: this.#ghost } : {};
  }

  /** @returns {Record<string, string>} */
  #identity() {
    if (this.#access) return { Authorization: `Bearer ${this.#access}` };
    return this.#ghost ? { "X-Ghost-ID": this.#ghost } : {};
  }

  /** Another page of this browser has signed in or out. */
  #followed() {
    const before = this.account?.id;
    this.#login.follow();
    if (this.account?.id === before) return;
    if (!this.given) this.#ghost = this.#kept;
    this.#greetAnew();
    this.become();
  }

  #watchNetwork() {
    const page = globalThis.window;
    if (!page?.addEventListener) return;
    page.addEventListener("offline", () => this.wire.lost());
    page.addEventListener("online", () => this.wire.wake());
    page.addEventListener("pageshow", () => this.wire.wake());
    page.addEventListener("storage", (/** @type {any} */ { key }) => {
      if (key === this.#login.key) this.#followed();
    });
    page.document.addEventListener("visibilitychange", () => {
      if (page.document.visibilityState === "visible") this.wire.wake();
    });
  }
}

const SHOWN = new Set(["Authorization", "ghost", "X-Ghost-ID"]);

/** Whether what was typed is wrong, and not what shows who we are. @param {OrbitError} failure */
const isGuess = ({ details }) => Object.keys(details ?? {}).some((field) => !SHOWN.has(field));

/** A browser's store, or null where there is none or it is forbidden. */
function storage(/** @type {"localStorage" | "sessionStorage"} */ name) {
  try {
    return globalThis[name] ?? null;
  } catch {
    return null;
  }
}
