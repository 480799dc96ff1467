// @ts-check
/** What this device wrote before its owner had signed in here, and may have as his account's. */
import { Component, html } from "../page/html.js";
import { Form } from "../views/form.js";
import { words as all } from "./text.js";

const words = all.take;

/** `orbit`, `apart`: on so many boards. */
export class TakeOver extends Component {
  state = { taken: "" };

  take = async () => {
    const { apart } = await this.props.orbit.takeOver();
    this.setState({ taken: apart.length ? words.takenMostly(apart.length) : words.taken });
  };

  render({ apart }, { taken }) {
    return html`
      <p role="status" class="outcome">${taken}</p>
      ${apart > 0 && !taken && html`
        <section class="stack warned">
          <p role="status">${words.conflict(apart)}</p>
          <${Form} act=${this.take} send=${words.take} />
        </section>`}
    `;
  }
}
