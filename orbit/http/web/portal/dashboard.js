// @ts-check
/** The first page of one's own: how much one has, which boards, and what one did of late. */
import { day } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { locale } from "../page/language.js";
import { PATHS } from "../page/route.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Boards } from "../views/boards.js";
import { Icon } from "../views/icons.js";
import { called } from "./notice.js";
import { Page } from "./page.js";
import { words as all } from "./text.js";

const words = all.dashboard;
const WHEN = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const FIGURES = new Intl.NumberFormat(locale);

/** @type {[keyof typeof words.metrics, string, string?][]} each with its icon, and where more of it is */
const METRICS = [
  ["boards", "file"], ["notes", "edit"], ["upvotes", "up"], ["organisations", "people", PATHS.organisations],
  ["sessions", "lock", PATHS.account], ["unread_notices", "bell", PATHS.notices],
];

/** `orbit` (signed in), `go`. */
export class Dashboard extends Component {
  /** @type {{summary: any, refusal: string}} */ state = { summary: null, refusal: "" };
  off = () => {};
  #isGone = false;

  componentDidMount() {
    this.off = this.props.orbit.notices.on("news", () => this.#look());
    this.#look();
  }

  componentWillUnmount() {
    this.#isGone = true;
    this.off();
  }

  async #look() {
    try {
      const summary = await this.props.orbit.accounts.summary();
      if (!this.#isGone) this.setState({ summary, refusal: "" });
    } catch (error) {
      if (!this.#isGone) this.setState({ refusal: explain(error) });
    }
  }

  render({ orbit, go }, { summary, refusal }) {
    const name = plain(orbit.account.name);
    return html`
      <${Page} orbit=${orbit} go=${go} at="dashboard" title=${name ? words.greeting(name) : words.title}>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        ${!summary && !refusal && html`<p class="soft" role="status">${text.moment}</p>`}
        ${summary && metrics(summary.metrics, go)}
        <${Boards} orbit=${orbit} go=${go} title=${text.invited.title} ask=${() => orbit.invited()}
          about=${({ until }) => (until ? text.invited.until(day(Date.parse(until))) : text.invited.inside)} />
        <${Boards} orbit=${orbit} go=${go} title=${text.mine.title} ask=${() => orbit.mine()}
          about=${({ expires_at: end }) => (end ? text.mine.until(day(Date.parse(end))) : text.mine.kept)} />
        ${summary?.metrics.boards === 0 && html`
          <div class="panel empty"><p><b>${words.none}</b></p>
            <p><a class="button primary" href=${PATHS.home} onClick=${(event) => go(PATHS.home, event)}>${words.make}</a></p></div>`}
        ${summary && html`
          <section class="panel stack" aria-labelledby="recent">
            <h2 id="recent">${words.recent}</h2>
            <ol class="acts">${summary.recent_events.map(row)}</ol>
          </section>`}
      <//>
    `;
  }
}

const metrics = (counts, go) => html`
  <ul class="tiles">${METRICS.map(([name, icon, path]) => {
    const inside = html`
      <${Icon} name=${icon} /><b>${FIGURES.format(counts[name])}</b><span>${words.metrics[name](counts[name])}</span>`;
    return html`
      <li key=${name} class="panel">${path
        ? html`<a href=${path} onClick=${(event) => go(path, event)}>${inside}</a>` : html`<div>${inside}</div>`}</li>`;
  })}</ul>
`;

const row = ({ time, action, mine, ip, metadata }) => {
  const by = called(metadata, all.notices);
  return html`
    <li class="row wrap">
      <span class="grow"><b>${words.acts[action] ?? plain(action)}</b>
        ${!mine && html` <span class="chip">${words.others}</span>`}
        <small class="soft">${[by, ip && words.from(plain(ip))].filter(Boolean).join(" · ")}</small></span>
      <time class="soft" datetime=${time}>${WHEN.format(Date.parse(time))}</time>
    </li>
  `;
};
