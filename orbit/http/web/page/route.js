// @ts-check
/** Which page an address means, and the addresses of pages. */
import { memory } from "./memory.js";

/** @returns {{page: "home"} | {page: "board", id: string} | {page: "lost"}} */
export function route() {
  const { pathname } = location;
  if (pathname === "/") return { page: "home" };
  const id = /^\/b\/([^/]+)\/?$/.exec(pathname)?.[1];
  return id ? { page: "board", id: decoded(id) } : { page: "lost" };
}

/**
 * Takes a token out of the fragment, and the fragment out of the address bar: an admin's,
 * or an invite's.  An admin's is kept beside the one we have, which may be the only good
 * one, until it is tried.
 */
export function takeToken(/** @type {string} */ id) {
  const [, what, token] = /^#(admin|invite)=(.+)$/.exec(location.hash) ?? [];
  if (!token) return;
  if (what === "admin") memory.offer(id, decoded(token));
  else memory.keepInvite(id, decoded(token));
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** @param {string} id */
export const boardPath = (id) => `/b/${encodeURIComponent(id)}`;

/** @param {string} id */
export const boardUrl = (id) => location.origin + boardPath(id);

/** @param {string} id @param {string} token */
export const adminUrl = (id, token) => `${boardUrl(id)}#admin=${encodeURIComponent(token)}`;

function decoded(/** @type {string} */ part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not an escape after all
  }
}
