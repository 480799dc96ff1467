// @ts-check
/** What the pages for accounts say, in German. */
import { counting } from "../page/language.js";

const plural = counting("de");

/** @type {typeof import("./text.js").english} */
export const text = {
  email: "Deine Mailadresse",
  emailHint: "du@example.org",
  newPassword: "Neues Passwort",
  passwordHint: (least) => `Mindestens ${plural(least, "Zeichen", "Zeichen")}. Am besten ein paar Wörter, auf die niemand kommt.`,

  reset: {
    open: ["Neues Passwort wählen", "Danach bist du überall abgemeldet und meldest dich mit dem neuen an."],
    send: "Dieses Passwort nehmen",
    sending: "Wird geändert …",
    done: ["Dein Passwort ist geändert", "Du bist überall abgemeldet. Meld dich mit dem neuen an."],
    signIn: "Anmelden",
    void: ["Dieser Link hilft nicht weiter", "Er gilt einmal, eine halbe Stunde lang, und nur der zuletzt verschickte. Hast du ihn hier schon einmal geöffnet, öffne ihn noch einmal aus der Mail."],
    another: "Neuen Link schicken",
  },
};
