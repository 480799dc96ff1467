// @ts-check
/**
 * What the link in a mail opens: another password is chosen.  Its token is kept by this
 * page alone, for as long as it is open; nothing is done before somebody presses.
 */
import { Component, createRef, html } from "../page/html.js";
import { PATHS, takeSecret } from "../page/route.js";
import { Centred } from "../views/centred.js";
import { Form } from "../views/form.js";
import { newPassword } from "./fields.js";
import { words as all } from "./text.js";

const words = all.reset;

/** `orbit`, `go`. */
export class Reset extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{token: string, is: "open" | "done" | "void"}} */ state = taken();

  componentDidMount() {
    document.title = words.open[0];
    addEventListener("hashchange", this.again);
  }

  componentWillUnmount() {
    removeEventListener("hashchange", this.again);
  }

  /** Another link, opened in the same tab. */
  again = () => location.hash && this.setState(taken());

  choose = async ({ password }) => {
    try {
      await this.props.orbit.accounts.reset(this.state.token, password);
    } catch (error) {
      if (!(/** @type {any} */ (error).details?.token)) throw error;
      return this.#now("void");
    }
    this.#now("done");
  };

  #now(is) {
    this.setState({ token: "", is }, () => this.heading.current?.focus());
  }

  render({ go }, { is }) {
    const [title, hint] = words[is];
    const [path, act] = is === "done" ? [PATHS.signIn, words.signIn] : [PATHS.forgot, words.another];
    return html`
      <${Centred} title=${title} hint=${hint} hold=${this.heading}>
        ${is === "open" ? this.#form()
          : html`<a class="button primary" href=${path} onClick=${(event) => go(path, event)}>${act}</a>`}
      <//>
    `;
  }

  #form() {
    return html`
      <div class="panel slip">
        <${Form} look="primary big" fields=${[{ ...newPassword("password"), autofocus: true }]} act=${this.choose}
          send=${words.send} sending=${words.sending} />
      </div>
    `;
  }
}

/** @returns {{token: string, is: "open" | "void"}} */
function taken() {
  const token = takeSecret();
  return { token, is: token ? "open" : "void" };
}
