// @ts-check
/** What the pages for accounts say, in English; `words` is what this page speaks. */
import { counting, spoken } from "../page/language.js";

const plural = counting("en");

export const english = {
  email: "Your mail address",
  emailHint: "you@example.org",
  newPassword: "New password",
  /** @param {number} least */
  passwordHint: (least) => `${plural(least, "character", "characters")} or more. A few words that nobody would guess are best.`,

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
