// @ts-check
/**
 * What staff may ask and do: signed in for the console, which takes a password and a
 * second factor.  This sign-in is kept in this tab alone, apart from the one of the pages
 * for everybody, and is renewed before it is over.  It touches no page.
 */
import { OrbitError } from "../sdk/failure.js";
import { newId } from "../sdk/id.js";
import { Login } from "../sdk/login.js";
import { call } from "./call.js";
import { asked } from "./place.js";

const PREFIX = "/api/v1";
const KEPT = "orbit:staff";
const ENDED = new Set([401, 403]);

/** The lists of leads, as their paths call them, by the form. */
export const FORMS = /** @type {const} */ ({
  waitlist: "waitlist", contact: "contacts", pilot_request: "pilot-requests", investor_interest: "investor-interest",
});
export const LEADS = Object.values(FORMS);

export class Staff {
  #login;

  /** @param {{url?: string, fetch?: typeof fetch, session?: any, ended?: () => void}} [options]  `ended()`: is staff no more */
  constructor({ url = "", fetch = (...given) => globalThis.fetch(...given), session, ended = () => {} } = {}) {
    this.url = url;
    this.fetch = fetch;
    this.ended = ended;
    const post = async (path, body) => (await this.#send("POST", path, { body })).json().catch(() => null);
    this.#login = new Login(session ?? globalThis.sessionStorage, KEPT, post, () => {});
  }

  /** Who has signed in, or null. */
  get person() {
    return this.#login.profile;
  }

  /** Signs in. @param {string} who @param {string} password @param {string} otp  of the second factor */
  async enter(who, password, otp) {
    const body = { username: who, password, otp, scope: "dev" };
    const given = await (await this.#send("POST", "/auth/login/", { body })).json();
    this.#login.keep({ ...given, profile: given.user });
  }

  /** Signs out; without an answer at least here. */
  leave() {
    return this.#login.leave().catch(() => null);
  }

  summary = (signal) => this.#json("GET", "/admin/summary/", { signal });
  logs = (query, signal) => this.#json("GET", `/admin/logs/?${asked(query)}`, { signal });
  people = (query, signal) => this.#json("GET", `/admin/users/?${asked(query)}`, { signal });
  one = (id, signal) => this.#json("GET", person(id), { signal });
  change = (id, body) => this.#json("PATCH", person(id), { body });
  leads = (list, query, signal) => this.#json("GET", `/admin/${list}/?${asked(query)}`, { signal });
  forget = (lead) => this.#asked("DELETE", `/admin/leads/${encodeURIComponent(lead)}/`);
  /** A mail; told again with the same key, it goes once. */
  send = (body, key = newId()) => this.#json("POST", "/admin/send-email/", { body, headers: { "Idempotency-Key": key } });

  /** A list of leads as a file. */
  async csv(list, query) {
    return (await this.#asked("GET", `/admin/${list}/?${asked({ ...query, format: "csv" })}`)).blob();
  }

  async #json(method, path, options = {}) {
    return (await this.#asked(method, path, options)).json();
  }

  /** As who has signed in; whoever is so no more is told by `ended`, once. */
  async #asked(method, path, options = {}) {
    if (this.#login.stale) await this.#login.renew(this.#login.access);
    for (let renewed = false; ; renewed = true) {
      const { access } = this.#login;
      if (!access) throw this.#over(new OrbitError("unauthenticated", "sign in", { status: 401 }));
      try {
        return await this.#send(method, path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${access}` } });
      } catch (error) {
        const { status, details } = /** @type {OrbitError} */ (error);
        if (!ENDED.has(status ?? 0) || isGuess(details)) throw error;
        if (status === 401 && !renewed && (await this.#login.renew(access))) continue;
        throw this.#over(error);
      }
    }
  }

  #over(error) {
    this.#login.forget();
    this.ended();
    return error;
  }

  #send(method, path, options) {
    return call(this.fetch, method, this.url + PREFIX + path, options);
  }
}

const person = (/** @type {string} */ id) => `/admin/users/${encodeURIComponent(id)}/`;

/** Whether what was told is refused, and not who tells it. @param {any} details */
const isGuess = (details) => Object.keys(details ?? {}).some((field) => !["Authorization", "scope"].includes(field));
