// @ts-check
/** What one wants to be told, and to have done for one. Each switch counts at once. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Form } from "../views/form.js";
import { Page } from "./page.js";
import { words as all } from "./text.js";

const words = all.settings;

/** `orbit` (signed in), `go`. */
export class Settings extends Component {
  /** @type {{settings: any, verified: boolean, said: string, refusal: string}} */
  state = { settings: null, verified: true, said: "", refusal: "" };

  async componentDidMount() {
    const { accounts } = this.props.orbit;
    try {
      const [settings, user] = await Promise.all([accounts.settings(), accounts.me()]);
      this.setState({ settings, verified: user.email_verified });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  /** @param {"notifications" | "automation"} group @param {Record<string, boolean>} told */
  async #tell(group, told) {
    const { settings } = this.state;
    this.setState({ settings: { ...settings, [group]: { ...settings[group], ...told } }, said: "", refusal: "" });
    try {
      this.setState({ settings: await this.props.orbit.accounts.editSettings(group, told), said: words.saved });
    } catch (error) {
      this.setState({ settings, refusal: explain(error) });
    }
  }

  keep = async ({ clear_read_after_days: days }) => {
    const told = { clear_read_after_days: Number(days) };
    this.setState({ settings: await this.props.orbit.accounts.editSettings("automation", told), said: "" });
    return words.saved;
  };

  render({ orbit, go }, { settings, said, refusal }) {
    return html`
      <${Page} orbit=${orbit} go=${go} at="settings" title=${words.title}>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <p role="status" class="reader">${settings ? said : text.moment}</p>
        ${settings && this.#whole(settings)}
      <//>
    `;
  }

  #whole({ notifications, automation }) {
    const { verified } = this.state;
    const [told, done] = [words.notifications, words.automation];
    const group = (name, title, fields, more = null) => html`
      <section class="panel stack" aria-labelledby=${name}>
        <h2 id=${name}>${title}</h2>
        ${fields}${more}
      </section>`;
    return html`
      ${group("notifications", told.title, html`
        ${this.#switch("notifications", "invitations", notifications, told.fields)}
        ${this.#switch("notifications", "organisations", notifications, told.fields)}
        ${this.#switch("notifications", "invitation_mails", notifications, told.fields, !verified && told.unverified)}
        ${this.#switch("notifications", "security", notifications, told.fields, told.always)}`)}
      ${group("automation", done.title, this.#switch("automation", "claim_boards", automation, done.fields), html`
        <div class="section-line">
          <${Form} fields=${[days(automation.clear_read_after_days)]} act=${this.keep} send=${words.save} />
        </div>`)}
    `;
  }

  /** `fixed`: why it cannot be switched, if so. */
  #switch(group, name, values, spoken, fixed = "") {
    const [label, hint] = spoken[name];
    const change = ({ target }) => this.#tell(group, { [name]: target.checked });
    return html`
      <label class="switch">
        <span class="grow"><b>${label}</b><small class="soft">${hint}${fixed && ` ${fixed}`}</small></span>
        <input type="checkbox" role="switch" checked=${values[name]} disabled=${Boolean(fixed)} onChange=${change} />
      </label>
    `;
  }
}

const days = (value) => ({
  name: "clear_read_after_days", type: "number", label: words.automation.days, hint: words.automation.daysHint,
  wrong: words.automation.outside, min: 1, max: 90, step: 1, required: true, defaultValue: value, inputmode: "numeric", class: "narrow",
});
