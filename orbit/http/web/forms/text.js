// @ts-check
/** What the forms for visitors say, in English; `words` is what this page speaks. */
import { spoken } from "../page/language.js";

export const english = {
  /** @param {string} label */
  optional: (label) => `${label} (optional)`,
  labels: {
    email: "Your mail address",
    name: "Your name",
    organization: { waitlist: "Organisation", investors: "Firm", pilot: "Organisation" },
    subject: "What it is about",
    message: { contact: "Your message", investors: "What you look for" },
    amount: "How much you think of",
    team_size: "How many people",
    timeline: "When you would like to begin",
    use_case: { waitlist: "What you would use it for", pilot: "What you want to find out" },
  },
  sending: "Sending…",
  home: "To the first page",
  another: "Send another one",

  waitlist: {
    title: "Be told when it is your turn",
    lead: "More teams come in bit by bit. Leave your address, and we write to it.",
    points: [
      ["Boards work already", "You need neither this list nor an account to make one."],
      ["Two mails, no more", "One to say that we have your address, one when it is your turn."],
      ["And out again", "Each of them has a link that stops them."],
    ],
    send: "Put me on the list",
    done: "You are on the list",
    /** @param {string} email */
    hint: (email) => `We write to ${email} when it is your turn.`,
  },
  contact: {
    title: "Write to us",
    lead: "A question, a fault, an idea: somebody reads it, and answers by mail.",
    points: [
      ["By mail", "The answer comes to the address that you leave."],
      ["For the answer alone", "Nobody else gets your address, and no board learns it."],
      ["Rather without a name?", "Make a board and pass its link on: there nobody needs one."],
    ],
    send: "Send it",
    done: "We have your message",
    /** @param {string} email */
    hint: (email) => `The answer comes to ${email}.`,
  },
  investors: {
    title: "For investors",
    lead: "Say who you are and what you look for. We answer with what there is to read.",
    points: [
      ["Plain figures", "What runs, for how many people, and what it costs."],
      ["A person answers", "One of those who build it."],
      ["Between us", "Only those who run Orbit read what you write here."],
    ],
    send: "Send it",
    done: "Thank you for your interest",
    /** @param {string} email */
    hint: (email) => `We write to ${email}.`,
  },
  pilot: {
    title: "Try it with your team",
    lead: "A few weeks with your own people on your own boards, and somebody of ours to ask.",
    points: [
      ["Anonymous from the first note", "Nobody on a board learns who wrote what: not you either."],
      ["Nothing to install", "A link is enough, on a phone as well."],
      ["Yours to take along", "Every board can be exported, and read in again elsewhere."],
    ],
    send: "Ask for a pilot",
    done: "We have your request",
    /** @param {string} email */
    hint: (email) => `What comes next we write to ${email}.`,
  },
};

export const words = await spoken(english, { de: () => import("./text.de.js") });
