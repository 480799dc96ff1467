// @ts-check
/** A board of one's own, of what another was at a moment. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { boardPath } from "../page/route.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";

const words = text.fork;

export class Fork extends Component {
  constructor(props) {
    super(props);
    const { title } = props.board.items.board?.board ?? {};
    this.state = { title: words.name(title ?? "").slice(0, 255), busy: false, refusal: "" };
  }

  make = async (event) => {
    event.preventDefault();
    const { orbit, board, seq, go } = this.props;
    this.setState({ busy: true, refusal: "" });
    try {
      await orbit.ghost();
      const made = await orbit.fork(board, { seq, title: this.state.title.trim() });
      keep(made);
      go(boardPath(made.board.id));
    } catch (error) {
      this.setState({ busy: false, refusal: explain(error) });
    }
  };

  render({ onClose }, { title, busy, refusal }) {
    return html`
      <${Dialog} title=${words.title} onClose=${onClose}>
        <form class="stack" onSubmit=${this.make}>
          <p>${words.hint}</p>
          <label class="field">
            <span>${text.settings.name}</span>
            <input class="input" name="title" required maxlength="255" value=${title} dir="auto"
              onInput=${(event) => this.setState({ title: event.target.value })} />
          </label>
          <button class="button primary" disabled=${busy}>${busy ? text.home.making : words.make}</button>
          ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        </form>
      <//>
    `;
  }
}

/** Remembers a board that was made here, and the key to it. @param {any} made */
export function keep({ board, admin_token: token }) {
  memory.keepAdminToken(board.id, token);
  memory.see({ id: board.id, title: board.title, at: Date.now(), made: true });
}
