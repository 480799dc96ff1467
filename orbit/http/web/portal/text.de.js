// @ts-check
/** What the pages of one's own say, in German. */
import { counting } from "../page/language.js";

const plural = counting("de");
const roles = { ADMIN: "Admin", MANAGER: "Leitung", MEMBER: "Mitglied" };

/** @param {string} ip */
const from = (ip) => (ip ? ` (von ${ip})` : "");

/** @type {typeof import("./text.js").english} */
export const text = {
  ways: {
    title: "Deins",
    pages: {
      dashboard: "Überblick", notices: "Nachrichten", organisations: "Organisationen", settings: "Einstellungen",
      account: "Konto", privacy: "Datenschutz",
    },
  },

  dashboard: {
    title: "Überblick",
    greeting: (name) => `Hallo, ${name}`,
    metrics: {
      boards: (n) => (n === 1 ? "Board" : "Boards"),
      notes: (n) => (n === 1 ? "Notiz" : "Notizen"),
      upvotes: (n) => (n === 1 ? "Stimme gegeben" : "Stimmen gegeben"),
      organisations: (n) => (n === 1 ? "Organisation" : "Organisationen"),
      sessions: (n) => (n === 1 ? "Anmeldung" : "Anmeldungen"),
      unread_notices: (n) => (n === 1 ? "neue Nachricht" : "neue Nachrichten"),
    },
    none: "Du bist noch auf keinem Board",
    make: "Eines machen oder öffnen",
    recent: "Was zuletzt geschah",
    others: "Nicht von dir",
    from: (ip) => `von ${ip}`,
    acts: {
      registered: "Konto gemacht",
      "sign-in": "Angemeldet",
      "sign-in-refused": "Anmeldung abgelehnt",
      "sign-out": "Abgemeldet",
      "refresh-reused": "Eine Anmeldung wurde zweimal gezeigt und ist beendet",
      "password-changed": "Passwort geändert",
      "password-reset": "Passwort mit einem gemailten Link neu gewählt",
      "password-refused": "Ein Passwort war falsch",
      "address-shown": "Mailadresse bestätigt",
      "second-factor-on": "Zweiter Faktor eingeschaltet",
      "second-factor-off": "Zweiter Faktor ausgeschaltet",
      "recovery-codes-renewed": "Andere Notfallcodes",
      "second-factor-refused": "Ein Code war falsch",
      "role-given": "Geändert, was dieses Konto darf",
      suspended: "Konto gesperrt",
      resumed: "Konto nicht mehr gesperrt",
      "console-used": "Konsole benutzt",
      "console-refused": "Die Konsole wurde verweigert",
      operated: "Der Betriebsschlüssel wurde benutzt",
      "operator-refused": "Ein Betriebsschlüssel war falsch",
      "organisation-made": "Organisation gegründet",
      "organisation-changed": "Organisation geändert",
      "organisation-deleted": "Organisation gelöscht",
      "organisation-role-given": "Rolle in einer Organisation vergeben",
      "organisation-member-removed": "Mitglied einer Organisation entfernt",
      "organisation-left": "Aus einer Organisation ausgetreten",
      "organisation-invited": "In eine Organisation eingeladen",
      "organisation-invite-taken-back": "Einladung in eine Organisation zurückgenommen",
      "organisation-joined": "In eine Organisation gekommen",
      "board-claimed": "Board übernommen",
      "board-link-made": "Neuer Admin-Link eines Boards",
      "board-exported": "Board exportiert",
      "data-exported": "Alle Daten heruntergeladen",
      erased: "Konto gelöscht",
      "trail-purged": "Alte Aufzeichnungen entfernt",
    },
  },

  notices: {
    title: "Nachrichten",
    none: "Noch ist nichts passiert",
    noneHint: "Hierher kommen Einladungen, und was sich in deinen Organisationen ändert. Was wir dir sagen, bestimmst du:",
    settings: "Einstellungen",
    more: "Mehr zeigen",
    readAll: "Alle gelesen",
    allRead: "Alle sind gelesen.",
    read: "Gelesen",
    unread: "Neu",
    kinds: {
      board_invited: ({ title }) => `Du bist zum Board „${title}“ eingeladen.`,
      organisation_invited: ({ name, role }) => `Du bist in die Organisation „${name}“ eingeladen, als ${roles[role] ?? role}.`,
      organisation_joined: ({ name, member }) => `${member || "Jemand"} ist mit deiner Einladung zu „${name}“ gekommen.`,
      organisation_role: ({ name, role }) => `In „${name}“ bist du ab jetzt: ${roles[role] ?? role}.`,
      organisation_left: ({ name }) => `Du gehörst nicht mehr zu „${name}“: Ein Admin hat dich entfernt.`,
      organisation_removed: ({ name }) => `„${name}“ gibt es nicht mehr: Ein Admin hat sie gelöscht.`,
      sign_in: ({ device, ip }) => `Angemeldet${device && ` mit ${device}`}, wo du es bisher nicht warst${from(ip)}. Warst du das nicht, melde dort ab.`,
      refresh_reused: ({ ip }) => `Eine Anmeldung von dir wurde zweimal gezeigt, vielleicht von einem Dieb${from(ip)}. Sie ist beendet.`,
      password_changed: ({ ip }) => `Dein Passwort wurde geändert${from(ip)}.`,
      password_reset: ({ ip }) => `Dein Passwort wurde mit einem gemailten Link neu gewählt${from(ip)}.`,
      address_shown: ({ ip }) => `Deine Mailadresse wurde bestätigt${from(ip)}.`,
      second_factor_on: ({ ip }) => `Dein zweiter Faktor wurde eingeschaltet${from(ip)}.`,
      second_factor_off: ({ ip }) => `Dein zweiter Faktor wurde ausgeschaltet${from(ip)}.`,
      recovery_codes_renewed: ({ ip }) => `Du hast andere Notfallcodes${from(ip)}.`,
      role_given: () => "Wer diese Seite betreibt, hat geändert, was du darfst.",
      suspended: () => "Wer diese Seite betreibt, hat dein Konto gesperrt.",
      resumed: () => "Dein Konto gehört wieder dir.",
      data_exported: ({ ip }) => `Alles, was von dir da ist, wurde heruntergeladen${from(ip)}.`,
    },
    device: (browser, system) => (browser && system ? `${browser}, ${system}` : browser),
    other: "Es ist etwas passiert, wofür diese Seite noch keine Worte hat. Lade sie neu.",
  },

  privacy: {
    title: "Datenschutz",
    hint: "Was von dir hier ist, gehört dir: Nimm es mit, oder lass es verschwinden.",
    file: {
      title: "Alle deine Daten",
      hint: "Eine Datei, für Menschen und Programme (JSON): dein Konto, Einstellungen, Anmeldungen, Organisationen und Nachrichten, was du auf Boards geschrieben und gestimmt hast, und was von deinem Tun aufgezeichnet ist. Was andere geschrieben haben, ist nicht darin.",
      send: "Herunterladen",
      sending: "Wird zusammengestellt …",
      done: "Sie liegt bei deinen Downloads.",
    },
    kept: {
      title: "Wie lange es bleibt",
      all: (days) => [
        ["Was du über dich sagst", "Solange du ein Konto hast."],
        ["Deine Boards", "30 Tage, und für immer, wenn sie deinem Konto gehören. Deine Notizen auf Boards von anderen: so lange wie diese."],
        ["Anmeldungen", "Bis sie enden: wenn du dich abmeldest oder sie eine Woche nicht nutzt; spätestens nach 30 Tagen. Womit du dich angemeldet hast, ist 90 Tage lang bekannt, als Zeichen, das weder Browser noch Netz verrät: So ist dasselbe nichts Neues."],
        ["Nachrichten", "90 Tage. Gelesene so lange, wie deine Einstellungen sagen."],
        ["Was von deinem Tun aufgezeichnet ist", `${plural(days, "Tag", "Tage")}: Anmeldungen, geänderte Passwörter und Rechte und so weiter, mit dem Anfang der Netzadresse. Niemand kann das ändern.`],
      ],
    },
  },

  erasure: {
    title: "Konto löschen",
    hint: "Nichts davon lässt sich zurückholen.",
    atOnce: "Verschwindet sofort",
    account: "Dein Konto, mit Name, Adresse und Passwort.",
    onBoards: (boards, notes, upvotes) =>
      `Auf ${plural(boards, "Board", "Boards")}: ${plural(notes, "Notiz", "Notizen")} und ${plural(upvotes, "Stimme", "Stimmen")}, auch aus dem Verlauf.`,
    signIns: (n) => `${plural(n, "Anmeldung", "Anmeldungen")}: Du bist überall abgemeldet.`,
    notices: (n) => `${plural(n, "Nachricht", "Nachrichten")}.`,
    forms: (n) => `${plural(n, "Brief", "Briefe")} von dir an die, die diese Seite betreiben.`,
    left: (name) => `Du gehörst nicht mehr zu „${name}“.`,
    removed: (name) => `„${name}“ verschwindet auch: Sonst ist niemand darin.`,
    later: "Bleibt eine Weile",
    trail: (days) => `${plural(days, "Tag", "Tage")} lang, dass jemand getan hat, was aufgezeichnet ist. Deinen Namen hat es nicht mehr.`,
    copies: "In Kopien der Datenbank, die die Betreiber dieser Seite gemacht haben, solange sie diese aufheben.",
    stuck: "Diese brauchen erst einen anderen Admin: Du bist der einzige, und andere sind darin. Mach jemanden zum Admin, oder lösch sie.",
    ask: "Mein Konto löschen …",
    sure: (email) => `Das ist das Konto von ${email}. Was du geschrieben hast, verschwindet mit ihm, für alle.`,
    keep: "Behalten",
    erase: "Alles löschen",
    erasing: "Wird gelöscht …",
  },

  settings: {
    title: "Einstellungen",
    save: "Speichern",
    saved: "Gespeichert",
    notifications: {
      title: "Was wir dir sagen",
      fields: {
        invitations: ["Einladungen", "Eine Nachricht, wenn du zu einem Board oder in eine Organisation eingeladen wirst."],
        organisations: ["Organisationen", "Eine Nachricht, wenn sich deine Rolle ändert, wenn du entfernt wirst oder wenn jemand mit deiner Einladung kommt."],
        invitation_mails: ["Einladungen per Mail", "Sie kommen auch an deine Mailadresse. Die letzte Zeile jeder solchen Mail schaltet das ebenfalls aus."],
        security: ["Sicherheit", "Eine Nachricht, wenn sich jemand auf einem anderen Gerät anmeldet oder wenn sich ändert, womit du dich anmeldest."],
      },
      always: "Das ist immer an.",
      unverified: "Du kannst das ändern, sobald feststeht, dass deine Mailadresse dir gehört: Dein Konto sagt, wie.",
    },
    automation: {
      title: "Was wir für dich tun",
      fields: {
        claim_boards: ["Meine Boards behalten", "Ein Board, das du machst, gehört sofort deinem Konto und endet nicht nach 30 Tagen. Auf dem Board sieht das niemand."],
      },
      days: "Gelesene Nachrichten gehen nach so vielen Tagen",
      daysHint: "Von 1 bis 90. Ungelesene gehen nach 90.",
      outside: "Das ist eine Zahl von 1 bis 90.",
    },
  },
};
