// @ts-check
/** What an admin may change about a board. */
import { Component, html } from "../page/html.js";
import { sentence } from "../page/plain.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { Visibility } from "./visibility.js";

const words = text.settings;

export class Settings extends Component {
  constructor(props) {
    super(props);
    const { title, is_public: isPublic, sealed } = props.board.items.board?.board ?? {};
    this.state = { title, isPublic, sealed, note: "", sure: false };
  }

  save = async (event) => {
    event.preventDefault();
    const { title, isPublic, sealed } = this.state;
    const wish = { title: title.trim(), is_public: isPublic, sealed };
    await this.#tell("edit_board", wish, words.saved);
  };

  remove = () => {
    if (!this.state.sure) return this.setState({ sure: true });
    return this.#tell("delete_board", {}, "");
  };

  async #tell(verb, args, done) {
    try {
      await this.props.board.tell(verb, args);
      this.setState({ note: done });
    } catch (error) {
      this.setState({ note: sentence(/** @type {Error} */ (error).message) });
    }
  }

  render({ onClose }, { title, isPublic, sealed, note, sure }) {
    return html`
      <${Dialog} title=${words.title} onClose=${onClose}>
        <form class="stack" onSubmit=${this.save}>
          <label class="field">
            <span>${words.name}</span>
            <input class="input" name="title" required maxlength="255" value=${title} dir="auto"
              onInput=${(event) => this.setState({ title: event.target.value })} />
          </label>
          <${Visibility} isPublic=${isPublic}
            onChange=${(value) => this.setState({ isPublic: value })} />
          <label class="choice">
            <input type="checkbox" name="sealed" checked=${sealed}
              onChange=${(event) => this.setState({ sealed: event.target.checked })} />
            <${Icon} name="seal" />
            <span><b>${words.sealed}</b><small>${words.sealedHint}</small></span>
          </label>
          <div class="row wrap">
            <button class="button primary">${words.save}</button>
            <p role="status" class="outcome">${note}</p>
          </div>
        </form>
        <section class="stack warned danger">
          <p>${words.deleteHint}</p>
          <div class="row">
            <button type="button" class="button danger" onClick=${this.remove}>
              ${sure ? words.deleteSure : words.delete}
            </button>
          </div>
        </section>
      <//>
    `;
  }
}
