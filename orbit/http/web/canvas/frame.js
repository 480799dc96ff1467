// @ts-check
/** One group's frame: its title, which is edited in its place, and the votes of all in it. */
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { arrow } from "./card.js";

const MOST = 80; // characters of a title
const words = text.group;

/** @param {string} tag @param {string} name */
function make(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

export class Frame {
  /** @type {HTMLInputElement | null} */ #input = null;
  #named = "";
  #said = "";

  /** @param {HTMLElement} layer @param {string} id */
  constructor(layer, id) {
    this.element = make("div", "group");
    this.element.setAttribute("role", "group");
    this.head = make("div", "group-head");
    this.head.dataset.group = id;
    this.title = make("span", "group-title");
    this.title.setAttribute("role", "button");
    this.title.dir = "auto";
    const sum = make("span", "group-sum");
    sum.setAttribute("aria-hidden", "true"); // the group's own label tells it
    this.votes = make("span", "vote-count");
    sum.append(arrow(), this.votes);
    this.head.append(this.title, sum);
    this.element.append(this.head);
    this.head.addEventListener("mousedown", (event) => {
      if (this.#input && event.target !== this.#input) event.preventDefault(); // it keeps the focus
    });
    this.layer = layer;
  }

  /**
   * @param {{title: string, notes: number, votes: number, isChosen: boolean, isHeld: boolean,
   *   box: import("./camera.js").Box}} now
   */
  show({ title, notes, votes, isChosen, isHeld, box: { left, top, right, bottom } }) {
    const { style } = this.element;
    style.transform = `translate(${left}px, ${top}px)`;
    style.inlineSize = `${right - left}px`;
    style.blockSize = `${bottom - top}px`;
    this.title.tabIndex = isChosen ? 0 : -1;
    this.element.classList.toggle("in-my-hand", isHeld);
    this.#named = title;
    const said = words.label(plain(title), notes, votes);
    if (said !== this.#said) this.#say(said, plain(title), votes);
    if (!this.element.isConnected) this.layer.prepend(this.element); // Shift + Tab from a note comes here
  }

  #say(/** @type {string} */ said, /** @type {string} */ title, /** @type {number} */ votes) {
    this.#said = said;
    this.element.setAttribute("aria-label", said);
    this.title.textContent = title || words.untitled;
    this.title.classList.toggle("blank", !title);
    this.title.title = title;
    this.votes.textContent = String(votes);
  }

  remove() {
    this.#input = null;
    this.element.remove();
  }

  /** In its place, until Enter or the focus goes; Esc leaves it as it was. @param {(title: string) => void} done */
  edit(done) {
    if (this.#input) return this.#input.focus();
    const input = /** @type {HTMLInputElement} */ (make("input", "group-input"));
    Object.assign(input, { value: this.#named, maxLength: MOST, dir: "auto", placeholder: words.untitled });
    input.setAttribute("aria-label", words.title);
    const close = (/** @type {boolean} */ isKept) => {
      if (this.#input !== input) return;
      this.#input = null;
      const title = input.value.trim();
      const hadFocus = input.matches(":focus");
      input.replaceWith(this.title);
      if (hadFocus) this.title.focus({ preventScroll: true });
      if (isKept && title !== this.#named) done(title);
    };
    input.addEventListener("blur", () => close(true));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close(event.key === "Enter");
    });
    this.#input = input;
    this.title.replaceWith(input);
    input.focus({ preventScroll: true });
    input.select();
  }
}
