// @ts-check
/**
 * What a link in a mail opens.  Its token is kept by this page alone, for as long as it is
 * open, and nothing is done with it before somebody presses: programs open links, too.
 */
import { Component, createRef, html } from "../page/html.js";
import { takeSecret } from "../page/route.js";
import { Centred } from "../views/centred.js";

/**
 * `words`: a heading and a hint for each of `open`, `done`, `void`; `act(token, values)`;
 * `ask(act)`: what is in the panel as long as it is open; `told(given)`: a hint that fits
 * what the act gave; `onward[is]`: a path, and its name, or what gives them by that.
 * `read(token)`: what it is about, told beforehand, and `named(about)`, a heading that says so.
 */
export class Mailed extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{token: string, is: "open" | "done" | "void", about: any, given?: any}} */ state = taken();

  componentDidMount() {
    document.title = this.props.words.open[0];
    addEventListener("hashchange", this.again);
    this.#hold();
    this.#read();
  }

  componentDidUpdate() {
    this.#hold();
  }

  /** Where no field has the focus, or it went with the form: whoever listens hears what is asked. */
  #hold() {
    if (document.activeElement === document.body) this.heading.current?.focus();
  }

  componentWillUnmount() {
    removeEventListener("hashchange", this.again);
  }

  /** Another link, opened in the same tab. */
  again = () => location.hash && this.setState(taken(), () => this.#read());

  /** What cannot be told beforehand is said when somebody has pressed. */
  async #read() {
    const { token } = this.state;
    const about = token && (await this.props.read?.(token).catch(() => null));
    if (about && token === this.state.token) this.setState({ about });
  }

  act = async (values) => {
    try {
      this.#now("done", await this.props.act(this.state.token, values));
    } catch (error) {
      const { code, details } = /** @type {any} */ (error);
      if (code === "forbidden" || !details?.token) throw error; // it may be good for another
      this.#now("void");
    }
  };

  #now(is, given = null) {
    this.setState({ token: "", is, given }, () => this.heading.current?.focus());
  }

  render({ words, ask, told, named, onward, go }, { is, about, given }) {
    const [title, hint] = words[is];
    const says = about && is === "open" ? named(about) : title;
    const way = onward[is];
    const [path, label] = (typeof way === "function" ? way(given) : way) ?? [];
    return html`
      <${Centred} title=${says} hint=${(given && told?.(given)) || hint} hold=${this.heading}>
        ${is === "open" && html`<div class="panel slip">${ask(this.act)}</div>`}
        ${path && html`
          <a class="button ${is === "open" ? "quiet" : "primary"}" href=${path}
            onClick=${(event) => go(path, event)}>${label}</a>`}
      <//>
    `;
  }
}

/** @returns {{token: string, is: "open" | "void", about: null}} */
function taken() {
  const token = takeSecret();
  return { token, is: token ? "open" : "void", about: null };
}
