// @ts-check
/**
 * A form for what a stolen device should not do: it asks for the password, but only when
 * the server wants it, which is where one has signed in more than ten minutes ago.
 */
import { Component, html } from "../page/html.js";
import { Form } from "../views/form.js";
import { password } from "./fields.js";
import { words } from "./text.js";

/** As `Form`; `act` gets a `password`, too, once it is asked for. */
export class Guarded extends Component {
  state = { asks: false };

  act = async (values) => {
    try {
      return await this.props.act(values);
    } catch (error) {
      const { code, details } = /** @type {any} */ (error);
      if (code === "forbidden" && details?.password) {
        await new Promise((shown) => this.setState({ asks: true }, () => shown(null)));
      }
      throw error;
    }
  };

  refused = (error) => {
    const { code, details } = error;
    if (details?.password) return code === "forbidden" ? words.sure : words.wrongPassword;
    return details?.code ? words.wrongCode : this.props.refused?.(error);
  };

  render({ fields = [], ...form }, { asks }) {
    const all = asks ? [...fields, password("password", words.password)] : fields;
    return html`<${Form} ...${form} fields=${all} act=${this.act} refused=${this.refused} />`;
  }
}
