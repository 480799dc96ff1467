// @ts-check
/** The nodes: how each is, what it has, and what it did in the last two minutes. */
import { Component, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { UNKNOWN, age, brief, count, decimal, short, size } from "../figures.js";
import { watching } from "../poll.js";
import { words as all } from "../text.js";
import { Bar, Chip, Curve, Sure } from "./parts.js";

const words = all.nodes;
const EVERY_MS = 2000;
const FIRST_MS = 500; // what has been seen but once has no rate
const SEEN = new Set(["fit", "busy", "draining"]); // Redis should know of them

export class Nodes extends Component {
  state = { nodes: /** @type {any[]} */ ([]), now: 0, said: "" };
  history = this.props.room.history;
  poll = watching(this, (signal) => this.props.room.nodes(signal), {
    every: () => (this.history.isBegun ? EVERY_MS : FIRST_MS),
    as: ({ nodes }) => {
      this.history.see(nodes, performance.now());
      return { nodes, now: Date.now() };
    },
  });

  componentDidMount() {
    this.poll.start();
  }

  componentWillUnmount() {
    this.poll.stop();
  }

  drain = async ({ inc, name }) => {
    try {
      await this.props.room.drain(inc);
      this.setState({ said: words.draining(short(name)) });
    } catch (error) {
      this.setState({ said: all.refused + /** @type {Error} */ (error).message });
    }
    this.poll.again();
  };

  render(_props, { nodes, now, said }) {
    const here = nodes.filter((node) => node.state !== "gone");
    return html`
      <h2 class="reader">${all.views.nodes}</h2>
      ${nodes.length > 0 && html`
        <dl class="sums">
          ${sum(`${here.filter((node) => node.state === "fit").length} / ${here.length}`, words.of)}
          ${sum(count(total(here, "boards_owned")), words.boards)}
          ${sum(count(total(here, "sockets")), words.sockets)}
          ${sum(decimal(this.history.sum("commands")), words.commands)}
          ${sum(decimal(this.history.sum("deliveries")), words.deliveries)}
        </dl>`}
      <p role="status" class=${said ? "said" : "reader"}>${said}</p>
      <ul class="nodes">${nodes.map((node) => this.#card(node, now, here.length > 1))}</ul>
    `;
  }

  #card(node, now, hasOthers) {
    const { numbers } = node;
    const rates = this.history.of(node.inc).commands;
    return html`
      <li class="panel node ${node.state === "gone" ? "gone" : ""}" key=${node.inc}>
        <div class="row node-head">
          <h3 class="clip grow" title=${plain(node.name)}>${plain(short(node.name))}</h3>
          <${Chip} state=${node.state}>${words.states[node.state] ?? node.state}<//>
        </div>
        <p class="node-sub">
          <code>${brief(node.inc)}</code>${numbers && html`<span>${numbers.version}</span>`}
          <span>${words.up} ${age(node.started_at, now)}</span>
          ${node.is_me && html`<span>${words.me}</span>`}
        </p>
        ${words.why[node.state] && html`<p class="node-why">${words.why[node.state]}</p>`}
        ${node.is_seen === false && SEEN.has(node.state) && html`<p class="node-why">${words.unseen}</p>`}
        ${numbers && html`
          <${Curve} values=${rates} title=${words.rate} now=${rates.length ? decimal(rates.at(-1)) : UNKNOWN}
            span=${(steps) => words.span(steps * EVERY_MS / 1000)} label=${words.curve(decimal(rates.at(-1) ?? 0))} />
          <dl class="figures">
            ${figure(count(numbers.boards_owned), words.owns)}
            ${figure(count(numbers.boards_followed), words.follows)}
            ${figure(count(numbers.sockets), words.held)}
            ${figure(count(numbers.sockets_lagging), words.slow, numbers.sockets_lagging > 0)}
            ${figure(`${decimal(numbers.loop_lag_s * 1000)} ms`, words.lag, numbers.loop_lag_s > 0.1)}
            ${figure(`${decimal(node.beat_age_s)} s`, words.beat, node.beat_age_s > 4)}
          </dl>
          <p class="node-memory"><span>${words.memory}</span><${Bar} share=${numbers.memory_share} />
            <span>${size(numbers.memory_bytes)}</span></p>
          ${hasOthers && !numbers.is_draining && html`
            <p class="node-foot"><${Sure} label=${words.drainLabel(short(node.name))} question=${words.drainIt}
              act=${() => this.drain(node)}>${words.drain}<//></p>`}`}
      </li>
    `;
  }
}

const total = (nodes, what) => nodes.reduce((sum, { numbers }) => sum + (numbers?.[what] ?? 0), 0);
const sum = (value, label) => html`<div><dd>${value}</dd><dt>${label}</dt></div>`;
const figure = (value, label, isWrong = false) => html`
  <div class=${isWrong ? "wrong" : ""}><dt>${label}</dt><dd>${value}</dd></div>`;
