// @ts-check
/** Where in the console one is, as the fragment of its address says it. Pure. */

/** @typedef {{view: string, id: string, query: Record<string, string>}} Place */

/** @param {string} hash  as `#people/7f?search=ann` @returns {Place} */
export function read(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const [view, id = ""] = path.split("/");
  return { view, id: decoded(id), query: Object.fromEntries(new URLSearchParams(query)) };
}

/** What is blank is left out. @param {string} view @param {Record<string, any>} [query] @param {string} [id] */
export function written(view, query = {}, id = "") {
  const path = id ? `${view}/${encodeURIComponent(id)}` : view;
  const said = asked(query);
  return `#${path}${said && `?${said}`}`;
}

/** A query of what is not blank. @param {Record<string, any>} query */
export function asked(query) {
  const told = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return new URLSearchParams(told.map(([name, value]) => [name, String(value)])).toString();
}

function decoded(/** @type {string} */ part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not an escape after all
  }
}
