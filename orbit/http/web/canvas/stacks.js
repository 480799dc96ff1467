// @ts-check
/**
 * Notes of one group stand together: at the place of the first that is to be seen, its
 * lead, one below the other in a frame with their title on top.  Only on the screen: on
 * the board each stays where it is.  Pure.
 *
 * @typedef {{title: string, notes: readonly string[]}} Group
 * @typedef {{x: number, y: number, height: number}} Place  by its middle
 * @typedef {import("./camera.js").Box} Box
 * @typedef {import("../sdk/outbox.js").Command} Command
 */
import { WIDTH } from "./mounts.js";

export const PAD = 10;
export const HEAD = 44; // pixels for the title
const GAP = 8;
const LEAST = 2; // notes: one alone is no group
const ENOUGH = 0.5; // of a note that lies over another one
const GROUPING = new Set(["group_notes", "ungroup_notes", "name_group"]);

/** Whether it is about groups. @param {Command} command */
export const isGrouping = ({ do: verb }) => GROUPING.has(verb);

/**
 * The groups there are, with what I asked for and have not yet seen done laid over them.
 * @param {Record<string, Group> | undefined} items
 * @param {readonly Command[]} pending
 * @returns {Map<string, Group>}
 */
export function grouped(items, pending) {
  const groups = new Map(Object.entries(items ?? {}));
  for (const command of pending.filter(isGrouping)) overlay(groups, command);
  return groups;
}

/** A new group has the name of its command until it has one. */
function overlay(/** @type {Map<string, Group>} */ groups, /** @type {Command} */ command) {
  const { op, do: verb, with: wish } = command;
  const id = wish.group ?? op;
  const there = groups.get(id) ?? { title: "", notes: [] };
  if (wish.group && !groups.has(id)) return;
  const title = wish.title ?? there.title;
  if (verb === "name_group") return void groups.set(id, { ...there, title });
  takeOut(groups, new Set(wish.notes), verb === "group_notes" ? id : "");
  if (verb === "group_notes") groups.set(id, { title, notes: [...new Set([...there.notes, ...wish.notes])] });
}

/** @param {Map<string, Group>} groups @param {Set<string>} taken @param {string} but */
function takeOut(groups, taken, but) {
  for (const [id, group] of groups) {
    if (id === but || !group.notes.some((note) => taken.has(note))) continue;
    const notes = group.notes.filter((note) => !taken.has(note));
    if (notes.length < LEAST) groups.delete(id);
    else groups.set(id, { ...group, notes });
  }
}

/**
 * Where the members stand, and the frame around them; null: too few are to be seen.
 * @template {Place} P
 * @param {P[]} members  those that are to be seen, the lead first
 * @param {{x: number, y: number}} at  where the lead stands
 * @returns {{places: {x: number, y: number}[], box: Box} | null}
 */
export function stacked(members, at) {
  if (members.length < LEAST) return null;
  const top = at.y - members[0].height / 2;
  let y = top;
  const places = members.map(({ height }) => {
    const place = { x: at.x, y: y + height / 2 };
    y += height + GAP;
    return place;
  });
  const half = WIDTH / 2 + PAD;
  const box = { left: at.x - half, right: at.x + half, top: top - HEAD, bottom: y - GAP + PAD };
  return { places, box };
}

/** @param {Place} place @returns {Box} */
export const boxOf = ({ x, y, height }) =>
  ({ left: x - WIDTH / 2, right: x + WIDTH / 2, top: y - height / 2, bottom: y + height / 2 });

/** How much of the smaller of two lies over the other: 0 to 1. @param {Box} a @param {Box} b */
export function share(a, b) {
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (wide <= 0 || high <= 0) return 0;
  return (wide * high) / Math.min(area(a), area(b));
}

const area = (/** @type {Box} */ { left, right, top, bottom }) => (right - left) * (bottom - top);

/**
 * What a note is dropped on: what it lies over most, by half at least.
 * @param {Box} held
 * @param {Iterable<[string, Box]>} boxes
 * @returns {string | null}
 */
export function beneath(held, boxes) {
  let [found, most] = [/** @type {string | null} */ (null), ENOUGH];
  for (const [id, box] of boxes) {
    const part = share(held, box);
    if (part >= most) [found, most] = [id, part];
  }
  return found;
}
