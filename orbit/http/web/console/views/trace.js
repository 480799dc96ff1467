// @ts-check
/** What is committed on a board, the newest first. */
import { Component, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { UNKNOWN, brief, decimal } from "../figures.js";
import { words as all } from "../text.js";

const words = all.board;
const KEPT = 200;

export class Trace extends Component {
  state = { events: /** @type {any[]} */ ([]), isOn: false, content: false, lost: "" };
  /** @type {AbortController | null} */ #following = null;
  /** @type {any[]} */ #fresh = [];
  #frame = 0;

  componentWillUnmount() {
    this.stop();
  }

  toggle = () => (this.state.isOn ? this.stop() : this.follow());

  stop = () => {
    this.#following?.abort();
    this.#following = null;
    this.setState({ isOn: false });
  };

  async follow() {
    const following = new AbortController();
    this.#following = following;
    this.setState({ isOn: true, lost: "", events: [] });
    try {
      const { board, room } = this.props;
      const how = { content: this.state.content, signal: following.signal };
      for await (const event of room.trace(board, how)) this.#take(event);
      this.setState({ lost: words.lost });
    } catch (error) {
      if (!following.signal.aborted) this.setState({ lost: words.lost });
    }
    if (this.#following === following) this.stop();
  }

  /** A busy board tells hundreds a second: they are shown once a frame. */
  #take(event) {
    this.#fresh.unshift(event);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const events = [...this.#fresh, ...this.state.events].slice(0, KEPT);
      this.#fresh = [];
      this.setState({ events });
    });
  }

  render(_props, { events, isOn, content, lost }) {
    return html`
      <section class="stack">
        <h3>${words.trace}</h3>
        <div class="row wrap">
          <button type="button" class="button ${isOn ? "" : "primary"}" aria-pressed=${isOn}
            onClick=${this.toggle}>${isOn ? words.stop : words.follow}</button>
          <label class="check"><input type="checkbox" checked=${content} disabled=${isOn}
            onChange=${(event) => this.setState({ content: event.target.checked })} />
            <span>${words.content}</span></label>
        </div>
        ${lost && html`<p class="warned line" role="status">${lost}</p>`}
        ${events.length
          ? html`<ol class="trace" tabindex="0" aria-label=${words.trace}>${events.map(line)}</ol>`
          : html`<p class="empty">${isOn ? words.waiting : words.idle}</p>`}
      </section>
    `;
  }
}

const line = (event) => html`
  <li key=${event.seq}>
    <b>${event.seq}</b>
    <time>${event.at.slice(11, 23)}</time>
    <span class="type">${event.type}</span>
    <code class="who" title=${event.who}>${event.who ? brief(event.who) : words.guest}</code>
    <span class="number"><span>${event.bytes} ${words.bytes}</span>
      <span>${event.ms === undefined ? UNKNOWN : `${decimal(event.ms)} ms`}</span></span>
    ${event.event && html`<code class="content" dir="auto">${plain(JSON.stringify(event.event))}</code>`}
  </li>
`;
