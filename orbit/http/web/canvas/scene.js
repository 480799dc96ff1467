// @ts-check
/**
 * The notes on the canvas.  It keeps one element per note that can be read and touches,
 * once per animation frame, only those that have changed; the rest are shapes on a bitmap.
 * Two thousand notes cost a move no more than twenty: what is out of sight draws nothing.
 *
 * @typedef {import("../sdk/board.js").Board} Board
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {{id: string, x: number, y: number, height: number, order: number,
 *   shown: import("./shown.js").Shown, card: import("./card.js").Card | null}} Entry
 */
import { card as cardOf, isClosed } from "../page/meeting.js";
import { motionIsReduced } from "../page/theme.js";
import { text } from "../text.js";
import { READABLE, fit, reveal, toBoard, toScreen } from "./camera.js";
import { Columns } from "./columns.js";
import { Grips } from "./grips.js";
import { Groups } from "./groups.js";
import { lane, laneAt } from "./lanes.js";
import { GUESS, Mounts, WIDTH } from "./mounts.js";
import { nearest } from "./neighbours.js";
import { shown, touched } from "./shown.js";
import { Sketch } from "./sketch.js";
import { PAD } from "./stacks.js";
import { Viewpoint } from "./viewpoint.js";

const SHOWN = new Set(["note", "signature", "veil", "hidden"]); // what a card is made of
const SETTLE_MS = 60; // in which a note that others move is two thirds of its way
const A_FRAME_MS = 32;
const BEACON_MS = 4000;
const DARK = matchMedia("(prefers-color-scheme: dark)");
const SIDE = 24;
const ROOM = { top: 84, bottom: 100, side: 32 };
const LANES_HEIGHT = 520; // what is looked at of columns without a note
const TITLE_PX = 60;
const TOP = 1_000_000;
const GROUPED = 500_000; // what is in a group lies over what is in none

export class Scene {
  /** @type {Map<string, Entry>} */ entries = new Map();
  /** @type {string | null} */ selected = null;
  /** What is kept free of the canvas for the tools, in pixels. */ room = { ...ROOM };
  /** @type {readonly string[]} titles of the columns */ titles = [];
  #locked = false; // no votes now
  #held = new Grips((id) => this.#touch(id));
  /** @type {Set<Entry>} on their way to where they belong */ #gliding = new Set();
  #drawnAt = 0;
  #isBlank = true; // what has no element may have to be drawn anew
  #isNew = true; // nothing has been shown so far
  /** @type {WeakMap<object, boolean>} what a vote was meant to become */ #wishes = new WeakMap();
  /** @type {Set<string>} */ #dirty = new Set();
  /** @type {Set<string>} */ #touched = new Set();
  /** @type {Set<string>} */ #voted = new Set();
  /** @type {Map<string, string>} drafts that have come back as notes: op to id */
  #adopted = new Map();
  #frame = 0;
  #order = 0;
  #cull = true;
  /** @type {string | null} */ #focusWanted = null;
  #revealed = false;
  /** @type {() => void} after each frame that changed something */ onFrame = () => undefined;
  /** @type {(() => void)[]} */ #offs;
  /** @type {ResizeObserver} */ #watchSize;

  /**
   * @param {HTMLElement} root
   * @param {Board} board
   */
  constructor(root, board) {
    this.root = root;
    this.board = board;
    this.layer = element("layer");
    this.rings = rings();
    this.hint = dropHint();
    this.layer.append(this.rings, this.hint);
    this.mounts = new Mounts(this.layer, (entry) => this.#paint(entry));
    this.groups = new Groups(this.layer, board);
    root.prepend(this.layer);
    this.sketch = new Sketch(root);
    this.columns = new Columns(root);
    this.view = new Viewpoint(root, this.layer, () => this.#moved());
    this.#watchSize = new ResizeObserver(() => this.view.resized());
    this.#watchSize.observe(root);
    this.#offs = [
      board.on("reset", () => this.reset()),
      board.on("rights", () => this.#cardChanged()),
      board.on("change", (frame) => this.#changed(frame)),
      board.on("pending", () => this.#pendingChanged()),
      board.on("signal", (frame) => this.#signalled(frame)),
    ];
    addEventListener("orbit-theme", this.#recolour);
    DARK.addEventListener("change", this.#recolour);
    this.#tree.addEventListener("focusin", this.#focusWent);
    this.reset();
  }

  stop() {
    for (const off of this.#offs) off();
    this.#held.stop();
    this.view.stop();
    this.#watchSize.disconnect();
    cancelAnimationFrame(this.#frame);
    this.layer.remove();
    this.sketch.remove();
    this.columns.remove();
    removeEventListener("orbit-theme", this.#recolour);
    DARK.removeEventListener("change", this.#recolour);
    this.#tree.removeEventListener("focusin", this.#focusWent);
  }

  #recolour = () => {
    this.sketch.recolour();
    this.#isBlank = true;
    this.#ask();
  };

  /** Everything may be another. */
  reset() {
    this.#cardChanged();
    this.#countVotes();
    this.#regroup();
    for (const id of this.entries.keys()) this.#dirty.add(id);
    const { note, veil, waiting } = this.board.items;
    for (const all of [note, veil, waiting]) for (const id in all) this.#dirty.add(id);
    this.#pendingChanged();
  }

  /** @param {string} id */
  find(id) {
    return this.entries.get(id) ?? null;
  }

  /** @param {string} id @param {boolean} want  remembers what the latest vote is to be */
  wish(id, want) {
    const command = this.board.pending.findLast((c) => c.with.note === id);
    if (command) this.#wishes.set(command, want);
    this.#touch(id);
  }

  // Looking around.

  get camera() {
    return this.view.camera;
  }

  get size() {
    return this.view.size;
  }

  /** Looks where another scene did. @param {Camera} camera */
  look(camera) {
    this.view.look(camera);
  }

  /** @param {number} factor @param {{x: number, y: number}} [at] */
  zoom(factor, at = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.view.zoom(factor, at);
  }

  /** Shows all notes. */
  fit() {
    this.view.glideTo(fit(this.#bounds(), this.size, this.free));
  }

  /** The first look: all notes, or as many around the middle as can be read. */
  arrive() {
    const camera = fit(this.#bounds(), this.size, this.free);
    if (camera.k >= READABLE) return this.view.look(camera);
    const id = nearest(camera, this.entries.values());
    const { x, y } = (id && this.entries.get(id)) || camera;
    this.view.look({ x, y, k: READABLE });
  }

  #revealing(/** @type {Entry} */ entry) {
    const { k } = this.camera;
    const margin = { x: SIDE + (WIDTH / 2) * k, y: Math.max(this.free.top, this.room.bottom) + (entry.height / 2) * k };
    return reveal(this.camera, this.size, entry, margin);
  }

  /** Brings a place to the middle, near enough to read. @param {{x: number, y: number}} at */
  show(at) {
    this.view.glideTo({ x: at.x, y: at.y, k: Math.max(READABLE, this.camera.k) });
  }

  /** Marks a place for a moment. @param {{x: number, y: number}} at */
  beacon({ x, y }) {
    const mark = element("beacon");
    mark.setAttribute("aria-hidden", "true");
    mark.style.transform = `translate(${x}px, ${y}px)`;
    this.layer.append(mark);
    setTimeout(() => mark.remove(), BEACON_MS);
  }

  lifeSize() {
    this.view.glideTo({ ...this.camera, k: 1 });
  }

  /** @param {{x: number, y: number}} point  on the screen */
  boardPoint(point) {
    return toBoard(this.camera, this.size, point);
  }

  /** @param {{x: number, y: number}} point  on the board */
  screenPoint(point) {
    return toScreen(this.camera, this.size, point);
  }

  get middle() {
    return { x: this.camera.x, y: this.camera.y };
  }

  /** The y of a note that lies at the upper end of what is seen. */
  get inSight() {
    return this.boardPoint({ x: 0, y: this.free.top }).y + GUESS / 2;
  }

  /** What the tools and the titles leave. */
  get free() {
    return { ...this.room, top: this.room.top + (this.titles.length ? TITLE_PX : 0) };
  }

  /** The topmost note at a point of the screen, for those that have no element. */
  hit(/** @type {{x: number, y: number}} */ point) {
    const at = this.boardPoint(point);
    let found = null;
    for (const { id, x, y, height } of this.entries.values()) {
      if (Math.abs(x - at.x) < WIDTH / 2 && Math.abs(y - at.y) < height / 2) found = id;
    }
    return found;
  }

  /** Where a note is on the screen: its middle, and how large it is drawn. */
  onScreen(/** @type {string} */ id) {
    const entry = this.entries.get(id);
    if (!entry) return null;
    const { x, y } = toScreen(this.camera, this.size, this.#placeOf(entry));
    const { k } = this.camera;
    const height = entry.card?.element.offsetHeight ?? entry.height;
    const width = entry.card?.element.offsetWidth ?? WIDTH;
    return { x, y, width: width * k, height: height * k };
  }

  // Choosing.

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    const before = this.selected;
    this.selected = id;
    for (const changed of [before, id]) {
      if (changed) this.#touch(changed);
    }
  }

  /** Moves the focus there, and the canvas so that it can be seen. @param {string} id */
  focus(id) {
    this.#focusWanted = id; // it may only be on its way
    this.select(id);
    this.#revealed = false;
    this.#cull = true;
    this.#ask();
  }

  // Hands.

  /** My own hand holds a note at `x`, `y`. */
  hold(/** @type {string} */ id, /** @type {number} */ x, /** @type {number} */ y) {
    this.#held.mine(id, x, y);
  }

  /** @param {string} id */
  release(id) {
    this.#held.release(id);
  }

  /** My hand takes a note out of its group, where the others stay; null: it is let go. */
  lift(/** @type {string | null} */ id) {
    if (this.groups.lifted === id) return;
    for (const one of [this.groups.lifted, id]) if (one) this.#touch(one);
    this.groups.lifted = id;
  }

  /** Shows what the note in my hand would be dropped on: the name of a note or a group. */
  target(/** @type {string | null} */ id) {
    const held = id ? this.entries.get(id) : null;
    const found = held ? this.groups.beneath(held, this.entries) : null;
    this.hint.hidden = !found;
    if (found) {
      const { left, top, right, bottom } = found.box;
      const { style } = this.hint;
      style.transform = `translate(${left - PAD}px, ${top - PAD}px)`;
      style.inlineSize = `${right - left + 2 * PAD}px`;
      style.blockSize = `${bottom - top + 2 * PAD}px`;
    }
    return found?.id ?? null;
  }

  #signalled(/** @type {any} */ { do: verb, with: args }) {
    const { note, x, y } = args ?? {};
    if (verb !== "drag" || !Number.isFinite(x) || !Number.isFinite(y)) return;
    if (this.entries.has(note)) this.#held.theirs(note, x, y);
  }

  // News.

  #changed(/** @type {import("../sdk/fold.js").Changed} */ { changes }) {
    for (const change of changes) {
      if ("put" in change && change.put[0] === "signature") this.#adopt(change.put[1]);
      const [type, id] = "put" in change ? change.put : change.drop;
      if (SHOWN.has(type)) {
        this.#held.told(id);
        this.#dirty.add(id);
      } else if (type === "upvote") this.#countVotes();
      else if (type === "group") this.#regroup();
      else if (type === "board") this.#cardChanged();
    }
    this.#ask();
  }

  /** What concerns all notes: the columns they lie in, whether they can be voted on. */
  #cardChanged() {
    const titles = cardOf(this.board)?.columns ?? [];
    const locked = isClosed(this.board, "toggle_upvote");
    const isSame = titles.join("\n") === this.titles.join("\n");
    if (isSame && locked === this.#locked) return;
    Object.assign(this, { titles });
    this.#locked = locked;
    if (!isSame) this.columns.show(titles);
    this.columns.place(this.camera, this.size);
    for (const id of this.entries.keys()) this.#dirty.add(id);
    this.#ask();
  }

  /** The change comes before its answer: a draft and its note must not both be seen. */
  #adopt(/** @type {string} */ id) {
    const note = shown(id, this.board.items, [], { voted: false }); // face down, too
    const draft = this.board.pending.find((command) =>
      command.do === "add_note" && !this.#adopted.has(command.op) &&
      command.with.content === note?.content && command.with.colour === note?.colour);
    if (!draft || this.entries.has(id)) return;
    this.#adopted.set(draft.op, id);
    this.#dirty.add(draft.op);
    if (this.selected !== draft.op) return;
    const card = this.entries.get(draft.op)?.card;
    const focused = this.#hasFocus(card);
    if (focused || this.#focusWanted === draft.op) this.focus(id);
    else this.select(id);
  }

  #pendingChanged() {
    const now = new Set(touched(this.board.pending));
    for (const id of [...this.#touched, ...now]) this.#dirty.add(id);
    this.#touched = now;
    if (this.groups.isAskedAnew) this.#regroup();
    this.#ask();
  }

  #regroup() {
    for (const id of this.groups.read()) {
      this.#held.told(id);
      this.#dirty.add(id);
    }
    this.#ask();
  }

  #countVotes() {
    const votes = Object.values(this.board.items.upvote ?? {});
    const voted = new Set(votes.map((vote) => vote.note));
    for (const id of voted) if (!this.#voted.has(id)) this.#dirty.add(id);
    for (const id of this.#voted) if (!voted.has(id)) this.#dirty.add(id);
    this.#voted = voted;
  }

  // Frames.

  #touch(/** @type {string} */ id) {
    this.#dirty.add(id);
    this.#ask();
  }

  #ask() {
    this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(/** @type {number} */ now) {
    this.#frame = 0;
    this.view.step();
    for (const id of this.#dirty) this.#refresh(id);
    this.#dirty.clear();
    if (this.groups.isDirty) this.#arrange();
    if (this.#isNew && this.entries.size) this.#show();
    this.#settle(now);
    if (this.#cull) this.#mountSeen();
    this.#giveFocus();
    if (this.#isBlank) this.sketch.draw(this.camera, this.size, this.entries.values());
    this.#isBlank = false;
    this.onFrame();
  }

  /** Who shows us may say where to look before anything is made of what there is. */
  #show() {
    this.#isNew = false;
    this.onFrame();
  }

  /** Moves what others have moved a part of its way. */
  #settle(/** @type {number} */ now) {
    const passed = Math.min(now - this.#drawnAt, A_FRAME_MS); // nothing moved while it rested
    this.#drawnAt = now;
    const part = 1 - Math.exp(-passed / SETTLE_MS);
    for (const entry of this.#gliding) {
      if (!entry.card?.approach(part)) this.#gliding.delete(entry);
    }
    if (this.#gliding.size) this.#ask();
  }

  #wanted = (/** @type {object} */ command) => this.#wishes.get(command);

  #refresh(/** @type {string} */ id) {
    const { items, pending } = this.board;
    const voted = this.#voted.has(id);
    const wants = this.#wanted;
    const now = this.#adopted.has(id) ? null : shown(id, items, pending, { voted, wants });
    if (!now) return this.#forget(id);
    const before = this.entries.get(id);
    const entry = before ?? this.#enter(id, now);
    const { x, y } = entry.shown;
    entry.shown = now;
    this.groups.touch(id);
    if (!before || x !== now.x || y !== now.y) this.groups.moved(entry);
    this.#stand(entry);
  }

  #stand(/** @type {Entry} */ entry) {
    const { x, y } = this.#placeOf(entry);
    if (!entry.card) this.#isBlank ||= this.sketch.shows(entry);
    entry.x = x;
    entry.y = y;
    this.#cull ||= this.mounts.isWrong(entry);
    if (entry.card) this.#paint(entry);
    else this.#isBlank ||= this.sketch.shows(entry);
  }

  /** Puts what is grouped together. */
  #arrange() {
    const { selected } = this;
    const isLifted = (/** @type {Entry} */ { id }) => id === this.groups.lifted;
    const isMine = (/** @type {Entry} */ lead) => !isLifted(lead) && !!this.#held.get(lead.id)?.mine;
    const anchor = (/** @type {Entry} */ lead) => (!isLifted(lead) && this.#held.get(lead.id)) || lead.shown;
    for (const entry of this.groups.arrange(this.entries, { anchor, isMine, selected })) this.#stand(entry);
  }

  /** @returns {Entry} */
  #enter(/** @type {string} */ id, /** @type {import("./shown.js").Shown} */ now) {
    const order = ++this.#order;
    const entry = { id, x: now.x, y: now.y, height: GUESS, order, shown: now, card: null };
    this.entries.set(id, entry);
    this.#cull = true;
    return entry;
  }

  #forget(/** @type {string} */ id) {
    const entry = this.entries.get(id);
    if (!entry) return;
    const hadFocus = this.#hasFocus(entry.card);
    this.mounts.unmount(entry);
    this.entries.delete(id);
    this.groups.gone(id);
    this.#held.release(id);
    this.#isBlank ||= this.sketch.shows(entry);
    if (this.selected === id) this.selected = null;
    if (hadFocus) this.root.focus();
  }

  /** Whoever knows where the focus is: the page, or the shadow tree that we are in. */
  get #tree() {
    return /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
  }

  #hasFocus(/** @type {Entry["card"] | undefined} */ card) {
    return card?.element.contains(this.#tree.activeElement) ?? false;
  }

  /** @returns {{x: number, y: number}} */
  #placeOf(/** @type {Entry} */ { id, shown }) {
    return this.#held.get(id) ?? this.groups.slot(id) ?? shown;
  }

  #paint(/** @type {Entry} */ entry) {
    const { card, id, order } = entry;
    if (!card) return;
    const held = this.#held.get(id);
    const column = this.titles[laneAt(entry.x, this.titles.length)];
    const group = this.groups.titleOf(id);
    card.show(entry.shown, { column, group, locked: this.#locked });
    const follows = this.#follows(id);
    const isAtOnce = held?.mine || follows || motionIsReduced();
    if (card.place(entry.x, entry.y, isAtOnce)) this.#gliding.add(entry);
    const isChosen = this.selected === id;
    const level = held || isChosen || follows ? TOP : group === undefined ? order : GROUPED + order;
    card.take({ isHeld: !!held, isMine: !!held?.mine, isChosen, level });
  }

  /** Whether its lead is in my hand. */
  #follows(/** @type {string} */ id) {
    const lead = this.groups.follows(id) && this.groups.lead(this.groups.of(id) ?? "");
    return !!lead && lead !== this.groups.lifted && !!this.#held.get(lead)?.mine;
  }

  #mountSeen() {
    const { selected } = this;
    const isKept = (/** @type {Entry} */ { id }) => id === selected || !!this.#held.get(id)?.mine;
    this.#cull = this.mounts.see(this.entries.values(), this.view, isKept);
    const chosen = selected && this.entries.get(selected);
    if (chosen) this.mounts.keep(chosen);
    this.#isBlank ||= this.sketch.isDrawn; // what has an element by now is no shape any more
    this.groups.measured();
    if (this.#cull || this.groups.isDirty) this.#ask(); // the rest in the next frames
  }

  #giveFocus() {
    const entry = this.#focusWanted && this.entries.get(this.#focusWanted);
    if (!entry) return;
    if (!this.#revealed) this.view.glideTo(this.#revealing(entry));
    this.#revealed = true;
    if (!entry.card) return; // a frame later
    entry.card.element.focus({ preventScroll: true });
  }

  /** Who is elsewhere by now, at the next note perhaps, is not called back. */
  #focusWent = (/** @type {Event} */ event) => {
    if (event.composedPath()[0] !== this.root) this.#focusWanted = null;
  };

  // The camera.

  #moved() {
    const { camera, size, view } = this;
    this.columns.place(camera, size);
    if (!view.isMoving) this.rings.style.setProperty("--hair", `${1 / camera.k}px`);
    this.#cull = true;
    this.#isBlank = true;
    this.#ask();
  }

  #bounds() {
    const n = this.titles.length;
    if (!this.entries.size && !n) return null;
    let [left, right] = n ? [lane(0, n).left, lane(n - 1, n).right] : [Infinity, -Infinity];
    let [top, bottom] = n ? [0, LANES_HEIGHT] : [Infinity, -Infinity];
    for (const { x, y, height } of this.entries.values()) {
      if (x - WIDTH / 2 < left) left = x - WIDTH / 2;
      if (x + WIDTH / 2 > right) right = x + WIDTH / 2;
      if (y - height / 2 < top) top = y - height / 2;
      if (y + height / 2 > bottom) bottom = y + height / 2;
    }
    return { left, top, right, bottom };
  }
}

/** @param {string} name */
function element(name) {
  const made = document.createElement("div");
  made.className = name;
  return made;
}

/** Where the note in my hand would go. */
function dropHint() {
  const hint = element("drop-hint");
  hint.setAttribute("aria-hidden", "true");
  hint.hidden = true;
  const words = document.createElement("span");
  words.textContent = text.group.drop;
  hint.append(words);
  return hint;
}

/** Circles around the centre that votes pull to. */
function rings() {
  const all = element("rings");
  all.setAttribute("aria-hidden", "true");
  for (const radius of [0, 260, 560, 920, 1360, 1900, 2560]) {
    const ring = element(radius ? "ring" : "sun");
    if (radius) ring.style.inlineSize = ring.style.blockSize = `${radius * 2}px`;
    all.append(ring);
  }
  return all;
}
