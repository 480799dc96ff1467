// @ts-check
/**
 * The operator's room of a node: what may be asked and done there, with its key.
 * It touches no page, and keeps no more than what its nodes did while somebody looked.
 */
import { call } from "./call.js";
import { History } from "./figures.js";

const PREFIX = "/api/v1/node";

export class Room {
  /** @param {string} key  @param {{url?: string, fetch?: typeof fetch}} [options] */
  constructor(key, { url = "", fetch = (...given) => globalThis.fetch(...given) } = {}) {
    this.headers = { Authorization: `Bearer ${key}` };
    this.url = url;
    this.fetch = fetch;
    this.history = new History();
  }

  nodes = (signal) => this.#ask("GET", "/nodes/", { signal });
  top = (by, signal) => this.#ask("GET", `/top/?by=${by}&limit=50`, { signal });
  connections = (node, signal) =>
    this.#ask("GET", `/connections/?node=${encodeURIComponent(node)}&limit=100`, { signal });
  where = (board, signal) => this.#ask("GET", of(board), { signal });
  drain = (node) => this.#ask("POST", "/drain/", { body: { node } });
  verify = (board) => this.#ask("GET", `${of(board)}verify/`);
  evict = (board) => this.#ask("POST", `${of(board)}evict/`);
  move = (board, node) => this.#ask("POST", `${of(board)}move/`, { body: { node } });
  kill = (id) => this.#ask("DELETE", `/connections/${encodeURIComponent(id)}/`);

  /**
   * Gives each event of a board as it is committed, until `signal` says enough.
   * @param {string} board  @param {{content: boolean, since?: number, signal: AbortSignal}} how
   */
  async *trace(board, { content, since, signal }) {
    const after = since === undefined ? "" : `&since=${since}`;
    const path = `${of(board)}trace/?content=${content}${after}`;
    const answer = await this.#call("GET", path, { signal });
    let rest = "";
    const reader = /** @type {ReadableStream} */ (answer.body).getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) yield JSON.parse(line);
    }
  }

  async #ask(method, path, options = {}) {
    return (await this.#call(method, path, options)).json();
  }

  #call(method, path, options) {
    return call(this.fetch, method, this.url + PREFIX + path, { ...options, headers: this.headers });
  }
}

const of = (/** @type {string} */ board) => `/boards/${encodeURIComponent(board)}/`;
