// @ts-check
/**
 * Putting notes into groups, by hand or by key.  A note that is dropped on another joins
 * it; what is taken out of a group stands where it was, or where its author has put it.
 *
 * @typedef {import("./desk.js").Desk} Desk
 */
import { card } from "../page/meeting.js";
import { text } from "../text.js";

const words = text.group;

export class Grouping {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.scene = desk.scene;
    this.groups = desk.scene.groups;
  }

  get may() {
    return this.desk.may("group_notes");
  }

  /** The first of a group, which it moves with; or nothing. @param {string} id */
  #lead(id) {
    return this.groups.has(id) ? this.groups.lead(id) : null;
  }

  /**
   * By a finger, notes of others are dragged only where that is what one is here for:
   * else it moves the canvas, which they may cover.
   * @param {string} id  of a note or a group @param {boolean} isTouch
   */
  canDrag(id, isTouch) {
    const { hand } = this.desk;
    const lead = this.#lead(id);
    if (lead) return hand.mayMove(lead);
    const note = this.scene.find(id)?.shown;
    if (!note || note.pending) return false;
    if (!this.may) return hand.mayMove(id) && !this.groups.follows(id);
    const isMeant = card(this.desk.board)?.phase === "group" || this.scene.selected === id;
    return hand.mayMove(id) || !isTouch || isMeant;
  }

  /** @param {string} id @param {number} dx @param {number} dy  pixels since it was taken */
  drag(id, dx, dy) {
    const { hand } = this.desk;
    const lead = this.#lead(id);
    if (lead || !this.may) return hand.drag(lead ?? id, dx, dy);
    const isOut = this.groups.titleOf(id) !== undefined;
    if (isOut) this.scene.lift(id);
    hand.drag(id, dx, dy, isOut || !hand.mayMove(id));
    this.scene.target(id);
  }

  /** @param {string} id */
  drop(id) {
    const { hand, scene } = this;
    const lead = this.#lead(id);
    if (lead || !this.may) return hand.drop(lead ?? id);
    const target = scene.target(id);
    const entry = scene.find(id);
    const isIn = this.groups.titleOf(id) !== undefined;
    const rests = isIn && entry && this.groups.isAtHome(entry);
    if (target || rests || !hand.mayMove(id)) hand.cancel(id);
    else hand.drop(id);
    scene.lift(null);
    scene.target(null);
    if (target) this.join(id, target);
    else if (isIn && !rests) this.takeOut(id);
  }

  /** @param {string} id */
  cancel(id) {
    this.hand.cancel(this.#lead(id) ?? id);
    this.scene.lift(null);
    this.scene.target(null);
  }

  get hand() {
    return this.desk.hand;
  }

  /** Asks which note or group it is to join. @param {string} id */
  ask(id) {
    const note = this.scene.find(id)?.shown;
    if (!note || note.pending) return;
    if (!this.may) return this.desk.no(this.desk.why("group_notes"));
    this.scene.select(id);
    this.desk.page.open("group");
  }

  /** Puts a note into a group, or together with another. @param {string} id @param {string} target */
  join(id, target) {
    const before = this.groups.of(id);
    const group = this.groups.all.has(target) ? target : this.groups.of(target);
    this.#tell(id, group, target);
    const isBack = before && this.desk.board.items.group?.[before];
    const undo = () => (isBack ? this.#tell(id, before, before) : this.#out(id));
    this.#say(words.grouped, undo);
  }

  /** A group that is only asked for so far has no name: all of it is put together again. */
  #tell(/** @type {string} */ id, /** @type {string | null} */ group, /** @type {string} */ target) {
    const { board } = this.desk;
    if (group && board.items.group?.[group]) return board.tell("group_notes", { group, notes: [id] });
    const there = group ? this.groups.all.get(group)?.notes ?? [] : [target];
    return board.tell("group_notes", { notes: [...there, id] });
  }

  /** @param {string} id */
  takeOut(id) {
    const group = this.groups.of(id);
    if (!group || this.groups.titleOf(id) === undefined) return;
    if (!this.desk.may("ungroup_notes")) return this.desk.no(this.desk.why("ungroup_notes"));
    const { title = "", notes = [] } = this.groups.all.get(group) ?? {};
    this.#out(id);
    const undo = () => {
      if (this.desk.board.items.group?.[group]) return void this.#tell(id, group, group);
      const others = notes.filter((note) => this.scene.find(note));
      this.desk.board.tell("group_notes", { notes: others, title });
    };
    this.#say(words.takenOut, undo);
  }

  #out(/** @type {string} */ id) {
    this.desk.board.tell("ungroup_notes", { notes: [id] });
  }

  /** Edits the title of a group in its place. @param {string} id */
  name(id) {
    const { board } = this.desk;
    if (!board.items.group?.[id]) return; // on its way
    if (!this.desk.may("name_group")) return this.desk.no(this.desk.why("name_group"));
    this.groups.edit(id, (title) => void board.tell("name_group", { group: id, title }));
  }

  #say(/** @type {string} */ said, /** @type {() => void} */ undo) {
    const action = { label: text.toast.undo, act: undo };
    this.desk.page.toast({ words: said, kind: "done", action });
  }
}
