// @ts-check
/** Was die Formulare für alle sagen, auf Deutsch. */

/** @type {typeof import("./text.js").english} */
export const text = {
  optional: (label) => `${label} (freiwillig)`,
  labels: {
    email: "Deine Mailadresse",
    name: "Dein Name",
    organization: { waitlist: "Organisation", investors: "Firma", pilot: "Organisation" },
    subject: "Worum es geht",
    message: { contact: "Deine Nachricht", investors: "Was du suchst" },
    amount: "An wie viel du denkst",
    team_size: "Wie viele Leute",
    timeline: "Wann ihr anfangen möchtet",
    use_case: { waitlist: "Wofür du es nutzen würdest", pilot: "Was ihr herausfinden wollt" },
  },
  sending: "Wird gesendet …",
  home: "Zur Startseite",
  another: "Noch etwas senden",

  waitlist: {
    title: "Erfahre, wann du dran bist",
    lead: "Nach und nach kommen mehr Teams dazu. Lass deine Adresse da, dann schreiben wir dir.",
    points: [
      ["Boards gibt es schon", "Für eines brauchst du weder diese Liste noch ein Konto."],
      ["Zwei Mails, mehr nicht", "Eine, dass wir deine Adresse haben, und eine, wenn du dran bist."],
      ["Und wieder weg", "In jeder steht ein Link, mit dem keine mehr kommen."],
    ],
    send: "Setzt mich auf die Liste",
    done: "Du stehst auf der Liste",
    hint: (email) => `Wir schreiben an ${email}, wenn du dran bist.`,
  },
  contact: {
    title: "Schreib uns",
    lead: "Eine Frage, ein Fehler, eine Idee: Jemand liest es und antwortet per Mail.",
    points: [
      ["Per Mail", "Die Antwort kommt an die Adresse, die du angibst."],
      ["Nur für die Antwort", "Sonst bekommt niemand deine Adresse, und kein Board erfährt sie."],
      ["Lieber ohne Namen?", "Leg ein Board an und gib den Link weiter: Dort braucht niemand einen."],
    ],
    send: "Absenden",
    done: "Deine Nachricht ist da",
    hint: (email) => `Die Antwort kommt an ${email}.`,
  },
  investors: {
    title: "Geld für Orbit",
    lead: "Sag, wer du bist und was du suchst. Wir antworten mit dem, was es zu lesen gibt.",
    points: [
      ["Klare Zahlen", "Was läuft, für wie viele Leute, und was es kostet."],
      ["Ein Mensch antwortet", "Jemand von denen, die es bauen."],
      ["Unter uns", "Nur wer Orbit betreibt, liest, was du hier schreibst."],
    ],
    send: "Absenden",
    done: "Danke für dein Interesse",
    hint: (email) => `Wir schreiben an ${email}.`,
  },
  pilot: {
    title: "Probiert es im Team aus",
    lead: "Ein paar Wochen mit euren eigenen Leuten auf euren eigenen Boards, und jemand von uns zum Fragen.",
    points: [
      ["Anonym von der ersten Notiz an", "Niemand auf einem Board erfährt, wer was schrieb: auch ihr nicht."],
      ["Nichts zu installieren", "Ein Link genügt, auch am Handy."],
      ["Nehmt alles mit", "Jedes Board lässt sich exportieren und anderswo wieder einlesen."],
    ],
    send: "Pilotprojekt anfragen",
    done: "Eure Anfrage ist da",
    hint: (email) => `Wie es weitergeht, schreiben wir an ${email}.`,
  },
};
