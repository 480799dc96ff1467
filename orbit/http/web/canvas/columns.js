// @ts-check
/**
 * The board's columns behind its notes, their titles before them: these stay at the head
 * of the screen, in a size that can be read, however far away one looks from.
 */
import { plain } from "../page/plain.js";
import { toScreen } from "./camera.js";
import { LANE, lane } from "./lanes.js";

const TIGHT_PX = 84; // a narrower lane has its title written downwards

export class Columns {
  /** @type {{band: HTMLElement, title: HTMLElement}[]} */ #lanes = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.bands = box("lanes");
    this.titles = box("lane-titles");
    root.prepend(this.bands);
    root.append(this.titles);
  }

  remove() {
    this.bands.remove();
    this.titles.remove();
    this.root.classList.remove("in-lanes");
  }

  /** @param {readonly string[]} titles  from left to right */
  show(titles) {
    this.#lanes = titles.map((title) => {
      const head = box("lane-title");
      const pill = document.createElement("span");
      const words = document.createElement("bdi");
      words.textContent = plain(title);
      pill.append(words);
      head.append(pill);
      return { band: box("lane"), title: head };
    });
    this.bands.replaceChildren(...this.#lanes.map(({ band }) => band));
    this.titles.replaceChildren(...this.#lanes.map(({ title }) => title));
    this.root.classList.toggle("in-lanes", titles.length > 0);
  }

  /** @param {import("./camera.js").Camera} camera @param {import("./camera.js").Size} size */
  place(camera, size) {
    const n = this.#lanes.length;
    const width = LANE * camera.k;
    this.titles.classList.toggle("tight", width < TIGHT_PX);
    for (const [i, { band, title }] of this.#lanes.entries()) {
      const { x } = toScreen(camera, size, { x: lane(i, n).left, y: 0 });
      for (const { style } of [band, title]) {
        style.transform = `translateX(${x}px)`;
        style.inlineSize = `${width}px`;
      }
    }
  }
}

/** @param {string} name */
function box(name) {
  const made = document.createElement("div");
  made.className = name;
  made.setAttribute("aria-hidden", "true"); // a note's own label says where it lies
  return made;
}
