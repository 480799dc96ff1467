// @ts-check
/** What the pages for accounts say, in English; `words` is what this page speaks. */
import { counting, spoken } from "../page/language.js";

const plural = counting("en");

export const english = {
  email: "Your mail address",
  emailHint: "you@example.org",
  password: "Password",
  newPassword: "New password",
  /** @param {number} least */
  passwordHint: (least) => `${plural(least, "character", "characters")} or more. A few words that nobody would guess are best.`,
  wrongPassword: "This is not the password.",
  code: "The six digits",
  notSix: "These are six digits.",
  wrongCode: "This is not the code, or not any more.",
  name: "What you want to be called",
  nameHint: "Not shown on any note, unless you sign it",
  save: "Save",
  saved: "Saved",
  cancel: "Never mind",
  sure: "You have signed in a while ago. Type your password, so that we know it is you. If you have none, sign out and in again.",

  enter: {
    /** @type {Record<"signIn" | "register" | "forgot", string>} */
    titles: { signIn: "Sign in", register: "Make an account", forgot: "Forgotten your password?" },
    how: "How you sign in",
    byCode: "Code by mail",
    byPassword: "Password",
    hint: "We mail you a code: no password. What you have written on this device stays yours, and you find it on every other.",
    anonymous: "Your notes stay as anonymous as they are. Nobody on a board learns who you are, or that you have signed in.",
    send: "Mail me a code",
    sending: "Sending…",
    /** @param {string} email */
    sent: (email) => `A code is on its way to ${email}. It is good for ten minutes.`,
    other: "Another address",
    again: "Mail another code",
    sentAgain: "Another one is on its way. The one before is void.",
    who: "Mail address or user name",
    wrong: "There is no account with this name and this password.",
    enter: "Sign in",
    entering: "Signing in…",
    toForgot: "Forgotten it?",
    toRegister: "Make an account with a password",
    toSignIn: "I have an account",
    registerHint: "For who would rather have a password. Once the account is made, open the link that we mail you: it shows that the address is yours. With a code by mail you need neither.",
    register: "Make the account",
    registering: "Making it…",
    nameMaybe: "What you want to be called (you need not say)",
    taken: "There is an account of this address. Sign in, or choose another password.",
    forgotHint: "We mail you a link, good for half an hour, with which you choose another one. It does not matter whether you ever had one.",
    forgot: "Mail me a link",
    /** @param {string} email */
    mailed: (email) => `If mails to ${email} arrive, a link is on its way. Look among junk, too.`,
    back: "Back to signing in",
    factorHint: "Your account has a second factor: open your authenticator app.",
    factor: "Code of the app",
    factorCode: "Six digits, or one of your recovery codes",
    home: "All boards",
  },

  take: {
    /** @param {number} n */
    conflict: (n) =>
      `On ${plural(n, "board", "boards")} this device wrote something that is not your account’s yet.`,
    take: "Take it into my account",
    taken: "It is your account’s now.",
    /** @param {number} n */
    takenMostly: (n) =>
      `It is your account’s now. On ${plural(n, "board", "boards")} both have written: there your votes count once, and the notes of this device stay as they are.`,
  },

  mine: {
    title: "Your account",
    all: "Password, sign-ins, and more",
    overview: "Overview",
    signOut: "Sign out",
    signOutHint: "This device forgets you. Your notes stay yours: sign in again.",
  },

  profile: {
    title: "About you",
    organization: "Organisation",
    bio: "A few words about you",
    address: "Mail address",
    verified: "Confirmed",
    unverified: "Nobody has shown yet that this address is yours: until then your account gets no invites, and takes in nothing that you wrote before. Open the link in the mail that we sent you.",
    again: "Mail the link again",
    change: "Take another address",
    changeHint: "We mail a link to the new one. Nothing changes before you open it; then you are signed out everywhere else.",
    newEmail: "New mail address",
    send: "Mail the link",
    /** @param {string} email */
    sent: (email) => `A link is on its way to ${email}. It is good for a day.`,
    same: "This is the address that you have.",
  },

  change: {
    title: "Password",
    hint: "Everywhere else you are signed out then.",
    current: "Current password",
    send: "Change it",
    done: "Your password is changed.",
    none: "You have none, or do not know it?",
    without: "You have no password so far. Have a link mailed, below, and choose one.",
  },

  factor: {
    title: "Second factor",
    enabled: "On",
    hint: "Whoever signs in then needs a code of an app on your phone, too. So a stolen password, or a mailbox that others read, is not enough.",
    unverified: "First show that your mail address is yours.",
    enrol: "Set it up",
    scan: "Scan this with an authenticator app:",
    type: "Or type its secret there:",
    secret: "Secret for the app",
    show: "Then type the six digits that the app shows.",
    code: "Code of the app",
    confirm: "Switch it on",
    on: "Your second factor is on.",
    codesHint: "Should you lose your phone, each of these codes lets you in once. They are shown only now: print them, or keep them where you keep passwords.",
    download: "Save as a file",
    kept: "I have kept them",
    /** @param {string} day */
    since: (day) => `On since ${day}.`,
    left: (/** @type {number} */ n) => `You have ${plural(n, "recovery code", "recovery codes")} left.`,
    renew: "New recovery codes",
    renewed: "Here are other codes. Those that you had are void.",
    end: "Switch it off",
    ended: "Your second factor is off.",
  },

  sessions: {
    title: "Where you are signed in",
    /** @param {string} browser @param {string} system */
    device: (browser, system) => (system ? `${browser} on ${system}` : browser),
    unknown: "A device that does not say what it is",
    here: "This device",
    /** @param {string} last @param {string} since */
    times: (last, since) => `Last used ${last}, since ${since}`,
    end: "Sign out",
    /** @param {string} device */
    ended: (device) => `Signed out: ${device}`,
    endOthers: "Sign out all others",
    othersEnded: "You are signed in here alone.",
    everywhere: "Sign out everywhere",
    /** @param {number} n */
    all: (n) => `Show all ${n}`,
  },

  reset: {
    open: ["Choose a new password", "You are signed out everywhere then, and sign in with the new one."],
    send: "Use this password",
    sending: "Changing it…",
    done: ["Your password is changed", "You are signed out everywhere. Sign in with the new one."],
    signIn: "Sign in",
    void: ["This link is of no use", "It is good once, for half an hour, and only the last one that was mailed. If you have opened it before, open it from the mail again."],
    another: "Mail me another link",
  },

  verify: {
    open: ["Is this your address?", "Say so, and your account is sure of it."],
    outside: ["Sign in to show that it is yours", "With the account that asked for this link."],
    /** @param {string} email */
    signedIn: (email) => `You are signed in as ${email}.`,
    send: "Yes, the address is mine",
    other: "Another account has asked for this link. Sign out, and open it with that one.",
    taken: "Another account has this address.",
    done: ["The address is yours", "From now on your account has it."],
    void: ["This link is of no use", "It is good once, for a day, and only the last one that was mailed. Your account mails you another one."],
    account: "To my account",
  },

  join: {
    open: ["You are invited to an organisation", "Whoever runs it sees your name and your address then."],
    to: (/** @type {string} */ name) => `You are invited to “${name}”`,
    outside: ["You are invited to an organisation", "Sign in with the address that the invite was sent to: a code by mail is enough."],
    send: "Join",
    other: "This invite is to another address than the one you are signed in with. Sign out, and in with that one.",
    unverified: "First show that the address of your account is yours, by the link in the mail that we sent you; or sign in by a code.",
    done: ["You are a member", ""],
    /** @param {string} name */
    given: (name) => `${name} has you from now on.`,
    onward: "See who else is in it",
    void: ["This invite is of no use", "It was used, taken back, or is older than a week. If you have opened it before, open it from the mail again."],
  },
};

export const words = await spoken(english, { de: () => import("./text.de.js") });
