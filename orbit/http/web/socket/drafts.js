// @ts-check
/**
 * What may be said on a socket, from the server's own description of it, filled in for
 * where we are.  Pure.
 *
 * @typedef {{name: string, type: string, about: string, payload: any}} Draft
 * @typedef {object} Place  where we are
 * @property {string} board
 * @property {string} link  its admin token, or nothing
 * @property {string | null} ghost
 * @property {string | null} log
 * @property {number} seq
 * @property {number} ref  of the next question
 * @property {string} op  of the next command
 * @property {import("../sdk/fold.js").Items} items
 */

/**
 * @param {any} spec  an AsyncAPI 3 document
 * @returns {Draft[]}  in the document's order: one a frame, command or signal
 */
export function drafts(spec) {
  const operations = Object.entries(spec.operations);
  const heard = operations.filter(([, { action }]) => action === "receive");
  return heard.flatMap(([key]) => {
    const message = spec.components.messages[key];
    return message.examples.map((/** @type {any} */ { name, payload }) => ({
      name, type: message.name, payload, about: about(payload, message, spec),
    }));
  });
}

/** What a command says of itself, or else its frame. */
function about(/** @type {any} */ payload, /** @type {any} */ message, /** @type {any} */ spec) {
  const { schemas } = spec.components;
  const asked = payload.do && schemas[title(payload.do)];
  return asked?.description ?? message.summary;
}

/** @param {string} name  in snake case */
function title(name) {
  return name.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
}

/**
 * A draft with our ids in place of made-up ones.
 * @param {any} payload @param {Place} place
 */
export function filled(payload, place) {
  const frame = structuredClone(payload);
  for (const field of /** @type {const} */ (["ref", "op", "board"])) {
    if (field in frame) frame[field] = place[field];
  }
  if (frame.type === "hello") Object.assign(frame, hello(place));
  if (frame.type === "join") Object.assign(frame, join(place));
  if (frame.type === "ping") frame.seen = place.log ? { [place.board]: place.seq } : {};
  if (frame.with) frame.with = named(frame.with, place.items);
  return frame;
}

function hello(/** @type {Place} */ { ghost }) {
  return { versions: [1], ...(ghost && { ghost }) };
}

function join(/** @type {Place} */ { link }) {
  return link ? { link } : {};
}

/** A field that is called as an item type holds the id of such an item: the latest. */
function named(/** @type {any} */ args, /** @type {Place["items"]} */ items) {
  const known = Object.keys(args).filter((field) => Object.keys(items[field] ?? {}).length);
  const ids = known.map((field) => [field, Object.keys(items[field]).at(-1)]);
  return { ...args, ...Object.fromEntries(ids) };
}

/** A frame in a few words. @param {any} frame */
export function brief(frame) {
  switch (frame.type) {
    case "hello": return frame.ghost ? "as a ghost" : frame.token ? "with a token" : "as a guest";
    case "welcome": return `you are a ${frame.me?.kind}`;
    case "join": return frame.since === undefined ? "a whole view" : `what came after ${frame.since}`;
    case "joined": return `seq ${frame.seq}, ${amount(frame)}`;
    case "tell": case "signal": return frame.do;
    case "changed": return `seq ${frame.seq}, ${frame.event}`;
    case "reply": return `to ${frame.ref}: seq ${frame.seq}`;
    case "error": return `${frame.ref === undefined ? "" : `to ${frame.ref}: `}${frame.error}, ${frame.message}`;
    case "left": return `${frame.error}, ${frame.message}`;
    case "here": return String(frame.count);
    case "status": return frame.mode;
    case "goaway": return `in ${frame.after} s, ${frame.why}`;
    default: return "";
  }
}

function amount(/** @type {any} */ { items, changes }) {
  return items ? `${items.length} items` : `${changes?.length ?? 0} changes`;
}
