// @ts-check
/** What a notice says, and where it leads.  Pure. */
import { device } from "../account/device.js";
import { plain } from "../page/plain.js";
import { PATHS, boardPath, organisationPath } from "../page/route.js";

/** @typedef {{kind: string, data: Record<string, string>}} Notice */

/** @type {Record<string, (data: Record<string, string>) => [string, string?]>} */
const ONWARD = {
  board_invited: ({ board }) => ["mail", board && boardPath(board)],
  organisation_invited: ({ token }) => ["mail", token && `${PATHS.join}#${token}`],
  organisation_joined: ({ organisation }) => ["people", organisation && organisationPath(organisation)],
  organisation_role: ({ organisation }) => ["people", organisation && organisationPath(organisation)],
  organisation_left: () => ["out"],
  organisation_removed: () => ["trash"],
  refresh_reused: () => ["report", PATHS.account],
  role_given: () => ["person", PATHS.account],
  suspended: () => ["mute"],
  resumed: () => ["check"],
  data_exported: () => ["file", PATHS.privacy],
};
const OF_SIGN_INS = [
  "sign_in", "password_changed", "password_reset", "address_shown", "second_factor_on", "second_factor_off",
  "recovery_codes_renewed",
];
for (const kind of OF_SIGN_INS) ONWARD[kind] = () => ["lock", PATHS.account];

/** An icon, and the path of what it is about, if there is one. @param {Notice} notice @returns {[string, string?]} */
export const onward = ({ kind, data }) => ONWARD[kind]?.(data) ?? ["bell"];

/**
 * In words; of a kind that is not known yet, that there is something.
 * @param {Notice} notice
 * @param {{kinds: Record<string, (data: Record<string, string>) => string>, other: string,
 *   device: (browser: string, system: string) => string}} words
 */
export function said({ kind, data }, { kinds, other, device: name }) {
  const harmless = Object.fromEntries(Object.entries(data).map(([field, text]) => [field, plain(text)]));
  return kinds[kind]?.({ ...harmless, device: called(data, { device: name }) }) ?? other;
}

/**
 * What somebody was at, as far as it said; else nothing.
 * @param {Record<string, string>} data @param {{device: (browser: string, system: string) => string}} words
 */
export function called({ agent = "" }, { device: name }) {
  const { browser, system } = device(plain(agent));
  return name(browser, system);
}
