// @ts-check
/**
 * What others did, for whoever cannot see it happen.  Pure.
 *
 * @typedef {import("./scene.js").Entry} Entry
 * @typedef {"added" | "removed" | "edited" | "voted" | "grouped" | "named"} News
 */

/** @type {Record<string, News>} */
const GROUPS = { notes_grouped: "grouped", notes_ungrouped: "grouped", group_named: "named" };

/**
 * @param {import("../sdk/fold.js").Changed} frame
 * @param {(id: string) => Entry | null} before  a note as it was until now
 * @param {(id: string) => boolean} mine
 * @returns {News[]}
 */
export function heard({ event, changes }, before, mine) {
  const ofGroups = GROUPS[event ?? ""];
  if (ofGroups) return [ofGroups];
  /** @type {News[]} */ const news = [];
  const byMe = changes.some((change) => typeOf(change) !== "note" && typeOf(change) !== "board");
  if (byMe) return news;
  for (const change of changes) {
    if (typeOf(change) !== "note") continue;
    const id = "put" in change ? change.put[1] : change.drop[1];
    const was = before(id)?.shown;
    if (!("put" in change)) news.push("removed");
    else if (!was) news.push("added");
    else if (change.put[2].upvotes > was.upvotes) news.push("voted");
    else if (change.put[2].content !== was.content && !mine(id)) news.push("edited");
  }
  return news;
}

/** Whether it is about groups. @param {import("../sdk/fold.js").Changed} frame */
export const isOfGroups = ({ event }) => (event ?? "") in GROUPS;

/** Of the board's card they change nothing but counts, which nobody is shown. */
const COUNTED = new Set(["note_added", "note_removed", "note_restored", "upvote_cast", "upvote_undone"]);

/**
 * Whether only the canvas shows it: what others do to notes that are not chosen.
 * @param {import("../sdk/fold.js").Changed} frame
 * @param {string | null | undefined} chosen
 */
export function isOnCanvas({ event, changes }, chosen) {
  return changes.every((change) => {
    const [type, id] = "put" in change ? change.put : change.drop;
    if (type === "board") return COUNTED.has(event ?? "");
    return (type === "note" || type === "veil") && id !== chosen;
  });
}

/**
 * What of a frame more than the canvas shows.  How near one looks is not among it: that is
 * another thing in each frame of a zoom, and one button shows it.
 * @param {import("./scene.js").Scene} scene
 */
export function aroundIt({ selected, entries, size, groups }) {
  const isGrouped = selected !== null && groups.titleOf(selected) !== undefined;
  return [selected, entries.size, size.width, isGrouped].join();
}

/** @param {import("../sdk/fold.js").Change} change */
function typeOf(change) {
  return "put" in change ? change.put[0] : change.drop[0];
}
