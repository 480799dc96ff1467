// @ts-check
/** What the pages for organisations say, in English; `words` is what this page speaks. */
import { counting, spoken } from "../page/language.js";

const plural = counting("en");

export const english = {
  title: "Your organisations",
  hint: "A team has an organisation: its members see each other by name, and nobody else sees that it is there.",
  none: "You are in none so far.",
  noneHint: "Make one here; or open the link of an invite, if somebody has mailed you one.",
  /** @param {string} day */
  made: (day) => `Made on ${day}`,
  /** @type {Record<string, string>} */
  roles: { ADMIN: "Admin", MANAGER: "Manager", MEMBER: "Member" },
  /** @type {Record<string, string>} what one may who is */
  may: {
    ADMIN: "All of it: gives roles, removes people, renames it, deletes it",
    MANAGER: "Invites people, and sees their addresses",
    MEMBER: "Sees who else is in it",
  },
  /** @type {Record<string, string>} */
  mine: {
    ADMIN: "You are an admin: you may change all of it.",
    MANAGER: "You are a manager: you may invite people. Admins say what everybody is.",
    MEMBER: "You are a member: you see who else is. Managers invite people, and admins say what everybody is.",
  },

  make: {
    title: "Make one",
    hint: "You are its admin then, and invite the others.",
    name: "What is it called?",
    nameHint: "Fence & Co",
    send: "Make it",
    sending: "Making it…",
    many: "You are in 100 already. Leave one first.",
  },

  gone: {
    title: "There is no such organisation",
    hint: "Or you are not in it, or not any more. Whoever invites you mails you a link.",
  },

  members: {
    title: "Members",
    search: "Search names and addresses",
    found: (/** @type {number} */ n) => plural(n, "member found", "members found"),
    none: "Nobody here is called that.",
    more: "Show more",
    you: "You",
    unnamed: "No name given",
    /** @param {string} day */
    since: (day) => `Since ${day}`,
    change: "Change",
    role: "What is this person?",
    ownRole: "What are you?",
    own: "This is you. Once you are less than an admin, only another admin can make you one again.",
    last: "You are the only admin. Make somebody else one first, then you can be less.",
    save: "Save",
    /** @param {string} name @param {string} role */
    changed: (name, role) => `${name}: ${role} from now on.`,
    removal: "Remove from the organisation",
    removalHint: "Access ends at once, on every device, and invites that this person has sent are void.",
    remove: "Remove",
    removing: "Removing…",
    /** @param {string} name */
    removed: (name) => `${name} is not in it any more.`,
    gone: "This person is not in it any more.",
  },

  invites: {
    title: "Invite by mail",
    hint: "A link is mailed, good once, within a week, for whoever has that address. Nobody else can use it.",
    email: "Mail address",
    emailHint: "name@example.org",
    role: "To be",
    send: "Invite",
    sending: "Sending…",
    /** @param {string} email */
    sent: (email) => `A mail is on its way to ${email}.`,
    above: "Somebody with more rights has invited this address. Ask an admin to change that.",
    inside: "Whoever has this address is a member already.",
    many: "200 people are invited. Take some of that back first.",
    waiting: "Invited, and not here yet",
    nobody: "Nobody is invited at the moment.",
    /** @param {string} role @param {string} day */
    until: (role, day) => `${role}, until ${day}`,
    /** @param {string} role @param {string} day */
    expired: (role, day) => `${role}, expired on ${day}`,
    withdraw: "Take back",
    remove: "Remove",
    /** @param {string} email */
    withdrawn: (email) => `Taken back: ${email}`,
  },

  name: {
    title: "Name",
    label: "What it is called",
    save: "Save",
    saved: "Saved",
  },

  leave: {
    title: "Leave",
    hint: "You see nothing of it any more, until somebody invites you again.",
    send: "Leave it",
    alone: "You are alone in it: delete it instead.",
    last: "You are the only admin. Make somebody else one first; or delete it.",
    sure: (/** @type {string} */ name) => `Leave “${name}”?`,
    keep: "Stay",
  },

  remove: {
    title: "Delete the organisation",
    hint: "It goes with all that it has, for everybody. It cannot be brought back.",
    ask: "Delete it…",
    /** @param {string} name @param {number} n */
    sure: (name, n) => `“${name}” goes for good, for ${plural(n, "member", "members")}, with all that it has.`,
    /** @param {string} name */
    sureForAll: (name) => `“${name}” goes for good, for everybody, with all that it has.`,
    type: "Type its name, to show that you mean it",
    wrong: "This is not its name.",
    keep: "Keep it",
    send: "Delete it for good",
    sending: "Deleting it…",
  },
};

export const words = await spoken(english, { de: () => import("./text.de.js") });
