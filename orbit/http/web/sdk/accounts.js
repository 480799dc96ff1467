// @ts-check
/**
 * Accounts: passwords beside codes, what is said of oneself, and where one has signed in.
 *
 * Who has signed in is the SDK's to know: this only asks, and hands over what it is given.
 */

/**
 * @typedef {object} Ways  how the SDK asks, and what it does with an answer
 * @property {(method: string, path: string, options?: {body?: any, as?: "json" | "blob"}) => Promise<any>} rest  as who we are
 * @property {(path: string, body: any) => Promise<any>} asNobody
 * @property {(given: any) => void} enter  somebody has signed in
 * @property {(given: any) => void} know  the tokens, or the name, are others
 * @property {() => Promise<void>} look  whether we are still signed in
 * @property {() => void} leave  we are signed in no more
 */

import { OrbitError } from "./failure.js";

const WHOLE = '"complete":true'; // the last field of a file that came whole
const FACTOR = "/account/2fa/";
const SESSIONS = "/auth/sessions/";

export class Accounts {
  #ways;

  /** @param {Ways} ways */
  constructor(ways) {
    this.#ways = ways;
  }

  /**
   * Makes an account with a password, and signs in.  Its address counts for nothing until
   * it is shown to be ours.
   * @param {{email: string, password: string, name?: string, username?: string}} who
   */
  async register(who) {
    return this.#enter(await this.#ways.asNobody("/auth/register/", who));
  }

  /** Signs in by a password. @param {string} who  a mail address, or a user name */
  async signIn(who, /** @type {string} */ password) {
    return this.#enter(await this.#ways.asNobody("/auth/login/", { username: who, password }));
  }

  #enter(/** @type {any} */ given) {
    this.#ways.enter({ ...given, profile: given.user });
    return given.user;
  }

  /**
   * Goes on signing in, with a code of a second factor: the `challenge` is in the details
   * of the error `second_factor` that signing in was refused with.
   * @param {string} challenge
   */
  async answer(challenge, /** @type {string} */ code) {
    return this.#enter(await this.#ways.asNobody("/auth/2fa/", { challenge, code }));
  }

  /** Has a link mailed by which a password can be chosen. @param {string} email */
  forgot(email) {
    return this.#ways.asNobody("/auth/password/forgot/", { email });
  }

  /** Chooses a password; whoever was signed in to that account is not any more. @param {string} token */
  async reset(token, /** @type {string} */ password) {
    await this.#ways.asNobody("/auth/password/reset/", { token, password });
    await this.#ways.look();
  }

  /** Who we are, and what is said of us. */
  me() {
    return this.#ways.rest("GET", "/users/me/");
  }

  /** Says something else of us. @param {any} told */
  async edit(told) {
    const user = await this.#ways.rest("PATCH", "/users/me/", { body: told });
    this.#ways.know({ profile: user });
    return user;
  }

  /** Changes the password; everywhere else we are signed in no more. @param {string} current */
  async changePassword(current, /** @type {string} */ next) {
    const body = { current_password: current, new_password: next };
    const given = await this.#ways.rest("PATCH", "/account/password/", { body });
    this.#ways.know({ ...given, profile: given.user });
  }

  /**
   * Has a link mailed to another address, which is ours once that is opened.
   * @param {string} email
   * @param {string} [password]  needed where one has signed in more than ten minutes ago
   */
  changeEmail(email, password = "") {
    return this.#ways.rest("PATCH", "/account/email/", { body: { email, password } });
  }

  /** Has the link mailed again that shows that our address is ours. */
  resendLink() {
    return this.#ways.rest("POST", "/account/email/resend/");
  }

  /** Shows that an address is ours, by the token of such a link. @param {string} token */
  async verify(token) {
    const given = await this.#ways.rest("POST", "/account/email/verify/", { body: { token } });
    this.#ways.know({ ...given, profile: given.user });
    return given.user;
  }

  /** Whether we have a second factor. */
  factor() {
    return this.#ways.rest("GET", FACTOR);
  }

  /** A secret for an app; it counts once it is confirmed. @param {string} [password]  as in `changeEmail` */
  enrol(password = "") {
    return this.#ways.rest("POST", FACTOR, { body: { password } });
  }

  /** Has a second factor from now on. @param {string} code  of the app @returns {Promise<string[]>}  recovery codes, this once */
  async confirm(code) {
    return (await this.#ways.rest("POST", `${FACTOR}confirm/`, { body: { code } })).recovery_codes;
  }

  /** Other recovery codes. @param {string} code @param {string} [password] @returns {Promise<string[]>} */
  async renewRecovery(code, password = "") {
    return (await this.#ways.rest("POST", `${FACTOR}recovery-codes/`, { body: { code, password } })).recovery_codes;
  }

  /** Has no second factor any more. @param {string} code @param {string} [password] */
  endFactor(code, password = "") {
    return this.#ways.rest("POST", `${FACTOR}disable/`, { body: { code, password } });
  }

  /** Where we are signed in, the place that was used last first. @returns {Promise<any[]>} */
  async sessions() {
    return (await this.#ways.rest("GET", SESSIONS)).results;
  }

  /** Ends one of them. @param {string} id */
  endSession(id) {
    return this.#ways.rest("DELETE", `${SESSIONS}${encodeURIComponent(id)}/`);
  }

  /** Signs out here and everywhere else. */
  async signOutEverywhere() {
    await this.#ways.rest("POST", "/auth/logout/", { body: { everywhere: true } });
    this.#ways.leave();
  }

  /** How much we have, and what we did of late. */
  summary() {
    return this.#ways.rest("GET", "/dashboard/summary/");
  }

  /** What we want to be told, and to have done for us. */
  settings() {
    return this.#ways.rest("GET", "/settings/");
  }

  /** Wants something else; what is left out stays. @param {"notifications" | "automation"} group @param {any} told */
  editSettings(group, told) {
    return this.#ways.rest("PATCH", `/settings/${group}/`, { body: told });
  }

  /** All that there is of us, as a file. @param {string} [password]  as in `changeEmail` @returns {Promise<Blob>} */
  async exportAll(password = "") {
    const file = await this.#ways.rest("POST", "/account/export/", { body: { password }, as: "blob" });
    const end = await file.slice(-2 * WHOLE.length).text();
    if (!end.includes(WHOLE)) throw new OrbitError("unavailable", "not all of it could be read", { retry: true });
    return file;
  }

  /** What there is of us on boards. */
  belongings() {
    return this.#ways.rest("GET", "/identity/ghost/me/");
  }

  /** What `erase` does: how much goes, and what stays how long. */
  foreseeErasure() {
    return this.#ways.rest("GET", "/account/erasure/");
  }

  /** Erases the account, and all that it wrote. */
  async erase() {
    await this.#ways.rest("DELETE", "/identity/ghost/me/").catch((error) => {
      if (error.status !== 401) throw error; // it was done before
    });
    this.#ways.leave();
  }
}
