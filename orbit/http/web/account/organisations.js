// @ts-check
/** The organisations that one is in, and the way out; none, and there is nothing to see. */
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { Form } from "../views/form.js";
import { words as all } from "./text.js";

const words = all.organisations;

/** `orbit`. */
export class Organisations extends Component {
  /** @type {{mine: any[]}} */ state = { mine: [] };

  componentDidMount() {
    this.#look();
  }

  /** Without an answer there is no list: the account is there all the same. */
  async #look() {
    const mine = await this.props.orbit.organisations.mine().catch(() => null);
    if (mine) this.setState({ mine });
  }

  render(_props, { mine }) {
    return mine.length > 0 && html`
      <section class="panel stack" aria-labelledby="organisations">
        <h2 id="organisations">${words.title}</h2>
        <ul class="cards">${mine.map(this.#row)}</ul>
      </section>
    `;
  }

  #row = ({ id, name, role }) => {
    const leave = async () => {
      await this.props.orbit.organisations.leave(id);
      await this.#look();
    };
    return html`
      <li key=${id} class="row wrap">
        <p class="grow row"><b class="clip" dir="auto" title=${plain(name)}>${plain(name)}</b>
          <span class="chip">${words.roles[role] ?? role}</span></p>
        <${Form} look="" act=${leave} refused=${last} send=${words.leave} />
      </li>
    `;
  };
}

/** @param {any} error */
const last = ({ code }) => (code === "conflict" ? words.last : "");
