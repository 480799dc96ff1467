// @ts-check
/** The organisations that one is in, and the making of another. */
import { day } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { organisationPath } from "../page/route.js";
import { Page } from "../portal/page.js";
import { text } from "../text.js";
import { Form } from "../views/form.js";
import { initial } from "./named.js";
import { Role } from "./role.js";
import { words } from "./text.js";

const FIELD = {
  name: "name", label: words.make.name, placeholder: words.make.nameHint, required: true, maxlength: 80,
  autocomplete: "off", dir: "auto",
};

/** `orbit` (signed in), `go`. */
export class Organisations extends Component {
  /** @type {{mine: any[] | null, refusal: string}} */ state = { mine: null, refusal: "" };

  async componentDidMount() {
    try {
      this.setState({ mine: await this.props.orbit.organisations.mine() });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  make = async ({ name }) => {
    const { orbit, go } = this.props;
    const { id } = await orbit.organisations.make(name.trim());
    go(organisationPath(id));
  };

  render({ orbit, go }, { mine, refusal }) {
    return html`
      <${Page} orbit=${orbit} go=${go} at="organisations" title=${words.title}>
        <p class="soft">${words.hint}</p>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        ${!mine && !refusal && html`<p class="soft" role="status">${text.moment}</p>`}
        ${mine?.length === 0 && html`
          <div class="panel empty"><p><b>${words.none}</b></p><p class="soft">${words.noneHint}</p></div>`}
        ${mine?.length > 0 && html`<ul class="cards linked">${mine.map((one) => row(one, go))}</ul>`}
        <section class="panel stack" aria-labelledby="make">
          <h2 id="make">${words.make.title}</h2>
          <p class="soft">${words.make.hint}</p>
          <${Form} fields=${[FIELD]} act=${this.make} refused=${many} send=${words.make.send} sending=${words.make.sending} />
        </section>
      <//>
    `;
  }
}

const row = ({ id, name, role, created_at: made }, go) => html`
  <li key=${id}>
    <a class="row" href=${organisationPath(id)} onClick=${(event) => go(organisationPath(id), event)}>
      <span class="initial" aria-hidden="true">${initial(name)}</span>
      <span class="grow"><span class="clip" title=${plain(name)}><b dir="auto">${plain(name)}</b></span>
        <small class="soft">${words.made(day(Date.parse(made)))}</small></span>
      <${Role} role=${role} />
    </a>
  </li>
`;

/** @param {any} error */
const many = ({ code }) => (code === "conflict" ? words.make.many : "");
