// @ts-check
/** One board: where it lives, what can be done about it, and what is committed on it. */
import { Component, html } from "../../page/html.js";
import { UNKNOWN, brief, count, short } from "../figures.js";
import { watching } from "../poll.js";
import { words as all } from "../text.js";
import { Chip, Table, fact } from "./parts.js";
import { Trace } from "./trace.js";

const words = all.board;
const EVERY_MS = 2000;
const CHIPS = { owner: "fit", follower: "quiet", waking: "draining", absent: "gone", unknown: "silent" };

export class Board extends Component {
  state = { told: /** @type {any} */ (null), lost: "", said: "", isFlawed: false, busy: false, heir: "" };
  poll = watching(this, (signal) => this.props.room.where(this.props.board, signal), { every: EVERY_MS });

  componentDidMount() {
    this.poll.start();
  }

  componentWillUnmount() {
    this.poll.stop();
  }

  /** @param {() => Promise<string>} work  returns what is to be said */
  async act(work) {
    this.setState({ busy: true, said: "", isFlawed: false });
    try {
      this.setState({ said: await work() });
    } catch (error) {
      this.setState({ said: all.refused + /** @type {Error} */ (error).message, isFlawed: true });
    }
    this.setState({ busy: false });
    this.poll.again();
  }

  move = (/** @type {Event} */ event) => {
    event.preventDefault();
    const { board, room } = this.props;
    const heir = this.state.heir || others(this.state.told)[0]?.inc;
    return this.act(async () => ((await room.move(board, heir)).done ? words.moved : words.stays));
  };

  evict = () => {
    const { board, room } = this.props;
    return this.act(async () => ((await room.evict(board)).done ? words.evicted : words.asleep));
  };

  verify = () => this.act(async () => {
    this.setState({ said: words.verifying });
    const { events, findings } = await this.props.room.verify(this.props.board);
    this.setState({ isFlawed: findings.length > 0 });
    return findings.map((f) => words.flaw(f.sort, f.seq, f.words)).join("\n") || words.sound(count(events));
  });

  render({ board, room }, { told, lost }) {
    return html`
      <p><a class="back" href="#boards">← ${words.back}</a></p>
      <h2 class="board-id"><code>${board}</code></h2>
      ${lost && html`<p class="refusal" role="alert">${lost}</p>`}
      ${told && html`
        ${facts(told)}
        <section class="stack">
          <h3>${words.places}</h3>
          <${Table} caption=${words.places} columns=${COLUMNS} rows=${told.places.map(place)} />
        </section>
        ${this.#actions()}
        <${Trace} board=${board} room=${room} />`}
    `;
  }

  #actions() {
    const { told, said, isFlawed, busy, heir } = this.state;
    const heirs = others(told);
    return html`
      <section class="stack">
        <h3>${words.act}</h3>
        <div class="row wrap">
          ${heirs.length > 0 && told.owner && html`
            <form class="row" onSubmit=${this.move}>
              <select class="input select" aria-label=${words.move} value=${heir || heirs[0].inc}
                onChange=${(event) => this.setState({ heir: event.target.value })}>
                ${heirs.map(({ inc, name }) => html`<option value=${inc}>${short(name)} ${brief(inc)}</option>`)}
              </select>
              <button class="button" disabled=${busy}>${words.moveIt}</button>
            </form>`}
          <button type="button" class="button" disabled=${busy} onClick=${this.evict}>${words.evict}</button>
          <button type="button" class="button" disabled=${busy} onClick=${this.verify}>${words.verify}</button>
        </div>
        <p role="status" class="said ${isFlawed ? "refusal" : ""}">${said}</p>
      </section>
    `;
  }
}

const others = (told) => told.places.filter(({ inc, role }) => inc !== told.owner && role !== "unknown");

const facts = (told) => {
  const name = (inc) => {
    const found = told.places.find((place) => place.inc === inc);
    return html`${found ? short(found.name) : ""} <code>${brief(inc)}</code>`;
  };
  return html`
    <dl class="facts">
      ${fact(words.owner, told.owner ? name(told.owner) : words.nobody)}
      ${fact(words.should, name(told.should_be))}
      ${told.heir && fact(words.heir, name(told.heir))}
      ${fact(words.seq, count(told.seq))}
      ${fact(words.epoch, count(told.epoch))}
      ${fact(words.kind, told.kind)}
      ${told.floor > 0 && fact(words.kept, count(told.floor + 1))}
    </dl>
  `;
};

const NUMBERS = ["epoch", "seq", "watchers"];
const COLUMNS = /** @type {any} */ (
  Object.entries(words.columns).map(([name, label]) => [name, label, NUMBERS.includes(name)]));
const place = ({ inc, name, role, epoch, seq, watchers }) => ({
  key: inc,
  cells: {
    node: html`<span>${short(name)} <code>${brief(inc)}</code></span>`,
    role: html`<${Chip} state=${CHIPS[role] ?? "quiet"}>${words.roles[role] ?? role}<//>`,
    epoch: count(epoch),
    seq: count(seq),
    watchers: role === "unknown" ? UNKNOWN : count(watchers),
  },
});
