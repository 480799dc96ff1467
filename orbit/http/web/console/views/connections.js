// @ts-check
/** Who is connected, the slowest first; and the way to close one. */
import { Component, html } from "../../page/html.js";
import { UNKNOWN, age, brief, count, decimal, short, size } from "../figures.js";
import { watching } from "../poll.js";
import { words as all } from "../text.js";
import { Missing, Sure, Table } from "./parts.js";

const words = all.connections;

export class Connections extends Component {
  state = { node: "", nodes: /** @type {any[]} */ ([]), told: /** @type {any} */ (null), said: "", now: 0 };
  poll = watching(this, (signal) => this.props.room.connections(this.state.node, signal), {
    every: 1000,
    as: (told) => ({ told, now: Date.now() }),
  });

  componentDidMount() {
    this.poll.start();
    this.props.room.nodes().then(({ nodes }) => this.setState({ nodes }), this.props.onFailed);
  }

  componentWillUnmount() {
    this.poll.stop();
  }

  choose = (event) => this.setState({ node: event.target.value }, () => this.poll.again());

  kill = async (/** @type {string} */ id) => {
    try {
      await this.props.room.kill(id);
      this.setState({ said: words.closed(id) });
    } catch (error) {
      this.setState({ said: all.refused + /** @type {Error} */ (error).message });
    }
    this.poll.again();
  };

  render(_props, { node, nodes, told, said }) {
    const living = nodes.filter(({ state }) => state !== "gone");
    return html`
      <h2 class="reader">${all.views.connections}</h2>
      <div class="tools">
        <label class="row">
          <span class="soft">${words.node}</span>
          <select class="input select" value=${node} onChange=${this.choose}>
            <option value="">${words.all}</option>
            ${living.map(({ inc, name }) => html`<option value=${inc}>${short(name)} ${brief(inc)}</option>`)}
          </select>
        </label>
        <p role="status" class="said">${said}</p>
      </div>
      ${told && html`
        <${Missing} silent=${told.silent} words=${all.silent} />
        ${told.sockets.length
          ? html`<${Table} caption=${words.caption} columns=${COLUMNS} rows=${told.sockets.map(this.row)} />`
          : html`<p class="empty">${words.none}</p>`}
        <p class="foot">${words.shown(count(told.sockets.length), count(told.total))}
          <span> · ${all.measured(told.measured_s)}</span></p>`}
    `;
  }

  row = (one) => {
    const isSlow = one.boards_behind > 0 || one.lag_s > 0;
    return {
      key: one.id,
      kind: isSlow ? "slow" : "",
      cells: {
        id: html`<span><code>${one.id}</code>${isSlow && html` <b class="tag">${words.slow}</b>`}</span>`,
        since: age(one.since, this.state.now),
        boards: count(one.boards),
        behind: count(one.boards_behind),
        queued: size(one.queued_bytes),
        lag: one.lag_s ? `${decimal(one.lag_s)} s` : UNKNOWN,
        frames: decimal(one.frames_s),
        act: html`<${Sure} label=${words.label(one.id)} question=${words.sure}
          act=${() => this.kill(one.id)}>${words.close}<//>`,
      },
    };
  };
}

const NUMBERS = ["since", "boards", "behind", "queued", "lag", "frames", "act"];
const COLUMNS = /** @type {any} */ (
  Object.entries(words.columns).map(([name, label]) => [name, label, NUMBERS.includes(name)]));
