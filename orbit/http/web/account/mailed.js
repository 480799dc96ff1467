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
 */
export class Mailed extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{token: string, is: "open" | "done" | "void", given?: any}} */ state = taken();

  componentDidMount() {
    document.title = this.props.words.open[0];
    addEventListener("hashchange", this.again);
  }

  componentWillUnmount() {
    removeEventListener("hashchange", this.again);
  }

  /** Another link, opened in the same tab. */
  again = () => location.hash && this.setState(taken());

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

  render({ words, ask, told, onward, go }, { is, given }) {
    const [title, hint] = words[is];
    const way = onward[is];
    const [path, label] = (typeof way === "function" ? way(given) : way) ?? [];
    return html`
      <${Centred} title=${title} hint=${(given && told?.(given)) || hint} hold=${this.heading}>
        ${is === "open" && html`<div class="panel slip">${ask(this.act)}</div>`}
        ${path && html`
          <a class="button ${is === "open" ? "quiet" : "primary"}" href=${path}
            onClick=${(event) => go(path, event)}>${label}</a>`}
      <//>
    `;
  }
}

/** @returns {{token: string, is: "open" | "void"}} */
function taken() {
  const token = takeSecret();
  return { token, is: token ? "open" : "void" };
}
