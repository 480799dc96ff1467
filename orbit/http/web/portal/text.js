// @ts-check
/** What the pages of one's own say, in English; `words` is what this page speaks. */
import { counting, spoken } from "../page/language.js";

const plural = counting("en");

/** @type {Record<string, string>} */
const roles = { ADMIN: "admin", MANAGER: "manager", MEMBER: "member" };

/** @param {string} ip  masked */
const from = (ip) => (ip ? ` (from ${ip})` : "");

export const english = {
  ways: {
    title: "Yours",
    pages: {
      dashboard: "Overview", notices: "Notices", organisations: "Organisations", settings: "Settings",
      account: "Account", privacy: "Privacy",
    },
  },

  dashboard: {
    title: "Overview",
    /** @param {string} name */
    greeting: (name) => `Hello, ${name}`,
    /** @type {Record<string, (n: number) => string>} */
    metrics: {
      boards: (n) => (n === 1 ? "board" : "boards"),
      notes: (n) => (n === 1 ? "note" : "notes"),
      upvotes: (n) => (n === 1 ? "vote given" : "votes given"),
      organisations: (n) => (n === 1 ? "organisation" : "organisations"),
      sessions: (n) => (n === 1 ? "sign-in" : "sign-ins"),
      unread_notices: (n) => (n === 1 ? "new notice" : "new notices"),
    },
    none: "You are on no board yet",
    make: "Make or open one",
    recent: "What happened of late",
    others: "Not by you",
    /** @param {string} ip  masked */
    from: (ip) => `from ${ip}`,
    /** @type {Record<string, string>} */
    acts: {
      registered: "Account made",
      "sign-in": "Signed in",
      "sign-in-refused": "Signing in was refused",
      "sign-out": "Signed out",
      "refresh-reused": "A sign-in was shown twice, and ended",
      "password-changed": "Password changed",
      "password-reset": "Password chosen anew by a mailed link",
      "password-refused": "A password was wrong",
      "address-shown": "Mail address confirmed",
      "second-factor-on": "Second factor switched on",
      "second-factor-off": "Second factor switched off",
      "recovery-codes-renewed": "Other recovery codes",
      "second-factor-refused": "A code was wrong",
      "role-given": "What this account may do was changed",
      suspended: "Account suspended",
      resumed: "Account no longer suspended",
      "console-used": "Console used",
      "console-refused": "The console was refused",
      operated: "The operator key was used",
      "operator-refused": "An operator key was wrong",
      "organisation-made": "Organisation made",
      "organisation-changed": "Organisation changed",
      "organisation-deleted": "Organisation deleted",
      "organisation-role-given": "Role in an organisation given",
      "organisation-member-removed": "Member of an organisation removed",
      "organisation-left": "Organisation left",
      "organisation-invited": "Invited to an organisation",
      "organisation-invite-taken-back": "Invite to an organisation taken back",
      "organisation-joined": "Came into an organisation",
      "board-claimed": "Board claimed",
      "board-link-made": "New admin link of a board",
      "board-exported": "Board exported",
      "data-exported": "All data downloaded",
      erased: "Account erased",
      "trail-purged": "Old records removed",
    },
  },

  notices: {
    title: "Notices",
    none: "Nothing has happened yet",
    noneHint: "Invites come here, and what changes in your organisations. What you are told is for you to say:",
    settings: "settings",
    more: "Show more",
    readAll: "I have read them all",
    allRead: "All are read.",
    read: "I have read it",
    unread: "New",
    /** @type {Record<string, (data: Record<string, string>) => string>} */
    kinds: {
      board_invited: ({ title }) => `You are invited to the board “${title}”.`,
      organisation_invited: ({ name, role }) => `You are invited to the organisation “${name}”, as ${roles[role] ?? role}.`,
      organisation_joined: ({ name, member }) => `${member || "Somebody"} has come to “${name}” by your invite.`,
      organisation_role: ({ name, role }) => `What you are in “${name}” from now on: ${roles[role] ?? role}.`,
      organisation_left: ({ name }) => `You are not in “${name}” any more: an admin has removed you.`,
      organisation_removed: ({ name }) => `“${name}” is not there any more: an admin has deleted it.`,
      sign_in: ({ device, ip }) => `Signed in${device && ` by ${device}`}, where it was not so far${from(ip)}. If it was not you, end that sign-in.`,
      refresh_reused: ({ ip }) => `A sign-in of yours was shown twice, perhaps by a thief${from(ip)}. It has ended.`,
      password_changed: ({ ip }) => `Your password was changed${from(ip)}.`,
      password_reset: ({ ip }) => `Your password was chosen anew by a mailed link${from(ip)}.`,
      address_shown: ({ ip }) => `Your mail address was confirmed${from(ip)}.`,
      second_factor_on: ({ ip }) => `Your second factor was switched on${from(ip)}.`,
      second_factor_off: ({ ip }) => `Your second factor was switched off${from(ip)}.`,
      recovery_codes_renewed: ({ ip }) => `You have other recovery codes${from(ip)}.`,
      role_given: () => "Those who run this site have changed what you may do.",
      suspended: () => "Those who run this site have suspended your account.",
      resumed: () => "Your account is yours again.",
      data_exported: ({ ip }) => `All that is kept of you was downloaded${from(ip)}.`,
    },
    device: (/** @type {string} */ browser, /** @type {string} */ system) => (browser && system ? `${browser} on ${system}` : browser),
    other: "Something has happened that this page has no words for yet. Load it again.",
  },

  privacy: {
    title: "Privacy",
    hint: "What there is of you here is yours: have it, and have it gone.",
    file: {
      title: "All your data",
      hint: "One file, for people and programs (JSON): your account, settings, sign-ins, organisations and notices, what you wrote and voted on boards, and what was recorded of what you did. What others wrote is not in it.",
      send: "Download it",
      sending: "Putting it together…",
      done: "It is among your downloads.",
    },
    kept: {
      title: "How long it is kept",
      /** @type {(days: number) => [string, string][]} */
      all: (days) => [
        ["What you say of yourself", "As long as you have an account."],
        ["Your boards", "30 days, and for good if your account has claimed them. Your notes on boards of others: as long as those."],
        ["Sign-ins", "Until they end: by signing out, or when they are not used for a week; after 30 days at the latest. By what you signed in is known for 90 days, as a mark that shows neither browser nor network: so the same one is no news."],
        ["Notices", "90 days. Those that you have read as long as your settings say."],
        ["What was recorded of what you did", `${plural(days, "day", "days")}: signing in, changes of passwords and rights, and so on, with the beginning of the network address. Nobody can change it.`],
      ],
    },
  },

  erasure: {
    title: "Erase your account",
    hint: "Nothing of it can be brought back.",
    atOnce: "Goes at once",
    account: "Your account, with its name, address and password.",
    /** @param {number} boards @param {number} notes @param {number} upvotes */
    onBoards: (boards, notes, upvotes) =>
      `On ${plural(boards, "board", "boards")}: ${plural(notes, "note", "notes")} and ${plural(upvotes, "vote", "votes")}, from their history, too.`,
    signIns: (/** @type {number} */ n) => `${plural(n, "sign-in", "sign-ins")}: you are signed out everywhere.`,
    notices: (/** @type {number} */ n) => `${plural(n, "notice", "notices")}.`,
    forms: (/** @type {number} */ n) => `${plural(n, "letter", "letters")} that you wrote to those who run this site.`,
    left: (/** @type {string} */ name) => `You are in “${name}” no more.`,
    removed: (/** @type {string} */ name) => `“${name}” goes, too: nobody else is in it.`,
    later: "Stays for a while",
    trail: (/** @type {number} */ days) => `For ${plural(days, "day", "days")}, that somebody did what was recorded. It does not name you any more.`,
    copies: "In copies that those who run this site have made of their database, as long as they keep them.",
    stuck: "First these need another admin: others are in them, and you are the only one who leads them. Make somebody an admin, or delete them.",
    ask: "Erase my account…",
    /** @param {string} email */
    sure: (email) => `This is the account of ${email}. What you have written goes with it, for everybody.`,
    keep: "Keep it",
    erase: "Erase everything",
    erasing: "Erasing…",
  },

  settings: {
    title: "Settings",
    save: "Save",
    saved: "Saved",
    notifications: {
      title: "What you are told",
      /** @type {Record<string, [string, string]>} */
      fields: {
        invitations: ["Invites", "A notice when you are invited to a board or an organisation."],
        organisations: ["Organisations", "A notice when your role changes, when you are removed, or when somebody comes by your invite."],
        invitation_mails: ["Invites by mail", "They come to your mail address, too. The last line of each such mail switches this off as well."],
        security: ["Security", "A notice when somebody signs in on another device, or when what you sign in by changes."],
      },
      always: "It is always on.",
      unverified: "You can change it once your mail address is shown to be yours: your account says how.",
    },
    automation: {
      title: "What is done for you",
      /** @type {Record<string, [string, string]>} */
      fields: {
        claim_boards: ["Keep my boards", "A board that you make is your account’s at once, so it does not end after 30 days. On the board nobody sees that."],
      },
      days: "Read notices go after so many days",
      daysHint: "From 1 to 90. Those that you have not read go after 90.",
      outside: "This is a number from 1 to 90.",
    },
  },
};

export const words = await spoken(english, { de: () => import("./text.de.js") });
