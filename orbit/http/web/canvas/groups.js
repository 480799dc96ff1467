// @ts-check
/**
 * The groups on the canvas: which note is in which, where its members stand, and a frame
 * for each with its title.  What is in no group costs a look into an empty table.
 *
 * @typedef {import("./scene.js").Entry} Entry
 * @typedef {import("./stacks.js").Group} Group
 * @typedef {{members: Entry[], box: import("./camera.js").Box, frame: Frame}} Stack
 */
import { Frame } from "./frame.js";
import { WIDTH } from "./mounts.js";
import { beneath, boxOf, grouped, isGrouping, stacked } from "./stacks.js";

export class Groups {
  /** @type {Map<string, Group>} */ #all = new Map();
  /** @type {Map<string, string>} note to group */ #homes = new Map();
  /** @type {Map<string, Stack>} those that are drawn */ #stacks = new Map();
  /** @type {Map<string, {x: number, y: number}>} of members that follow a lead */ #slots = new Map();
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
    return this.#dirty.size > 0;
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

  /** Where a member stands that is no lead. @param {string} note */
  slot(note) {
    return this.#slots.get(note);
  }

  /** Something of a member has changed. @param {string} note */
  touch(note) {
    const id = this.#homes.get(note);
    if (id) this.#dirty.add(id);
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

  /** A height has been learnt: what stands below it has another place. */
  measured() {
    for (const [id, { members, box }] of this.#stacks) {
      const now = stacked(members, members[0]);
      if (now && now.box.bottom - now.box.top !== box.bottom - box.top) this.#dirty.add(id);
    }
  }

  /**
   * Arranges what has changed.
   * @param {(id: string) => Entry | null} find
   * @param {(lead: Entry) => {x: number, y: number}} anchor
   * @param {string | null} selected
   * @returns {Entry[]} all that may have to stand elsewhere
   */
  arrange(find, anchor, selected) {
    /** @type {Entry[]} */ const moved = [];
    for (const id of this.#dirty) {
      const { title, notes } = this.#all.get(id) ?? { title: "", notes: [] };
      const members = /** @type {Entry[]} */ (notes.map(find).filter(Boolean));
      for (const member of members) measure(member, selected);
      const stack = members.length ? stacked(members, anchor(members[0])) : null;
      for (const [i, { id: note }] of members.entries()) {
        if (stack && i) this.#slots.set(note, stack.places[i]);
        else this.#slots.delete(note);
      }
      moved.push(...members);
      if (!stack) {
        this.#end(id);
        continue;
      }
      const frame = this.#stacks.get(id)?.frame ?? new Frame(this.layer, id);
      this.#stacks.set(id, { members, box: stack.box, frame });
      frame.show({
        title, box: stack.box, notes: members.length, isChosen: members.some((one) => one.id === selected),
        votes: members.reduce((sum, { shown }) => sum + shown.upvotes, 0),
      });
    }
    this.#dirty.clear();
    return moved;
  }

  #end(/** @type {string} */ id) {
    this.#stacks.get(id)?.frame.remove();
    this.#stacks.delete(id);
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
   * What a note would be dropped on: a group's name goes before its members'.
   * @param {Entry} held @param {Map<string, Entry>} entries
   * @returns {{id: string, box: import("./camera.js").Box} | null}
   */
  beneath(held, entries) {
    const box = boxOf(held);
    const own = this.of(held.id);
    const frame = beneath(box, this.#frames(own));
    const id = frame ?? beneath(box, this.#loose(held, entries.values()));
    if (!id) return null;
    const note = entries.get(id);
    return { id, box: note ? boxOf(note) : /** @type {Stack} */ (this.#stacks.get(id)).box };
  }

  /** Whether a member is still where its group is. @param {Entry} held */
  isAtHome(held) {
    const stack = this.#stacks.get(this.of(held.id) ?? "");
    return !!stack && beneath(boxOf(held), [["home", stack.box]]) !== null;
  }

  *#frames(/** @type {string | null} */ but) {
    for (const [id, { box }] of this.#stacks) {
      if (id !== but) yield /** @type {[string, import("./camera.js").Box]} */ ([id, box]);
    }
  }

  *#loose(/** @type {Entry} */ held, /** @type {Iterable<Entry>} */ entries) {
    for (const entry of entries) {
      if (Math.abs(entry.x - held.x) > WIDTH / 2 || Math.abs(entry.y - held.y) > held.height + entry.height) continue;
      if (entry === held || entry.shown.pending || this.titleOf(entry.id) !== undefined) continue;
      yield /** @type {[string, import("./camera.js").Box]} */ ([entry.id, boxOf(entry)]);
    }
  }
}

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
