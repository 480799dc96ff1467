// @ts-check
/** Where something is put that belongs to a note or a place on the canvas. */

const EDGE_PX = 12;
const FOOT_PX = 76;

/** @typedef {import("./scene.js").Scene} Scene */

/** Above the chosen note, or below it when there is no room. */
export function beside(/** @type {HTMLElement} */ box, /** @type {Scene} */ scene) {
  const at = scene.selected && scene.onScreen(scene.selected);
  if (!at) return;
  const [w, h] = [box.offsetWidth, box.offsetHeight];
  const above = at.y - at.height / 2 - h - EDGE_PX;
  const y = above > scene.free.top - EDGE_PX ? above : at.y + at.height / 2 + EDGE_PX;
  move(box, within(at.x - w / 2, scene.size.width - w), within(y, scene.size.height - h - FOOT_PX));
}

/** Over a note, or over a point of the board where none is yet. */
export function over(
  /** @type {HTMLElement} */ box,
  /** @type {Scene} */ scene,
  /** @type {string | null} */ id,
  /** @type {{x: number, y: number}} */ point,
) {
  const at = (id && scene.onScreen(id)) || scene.screenPoint(point);
  const [w, h] = [box.offsetWidth, box.offsetHeight];
  const { width, height } = scene.size;
  move(box, within(at.x - w / 2, width - w), within(at.y - h / 2, height - h));
}

/** @param {HTMLElement} box @param {number} x @param {number} y */
function move(box, x, y) {
  box.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

/** Not beyond the edge of the canvas. @param {number} v @param {number} high */
function within(v, high) {
  return Math.max(EDGE_PX, Math.min(high - EDGE_PX, v));
}
