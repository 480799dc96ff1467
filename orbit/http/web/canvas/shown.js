// @ts-check
/**
 * What a note looks like to me: the server's truth, with what I asked for and have not
 * yet seen done laid over it.  Pure.
 *
 * @typedef {import("../sdk/fold.js").Items} Items
 * @typedef {import("../sdk/outbox.js").Command} Command
 * @typedef {object} Shown
 * @property {string} content
 * @property {string} colour
 * @property {number} x
 * @property {number} y
 * @property {string | null} author
 * @property {number} upvotes
 * @property {boolean} edited
 * @property {boolean} [carried]  from another board
 * @property {boolean} hidden  by the board's admins; who may not know has no content
 * @property {boolean} covered  hidden, or face down with all others: no votes
 * @property {boolean} mine
 * @property {boolean} voted
 * @property {boolean} pending  not on the server so far
 * @property {boolean} [waits]  for others it is not so far, or otherwise
 */

const OPEN = { hidden: false, covered: false };
const UNTOLD = { content: "", author: null, edited: false };
const NONE = {};

/**
 * @param {string} id  of a note, or the `op` of an `add_note` without an answer
 * @param {Items} items
 * @param {Command[]} pending
 * @param {{voted: boolean, wants?: (command: Command) => boolean | undefined}} more
 * @returns {Shown | null}  null: not to be seen
 */
export function shown(id, items, pending, { voted, wants = () => undefined }) {
  let view = known(id, items, { mine: id in (items.signature ?? NONE), voted });
  for (const command of pending) {
    if (command.op === id && command.do === "add_note") view = draft(command);
    else if (command.with.note === id) view = overlaid(view, command, items, wants);
  }
  return view;
}

/** Ids of notes that commands without an answer speak of. @param {Command[]} pending */
export function touched(pending) {
  return pending
    .map((command) => (command.do === "add_note" ? command.op : command.with.note))
    .filter((id) => typeof id === "string");
}

/**
 * What the server has said.  A waiting note is as I have it, while others see it otherwise:
 * on a strict board.
 * @param {string} id @param {Items} items @param {{mine: boolean, voted: boolean}} me
 */
function known(id, items, me) {
  const waiting = items.waiting?.[id];
  const note = waiting ?? items.note?.[id];
  const veil = note ? null : items.veil?.[id];
  if (veil) return put(veil, items.hidden?.[id] ?? UNTOLD, { ...me, hidden: veil.hidden, covered: true });
  if (!note || note.removed) return null;
  const view = put(note, note, me);
  if (note.carried) view.carried = true;
  if (waiting) view.waits = true;
  return view;
}

/**
 * Field by field: where thousands are read, a copy by spreading costs twenty times as much.
 * @param {any} note @param {any} words  all that is told of it
 * @param {{mine: boolean, voted: boolean, hidden?: boolean, covered?: boolean}} more
 * @returns {Shown}
 */
function put({ colour, x, y, upvotes }, { content, author, edited }, { mine, voted, hidden = false, covered = false }) {
  return { content, colour, x, y, author, upvotes, edited, hidden, covered, mine, voted, pending: false };
}

/** @returns {Shown} */
function draft(/** @type {Command} */ { with: wish }) {
  return {
    content: wish.content, colour: wish.colour ?? "YELLOW", x: wish.x ?? 0, y: wish.y ?? 0,
    author: wish.anonymous === false ? wish.name : null,
    upvotes: 0, edited: false, ...OPEN, mine: true, voted: false, pending: true,
  };
}

/** @returns {Shown | null} */
function overlaid(
  /** @type {Shown | null} */ view,
  /** @type {Command} */ command,
  /** @type {Items} */ items,
  /** @type {(command: Command) => boolean | undefined} */ wants,
) {
  const { do: verb, with: wish } = command;
  if (verb === "restore_note") return view ?? restored(items.removed?.[wish.note]);
  if (!view || verb === "remove_note") return null;
  switch (verb) {
    case "move_note": return { ...view, x: wish.x, y: wish.y };
    case "edit_note": return { ...view, content: wish.content };
    case "hide_note": return { ...view, hidden: true, covered: true };
    case "show_note": return { ...view, ...OPEN };
    case "recolour_note": return { ...view, colour: wish.colour };
    case "toggle_upvote": return votedOn(view, wants(command), items.board?.board?.strict > 0);
    default: return view;
  }
}

/** Told as a wish, not as a flip: the answer may come before or after the change. */
function votedOn(
  /** @type {Shown} */ view,
  /** @type {boolean | undefined} */ want,
  /** @type {boolean} */ isStrict,
) {
  if (want === undefined || want === view.voted) return view;
  if (isStrict) return { ...view, voted: want }; // it is counted later
  return { ...view, voted: want, upvotes: view.upvotes + (want ? 1 : -1) };
}

/** @returns {Shown | null} */
function restored(/** @type {any} */ note) {
  return note ? { ...OPEN, ...note, mine: true, voted: false, pending: false } : null;
}
