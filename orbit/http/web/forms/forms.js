// @ts-check
/** The forms for visitors, each a page: what it is for, its fields, and that it has arrived. */
import { Orbit } from "../orbit.js";
import { Component, createRef, html, render } from "../page/html.js";
import { language } from "../page/language.js";
import { applyTheme } from "../page/theme.js";
import { text } from "../text.js";
import { Feet } from "../views/feet.js";
import { Form } from "../views/form.js";
import { Masthead } from "../views/masthead.js";
import { Pitch } from "../views/pitch.js";
import { FORMS, at, fields, told } from "./asked.js";
import { words } from "./text.js";

class Page extends Component {
  orbit = new Orbit({ language });
  form = at(location.pathname) ?? "contact";
  /** @type {any} */ heading = createRef();
  /** @type {{sent: string}} */ state = { sent: "" }; // to whose address

  componentDidMount() {
    document.title = `${text.feet.names[this.form]} · ${text.name}`;
  }

  send = async (values) => {
    const body = told(values);
    await this.orbit.rest("POST", FORMS[this.form], { body });
    this.setState({ sent: body.email }, () => this.heading.current?.focus());
  };

  render(_props, { sent }) {
    return html`
      <div class="home">
        <div class="sky" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <${Masthead} orbit=${this.orbit} onHome=${() => {}} />
        <main class="home-main asked">
          <${Pitch} ...${words[this.form]} />
          <section class="panel stack" aria-label=${text.feet.names[this.form]}>
            ${sent ? this.#sent(sent) : this.#asked()}
          </section>
        </main>
        <${Feet} here=${this.form} />
      </div>
    `;
  }

  #asked() {
    const { email, name } = this.orbit.account ?? {};
    return html`
      <${Form} look="primary big" fields=${fields(this.form, words, { email, name })} act=${this.send}
        send=${words[this.form].send} sending=${words.sending} />
    `;
  }

  #sent(email) {
    const { done, hint } = words[this.form];
    return html`
      <div class="stack sent">
        <span class="seal" aria-hidden="true"><svg viewBox="0 0 20 20"><path d="M4.5 10.5 8.5 14.5 15.5 6" /></svg></span>
        <h2 tabindex="-1" ref=${this.heading}>${done}</h2>
        <p class="soft">${hint(email)}</p>
        <div class="row wrap">
          <a class="button primary" href="/">${words.home}</a>
          <button type="button" class="button quiet" onClick=${() => this.setState({ sent: "" })}>${words.another}</button>
        </div>
      </div>
    `;
  }
}

applyTheme();
render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
