// @ts-check
/** One note's element: made once, then patched where it differs from what it shows. */
import { plain } from "../page/plain.js";
import { text } from "../text.js";

/**
 * @typedef {import("./shown.js").Shown} Shown
 * @typedef {{column?: string, group?: string, locked?: boolean}} Around  the titles of its column
 *   and its group, if it has any; no votes now
 * @typedef {{isHeld: boolean, isMine: boolean, isChosen: boolean, level: number}} Stance  by
 *   whom it is held, and what it lies over
 */

const NEAR = 0.5;
const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {string} name */
function make(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

/** @type {HTMLElement | null} a note that says nothing: a copy costs less than its nine parts */
let blank = null;

function made() {
  const note = make("article", "note");
  note.tabIndex = -1;
  const content = make("div", "note-text");
  const who = make("span", "note-who");
  content.dir = who.dir = "auto";
  const vote = /** @type {HTMLButtonElement} */ (make("button", "vote"));
  vote.type = "button";
  vote.tabIndex = -1;
  vote.append(arrow(), make("span", "vote-count"));
  const foot = make("div", "note-foot");
  foot.append(who, make("span", "note-mark"), vote);
  note.append(content, foot);
  return note;
}

/** How a note is signed: by a name, or by the end of its own number. */
export function signed(/** @type {string} */ id, /** @type {string | null} */ author) {
  return author ? plain(author) : `#${id.slice(-4)}`;
}

export class Card {
  /** @type {Shown | null} */ #last = null;
  /** @type {Around} */ #around = {};
  /** @type {{x: number, y: number} | null} */ #at = null;
  #to = { x: 0, y: 0 };
  #isMeasured = false;
  /** @type {Stance} */ #stance = { isHeld: false, isMine: false, isChosen: false, level: 0 };

  /** @param {string} id */
  constructor(id) {
    blank ??= made();
    this.id = id;
    this.element = /** @type {HTMLElement} */ (blank.cloneNode(true));
    this.element.dataset.note = id;
    const [content, foot] = /** @type {Iterable<HTMLElement>} */ (this.element.children);
    const [who, mark, vote] = /** @type {Iterable<HTMLElement>} */ (foot.children);
    this.text = content;
    this.who = who;
    this.mark = mark;
    this.vote = /** @type {HTMLButtonElement} */ (vote);
    this.count = /** @type {HTMLElement} */ (vote.lastChild);
  }

  /** Writes only what has changed. @param {Shown} now @param {Around} [around] */
  show(now, around = {}) {
    const before = this.#last;
    const { column, group, locked } = this.#around;
    const isPlaced = around.column === column && around.group === group && around.locked === locked;
    if (before && isPlaced && same(before, now)) return;
    this.#last = now;
    this.#around = around;
    const { element } = this;
    const content = plain(now.content) || unread(now);
    if (this.text.textContent !== content) this.#write(content);
    element.classList.toggle("veiled", now.covered && !now.content);
    element.dataset.colour = now.colour;
    element.classList.toggle("pending", now.pending);
    element.classList.toggle("mine", now.mine);
    const who = now.pending ? now.author ?? "" : signed(this.id, now.author);
    this.who.textContent = who;
    this.who.classList.toggle("named", now.author !== null);
    this.mark.textContent = marked(now);
    this.#showVote(now);
    const isIn = around.group === undefined ? "" : text.group.member(plain(around.group));
    const places = { column: plain(around.column), group: isIn };
    element.setAttribute("aria-label", text.note.label({ ...now, who, content, ...places }));
  }

  #write(/** @type {string} */ content) {
    this.text.textContent = content;
    if (this.#isMeasured) this.clip(); // whatever has room by now
  }

  /** Clips a text that has no room; what has, as most of them, is painted quicker without. */
  clip() {
    this.text.classList.add("clipped");
  }

  /** How high it is, and whether all of its text has room. */
  measure() {
    const { scrollHeight, clientHeight } = this.text;
    this.#isMeasured = true;
    return { height: this.element.offsetHeight, hasRoom: scrollHeight <= clientHeight };
  }

  /** In whose hand it is, and above which others. @param {Stance} now */
  take({ isHeld, isMine, isChosen, level }) {
    const { element } = this;
    const before = this.#stance;
    this.#stance = { isHeld, isMine, isChosen, level };
    element.classList.toggle("held", isHeld);
    element.classList.toggle("in-my-hand", isMine);
    element.classList.toggle("selected", isChosen);
    if (before.isChosen !== isChosen) element.tabIndex = isChosen ? 0 : -1;
    if (before.isChosen && !isChosen) this.clip(); // all of it was unfolded
    if (before.level !== level) element.style.zIndex = String(level);
  }

  /**
   * Where its middle belongs; it is there at once, or comes there with each `approach`,
   * and then says that it is on its way.
   * @param {number} x @param {number} y @param {boolean} isAtOnce
   */
  place(x, y, isAtOnce) {
    const { x: atX, y: atY } = this.#at ?? {};
    this.#to = { x, y };
    if (atX === x && atY === y) return false;
    if (this.#at && !isAtOnce) return true;
    this.#stand(x, y);
    return false;
  }

  /** Goes a part of the way; says whether there is more of it. @param {number} part */
  approach(part) {
    const { x, y } = approached(this.#at ?? this.#to, this.#to, part);
    this.#stand(x, y);
    return x !== this.#to.x || y !== this.#to.y;
  }

  #stand(/** @type {number} */ x, /** @type {number} */ y) {
    this.#at = { x, y };
    this.element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  }

  #showVote(/** @type {Shown} */ now) {
    const label = now.mine ? text.note.ownVotes(now.upvotes) : text.note.vote(now.upvotes);
    this.count.textContent = String(now.upvotes);
    this.vote.setAttribute("aria-label", label);
    this.vote.setAttribute("aria-pressed", String(now.voted));
    this.vote.disabled = now.mine || now.pending || now.covered;
    this.vote.setAttribute("aria-disabled", String(this.#around.locked ?? false));
    this.vote.hidden = now.pending;
  }
}

/**
 * A part of the way nearer; there, when nobody would see the rest of it.  Pure.
 * @param {{x: number, y: number}} at @param {{x: number, y: number}} to @param {number} part
 */
export function approached(at, to, part) {
  const [dx, dy] = [to.x - at.x, to.y - at.y];
  return Math.hypot(dx, dy) < NEAR ? to : { x: at.x + dx * part, y: at.y + dy * part };
}

/** @param {Shown} now */
function marked(now) {
  if (now.pending) return text.note.sending;
  if (now.waits) return text.note.waits;
  if (now.hidden) return text.note.hidden;
  if (now.covered) return text.note.faceDown;
  if (now.carried) return text.note.carried;
  return now.edited ? text.note.edited : "";
}

/** What stands in the place of words that are not for me. */
function unread(/** @type {Shown} */ now) {
  if (now.hidden) return text.note.veiled;
  return now.covered ? text.note.concealed : "";
}

/** @param {Shown} a @param {Shown} b */
function same(a, b) {
  return (
    a.content === b.content && a.colour === b.colour && a.upvotes === b.upvotes &&
    a.mine === b.mine && a.voted === b.voted && a.pending === b.pending &&
    a.author === b.author && a.edited === b.edited && a.hidden === b.hidden &&
    a.covered === b.covered && a.waits === b.waits
  );
}

export function arrow() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M8 2.6 13.4 9H10v4.4H6V9H2.6z");
  svg.append(path);
  return svg;
}
