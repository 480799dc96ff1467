// @ts-check
/**
 * What this browser remembers: boards seen, admin tokens, a name, what was chosen.
 * Where storage is forbidden everything works and nothing is remembered.
 */

const RECENT = 12;

/** @typedef {{id: string, title: string, at: number, made?: boolean}} Seen */

/** @param {string} key @param {any} otherwise */
function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`orbit:${key}`) ?? "null") ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {string} key @param {any} value  null forgets */
function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(`orbit:${key}`);
    else localStorage.setItem(`orbit:${key}`, JSON.stringify(value));
  } catch {
    // forbidden or full: remembered for no longer than this page
  }
}

export const memory = {
  /** @returns {Seen[]} latest first */
  boards: () => read("boards", []),

  /** @param {Seen} board */
  see(board) {
    const others = memory.boards().filter(({ id }) => id !== board.id);
    const before = memory.boards().find(({ id }) => id === board.id);
    write("boards", [{ ...before, ...board }, ...others].slice(0, RECENT));
  },

  /** @param {string} id */
  forget(id) {
    write("boards", memory.boards().filter((board) => board.id !== id));
    write(`admin:${id}`, null);
    write(`offered:${id}`, null);
    write(`invite:${id}`, null);
  },

  /** @param {string} id @returns {string | undefined} */
  adminToken: (id) => read(`admin:${id}`, undefined),

  /** @param {string} id @param {string} token */
  keepAdminToken: (id, token) => write(`admin:${id}`, token),

  /** A token from a link, as long as nobody knows whether it is good. @param {string} id */
  offered: (id) => read(`offered:${id}`, undefined),

  /** @param {string} id @param {string | null} token */
  offer: (id, token) => write(`offered:${id}`, token),

  /** The token of an invite that has not been used here. @param {string} id @returns {string | undefined} */
  invite: (id) => read(`invite:${id}`, undefined),

  /** @param {string} id @param {string | null} token */
  keepInvite: (id, token) => write(`invite:${id}`, token),

  /** Whether somebody waits to be let into a board. @param {string} id @returns {boolean} */
  asked: (id) => read(`asked:${id}`, false),

  /** @param {string} id @param {boolean} asked */
  keepAsked: (id, asked) => write(`asked:${id}`, asked || null),

  /** @returns {{named: boolean, name: string, colour: string}} */
  author: () => ({ named: false, name: "", colour: "YELLOW", ...read("author", {}) }),

  /** @param {{named: boolean, name: string, colour: string}} author */
  keepAuthor: (author) => write("author", author),

  /** Whether one signs in by a password on this device. @returns {boolean | null}  null: one never has */
  hasPassword: () => read("by-password", null),

  /** @param {boolean} has */
  keepHasPassword: (has) => write("by-password", has),

  /** Whether to go where who runs a meeting points to. @returns {boolean} */
  follows: () => read("follows", false),

  /** @param {boolean} follows */
  keepFollows: (follows) => write("follows", follows || null),

  /** @returns {"light" | "dark" | null}  null: as the system says */
  theme: () => read("theme", null),

  /** @param {"light" | "dark" | null} theme */
  keepTheme: (theme) => write("theme", theme),

  /** @returns {string | null}  null: as the browser says */
  language: () => read("language", null),

  /** @param {string} language */
  keepLanguage: (language) => write("language", language),
};
