// @ts-check
/** Ids that nobody else makes, also on pages without `crypto.randomUUID` (plain http). */

const BYTES = 16;

/** @returns {string}  a UUID, version 4 (RFC 9562, 5.4) */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
