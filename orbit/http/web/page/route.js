// @ts-check
/** Which page an address means, and the addresses of pages. */
import { memory } from "./memory.js";

/** Where pages are; the last three stand in mails. */
export const PATHS = {
  home: "/", signIn: "/sign-in", register: "/register", forgot: "/forgot",
  dashboard: "/dashboard", notices: "/notices", organisations: "/organisations", settings: "/settings",
  account: "/account", privacy: "/privacy",
  reset: "/reset", verify: "/verify", join: "/join",
};
const PAGES = new Map(Object.entries(PATHS).map(([page, path]) => [path, page]));

/** @returns {{page: keyof typeof PATHS | "lost"} | {page: "board" | "organisation", id: string}} */
export function route() {
  const { pathname } = location;
  const [, kind, id] = /^\/(b|organisations)\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (id) return { page: kind === "b" ? "board" : "organisation", id: decoded(id) };
  const path = pathname.replace(/(.)\/$/, "$1");
  return { page: /** @type {keyof typeof PATHS | undefined} */ (PAGES.get(path)) ?? "lost" };
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
  dropFragment();
}

/** Takes the whole fragment, which is a secret out of a mail, out of the address bar. */
export function takeSecret() {
  const secret = decoded(location.hash.slice(1));
  dropFragment();
  return secret;
}

function dropFragment() {
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** @param {string} id */
export const boardPath = (id) => `/b/${encodeURIComponent(id)}`;

/** @param {string} id */
export const organisationPath = (id) => `${PATHS.organisations}/${encodeURIComponent(id)}`;

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
