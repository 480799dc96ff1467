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
    registerHint: "For who would rather have a password. With a code by mail you need none, and no account is to be made first.",
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
    signOut: "Sign out",
    signOutHint: "This device forgets you. Your notes stay yours: sign in again.",
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
};

export const words = await spoken(english, { de: () => import("./text.de.js") });
