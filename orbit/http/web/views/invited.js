// @ts-check
/** The boards that I was invited to: first those that wait for me, then those I am in. */
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { boardPath } from "../page/route.js";
import { text } from "../text.js";

const words = text.invited;
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** `orbit`, `go`. */
export class Invited extends Component {
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

  /** Nobody who has just come is invited: a guest is not asked for. */
  async #ask() {
    const { orbit } = this.props;
    const question = (this.#question += 1);
    const listed = orbit.isSomebody ? await orbit.invited().catch(() => null) : null;
    if (question === this.#question) this.setState({ boards: listed?.results ?? [] });
  }

  render({ go }, { boards }) {
    if (!boards.length) return null;
    return html`
      <section class="panel listing" aria-label=${words.title}>
        <h2>${words.title}</h2>
        <ul>${boards.map(({ id, title, until }) => html`
          <li key=${id}>
            <a href=${boardPath(id)} onClick=${(event) => go(boardPath(id), event)}>
              <span class="clip" dir="auto">${plain(title)}</span>
              <small>${until ? words.until(DAY.format(new Date(until))) : words.inside}</small>
            </a>
          </li>`)}
        </ul>
      </section>
    `;
  }
}
