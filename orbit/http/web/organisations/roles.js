// @ts-check
/**
 * Who may do what in an organisation, as far as a page has to know it beforehand: what one
 * may not do is not offered.  The server decides all the same.  Pure.
 *
 * @typedef {import("../sdk/organisations.js").OrgRole} Role
 * @typedef {{id: string, role: Role, name: string, username: string, email: string}} Member
 */

/** From the one that may most. */
export const ROLES = Object.freeze(/** @type {Role[]} */ (["ADMIN", "MANAGER", "MEMBER"]));

/** Whether a role may all that another may. @param {Role} role @param {Role} other */
export const reaches = (role, other) => ROLES.indexOf(role) <= ROLES.indexOf(other);

/** What one may invite others to be: nobody invites above what he is. @param {Role} role */
export const givable = (role) => ROLES.filter((other) => reaches(role, other));

/**
 * Why somebody may not leave, or be less: he is alone in it, or its only admin.
 * @param {Member[]} members
 * @param {boolean} isWhole  whether these are all
 * @param {Role} role  what he is
 * @returns {"alone" | "last" | ""}
 */
export function held(members, isWhole, role) {
  if (role !== "ADMIN" || !isWhole) return "";
  if (members.length === 1) return "alone";
  return members.filter((member) => member.role === "ADMIN").length === 1 ? "last" : "";
}

/** What somebody is called: what he says, or what else is known of him. @param {Member} member */
export const called = ({ name, username, email }) => name || username || email;

/** Those whose name or address has all words. @template {Member} M @param {M[]} members @param {string} words */
export function matching(members, words) {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const has = ({ name, username, email }) => {
    const all = `${name} ${username} ${email}`.toLocaleLowerCase();
    return wanted.every((word) => all.includes(word));
  };
  return members.filter(has);
}
