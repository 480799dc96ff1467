// @ts-check
/** A link to be copied: readable, selectable, and copied by one press. */
import { Component, createRef, html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const SHOWN_MS = 2000;

export class CopyField extends Component {
  state = { copied: false };
  /** @type {any} */ field = createRef();

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  copy = async () => {
    const field = this.field.current;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // not a secure page: the old way still works
    }
    this.setState({ copied: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setState({ copied: false }), SHOWN_MS);
  };

  render({ label, value, name }, { copied }) {
    return html`
      <div class="copy">
        <input ref=${this.field} class="input" readonly value=${value} aria-label=${label}
          name=${name} dir="ltr" onFocus=${(event) => event.target.select()} />
        <button type="button" class="button ${copied ? "done" : ""}" onClick=${this.copy}
          aria-label="${copied ? text.share.copied : text.share.copy}: ${label}">
          <${Icon} name=${copied ? "check" : "share"} />
          <span>${copied ? text.share.copied : text.share.copy}</span>
        </button>
        <span class="reader" role="status">${copied ? text.share.copied : ""}</span>
      </div>
    `;
  }
}
