// @ts-check
/** How much there is of everything, what came in by day, and how the nodes are. */
import { Component, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { count, short } from "../figures.js";
import { written } from "../place.js";
import { watching } from "../poll.js";
import { FORMS } from "../staff.js";
import { words as all } from "../text.js";
import { Waiting } from "./listing.js";
import { Chip } from "./parts.js";
import { Bars } from "./plot.js";

const words = all.overview;
const EVERY_MS = 10_000;

export class Overview extends Component {
  state = { told: /** @type {any} */ (null) };
  poll = watching(this, (signal) => this.props.staff.summary(signal), { every: EVERY_MS });

  componentDidMount() {
    this.poll.start();
  }

  componentWillUnmount() {
    this.poll.stop();
  }

  render(_props, { told }) {
    return html`
      <h2 class="reader">${all.views.overview}</h2>
      ${told ? html`${sums(told)}<div class="gauges">${plots(told)}${leads(told)}${nodes(told)}</div>` : html`<${Waiting} />`}
    `;
  }
}

const sums = (told) => html`
  <dl class="sums">
    ${["accounts", "sessions", "boards", "organisations", "ghosts"].map((name) => html`
      <div key=${name}><dd>${count(told[name])}</dd><dt>${words.sums[name]}</dt></div>`)}
  </dl>
`;

/** Each what came in by day; the last one is not over. */
const plots = (told) => html`
  ${plot(told, "accounts", "#people", told.suspended > 0 && words.suspended(count(told.suspended)))}
  ${plot(told, "sign_ins", written("log", { action: "sign-in" }), html`
    <a href=${written("log", { action: "sign-in-refused" })}>${words.refused(count(sum(told.days, "sign_ins_refused")))}</a>`)}
  ${plot(told, "boards", "")}
`;

const sum = (days, name) => days.reduce((all, day) => all + day[name], 0);

function plot({ days }, name, path, more = null) {
  const title = words.plots[name];
  const came = count(sum(days, name));
  return html`
    <section class="panel gauge" key=${name} aria-label=${title}>
      <h3>${path ? html`<a href=${path}>${title}</a>` : title}</h3>
      <p class="row gauge-line"><b class="gauge-sum">${came}</b> <span class="gauge-more">${words.days(days.length)}</span></p>
      <${Bars} days=${days.map((each) => ({ day: each.day, count: each[name] }))} label=${words.bars(title, came, days.length)} />
      <p class="gauge-more">${more}</p>
    </section>
  `;
}

const leads = (told) => html`
  <section class="panel gauge" aria-label=${all.views.leads}>
    <h3><a href="#leads">${all.views.leads}</a></h3>
    <dl class="rows">${Object.entries(FORMS).map(([form, list]) => html`
      <div key=${form}><dt><a href=${written("leads", { list })}>${all.leads.lists[list]}</a></dt><dd>${count(told.leads[form] ?? 0)}</dd></div>`)}
    </dl>
  </section>
`;

const nodes = (told) => html`
  <section class="panel gauge" aria-label=${all.views.nodes}>
    <h3><a href="#nodes">${all.views.nodes}</a></h3>
    <ul class="rows">${told.nodes.map(({ inc, name, state, numbers }) => html`
      <li key=${inc}><span class="grow two"><span class="clip" title=${plain(name)}>${plain(short(name))}</span>
        ${numbers && html`<small class="soft">${words.node(numbers.boards_owned, numbers.sockets)}</small>`}</span>
        <${Chip} state=${state}>${all.nodes.states[state] ?? state}<//></li>`)}
    </ul>
  </section>
`;
