// @ts-check
/** What the pages for accounts say, in German. */
import { counting } from "../page/language.js";

const plural = counting("de");

/** @type {typeof import("./text.js").english} */
export const text = {
  email: "Deine Mailadresse",
  emailHint: "du@example.org",
  password: "Passwort",
  newPassword: "Neues Passwort",
  passwordHint: (least) => `Mindestens ${plural(least, "Zeichen", "Zeichen")}. Am besten ein paar Wörter, auf die niemand kommt.`,
  wrongPassword: "Das ist nicht das Passwort.",
  code: "Die sechs Ziffern",
  notSix: "Das sind sechs Ziffern.",
  wrongCode: "Das ist nicht der Code, oder er gilt nicht mehr.",
  name: "Wie du heißen möchtest",
  nameHint: "Steht auf keiner Notiz, außer du unterschreibst sie",
  save: "Speichern",
  saved: "Gespeichert",
  cancel: "Doch nicht",

  enter: {
    titles: { signIn: "Anmelden", register: "Konto anlegen", forgot: "Passwort vergessen?" },
    how: "Wie du dich anmeldest",
    byCode: "Code per Mail",
    byPassword: "Passwort",
    hint: "Wir schicken dir einen Code per Mail, ganz ohne Passwort. Was du auf diesem Gerät geschrieben hast, bleibt deins, und du findest es auf jedem anderen wieder.",
    anonymous: "Deine Notizen bleiben so anonym, wie sie sind. Niemand auf einem Board erfährt, wer du bist oder dass du dich angemeldet hast.",
    send: "Code schicken",
    sending: "Wird geschickt …",
    sent: (email) => `Ein Code ist unterwegs an ${email}. Er gilt zehn Minuten.`,
    other: "Andere Adresse",
    again: "Neuen Code schicken",
    sentAgain: "Ein neuer ist unterwegs. Der vorige gilt nicht mehr.",
    who: "Mailadresse oder Benutzername",
    wrong: "Ein Konto mit diesem Namen und diesem Passwort gibt es nicht.",
    enter: "Anmelden",
    entering: "Wirst angemeldet …",
    toForgot: "Vergessen?",
    toRegister: "Konto mit Passwort anlegen",
    toSignIn: "Ich habe ein Konto",
    registerHint: "Für alle, die lieber ein Passwort haben. Mit einem Code per Mail brauchst du keins und musst auch kein Konto anlegen.",
    register: "Konto anlegen",
    registering: "Wird angelegt …",
    nameMaybe: "Wie du heißen möchtest (muss nicht sein)",
    taken: "Mit dieser Adresse gibt es schon ein Konto. Meld dich an oder wähl ein neues Passwort.",
    forgotHint: "Wir schicken dir einen Link, der eine halbe Stunde gilt. Damit wählst du ein neues, auch wenn du noch nie eins hattest.",
    forgot: "Link schicken",
    mailed: (email) => `Wenn Mails an ${email} ankommen, ist ein Link unterwegs. Sieh auch im Spam nach.`,
    back: "Zurück zum Anmelden",
    factorHint: "Dein Konto hat einen zweiten Faktor: Öffne deine Authenticator-App.",
    factor: "Code aus der App",
    factorCode: "Sechs Ziffern oder einer deiner Notfallcodes",
    home: "Alle Boards",
  },

  take: {
    conflict: (n) =>
      `Auf ${plural(n, "Board", "Boards")} steht von diesem Gerät etwas, das noch nicht deinem Konto gehört.`,
    take: "In mein Konto übernehmen",
    taken: "Es gehört jetzt deinem Konto.",
    takenMostly: (n) =>
      `Es gehört jetzt deinem Konto. Auf ${plural(n, "Board", "Boards")} haben beide geschrieben: Dort zählen deine Stimmen einmal, und die Notizen dieses Geräts bleiben, wie sie sind.`,
  },

  mine: {
    title: "Dein Konto",
    all: "Passwort, Anmeldungen und mehr",
    signOut: "Abmelden",
    signOutHint: "Dieses Gerät vergisst dich. Deine Notizen bleiben deine: Meld dich einfach wieder an.",
  },

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
