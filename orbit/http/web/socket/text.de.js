// @ts-check
/** Every word of this page, in German. */

/** @type {typeof import("./text.js").english} */
export const text = {
  title: "Orbit: der Socket, von Hand",
  name: "Der Socket, von Hand",
  home: "Zur Startseite",
  theme: { auto: "Design: wie das System", light: "Design: hell", dark: "Design: dunkel" },
  state: { closed: "Zu", opening: "Öffnet", open: "Offen", greeted: "Begrüßt" },
  lead: "Ein Socket, viele Boards. Was du sendest und was zurückkommt, steht hier, wie es ist: Diese Seite verbirgt nichts und wiederholt nichts.",
  document: "AsyncAPI-Dokument",
  connect: {
    title: "Verbinden",
    open: "Verbinden und hello sagen",
    again: "Neu verbinden",
    close: "Trennen",
    ghost: "Als Geist",
    ghostHint: "Ohne Namen, schreibt aber",
    guest: "Als Gast",
    guestHint: "Sieht zu, schreibt nicht",
  },
  board: {
    title: "Einem Board beitreten",
    id: "Board",
    idHint: "Seine Kennung oder sein Link",
    make: "Anlegen",
    join: "Hinein",
    leave: "Hinaus",
  },
  say: {
    title: "Etwas sagen",
    pick: "Wähl einen Frame; er ist ausgefüllt für den Ort, an dem du bist. Ändere, was du magst.",
    frame: "Frame",
    send: "Senden",
    keys: "Strg + Enter sendet",
    groups: { frames: "Frames", tell: "Befehle", signal: "Signale" },
    notJson: "Das ist kein JSON: ",
    closed: "Verbinde dich zuerst: Das hört niemand.",
  },
  log: {
    title: "Was gesagt wurde",
    none: "Noch nichts. Verbinde dich, und hier stehen beide Seiten.",
    out: "du",
    in: "Knoten",
    clear: "Leeren",
    quiet: "Ohne Pings",
    closed: (code, reason) => `Geschlossen mit ${code}${reason ? `: ${reason}` : ""}`,
  },
  failed: "Es hat nicht geklappt: ",
};
