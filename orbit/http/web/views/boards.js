// @ts-check
/** Boards of mine, whichever: a list on the first page, of which there is none if it is empty. */
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { boardPath } from "../page/route.js";

/**
 * `orbit`, `go`, `title`; `ask()`: the boards, or nothing for whoever has none; and what
 * is said `about(board)` beside its title.
 */
export class Boards extends Component {
  /** @type {any} */ state = { boards: [] };
  off = () => {};
  #question = 0; // only the answer to the last one counts

  componentDidMount() {
    this.off = this.props.orbit.on("account", () => this.#ask());
    this.#ask();
  }

  componentWillUnmount() {
    this.#question += 1;
    this.off();
  }

  /** Without an answer there is no list: what is on this device is there all the same. */
  async #ask() {
    const question = (this.#question += 1);
    const listed = await this.props.ask()?.catch(() => null);
    if (question === this.#question) this.setState({ boards: listed?.results ?? [] });
  }

  render({ go, title, about }, { boards }) {
    if (!boards.length) return null;
    return html`
      <section class="panel listing" aria-label=${title}>
        <h2>${title}</h2>
        <ul>${boards.map((board) => html`
          <li key=${board.id}>
            <a href=${boardPath(board.id)} onClick=${(event) => go(boardPath(board.id), event)}>
              <span class="clip" dir="auto">${plain(board.title)}</span>
              <small>${about(board)}</small>
            </a>
          </li>`)}
        </ul>
      </section>
    `;
  }
}
