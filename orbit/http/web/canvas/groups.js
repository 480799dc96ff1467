// @ts-check
/**
 * The groups on the canvas: which note is in which, where its members stand, and a frame
 * for each with its title.  What is in no group costs a look into an empty table.
 *
 * @typedef {import("./scene.js").Entry} Entry
 * @typedef {import("./stacks.js").Group} Group
 * @typedef {import("./camera.js").Box} Box
 * @typedef {{members: Entry[], high: number, places: {x: number, y: number}[], box: Box,
 *   down: number, frame: Frame}} Stack  `down`: so far it stands aside
 */
import { Taken, aside, lowered } from "./aside.js";
import { Frame } from "./frame.js";
import { WIDTH } from "./mounts.js";
import { beneath, boxOf, grouped, isGrouping, stacked } from "./stacks.js";

export class Groups {
  /** @type {Map<string, Group>} */ #all = new Map();
  /** @type {Map<string, string>} note to group */ #homes = new Map();
  /** @type {Map<string, Stack>} those that are drawn */ #stacks = new Map();
  /** @type {Map<string, {x: number, y: number}>} of notes that stand elsewhere than on the board */
  #slots = new Map();
  /** @type {Map<string, {entry: Entry, high: number}>} notes in no group that stand aside */
  #aside = new Map();
  #taken = new Taken();
  #isMoved = false; // something beside the groups
  /** @type {Set<string>} groups to be arranged anew */ #dirty = new Set();
  #asked = "";
  /** @type {string | null} a member that my hand takes out: the others stay */ lifted = null;

  /** @param {HTMLElement} layer @param {import("../sdk/board.js").Board} board */
  constructor(layer, board) {
    this.layer = layer;
    this.board = board;
  }

  /** Whether any is to be arranged anew. */
  get isDirty() {
    return this.#isMoved || this.#dirty.size > 0;
  }

  /** Whether what I ask for has changed since it was read. */
  get isAskedAnew() {
    return this.#asked !== asked(this.board.pending);
  }

  /** Every group with its title and notes. */
  get all() {
    return this.#all;
  }

  /** The group that a note is in, be it drawn or not. @param {string} note */
  of(note) {
    return this.#homes.get(note) ?? null;
  }

  /** Whether there is a frame of that name. @param {string} id */
  has(id) {
    return this.#stacks.has(id);
  }

  /** The drawn group of a note; its title, which may be blank. @param {string} note */
  titleOf(note) {
    const id = this.#homes.get(note);
    return id && this.#stacks.has(id) ? this.#all.get(id)?.title : undefined;
  }

  /** The first member that is to be seen. @param {string} id */
  lead(id) {
    return this.#stacks.get(id)?.members[0].id ?? null;
  }

  /** Whether it stands where its lead does. @param {string} note */
  follows(note) {
    const stack = this.#stacks.get(this.#homes.get(note) ?? "");
    return !!stack && stack.members[0].id !== note;
  }

  /** Where a note stands that stands elsewhere than on the board. @param {string} note */
  slot(note) {
    return this.#slots.get(note);
  }

  /** Something of a note has changed. @param {string} note */
  touch(note) {
    const id = this.#homes.get(note);
    if (id) this.#dirty.add(id);
  }

  /** A note has another place, or is new. @param {Entry} entry */
  moved(entry) {
    if (!this.#stacks.size || this.#homes.has(entry.id)) return;
    this.#isMoved ||= this.#aside.has(entry.id) || this.#taken.covers(boxOf(own(entry))) !== null;
  }

  /** @param {string} note */
  gone(note) {
    this.touch(note);
    this.#slots.delete(note);
    this.#isMoved ||= this.#aside.delete(note);
  }

  /**
   * Reads anew which groups there are.
   * @returns {Set<string>} the notes of all that have changed
   */
  read() {
    const now = grouped(this.board.items.group, this.board.pending);
    this.#asked = asked(this.board.pending);
    /** @type {Set<string>} */ const notes = new Set();
    for (const id of new Set([...this.#all.keys(), ...now.keys()])) {
      const [before, after] = [this.#all.get(id), now.get(id)];
      if (before && after && same(before, after)) continue;
      this.#dirty.add(id);
      for (const note of [...(before?.notes ?? []), ...(after?.notes ?? [])]) notes.add(note);
    }
    this.#all = now;
    this.#homes.clear();
    for (const [id, group] of now) for (const note of group.notes) this.#homes.set(note, id);
    for (const note of notes) if (!this.#homes.has(note)) this.#slots.delete(note);
    return notes;
  }

  /** Heights have been learnt: what stands below has another place. */
  measured() {
    for (const [id, { members, high }] of this.#stacks) if (height(members) !== high) this.#dirty.add(id);
    for (const { entry, high } of this.#aside.values()) this.#isMoved ||= entry.height !== high;
  }

  /**
   * Arranges what has changed.
   * @param {Map<string, Entry>} entries
   * @param {{anchor: (lead: Entry) => {x: number, y: number}, isMine: (lead: Entry) => boolean,
   *   selected: string | null}} hands  where a lead stands, whether it is in my hand
   * @returns {Set<Entry>} all that may have to stand elsewhere
   */
  arrange(entries, { anchor, isMine, selected }) {
    /** @type {Set<Entry>} */ const moved = new Set();
    const anew = [...this.#dirty];
    for (const id of anew) this.#form(id, entries, anchor, selected, moved);
    this.#dirty.clear();
    this.#isMoved = false;
    const down = this.#makeRoom(entries, isMine, moved);
    for (const [id, stack] of this.#stacks) {
      const by = down.get(id) ?? 0;
      if (by === stack.down && !anew.includes(id)) continue;
      stack.down = by;
      this.#place(id, stack, selected, isMine(stack.members[0]));
      for (const member of stack.members) moved.add(member);
    }
    return moved;
  }

  /** Finds who is to be seen of a group, and how much room it takes. */
  #form(
    /** @type {string} */ id,
    /** @type {Map<string, Entry>} */ entries,
    /** @type {(lead: Entry) => {x: number, y: number}} */ anchor,
    /** @type {string | null} */ selected,
    /** @type {Set<Entry>} */ moved,
  ) {
    const notes = this.#all.get(id)?.notes ?? [];
    const members = /** @type {Entry[]} */ (notes.map((note) => entries.get(note)).filter(Boolean));
    for (const member of members) {
      measure(member, selected);
      moved.add(member);
    }
    const made = members.length ? stacked(members, anchor(members[0])) : null;
    const before = this.#stacks.get(id);
    if (made) {
      const frame = before?.frame ?? new Frame(this.layer, id);
      this.#stacks.set(id, { ...made, members, frame, high: height(members), down: before?.down ?? 0 });
      return;
    }
    before?.frame.remove();
    this.#stacks.delete(id);
    for (const note of notes) this.#slots.delete(note);
  }

  /** What would lie beneath a group stands aside; says which groups do, and how far. */
  #makeRoom(
    /** @type {Map<string, Entry>} */ entries,
    /** @type {(lead: Entry) => boolean} */ isMine,
    /** @type {Set<Entry>} */ moved,
  ) {
    const rests = [...this.#stacks].filter(([, { members }]) => !isMine(members[0]));
    const frames = new Map(rests.map(([id, { box }]) => [id, box]));
    const { down, taken } = aside(frames, frames.size ? this.#loose(entries) : []);
    this.#taken = taken;
    for (const { entry } of this.#aside.values()) {
      if (!this.#homes.has(entry.id)) this.#slots.delete(entry.id);
      moved.add(entry);
    }
    this.#aside.clear();
    for (const [id, by] of down) {
      const entry = entries.get(id);
      if (!entry) continue; // a group
      const { x, y } = entry.shown;
      this.#slots.set(id, { x, y: y + by });
      this.#aside.set(id, { entry, high: entry.height });
      moved.add(entry);
    }
    return down;
  }

  /** @param {string} id @param {Stack} stack @param {string | null} selected @param {boolean} isHeld */
  #place(id, stack, selected, isHeld) {
    const { members, places, down, frame } = stack;
    for (const [i, { id: note }] of members.entries()) {
      if (i || down) this.#slots.set(note, { x: places[i].x, y: places[i].y + down });
      else this.#slots.delete(note);
    }
    frame.show({
      title: this.#all.get(id)?.title ?? "", box: drawn(stack), notes: members.length,
      votes: members.reduce((sum, { shown }) => sum + shown.upvotes, 0),
      isChosen: members.some((one) => one.id === selected), isHeld,
    });
  }

  /** Edits a title in its place. @param {string} id @param {(title: string) => void} done */
  edit(id, done) {
    this.#stacks.get(id)?.frame.edit(done);
  }

  /** Gives the focus to a title. @param {string} id */
  focus(id) {
    this.#stacks.get(id)?.frame.title.focus({ preventScroll: true });
  }

  /**
   * What a note would be dropped on: a group goes before its members, and what is in none.
   * @param {Entry} held @param {Map<string, Entry>} entries
   * @returns {{id: string, box: Box} | null}
   */
  beneath(held, entries) {
    const box = boxOf(held);
    const frame = beneath(box, this.#frames(this.of(held.id)));
    if (frame) return { id: frame, box: drawn(/** @type {Stack} */ (this.#stacks.get(frame))) };
    const note = entries.get(beneath(box, this.#near(held, entries)) ?? "");
    return note ? { id: note.id, box: boxOf(note) } : null;
  }

  /** Whether a member is still where its group is. @param {Entry} held */
  isAtHome(held) {
    const stack = this.#stacks.get(this.of(held.id) ?? "");
    return !!stack && beneath(boxOf(held), [["home", drawn(stack)]]) !== null;
  }

  /** @param {string | null} but @returns {Iterable<[string, Box]>} */
  *#frames(but) {
    for (const [id, stack] of this.#stacks) if (id !== but) yield [id, drawn(stack)];
  }

  /** Notes in no group that one could lie over by half. @param {Entry} held @param {Map<string, Entry>} entries */
  *#near(held, entries) {
    for (const entry of entries.values()) {
      const { x, y, height: high } = entry;
      if (Math.abs(x - held.x) > WIDTH / 2 || Math.abs(y - held.y) > held.height + high) continue;
      if (entry === held || entry.shown.pending || this.titleOf(entry.id) !== undefined) continue;
      yield /** @type {[string, Box]} */ ([entry.id, boxOf(entry)]);
    }
  }

  /** Notes in no group, where they stand on the board. @param {Map<string, Entry>} entries */
  *#loose(entries) {
    for (const entry of entries.values()) if (this.titleOf(entry.id) === undefined) yield own(entry);
  }
}

/** Where it stands on the board. @param {Entry} entry */
const own = ({ id, height: high, shown: { x, y } }) => ({ id, x, y, height: high });

/** @param {Entry[]} members */
const height = (members) => members.reduce((sum, one) => sum + one.height, 0);

/** The frame as it is drawn. @param {Stack} stack */
const drawn = ({ box, down }) => lowered(box, down);

/** Its height by now; one that is chosen may be unfolded, and has it for the moment. */
function measure(/** @type {Entry} */ entry, /** @type {string | null} */ selected) {
  if (entry.card && entry.id !== selected) entry.height = entry.card.element.offsetHeight || entry.height;
}

/** @param {Group} a @param {Group} b */
function same(a, b) {
  return a.title === b.title && a.notes.length === b.notes.length && a.notes.every((id, i) => id === b.notes[i]);
}

/** @param {readonly import("../sdk/outbox.js").Command[]} pending */
const asked = (pending) => pending.filter(isGrouping).map(({ op }) => op).join();
