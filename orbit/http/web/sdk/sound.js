// @ts-check
/** What can never be sent, found before it is queued.  Pure. */
import { OrbitError } from "./failure.js";

const HALF = /\p{Surrogate}/u;
const utf8 = new TextEncoder();

/**
 * Why the server could never take a frame; null if it could.
 * @param {object} frame
 * @param {number} most  bytes of one message
 * @returns {OrbitError | null}
 */
export function flaw(frame, most) {
  /** @type {string} */
  let text;
  try {
    text = JSON.stringify({ ref: Number.MAX_SAFE_INTEGER, ...frame }, whole);
  } catch (error) {
    return new OrbitError("bad_request", /** @type {Error} */ (error).message);
  }
  const bytes = utf8.encode(text).length;
  if (bytes <= most) return null;
  const details = { limit: most, bytes };
  return new OrbitError("too_large", "this is too long to be sent", { details });
}

/** Half of a character is no text: UTF-8 has no bytes for it. */
function whole(/** @type {string} */ key, /** @type {any} */ value) {
  if (HALF.test(key) || (typeof value === "string" && HALF.test(value))) {
    throw new TypeError("the text holds half a character");
  }
  return value;
}
