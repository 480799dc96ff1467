// @ts-check
/** The second factor: enrolled by an app, confirmed, ended; and the codes for its loss. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { day } from "../page/ending.js";
import { save } from "../page/save.js";
import { CopyField } from "../views/copy.js";
import { Form } from "../views/form.js";
import { Icon } from "../views/icons.js";
import { Qr } from "../views/qr.js";
import { factorCode } from "./fields.js";
import { Guarded } from "./guarded.js";
import { words as all } from "./text.js";

const words = all.factor;

/** `orbit`, `user`. */
export class Factor extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {any} `does`: what an app's code is wanted for; `enrolled`: what an app needs; `codes`: shown this once */
  state = { standing: null, does: null, enrolled: null, codes: null, said: "", refusal: "" };

  componentDidMount() {
    this.#look();
  }

  async #look() {
    try {
      this.setState({ standing: await this.props.orbit.accounts.factor() });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  /** What follows is in another's place: whoever listens is taken to its beginning. */
  async #now(state) {
    await this.#look();
    this.setState({ does: null, enrolled: null, codes: null, said: "", ...state }, () => this.heading.current?.focus());
  }

  enrol = async ({ password }) => this.#now({ enrolled: await this.props.orbit.accounts.enrol(password) });

  confirm = async ({ code }) => this.#now({ codes: await this.props.orbit.accounts.confirm(code.trim()), said: words.on });

  renew = async ({ code, password }) =>
    this.#now({ codes: await this.props.orbit.accounts.renewRecovery(code.trim(), password), said: words.renewed });

  end = async ({ code, password }) => {
    await this.props.orbit.accounts.endFactor(code.trim(), password);
    this.#now({ said: words.ended });
  };

  back = () => this.#now({});

  render({ user }, { standing, refusal, said }) {
    return html`
      <section class="panel stack" aria-labelledby="factor">
        <div class="row wrap">
          <h2 id="factor" tabindex="-1" ref=${this.heading}>${words.title}</h2>
          ${standing?.enabled && html`<span class="chip"><${Icon} name="check" />${words.enabled}</span>`}
        </div>
        <p role="status" class="outcome">${said}</p>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        ${standing && this.#step(user, standing)}
      </section>
    `;
  }

  #step(user, standing) {
    const { enrolled, codes, does } = this.state;
    if (codes) return this.#codes(codes);
    if (enrolled) return this.#enrolled(enrolled);
    if (does) return this.#code(does);
    if (standing.enabled) return this.#enabled(standing);
    if (!user.email_verified) return html`<p class="soft">${words.hint} ${words.unverified}</p>`;
    return html`
      <p class="soft">${words.hint}</p>
      <${Guarded} act=${this.enrol} send=${words.enrol} />
    `;
  }

  #enrolled({ secret, otpauth_url: url }) {
    return html`
      <ol class="steps stack">
        <li>${words.scan}
          <div class="code"><${Qr} of=${url} label=${words.title} /></div></li>
        <li>${words.type}
          <${CopyField} label=${words.secret} value=${secret} name="secret" /></li>
        <li>${words.show}</li>
      </ol>
      <${Form} fields=${[factorCode(words.code)]} act=${this.confirm} refused=${wrongCode} send=${words.confirm} />
      ${this.#back()}
    `;
  }

  #codes(codes) {
    const text = codes.join("\n");
    return html`
      <p>${words.codesHint}</p>
      <ul class="recovery" dir="ltr">${codes.map((code) => html`<li key=${code}>${code}</li>`)}</ul>
      <div class="row wrap">
        <button type="button" class="button" onClick=${() => save(new Blob([text]), "orbit-recovery-codes.txt")}>
          <${Icon} name="file" />${words.download}</button>
        <button type="button" class="button primary" onClick=${this.back}>${words.kept}</button>
      </div>
    `;
  }

  #enabled({ since, recovery_codes: left }) {
    return html`
      <p class="soft">${words.since(day(Date.parse(since)))} ${words.left(left)}</p>
      <div class="row wrap">
        <button type="button" class="button" onClick=${() => this.setState({ does: "renew" })}>${words.renew}</button>
        <button type="button" class="button danger" onClick=${() => this.setState({ does: "end" })}>${words.end}</button>
      </div>
    `;
  }

  /** @param {"renew" | "end"} does */
  #code(does) {
    const code = { ...factorCode(words.code), hint: all.enter.factorCode, pattern: undefined, maxlength: 32 };
    return html`
      <${Guarded} key=${does} fields=${[code]} act=${this[does]} send=${words[does]} look=${does === "end" ? "danger" : "primary"} />
      ${this.#back()}
    `;
  }

  #back() {
    return html`<div class="row"><button type="button" class="button quiet" onClick=${this.back}>${all.cancel}</button></div>`;
  }
}

/** @param {any} error */
const wrongCode = ({ details }) => (details?.code ? all.wrongCode : "");
