// @ts-check
/** Why something was not done, in the page's language. */
import { text } from "../text.js";
import { plain, sentence } from "./plain.js";

/** Why, and when to try again, if that is long. @param {any} error  the server's, or whatever else was thrown */
export function explain({ code, message, after }) {
  const why = sentence(text.refused(code, plain(message)));
  const isLater = code === "rate_limited" && after > 60;
  return isLater ? `${why} ${text.form.later(Math.ceil(after / 60))}` : why;
}
