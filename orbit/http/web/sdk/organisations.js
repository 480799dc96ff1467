// @ts-check
/** Organisations: where one is a member, how one comes in, and out. */

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

  /** Comes in by the token of an invite's link: for the account of the address that was invited. @param {string} token */
  join(token) {
    return this.#rest("POST", "/orgs/accept-invite/", { body: { token } });
  }

  /** Is no member any more; the last admin stays one. @param {string} id */
  leave(id) {
    return this.#rest("POST", `/orgs/${encodeURIComponent(id)}/leave/`);
  }
}
