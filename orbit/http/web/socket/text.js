// @ts-check
/** Every word of this page, in one place: as `text` of the client. */
import { spoken } from "../page/language.js";

export const english = {
  title: "Orbit: the socket, by hand",
  name: "The socket, by hand",
  home: "To the start page",
  theme: { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
  state: { closed: "Closed", opening: "Opening", open: "Open", greeted: "Greeted" },
  lead: "One socket, many boards. What you send and what comes back is shown as it is: this page hides nothing and repeats nothing.",
  document: "AsyncAPI document",
  connect: {
    title: "Connect",
    open: "Connect and say hello",
    again: "Connect anew",
    close: "Close",
    ghost: "As a ghost",
    ghostHint: "Nobody’s name, but writes",
    guest: "As a guest",
    guestHint: "Looks, does not write",
  },
  board: {
    title: "Join a board",
    id: "Board",
    idHint: "Its id, or its link",
    make: "Make one",
    join: "Join",
    leave: "Leave",
  },
  say: {
    title: "Say something",
    pick: "Choose a frame; it is filled in for where you are. Change what you like.",
    frame: "Frame",
    send: "Send",
    keys: "Ctrl + Enter sends",
    groups: { frames: "Frames", tell: "Commands", signal: "Signals" },
    notJson: "This is no JSON: ",
    closed: "Connect first: nobody hears this.",
  },
  log: {
    title: "What was said",
    none: "Nothing yet. Connect, and both sides of it stand here.",
    out: "you",
    in: "node",
    clear: "Clear",
    quiet: "Without pings",
    closed: (/** @type {number} */ code, /** @type {string} */ reason) =>
      `Closed with ${code}${reason ? `: ${reason}` : ""}`,
  },
  failed: "It did not work: ",
};

export const words = await spoken(english, { de: () => import("./text.de.js") });
