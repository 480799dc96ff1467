// @ts-check
/** Short words at the foot: what was done, with a way back; what was refused, and why. */
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const SHOWN_MS = 8000;

/**
 * One toast: `words`, `kind` ("done" | "refused"), `action` {label, act}?, `onGone`.
 * It stays while a pointer or the focus is on it; a refusal stays until it is read.
 */
export class Toast extends Component {
  componentDidMount() {
    this.leave();
  }

  componentWillUnmount() {
    this.stay();
  }

  stay = () => clearTimeout(this.timer);

  leave = () => {
    this.stay();
    const time = this.props.kind === "refused" ? SHOWN_MS * 2 : SHOWN_MS;
    this.timer = setTimeout(this.props.onGone, time);
  };

  act = () => {
    this.props.action.act();
    this.props.onGone();
  };

  render({ words, kind, action, onGone }) {
    return html`
      <div class="toast ${kind}" role=${kind === "refused" ? "alert" : "status"}
        onPointerEnter=${this.stay} onPointerLeave=${this.leave}
        onFocusIn=${this.stay} onFocusOut=${this.leave}>
        <span class="grow">${words}</span>
        ${action && html`
          <button type="button" class="button quiet" onClick=${this.act}>${action.label}</button>`}
        <button type="button" class="button quiet icon-only" aria-label=${text.toast.close}
          onClick=${onGone}><${Icon} name="close" /></button>
      </div>
    `;
  }
}

/** @param {{tray: Tray}} props */
export const Toasts = ({ tray }) => html`
  <div class="toasts">${tray.shown.map((toast) => html`
    <${Toast} key=${toast.id} ...${toast} onGone=${() => tray.take(toast.id)} />`)}
  </div>
`;

/** The toasts that are shown: a few, the latest last, and the same words but once. */
export class Tray {
  /** @type {any[]} */ shown = [];
  #last = 0;

  /** @param {number} most @param {() => void} changed */
  constructor(most, changed) {
    this.most = most;
    this.changed = changed;
  }

  /** @param {{words: string, kind: "done" | "refused", action?: {label: string, act: () => void}}} toast */
  add = (toast) => {
    const others = this.shown.filter(({ words }) => words !== toast.words);
    this.#last += 1;
    this.#show([...others, { ...toast, id: this.#last }].slice(-this.most));
  };

  /** @param {number} id */
  take(id) {
    this.#show(this.shown.filter((toast) => toast.id !== id));
  }

  clear() {
    this.#show([]);
  }

  #show(/** @type {any[]} */ toasts) {
    this.shown = toasts;
    this.changed();
  }
}
