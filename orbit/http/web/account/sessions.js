// @ts-check
/** Where one is signed in: which device, since when, and its end. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { locale } from "../page/language.js";
import { Form } from "../views/form.js";
import { device } from "./device.js";
import { words as all } from "./text.js";

const words = all.sessions;
const SHOWN = 5;
const WHEN = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const when = (/** @type {string} */ at) => WHEN.format(Date.parse(at));

/** `orbit`; `version`: looked up anew when it changes; `onOut()`: signed out everywhere. */
export class Sessions extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{sessions: any[] | null, whole: boolean, said: string, refusal: string}} */
  state = { sessions: null, whole: false, said: "", refusal: "" };

  componentDidMount() {
    this.#look();
  }

  componentDidUpdate({ version }) {
    if (version !== this.props.version) this.#look();
  }

  async #look() {
    try {
      this.setState({ sessions: await this.props.orbit.accounts.sessions() });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  async #end(sessions, said) {
    this.setState({ said: "", refusal: "" });
    try {
      for (const { id } of sessions) await this.props.orbit.accounts.endSession(id);
      this.setState({ said });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
    await this.#look();
    this.heading.current?.focus(); // what was pressed is gone
  }

  everywhere = async () => {
    await this.props.orbit.accounts.signOutEverywhere();
    this.props.onOut();
  };

  render(_props, { sessions, whole, said, refusal }) {
    const others = sessions?.filter(({ current }) => !current) ?? [];
    const shown = whole ? sessions : sessions?.slice(0, SHOWN);
    return html`
      <section class="panel stack" aria-labelledby="sessions">
        <h2 id="sessions" tabindex="-1" ref=${this.heading}>${words.title}</h2>
        <ul class="cards">${shown?.map(this.#row)}</ul>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <p role="status" class="outcome">${said}</p>
        <div class="row wrap">
          ${sessions && shown.length < sessions.length && html`
            <button type="button" class="button" onClick=${() => this.setState({ whole: true })}>
              ${words.all(sessions.length)}</button>`}
          ${others.length > 0 && html`
            <button type="button" class="button" onClick=${() => this.#end(others, words.othersEnded)}>
              ${words.endOthers}</button>`}
          <${Form} look="danger" act=${this.everywhere} send=${words.everywhere} />
        </div>
      </section>
    `;
  }

  #row = (session) => {
    const { id, agent, current, created_at: since, last_used_at: last } = session;
    const { browser, system } = device(agent);
    const called = browser ? words.device(browser, system) : words.unknown;
    return html`
      <li key=${id} class="row wrap">
        <div class="grow">
          <p class="row"><b class="clip" title=${agent}>${called}</b>
            ${current && html`<span class="chip">${words.here}</span>`}</p>
          <small class="soft">${words.times(when(last), when(since))}</small>
        </div>
        ${!current && html`
          <button type="button" class="button" aria-label="${words.end}: ${called}"
            onClick=${() => this.#end([session], words.ended(called))}>${words.end}</button>`}
      </li>
    `;
  };
}
