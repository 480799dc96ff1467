// @ts-check
/**
 * Organisations: where one is a member, who else is, and what those who run them do.
 *
 * @typedef {"ADMIN" | "MANAGER" | "MEMBER"} OrgRole
 */

/** @param {string} id */
const below = (id) => `/orgs/${encodeURIComponent(id)}/`;

export class Organisations {
  #rest;

  /** @param {(method: string, path: string, options?: {body?: any}) => Promise<any>} rest  as who we are */
  constructor(rest) {
    this.#rest = rest;
  }

  /** Where we are a member, by name. @returns {Promise<any[]>} */
  async mine() {
    return (await this.#rest("GET", "/orgs/")).results;
  }

  /** One that we are in. @param {string} id */
  get(id) {
    return this.#rest("GET", below(id));
  }

  /** Makes one, whose admin we are. @param {string} name */
  make(name) {
    return this.#rest("POST", "/orgs/", { body: { name } });
  }

  /** Gives it another name, as an admin. @param {string} id @param {string} name */
  rename(id, name) {
    return this.#rest("PATCH", below(id), { body: { name } });
  }

  /** Removes it with all that it has, as an admin. @param {string} id */
  remove(id) {
    return this.#rest("DELETE", below(id));
  }

  /**
   * Its members, a page of them.
   * @param {string} id
   * @param {string | null} [cursor]  `next` of the page before
   * @returns {Promise<{results: any[], next: string | null}>}
   */
  members(id, cursor = null) {
    const from = cursor ? `?cursor=${encodeURIComponent(cursor)}` : "";
    return this.#rest("GET", `${below(id)}members/${from}`);
  }

  /** Says what a member is, as an admin. @param {string} id @param {string} member @param {OrgRole} role */
  giveRole(id, member, role) {
    return this.#rest("POST", `${below(id)}members/${encodeURIComponent(member)}/role/`, { body: { role } });
  }

  /** Removes a member, as an admin. @param {string} id @param {string} member */
  dismiss(id, member) {
    return this.#rest("DELETE", `${below(id)}members/${encodeURIComponent(member)}/`);
  }

  /** Has an invite mailed, to be no more than we are. @param {string} id @param {string} email @param {OrgRole} role */
  invite(id, email, role) {
    return this.#rest("POST", `${below(id)}invite/`, { body: { email, role } });
  }

  /** Takes an invite back; who has come by it stays. @param {string} id @param {string} email */
  withdraw(id, email) {
    return this.#rest("DELETE", `${below(id)}invite/`, { body: { email } });
  }

  /** Who is invited and has not come, the last one first; for those who invite. @param {string} id @returns {Promise<any[]>} */
  async invites(id) {
    return (await this.#rest("GET", `${below(id)}invites/`)).results;
  }

  /** What an invite is to, by the token of its link; nobody has to have signed in. @param {string} token @returns {Promise<{name: string}>} */
  readInvite(token) {
    return this.#rest("POST", "/orgs/read-invite/", { body: { token } });
  }

  /** Comes in by the token of an invite's link: for the account of the address that was invited. @param {string} token */
  join(token) {
    return this.#rest("POST", "/orgs/accept-invite/", { body: { token } });
  }

  /** Is no member any more; the last admin stays one. @param {string} id */
  leave(id) {
    return this.#rest("POST", `${below(id)}leave/`);
  }
}
