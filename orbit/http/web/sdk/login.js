// @ts-check
/**
 * Having signed in: the tokens, and getting the next ones in time.
 *
 * All pages of a browser share what is kept, and each looks there first: a token that
 * another page has used is none any more.
 *
 * @typedef {object} Kept
 * @property {string} access
 * @property {string} refresh
 * @property {number} until  when the access token is over, in ms since 1970
 * @property {{id: string, email: string, name: string, created_at: string}} profile
 * @property {boolean} holds  whether the account holds this browser's ghost
 */
import { OrbitError } from "./failure.js";

const EARLY_MS = 60_000; // before it is over: clocks differ, and answers take time

/** What is kept of an account. @param {any} profile */
const short = ({ id, email, name, created_at }) => ({ id, email, name, created_at });

export class Login {
  /** @type {Kept | null} */ #kept = null;
  /** @type {Promise<boolean> | null} */ #renewal = null;

  /**
   * @param {any} local  keeps the tokens
   * @param {string} key  under this name
   * @param {(path: string, body: any) => Promise<any>} call  a POST by nobody
   * @param {(account: any) => void} changed  hears of every other account, and of none
   */
  constructor(local, key, call, changed) {
    this.local = local;
    this.key = key;
    this.call = call;
    this.changed = changed;
    this.#kept = this.#read();
  }

  /** Who has signed in, or null. */
  get profile() {
    return this.#kept?.profile ?? null;
  }

  /** What shows it, or null. */
  get access() {
    return this.#kept?.access ?? null;
  }

  get holds() {
    return this.#kept?.holds ?? false;
  }

  /** Whether the token is over, or nearly. */
  get stale() {
    return this.#kept !== null && Date.now() > this.#kept.until - EARLY_MS;
  }

  /** Keeps what the server gave. @param {any} given @param {boolean} [holds] */
  keep(given, holds = this.holds) {
    const { access, refresh, profile, expires_in: lasts } = given;
    this.#write({ access, refresh, profile: short(profile), until: Date.now() + lasts * 1000, holds });
  }

  /** Another name, and so on. @param {any} profile */
  know(profile) {
    if (this.#kept) this.#write({ ...this.#kept, profile: short(profile) });
  }

  /** The account holds this browser's ghost from now on. */
  hold() {
    if (this.#kept) this.#write({ ...this.#kept, holds: true });
  }

  forget() {
    this.#write(null);
  }

  /** What another page of this browser did. */
  follow() {
    const before = this.#kept?.profile.id;
    this.#kept = this.#read();
    if (this.#kept?.profile.id !== before) this.changed(this.profile);
  }

  /**
   * Gets the next tokens in place of `access`.
   * @param {string | null} access  the one that is none any more
   * @returns {Promise<boolean>}  whether we are still signed in
   * @throws {OrbitError}  it is not known: the server cannot be reached
   */
  async renew(access) {
    this.#renewal ??= this.#renew(access).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #renew(/** @type {string | null} */ access) {
    this.follow();
    if (!this.#kept) return false;
    if (this.#kept.access !== access && !this.stale) return true; // somebody was faster
    try {
      this.keep(await this.call("/identity/refresh/", { refresh: this.#kept.refresh }));
      return true;
    } catch (error) {
      if (/** @type {OrbitError} */ (error).status !== 401) throw error;
      this.forget();
      return false;
    }
  }

  async leave() {
    const refresh = this.#kept?.refresh;
    this.forget();
    if (refresh) await this.call("/identity/logout/", { refresh });
  }

  #read() {
    try {
      const kept = JSON.parse(this.local?.getItem(this.key) ?? "null");
      return kept?.profile?.id && kept.access && kept.refresh ? kept : null;
    } catch {
      return null;
    }
  }

  #write(/** @type {Kept | null} */ kept) {
    const isOther = kept?.profile.id !== this.#kept?.profile.id;
    const isNamed = kept?.profile.name !== this.#kept?.profile.name;
    this.#kept = kept;
    try {
      if (kept) this.local?.setItem(this.key, JSON.stringify(kept));
      else this.local?.removeItem(this.key);
    } catch {
      // full or forbidden: this page has it all the same
    }
    if (isOther || isNamed) this.changed(this.profile);
  }
}
