// @ts-check
/** The boards on which the most happens, measured again and again. */
import { Component, html } from "../../page/html.js";
import { UNKNOWN, brief, count, decimal } from "../figures.js";
import { watching } from "../poll.js";
import { words as all } from "../text.js";
import { Missing, Table } from "./parts.js";

const words = all.boards;
const SORTED = { commands: "commands", deliveries: "deliveries", watchers: "watchers", acks: "slowest" };

export class Boards extends Component {
  state = { by: "commands", told: /** @type {any} */ (null), id: "" };
  poll = watching(this, (signal) => this.props.room.top(this.state.by, signal), {
    every: 300, // the measure itself takes a second
  });

  componentDidMount() {
    this.poll.start();
  }

  componentWillUnmount() {
    this.poll.stop();
  }

  rank = (/** @type {string} */ by) => this.setState({ by }, () => this.poll.again());

  look = (/** @type {Event} */ event) => {
    event.preventDefault();
    const id = this.state.id.trim();
    if (id) location.hash = `board/${encodeURIComponent(id)}`;
  };

  render(_props, { by, told, id }) {
    return html`
      <h2 class="reader">${all.views.boards}</h2>
      <div class="tools">
        <fieldset class="segments">
          <legend class="reader">${words.order}</legend>
          ${Object.entries(words.by).map(([name, label]) => html`
            <label><input type="radio" name="by" checked=${name === by}
              onChange=${() => this.rank(name)} /><span>${label}</span></label>`)}
        </fieldset>
        <form class="find" onSubmit=${this.look}>
          <input class="input" aria-label=${words.find} placeholder=${words.find} value=${id}
            spellcheck=${false} dir="ltr" onInput=${(event) => this.setState({ id: event.target.value })} />
          <button class="button">${words.look}</button>
        </form>
      </div>
      ${told && html`
        <${Missing} silent=${told.silent} words=${all.silent} />
        ${told.boards.length
          ? html`<${Table} caption=${words.caption} columns=${COLUMNS} sorted=${SORTED[by]}
              rows=${told.boards.map(row)} />`
          : html`<p class="empty">${words.none}</p>`}
        <p class="foot">${words.all(decimal(told.commands_s), decimal(told.events_s), decimal(told.deliveries_s))}
          <span> · ${all.measured(told.measured_s)}</span></p>`}
    `;
  }
}

const NUMBERS = ["commands", "events", "deliveries", "watchers", "slowest"];
const COLUMNS = /** @type {any} */ (
  Object.entries(words.columns).map(([name, label]) => [name, label, NUMBERS.includes(name)]));

const row = (board) => ({
  key: board.board,
  cells: {
    board: html`<a class="id" href="#board/${board.board}"><code>${board.board}</code></a>`,
    owner: board.owner ? html`<code>${brief(board.owner)}</code>` : UNKNOWN,
    commands: decimal(board.commands_s),
    events: decimal(board.events_s),
    deliveries: decimal(board.deliveries_s),
    watchers: count(board.watchers),
    slowest: board.slowest_ms ? `${decimal(board.slowest_ms)} ms` : UNKNOWN,
  },
});
