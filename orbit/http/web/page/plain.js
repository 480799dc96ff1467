// @ts-check
/** Text of strangers, made harmless to read. */

// Overrides and isolates turn a line around; the zero-width ones hide letters.  Joiners
// (U+200C, U+200D) stay: Persian and many emoji are wrong without them.
const TRICKS = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** @param {string | null | undefined} text */
export function plain(text) {
  return (text ?? "").replace(TRICKS, "");
}

/** A server's refusal as a sentence. @param {string} message */
export function sentence(message) {
  const text = plain(message).trim();
  const ended = /[.!?…]$/.test(text) ? text : `${text}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
