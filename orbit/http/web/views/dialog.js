// @ts-check
/** A dialog: the browser's own, which keeps the focus inside and gives it back. */
import { Component, createRef, html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

export class Dialog extends Component {
  /** @type {any} */ box = createRef();

  componentDidMount() {
    this.box.current.showModal();
  }

  render({ title, onClose, children, kind = "" }) {
    const outside = (event) => event.target === this.box.current && this.box.current.close();
    return html`
      <dialog ref=${this.box} class="dialog ${kind}" aria-label=${title}
        onClose=${onClose} onClick=${outside}>
        <header class="dialog-head">
          <h2>${title}</h2>
          <button type="button" class="button quiet icon-only" aria-label=${text.dialog.close}
            onClick=${() => this.box.current.close()}><${Icon} name="close" /></button>
        </header>
        <div class="dialog-body">${children}</div>
      </dialog>
    `;
  }
}
