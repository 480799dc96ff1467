// @ts-check
/**
 * Where one looks from.  Pure: `x`, `y` is the point of the board in the middle of the
 * screen, `k` how large it is drawn.
 *
 * @typedef {{x: number, y: number, k: number}} Camera
 * @typedef {{x: number, y: number}} Point
 * @typedef {{width: number, height: number}} Size
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 */

export const NEAREST = 3;
export const FARTHEST = 0.05;
/** Below this a note's text cannot be read: it is drawn as a shape. */
export const LEGIBLE = 0.28;
/** From here on it can be read well. */
export const READABLE = 0.6;

/** @param {number} k */
export function clampZoom(k) {
  return Math.min(NEAREST, Math.max(FARTHEST, k));
}

/** @param {Camera} camera @param {Size} size @param {Point} point  on the screen */
export function toBoard(camera, size, point) {
  return {
    x: camera.x + (point.x - size.width / 2) / camera.k,
    y: camera.y + (point.y - size.height / 2) / camera.k,
  };
}

/** @param {Camera} camera @param {Size} size @param {Point} point  on the board */
export function toScreen(camera, size, point) {
  return {
    x: (point.x - camera.x) * camera.k + size.width / 2,
    y: (point.y - camera.y) * camera.k + size.height / 2,
  };
}

/** Follows a finger: `dx`, `dy` in pixels of the screen. */
export function pan(/** @type {Camera} */ camera, /** @type {number} */ dx, /** @type {number} */ dy) {
  return { ...camera, x: camera.x - dx / camera.k, y: camera.y - dy / camera.k };
}

/**
 * Zooms by `factor`; the point of the board under `at` stays under it.
 * @param {Camera} camera @param {Size} size @param {Point} at @param {number} factor
 */
export function zoomAt(camera, size, at, factor) {
  const k = clampZoom(camera.k * factor);
  const held = toBoard(camera, size, at);
  return {
    k,
    x: held.x - (at.x - size.width / 2) / k,
    y: held.y - (at.y - size.height / 2) / k,
  };
}

/** What of the board is on the screen, and `margin` pixels around it. */
export function seen(/** @type {Camera} */ camera, /** @type {Size} */ size, margin = 0) {
  const half = { x: (size.width / 2 + margin) / camera.k, y: (size.height / 2 + margin) / camera.k };
  return {
    left: camera.x - half.x, right: camera.x + half.x,
    top: camera.y - half.y, bottom: camera.y + half.y,
  };
}

/**
 * Shows all of `box`, no larger than life.
 * @param {Box | null} box @param {Size} size
 * @param {{top: number, bottom: number, side: number}} room  kept free for the tools
 * @returns {Camera}
 */
export function fit(box, size, room) {
  if (!box) return { x: 0, y: 0, k: 1 };
  const width = Math.max(1, size.width - 2 * room.side);
  const height = Math.max(1, size.height - room.top - room.bottom);
  const k = clampZoom(
    Math.min(1, width / (box.right - box.left), height / (box.bottom - box.top)),
  );
  return {
    k,
    x: (box.left + box.right) / 2,
    y: (box.top + box.bottom) / 2 + (room.bottom - room.top) / 2 / k,
  };
}

/**
 * As little movement as brings `point` on the screen.
 * @param {Camera} camera @param {Size} size @param {Point} point  on the board
 * @param {Point} margin  how far from the edges, in pixels of the screen
 */
export function reveal(camera, size, point, margin) {
  const box = seen(camera, size);
  const aside = (/** @type {number} */ m, /** @type {number} */ length) =>
    Math.min(m, length / 2) / camera.k;
  const mx = aside(margin.x, size.width);
  const my = aside(margin.y, size.height);
  return {
    ...camera,
    x: camera.x + beyond(point.x, box.left + mx, box.right - mx),
    y: camera.y + beyond(point.y, box.top + my, box.bottom - my),
  };
}

/** How far `v` lies outside. @param {number} v @param {number} low @param {number} high */
function beyond(v, low, high) {
  if (v < low) return v - low;
  return v > high ? v - high : 0;
}
