// @ts-check
/**
 * Everything one can do on a board's canvas, by hand or by key, with its rights checked
 * so that a refusal is said at once.  The page around it only shows what is open.
 *
 * @typedef {object} Page  what the desk asks of the page
 * @property {(draft: Draft, id: string | null) => void} write  opens the editor
 * @property {(dialog: string) => void} open
 * @property {(toast: {words: string, kind: "done" | "refused",
 *   action?: {label: string, act: () => void}}) => void} toast
 * @property {() => boolean} busy  something lies over the canvas
 * @property {() => string} excuse  why one cannot write yet, or nothing
 *
 * @typedef {{content: string, colour: string, x: number, y: number}} Draft
 * @typedef {{content: string, colour: string, anonymous: boolean, name: string}} Written
 * @typedef {import("./neighbours.js").Direction} Direction
 */
import { card, isClosed, stepped, votesLeft } from "../page/meeting.js";
import { memory } from "../page/memory.js";
import { hasReported, isSilenced } from "../page/moderation.js";
import { COLOURS, text } from "../text.js";
import { Gestures } from "./gestures.js";
import { Grouping } from "./grouping.js";
import { Hand } from "./hand.js";
import { meaning } from "./keys.js";
import { freeInLane, inLane } from "./lanes.js";
import { freeSpot, nearest, next, reading } from "./neighbours.js";
import { Scene } from "./scene.js";

const PAN_STEP = 80;
const NUDGE_STEP = 24;
/** @type {Record<Direction, [number, number]>} */
const WAYS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

export class Desk {
  /** @type {string[]} what I removed, latest last */ #removed = [];
  /** Whether the next place or note that is chosen is shown to all. */ aiming = false;
  /** @type {{x: number, y: number} | null} where I pointed last */ pointed = null;

  /**
   * @param {HTMLElement} root
   * @param {import("../sdk/board.js").Board} board  or what shows itself as one
   * @param {Page} page
   */
  constructor(root, board, page) {
    this.root = root;
    this.board = board;
    this.page = page;
    this.scene = new Scene(root, board);
    this.hand = new Hand(this.scene, board);
    this.grouping = new Grouping(this);
    this.gestures = new Gestures(root, this.#meanings());
  }

  stop() {
    this.hand.rest();
    this.gestures.stop();
    this.scene.stop();
  }

  /** Whatever note it is about; what only its author may do is not among these. */
  may(/** @type {string} */ verb) {
    return this.board.may.includes(verb) && !isClosed(this.board, verb);
  }

  /** Whether I may do it to notes of mine: where the board takes nothing, they rest too. */
  mayOwn(/** @type {string} */ verb) {
    const writes = this.writes || (verb === "remove_note" && isSilenced(this.board));
    return writes && !isClosed(this.board, verb);
  }

  /** Whether the board takes anything from us, be it not now. */
  get writes() {
    return this.board.may.includes("add_note");
  }

  /** Why what we otherwise may do is closed by the phase; else nothing. */
  whyNot(/** @type {string} */ verb) {
    return this.writes && isClosed(this.board, verb) ? this.why(verb) : "";
  }

  /** Why it cannot be done now. */
  why(/** @type {string} */ verb) {
    const phase = isClosed(this.board, verb) && card(this.board).phase;
    return this.page.excuse() || text.meeting.closed[phase || ""] || text.toast.readOnly;
  }

  /** The note that is chosen, as it is shown. */
  get chosen() {
    const { selected } = this.scene;
    return selected ? this.scene.find(selected)?.shown ?? null : null;
  }

  // Hands and keys.

  /** @returns {import("./gestures.js").Meanings} */
  #meanings() {
    const { scene, grouping, root } = this;
    return {
      noteAt: (at) => scene.hit(at),
      canDrag: (id, isTouch) => grouping.canDrag(id, isTouch),
      pan: (dx, dy) => scene.view.pan(dx, dy),
      zoom: (at, factor) => scene.zoom(factor, at),
      drag: (id, dx, dy) => grouping.drag(id, dx, dy),
      drop: (id) => grouping.drop(id),
      cancelDrag: (id) => grouping.cancel(id),
      moving: (moving) => void root.classList.toggle("moving", moving),
      tap: (id, at) => (this.aiming ? this.#aimed(id, at) : this.#tapped(id)),
      doubleTap: (id, at) => (id ? this.edit(id) : this.add(scene.boardPoint(at))),
    };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {Element} */ (event.target);
    if (this.page.busy() || target.closest("input, textarea, dialog")) return;
    if (this.aiming && event.key === "Escape") return this.#rest();
    const found = meaning(event, this.#where(target));
    if (!found) return;
    event.preventDefault();
    if (this.aiming && found[0] === "enter") return this.#focus(this.scene.middle);
    const { note, group } = /** @type {HTMLElement} */ (target.closest("[data-note], [data-group]"))?.dataset ?? {};
    this.#acts[found[0]](found[1], note ?? group ?? "");
  }

  #tapped(/** @type {string | null} */ id) {
    if (id && this.scene.groups.has(id)) this.grouping.name(id);
    else this.choose(id);
  }

  #where(/** @type {Element} */ target) {
    if (target.closest("[data-note]")) return "note";
    if (target.closest("[data-group]")) return "group";
    return target === this.root || target === document.body ? "canvas" : "elsewhere";
  }

  /** @type {Record<string, (argument: any, id: string) => void>} */
  #acts = {
    add: () => this.add(),
    zoom: (factor) => this.scene.zoom(factor),
    lifeSize: () => this.scene.lifeSize(),
    fit: () => this.scene.fit(),
    share: () => this.page.open("share"),
    history: () => this.page.open("history"),
    help: () => this.page.open("help"),
    meeting: () => this.#run(() => this.page.open("meeting")),
    timer: () => this.#run(() => this.page.open("timer")),
    phase: (by) => this.#run(() => this.phase(by)),
    point: () => this.#run(() => this.point()),
    undo: () => this.undo(),
    pan: (way) => this.#pan(way),
    enter: () => this.#go(nearest(this.scene.middle, this.scene.entries.values())),
    leave: () => this.choose(null),
    go: (way, id) => this.#go(this.#next(id, way)),
    read: (steps, id) => this.#read(steps, id),
    nudge: (way, id) => this.#nudge(id, way),
    edit: (_, id) => this.edit(id),
    vote: (_, id) => this.vote(id),
    colour: (index, id) => this.recolour(id, COLOURS[index]),
    remove: (_, id) => this.remove(id),
    group: (_, id) => this.grouping.ask(id),
    takeOut: (_, id) => this.grouping.takeOut(id),
    name: (_, id) => this.grouping.name(id),
    lead: (_, id) => this.choose(this.scene.groups.lead(id)),
  };

  #pan(/** @type {Direction} */ way) {
    this.scene.view.pan(-WAYS[way][0] * PAN_STEP, -WAYS[way][1] * PAN_STEP);
  }

  #go(/** @type {string | null} */ id) {
    if (id) this.scene.focus(id);
  }

  #next(/** @type {string} */ id, /** @type {Direction} */ way) {
    const from = this.scene.find(id);
    return from && next(from, this.scene.entries.values(), way);
  }

  #read(/** @type {number} */ steps, /** @type {string} */ id) {
    const { direction } = getComputedStyle(this.root); // of what it is in: an element, or the page
    const order = reading(this.scene.entries.values(), direction === "rtl");
    const at = Math.min(order.length - 1, Math.max(0, order.indexOf(id) + steps));
    this.#go(order[at] ?? null);
  }

  #nudge(/** @type {string} */ id, /** @type {Direction} */ way) {
    const isMine = this.scene.find(id)?.shown.mine;
    if (this.scene.groups.follows(id)) return this.no(text.group.inGroup);
    if (!this.hand.mayMove(id)) return this.no(isMine ? this.why("move_note") : text.toast.notYours);
    const [wx, wy] = WAYS[way];
    this.hand.nudge(id, wx * NUDGE_STEP, wy * NUDGE_STEP);
  }

  /** @param {string | null} id  null: no note, the canvas itself */
  choose(id) {
    if (id) return this.scene.focus(id);
    this.scene.select(null);
    this.root.focus({ preventScroll: true });
  }

  // Acts.

  /** Says why not. @param {string} words */
  no(words) {
    this.page.toast({ words, kind: "refused" });
  }

  /** The note, if it is mine and I may; else it is said why not. */
  #mine(/** @type {string} */ id, /** @type {string} */ verb) {
    const note = this.scene.find(id)?.shown;
    if (!note || note.pending) return null;
    if (note.mine && this.mayOwn(verb)) return note;
    this.no(note.mine ? this.why(verb) : text.toast.notYours);
    return null;
  }

  /** @param {{x: number, y: number}} [at]  on the board; else where there is room */
  add(at) {
    if (!this.may("add_note")) return this.no(this.why("add_note"));
    const { x, y } = at ? this.#straight(at) : this.#free();
    this.scene.select(null);
    this.page.write({ content: "", colour: memory.author().colour, x, y }, null);
  }

  /** Not across the border of two columns. @param {{x: number, y: number}} at */
  #straight({ x, y }) {
    return { x: inLane(x, this.scene.titles.length), y };
  }

  /** Where there is room: in sight, and in the column of the chosen note, or that one looks at. */
  #free() {
    const { middle, entries, titles, inSight, selected } = this.scene;
    if (!titles.length) return freeSpot(middle, entries.values());
    const { x } = (selected && this.scene.find(selected)) || { x: middle.x - 1 };
    return freeInLane({ x, y: inSight }, titles.length, entries.values());
  }

  /** @param {string} id */
  edit(id) {
    const note = this.#mine(id, "edit_note");
    if (note) this.page.write(note, id);
  }

  /** @param {Written} written @param {Draft} draft */
  post({ content, colour, anonymous, name }, draft) {
    const [x, y] = [draft.x, draft.y].map((v) => Math.round(v * 10) / 10);
    const signature = anonymous ? { anonymous } : { anonymous, name };
    this.board.tell("add_note", { content, colour, x, y, ...signature });
    this.choose(this.board.pending.at(-1)?.op ?? null); // its name until it has one
  }

  /** @param {string} id @param {Written} written @param {Draft} draft */
  rewrite(id, { content }, draft) {
    if (content !== draft.content) this.board.tell("edit_note", { note: id, content });
    this.scene.focus(id);
  }

  /** @param {string} id */
  vote(id) {
    const note = this.scene.find(id)?.shown;
    if (!note || note.pending) return;
    if (note.mine) return this.no(text.toast.ownVote);
    if (!this.may("toggle_upvote")) return this.no(this.why("toggle_upvote"));
    if (!note.voted && votesLeft(this.board) === 0) return this.no(text.meeting.spent);
    this.board.tell("toggle_upvote", { note: id });
    this.scene.wish(id, !note.voted);
  }

  /** @param {string} id @param {string} colour */
  recolour(id, colour) {
    const note = this.#mine(id, "recolour_note");
    if (note && note.colour !== colour) this.board.tell("recolour_note", { note: id, colour });
  }

  /** Hides a note's text from all but its author and admins, or shows it again. @param {string} id */
  veil(id) {
    const note = this.scene.find(id)?.shown;
    if (!note || note.pending) return;
    this.board.tell(note.hidden ? "show_note" : "hide_note", { note: id });
  }

  /** Tells admins of a note, once. @param {string} id @param {string} reason */
  report(id, reason) {
    const told = this.board.tell("report_note", { note: id, reason });
    told.then(() => this.page.toast({ words: text.report.sent, kind: "done" }), () => undefined);
  }

  /** Whether I have reported it. @param {string} id */
  reported(id) {
    return hasReported(this.board.items, id);
  }

  /** @param {string} id */
  remove(id) {
    if (!this.#mine(id, "remove_note")) return;
    const after = this.#next(id, "right") ?? this.#next(id, "left");
    this.board.tell("remove_note", { note: id });
    this.#removed.push(id);
    this.scene.select(null);
    this.#go(after);
    const action = { label: text.toast.undo, act: () => this.undo(id) };
    this.page.toast({ words: text.toast.removed, kind: "done", action });
  }

  undo(id = this.#removed.at(-1)) {
    if (!id) return;
    if (!this.mayOwn("restore_note")) return this.no(this.why("restore_note"));
    this.#removed = this.#removed.filter((other) => other !== id);
    this.board.tell("restore_note", { note: id });
    this.scene.focus(id);
  }

  // A meeting.

  #run(/** @type {() => void} */ act) {
    if (this.may("set_phase")) act();
    else this.no(text.meeting.adminsOnly);
  }

  /** To the phase before or after. @param {number} by */
  phase(by) {
    const asked = this.board.pending.findLast((command) => command.do === "set_phase");
    const phase = asked ? asked.with.phase : card(this.board)?.phase ?? null;
    this.board.tell("set_phase", { phase: stepped(phase, by) });
  }

  /** Shows all where to look: the chosen note, or what is chosen next. */
  point() {
    if (this.board.state !== "live") return this.no(text.meeting.alone);
    const { selected } = this.scene;
    const entry = selected ? this.scene.find(selected) : null;
    if (entry) return this.#focus(entry);
    if (this.aiming) return this.#rest();
    this.aiming = true;
    this.root.classList.add("aiming");
    this.root.focus({ preventScroll: true });
  }

  #aimed(/** @type {string | null} */ id, /** @type {{x: number, y: number}} */ at) {
    this.#focus((id && this.scene.find(id)) || this.scene.boardPoint(at));
  }

  #rest() {
    this.aiming = false;
    this.root.classList.remove("aiming");
  }

  #focus(/** @type {{x: number, y: number}} */ { x, y }) {
    const at = { x: Math.round(x), y: Math.round(y) };
    this.#rest();
    this.pointed = at;
    this.board.signal("focus", at);
    this.scene.beacon(at);
    this.page.toast({ words: text.meeting.pointed, kind: "done" });
  }

  /** Whether it was me who pointed there: what I signal comes back to me, too. @param {any} at */
  pointedAt(at) {
    return this.pointed?.x === at.x && this.pointed?.y === at.y;
  }
}
