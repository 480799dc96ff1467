// @ts-check
/**
 * Where one looks from, and the way there: at once, or in a short glide.  While it moves,
 * what is painted is only shifted and scaled; when it rests, all is painted sharp.
 *
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./camera.js").Point} Point
 */
import { motionIsReduced } from "../page/theme.js";
import { pan, toScreen, zoomAt } from "./camera.js";

const GLIDE_MS = 220;
const REST_MS = 200; // after which a camera that was moved rests

export class Viewpoint {
  /** @type {Camera} */ camera = { x: 0, y: 0, k: 1 };
  /** Whether all gets larger or smaller just now. */ isZooming = false;
  /** @type {any} while it moves */ #resting = null;
  /** @type {(() => void) | null} */ #glide = null;

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} layer  what is seen from here
   * @param {() => void} changed  it has moved, or rests
   */
  constructor(root, layer, changed) {
    this.root = root;
    this.layer = layer;
    this.changed = changed;
    this.size = { width: root.clientWidth, height: root.clientHeight };
  }

  get isMoving() {
    return this.#resting !== null;
  }

  stop() {
    clearTimeout(this.#resting);
  }

  /** Is there at once, and all is painted sharp. @param {Camera} camera */
  look(camera) {
    this.#glide = null;
    this.#show(camera);
    clearTimeout(this.#resting);
    this.#rest();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.#go(pan(this.camera, dx, dy));
  }

  /** @param {number} factor @param {Point} at */
  zoom(factor, at) {
    this.isZooming = true;
    this.#go(zoomAt(this.camera, this.size, at, factor));
  }

  /** Goes there, with each `step` a part of the way. @param {Camera} to */
  glideTo(to) {
    if (motionIsReduced()) return this.look(to);
    const from = this.camera;
    const begun = performance.now();
    this.isZooming ||= from.k !== to.k;
    this.#glide = () => {
      const t = Math.min(1, (performance.now() - begun) / GLIDE_MS);
      const eased = 1 - (1 - t) ** 3;
      const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * eased;
      if (t === 1) this.#glide = null;
      this.#move({ x: mix(from.x, to.x), y: mix(from.y, to.y), k: mix(from.k, to.k) });
    };
    this.changed();
  }

  step() {
    this.#glide?.();
  }

  resized() {
    this.size = { width: this.root.clientWidth, height: this.root.clientHeight };
    this.#show(this.camera);
    this.changed();
  }

  #go(/** @type {Camera} */ camera) {
    this.#glide = null;
    this.#move(camera);
  }

  #show(/** @type {Camera} */ camera) {
    this.camera = camera;
    const { x, y } = toScreen(camera, this.size, { x: 0, y: 0 });
    this.layer.style.transform = `translate(${x}px, ${y}px) scale(${camera.k})`;
  }

  #move(/** @type {Camera} */ camera) {
    this.#show(camera);
    this.layer.style.willChange = "transform";
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rest(), REST_MS);
    this.changed();
  }

  #rest() {
    this.#resting = null;
    this.isZooming = false;
    this.layer.style.willChange = "";
    this.changed();
  }
}
