// @ts-check
/** When something was, as people say it. */
import { html } from "../page/html.js";
import { language, locale } from "../page/language.js";

const WHOLE = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const RELATIVE = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const LATELY_S = 7 * 86_400;

/** How long ago, or of longer ago the day. @param {string} at @param {number} [now]  ms */
export function since(at, now = Date.now()) {
  const seconds = Math.max((now - Date.parse(at)) / 1000, 0);
  if (seconds >= LATELY_S) return DAY.format(Date.parse(at));
  const [unit, length] = UNITS.find(([, of]) => seconds >= of) ?? UNITS[3];
  return RELATIVE.format(-Math.floor(seconds / length), unit);
}

/** The same, with the whole moment for who wants it. @param {string} at */
export const ago = (at) => html`<time datetime=${at} title=${whole(at)}>${since(at)}</time>`;

/** @param {string} at */
export const whole = (at) => WHOLE.format(Date.parse(at));
