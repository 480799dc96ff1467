// @ts-check
/** A link to be copied: readable, selectable, and copied by one press. */
import { Component, createRef, html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const SHOWN_MS = 2000;

/** Whether it is in the clipboard now; what is selected is copied on a page over http. */
async function copy(/** @type {string} */ words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

export class CopyField extends Component {
  state = { said: "" };
  /** @type {any} */ field = createRef();

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  copy = async () => {
    const field = this.field.current;
    field.select();
    const copied = await copy(field.value);
    field.select();
    this.setState({ said: copied ? text.share.copied : text.share.notCopied });
    clearTimeout(this.timer);
    if (copied) this.timer = setTimeout(() => this.setState({ said: "" }), SHOWN_MS);
  };

  render({ label, value, name }, { said }) {
    const copied = said === text.share.copied;
    return html`
      <div class="copy">
        <input ref=${this.field} class="input" readonly value=${value} aria-label=${label}
          name=${name} dir="ltr" onFocus=${(event) => event.target.select()} />
        <button type="button" class="button ${copied ? "done" : ""}" onClick=${this.copy}
          aria-label="${copied ? text.share.copied : text.share.copy}: ${label}">
          <${Icon} name=${copied ? "check" : "share"} />
          <span>${copied ? text.share.copied : text.share.copy}</span>
        </button>
        <span class=${copied ? "reader" : "soft"} role="status">${said}</span>
      </div>
    `;
  }
}
