// @ts-check
/**
 * What a key means, given where the focus is.  Pure; text.js tells people the same.
 *
 * @typedef {"note" | "group" | "canvas" | "elsewhere"} Where
 * @typedef {{key: string, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean,
 *   altKey: boolean}} Key
 */

/** @type {Record<string, import("./neighbours.js").Direction>} */
const ARROWS = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
};

/** @type {Record<string, [string, any?]>} */
const ANYWHERE = {
  n: ["add"], "+": ["zoom", 1.25], "=": ["zoom", 1.25], "-": ["zoom", 0.8], _: ["zoom", 0.8],
  0: ["lifeSize"], f: ["fit"], s: ["share"], h: ["history"],
  m: ["meeting"], t: ["timer"], l: ["point"], ",": ["phase", -1], ".": ["phase", 1],
  "?": ["help"],
};

/** @type {Record<string, [string, any?]>} */
const ON_NOTE = {
  Enter: ["edit"], F2: ["edit"], v: ["vote"], Delete: ["remove"], Backspace: ["remove"],
  Escape: ["leave"], j: ["read", 1], k: ["read", -1], Home: ["read", -Infinity],
  End: ["read", Infinity], g: ["group"],
  1: ["colour", 0], 2: ["colour", 1], 3: ["colour", 2], 4: ["colour", 3], 5: ["colour", 4],
};

/** @type {Record<string, [string, any?]>} on the title of a group */
const ON_GROUP = { Enter: ["name"], " ": ["name"], F2: ["name"], Escape: ["lead"] };

/**
 * @param {Key} event
 * @param {Where} where
 * @returns {[string, any?] | null}  what to do, and with what
 */
export function meaning(event, where) {
  const { key } = event;
  const small = key.length === 1 ? key.toLowerCase() : key;
  if (event.ctrlKey || event.metaKey) return small === "z" && !event.shiftKey ? ["undo"] : null;
  if (event.altKey) return null;
  if ((where === "note" || where === "canvas") && ARROWS[key]) return arrow(ARROWS[key], where, event.shiftKey);
  if (where === "group" && ON_GROUP[key]) return ON_GROUP[key];
  if (where === "note" && small === "g" && event.shiftKey) return ["takeOut"];
  if (where === "note" && ON_NOTE[small]) return ON_NOTE[small];
  if (where === "canvas" && key === "Enter") return ["enter"];
  return ANYWHERE[small] ?? null;
}

/** @returns {[string, any]} */
function arrow(
  /** @type {import("./neighbours.js").Direction} */ way,
  /** @type {Where} */ where,
  /** @type {boolean} */ shift,
) {
  if (where === "canvas") return ["pan", way];
  return [shift ? "nudge" : "go", way];
}
