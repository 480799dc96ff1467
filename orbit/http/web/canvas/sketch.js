// @ts-check
/**
 * Notes without an element, as plain shapes on one bitmap: all of them from afar, and
 * those on their way in.  Thousands of shapes cost less than fifty elements.
 *
 * @typedef {import("./scene.js").Entry} Entry
 */
import { COLOURS } from "../text.js";
import { seen } from "./camera.js";
import { WIDTH, touches } from "./mounts.js";

const RADIUS = 14;
const ROUND = 2; // pixels: corners that are less round are drawn as corners

export class Sketch {
  /** @type {Map<string, string>} */ #fills = new Map();
  /** @type {import("./camera.js").Box | null} what was in view when it was drawn */ #box = null;
  /** Whether there is a shape to be seen. */ isDrawn = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "sketch";
    this.canvas.setAttribute("aria-hidden", "true");
    this.canvas.hidden = true; // a layer for nothing costs as much as for something
    root.prepend(this.canvas);
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
  }

  remove() {
    this.canvas.remove();
  }

  /** The theme is another: its colours are looked up anew. */
  recolour() {
    this.#fills.clear();
  }

  /** Whether it is one of the shapes that are to be seen. @param {Entry} entry */
  shows(entry) {
    return !entry.card && this.#box !== null && touches(entry, this.#box);
  }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {import("./camera.js").Size} size
   * @param {Iterable<Entry>} entries
   */
  draw(camera, size, entries) {
    this.#box = seen(camera, size);
    /** @type {Entry[]} */ const shapes = [];
    for (const entry of entries) if (this.shows(entry)) shapes.push(entry);
    if (shapes.length || this.isDrawn) this.#redraw(camera, size, shapes); // touched, it is handed over whole
    this.isDrawn = shapes.length > 0;
  }

  /** Blank, and as large as what is seen. @param {import("./camera.js").Size} size */
  #clear({ width, height }) {
    const { pen, canvas } = this;
    const dots = devicePixelRatio || 1;
    const [across, down] = [Math.round(width * dots), Math.round(height * dots)];
    canvas.hidden = false;
    if (canvas.width !== across || canvas.height !== down) {
      Object.assign(canvas, { width: across, height: down });
      return;
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, across, down);
  }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {import("./camera.js").Size} size
   * @param {Entry[]} shapes
   */
  #redraw(camera, size, shapes) {
    this.#clear(size);
    const { pen, canvas: { width, height } } = this;
    const k = camera.k * (width / size.width || 1);
    pen.setTransform(k, 0, 0, k, width / 2 - camera.x * k, height / 2 - camera.y * k);
    const isRound = RADIUS * k >= ROUND;
    for (const { x, y, height, shown } of shapes) {
      pen.fillStyle = this.#fill(shown.colour);
      if (!isRound) {
        pen.fillRect(x - WIDTH / 2, y - height / 2, WIDTH, height); // a tenth of the price
        continue;
      }
      pen.beginPath();
      pen.roundRect(x - WIDTH / 2, y - height / 2, WIDTH, height, RADIUS);
      pen.fill();
    }
  }

  #fill(/** @type {string} */ colour) {
    if (!this.#fills.size) this.#learn();
    return this.#fills.get(colour) ?? "gray";
  }

  /** Only the page knows what a token is in the theme of the moment. */
  #learn() {
    const probe = document.createElement("span");
    probe.className = "dot";
    this.canvas.parentElement?.append(probe);
    for (const colour of COLOURS) {
      probe.dataset.colour = colour;
      this.#fills.set(colour, getComputedStyle(probe).backgroundColor);
    }
    probe.remove();
  }
}
