// @ts-check
/** Public boards, to look around in: the newest or the most upvoted, and a search. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { boardPath } from "../page/route.js";
import { text } from "../text.js";

const words = text.discover;
const PAGE = 10;
const TYPING_MS = 250;

export class Discover extends Component {
  state = { sort: "recent", search: "", boards: null, next: null, refusal: "" };
  #question = 0; // only the answer to the last one counts
  #typing = 0;

  componentDidMount() {
    this.#ask();
  }

  componentWillUnmount() {
    this.#question += 1;
    clearTimeout(this.#typing);
  }

  search = (event) => {
    this.setState({ search: event.target.value });
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#ask(), TYPING_MS);
  };

  sort = (sort) => this.setState({ sort }, () => this.#ask());

  more = () => this.#ask(this.state.next);

  async #ask(cursor = undefined) {
    const { sort, search, boards } = this.state;
    const question = (this.#question += 1);
    try {
      const page = await this.props.orbit.discover({ sort, search: search.trim(), cursor, limit: PAGE });
      if (question !== this.#question) return;
      const listed = cursor ? [...boards, ...page.results] : page.results;
      this.setState({ boards: listed, next: page.next, refusal: "" });
    } catch (error) {
      if (question === this.#question) this.setState({ refusal: explain(error) });
    }
  }

  render({ go }, { sort, search, boards, next, refusal }) {
    if (!boards && !refusal) return null;
    return html`
      <section class="panel listing" aria-label=${words.title}>
        <h2>${words.title}</h2>
        <div class="row wrap">
          <input class="input" type="search" maxlength="120" dir="auto" aria-label=${words.search}
            placeholder=${words.search} value=${search} onInput=${this.search} />
          <div class="row" role="group" aria-label=${words.sort}>${["recent", "popular"].map((one) => html`
            <button type="button" class="button quiet" aria-pressed=${String(one === sort)}
              onClick=${() => this.sort(one)}>${words[one]}</button>`)}
          </div>
        </div>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <ul>${boards?.map((board) => line(board, go))}</ul>
        ${boards?.length === 0 && html`<p>${search ? words.none : words.empty}</p>`}
        ${next && html`<button type="button" class="button" onClick=${this.more}>${words.more}</button>`}
        <p class="reader" role="status">${boards && search ? words.found(boards.length) : ""}</p>
      </section>
    `;
  }
}

const line = (board, go) => html`
  <li key=${board.id}>
    <a href=${boardPath(board.id)} onClick=${(event) => go(boardPath(board.id), event)}>
      <span class="clip" dir="auto">${plain(board.title)}</span>
      <small>${words.holds(board.notes, board.upvotes)}</small>
    </a>
  </li>
`;
