// @ts-check
/**
 * When a board ends that nobody has claimed, and how that is said.  Pure: the time is
 * given, by the server's clock as far as it is known.
 */
import { locale } from "./language.js";

const DAY_MS = 24 * 3_600_000;
export const WARNED_MS = 7 * DAY_MS; // so long before its end whoever holds it is told

const DATE = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const HOUR = new Intl.DateTimeFormat(locale, {
  weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
});

/**
 * When it ends, if that is soon.
 * @param {{expires_at?: string | null} | undefined} card
 * @param {number} now  in ms
 * @returns {number | null}  in ms
 */
export function endsSoon(card, now) {
  const at = Date.parse(card?.expires_at ?? "");
  return at - now <= WARNED_MS ? at : null;
}

/** A day; the hour of it, too, if it is nearly there. @param {number} at @param {number} [now] */
export const day = (at, now = -Infinity) => (at - now < DAY_MS ? HOUR : DATE).format(at);
