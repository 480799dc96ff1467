// @ts-check
/** What the pages for organisations say, in German. */
import { counting } from "../page/language.js";

const plural = counting("de");

/** @type {typeof import("./text.js").english} */
export const text = {
  title: "Deine Organisationen",
  hint: "Ein Team hat eine Organisation: Wer dazugehört, sieht die anderen mit Namen, und sonst sieht niemand, dass es sie gibt.",
  none: "Du bist noch in keiner.",
  noneHint: "Gründe hier eine; oder öffne den Link einer Einladung, wenn dir jemand eine gemailt hat.",
  made: (day) => `Gegründet am ${day}`,
  roles: { ADMIN: "Admin", MANAGER: "Leitung", MEMBER: "Mitglied" },
  may: {
    ADMIN: "Darf alles: Rollen vergeben, Leute entfernen, umbenennen, löschen",
    MANAGER: "Lädt Leute ein und sieht ihre Adressen",
    MEMBER: "Sieht, wer noch dabei ist",
  },
  mine: {
    ADMIN: "Du bist Admin: Du darfst hier alles ändern.",
    MANAGER: "Du gehörst zur Leitung: Du darfst Leute einladen. Admins sagen, wer was ist.",
    MEMBER: "Du bist Mitglied: Du siehst, wer noch dabei ist. Die Leitung lädt Leute ein, Admins sagen, wer was ist.",
  },

  make: {
    title: "Eine gründen",
    hint: "Du bist dann ihr Admin und lädst die anderen ein.",
    name: "Wie heißt sie?",
    nameHint: "Zaun & Co",
    send: "Gründen",
    sending: "Wird gegründet …",
    many: "Du bist schon in 100. Tritt erst aus einer aus.",
  },

  gone: {
    title: "Diese Organisation gibt es nicht",
    hint: "Oder du gehörst nicht dazu, oder nicht mehr. Wer dich einlädt, schickt dir einen Link.",
  },

  members: {
    title: "Mitglieder",
    search: "Namen und Adressen suchen",
    found: (n) => plural(n, "Mitglied gefunden", "Mitglieder gefunden"),
    none: "So heißt hier niemand.",
    more: "Mehr zeigen",
    you: "Du",
    unnamed: "Ohne Namen",
    since: (day) => `Seit ${day}`,
    change: "Ändern",
    role: "Was ist diese Person?",
    ownRole: "Was bist du?",
    own: "Das bist du. Bist du kein Admin mehr, kann dich nur ein anderer Admin wieder dazu machen.",
    last: "Du bist der einzige Admin. Mach erst jemand anderen dazu, dann kannst du weniger sein.",
    save: "Speichern",
    changed: (name, role) => `${name}: ab jetzt ${role}.`,
    removal: "Aus der Organisation entfernen",
    removalHint: "Der Zugang endet sofort, auf jedem Gerät, und Einladungen, die diese Person verschickt hat, gelten nicht mehr.",
    remove: "Entfernen",
    removing: "Wird entfernt …",
    removed: (name) => `${name} gehört nicht mehr dazu.`,
    gone: "Diese Person gehört nicht mehr dazu.",
  },

  invites: {
    title: "Per Mail einladen",
    hint: "Wir mailen einen Link. Er gilt einmal, eine Woche lang, und nur für diese Adresse.",
    email: "Mailadresse",
    emailHint: "name@example.org",
    role: "Als",
    send: "Einladen",
    sending: "Wird verschickt …",
    sent: (email) => `Eine Mail ist unterwegs zu ${email}.`,
    above: "Jemand mit mehr Rechten hat diese Adresse eingeladen. Bitte einen Admin, das zu ändern.",
    inside: "Wer diese Adresse hat, gehört schon dazu.",
    many: "200 Leute sind eingeladen. Nimm erst ein paar Einladungen zurück.",
    waiting: "Eingeladen und noch nicht da",
    nobody: "Gerade ist niemand eingeladen.",
    until: (role, day) => `${role}, bis ${day}`,
    expired: (role, day) => `${role}, abgelaufen am ${day}`,
    withdraw: "Zurücknehmen",
    remove: "Entfernen",
    withdrawn: (email) => `Zurückgenommen: ${email}`,
  },

  name: {
    title: "Name",
    label: "Wie sie heißt",
    save: "Speichern",
    saved: "Gespeichert",
  },

  leave: {
    title: "Austreten",
    hint: "Du siehst dann nichts mehr von ihr, bis dich wieder jemand einlädt.",
    send: "Austreten",
    alone: "Du bist allein darin: Lösch sie stattdessen.",
    last: "Du bist der einzige Admin. Mach erst jemand anderen dazu; oder lösch sie.",
    sure: (name) => `Aus „${name}“ austreten?`,
    keep: "Bleiben",
  },

  remove: {
    title: "Organisation löschen",
    hint: "Sie verschwindet mit allem, was sie hat, für alle. Sie lässt sich nicht zurückholen.",
    ask: "Löschen …",
    sure: (name, n) => `„${name}“ verschwindet für immer, für ${plural(n, "Mitglied", "Mitglieder")}, mit allem, was sie hat.`,
    sureForAll: (name) => `„${name}“ verschwindet für immer, für alle, mit allem, was sie hat.`,
    type: "Gib ihren Namen ein, damit klar ist, dass du es willst",
    wrong: "So heißt sie nicht.",
    keep: "Behalten",
    send: "Endgültig löschen",
    sending: "Wird gelöscht …",
  },
};
