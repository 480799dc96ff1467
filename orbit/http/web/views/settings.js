// @ts-check
/** What an admin may change about a board. */
import { day } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { Visibility } from "./visibility.js";

const words = text.settings;
const COLUMNS = 8;
const TITLE = 60;

/** One title a line. @param {string} written */
const lines = (written) => written.split("\n").map((line) => line.trim()).filter(Boolean);

export class Settings extends Component {
  constructor(props) {
    super(props);
    const card = props.board.items.board?.board ?? {};
    const { title, is_public: isPublic, sealed, columns = [], votes_each: votes = 0 } = card;
    this.state = { title, isPublic, sealed, columns: columns.join("\n"), votes, note: "", sure: false };
  }

  save = async (event) => {
    event.preventDefault();
    const { title, isPublic, sealed, columns, votes } = this.state;
    const titles = lines(columns);
    const tooMany = titles.length > COLUMNS || titles.some((one) => one.length > TITLE);
    if (tooMany) return this.setState({ note: words.columnsWrong(COLUMNS, TITLE) });
    const wish = {
      title: title.trim(), is_public: isPublic, sealed, columns: titles, votes_each: Number(votes),
    };
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
      this.setState({ note: explain(error) });
    }
  }

  render({ board, signedIn, onClaim, onClose }, { title, isPublic, sealed, columns, votes, note, sure }) {
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
          <div class="hinted">
            <label class="field">
              <span>${words.columns}</span>
              <textarea class="input" name="columns" rows="4" dir="auto" value=${columns}
                aria-describedby="columns-hint"
                onInput=${(event) => this.setState({ columns: event.target.value })}></textarea>
            </label>
            <small class="soft" id="columns-hint">${words.columnsHint(COLUMNS)}</small>
          </div>
          <div class="hinted">
            <label class="field">
              <span>${words.votes}</span>
              <input class="input" type="number" name="votes" required min="0" max="100" step="1"
                inputmode="numeric" value=${votes} aria-describedby="votes-hint"
                onInput=${(event) => this.setState({ votes: event.target.value })} />
            </label>
            <small class="soft" id="votes-hint">${words.votesHint}</small>
          </div>
          <div class="row wrap">
            <button class="button primary">${words.save}</button>
            <p role="status" class="outcome">${note}</p>
          </div>
        </form>
        ${lasting(board, signedIn, onClaim)}
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

/** How long the board stays, and a way to keep it. */
const lasting = ({ items }, signedIn, onClaim) => {
  const { ending } = text;
  const { expires_at: end } = items.board?.board ?? {};
  return html`
    <section class="stack section-line" aria-label=${ending.section}>
      <h3>${ending.section}</h3>
      ${!end && html`<p class="soft">${items.owned?.board ? ending.mine : ending.others}</p>`}
      ${end && html`
        <p class="soft">${ending.unclaimed(day(Date.parse(end)))} ${!signedIn && ending.signInFirst}</p>
        <div class="row">
          <button type="button" class="button" onClick=${onClaim}>${ending.claim}</button>
        </div>`}
    </section>
  `;
};
