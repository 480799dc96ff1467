// @ts-check
/** Changing one's password, or having one chosen by mail. */
import { Component, createRef, html } from "../page/html.js";
import { Form } from "../views/form.js";
import { newPassword, password } from "./fields.js";
import { words as all } from "./text.js";

const words = all.change;

/** `orbit`, `user`, `onChange()`: elsewhere one is signed in no more. */
export class Password extends Component {
  /** @type {any} */ heading = createRef();
  state = { times: 0 }; // changed: each time the fields are empty again

  change = async ({ current_password: current, new_password: next }) => {
    await this.props.orbit.accounts.changePassword(current, next);
    this.setState({ times: this.state.times + 1 }, () => this.heading.current?.focus());
    this.props.onChange();
  };

  mail = async () => {
    await this.props.orbit.accounts.forgot(this.props.user.email);
    return all.enter.mailed(this.props.user.email);
  };

  render({ user }, { times }) {
    const who = { name: "username", autocomplete: "username", defaultValue: user.email, readonly: true, hidden: true };
    const fields = [who, password("current_password", words.current), newPassword("new_password")];
    return html`
      <section class="panel stack" aria-labelledby="password">
        <h2 id="password" tabindex="-1" ref=${this.heading}>${words.title}</h2>
        <p class="soft">${words.hint}</p>
        <${Form} key=${times} fields=${fields} act=${this.change} refused=${why} send=${words.send} />
        <p role="status" class="outcome">${times > 0 && words.done}</p>
        <div class="hinted section-line">
          <p class="soft">${words.none}</p>
          <${Form} look="" act=${this.mail} send=${all.enter.forgot} sending=${all.enter.sending} />
        </div>
      </section>
    `;
  }
}

/** @param {any} error */
const why = ({ code, details }) =>
  details?.current_password ? all.wrongPassword : code === "conflict" ? words.without : "";
