// @ts-check
/** The door: it opens to the operator key, and says what is wrong with another. */
import { Component, createRef, html } from "../../page/html.js";
import { Mark } from "../../views/icons.js";
import { Room } from "../room.js";
import { words } from "../text.js";

const SAID = { 401: words.door.wrong, 403: words.door.none, 429: words.door.many };

export class Door extends Component {
  state = { refusal: "", busy: false };
  /** @type {any} */ field = createRef();

  componentDidMount() {
    this.field.current.focus();
  }

  open = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const key = this.field.current.value.trim();
    this.setState({ busy: true, refusal: "" });
    try {
      await new Room(key).nodes();
    } catch (error) {
      const status = /** @type {any} */ (error).status;
      this.setState({ busy: false, refusal: SAID[status] ?? words.door.away });
      this.field.current.select();
      return;
    }
    this.props.onOpen(key);
  };

  render(_props, { refusal, busy }) {
    return html`
      <main class="notice door">
        <div class="notice-sky" aria-hidden="true"><i></i><i></i><i></i></div>
        <${Mark} />
        <h1>${words.door.title}</h1>
        <p>${words.door.lead}</p>
        <form class="panel stack" onSubmit=${this.open}>
          <label class="field">
            <span>${words.door.key}</span>
            <input ref=${this.field} class="input" type="password" name="key" required
              autocomplete="current-password" spellcheck=${false} dir="ltr"
              aria-describedby="key-hint" aria-invalid=${refusal ? "true" : null} />
          </label>
          <p id="key-hint" class="hint-line">${words.door.hint}</p>
          <button class="button primary" disabled=${busy}>${busy ? words.door.opening : words.door.open}</button>
          ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        </form>
      </main>
    `;
  }
}
