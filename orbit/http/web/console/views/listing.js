// @ts-check
/**
 * A list that is read by pages: narrowed by a search and by choices, all of which stand
 * in the address, and asked for anew while somebody looks.
 */
import { Component, html } from "../../page/html.js";
import { explain } from "../../page/explain.js";
import { Icon } from "../../views/icons.js";
import { count } from "../figures.js";
import { asked } from "../place.js";
import { Poll } from "../poll.js";
import { words as all } from "../text.js";
import { Table } from "./parts.js";

const words = all.listing;
const EVERY_MS = 15_000;
const TYPED_MS = 300; // after the last key
const LIMIT = 25;

/**
 * `ask(query, signal)` gives `{items, pagination}`; `query`, `onQuery(query, quietly)`;
 * `choices`: `{name, label, options: [value, label][]}`; `search`: its label;
 * `caption`, `columns`, `row`: of the table; `none`: said where there is nothing at all;
 * `onLive`, `onFailed`; children stand beside the search.
 */
export class Listing extends Component {
  /** @type {{told: any, refusal: string, typed: string | null}} */
  state = { told: null, refusal: "", typed: null };
  #timer = 0;
  poll = new Poll((signal) => this.#ask(signal), {
    every: EVERY_MS,
    told: (told) => {
      this.props.onLive();
      this.setState({ told, refusal: "" });
    },
    failed: (error) => {
      this.setState({ refusal: explain(/** @type {any} */ (error)) });
      this.props.onFailed(error);
    },
  });

  componentDidMount() {
    this.poll.start();
  }

  componentDidUpdate(before) {
    if (asked(before.query) !== asked(this.props.query)) this.poll.again();
  }

  componentWillUnmount() {
    clearTimeout(this.#timer);
    this.poll.stop();
  }

  /** What is told, and of which query. */
  async #ask(signal) {
    const { ask, query } = this.props;
    return { of: asked(query), ...(await ask({ limit: LIMIT, ...query }, signal)) };
  }

  /** Other rows are wanted, from the first of them on. */
  #narrow(changes, quietly = false) {
    this.props.onQuery({ ...this.props.query, page: "", ...changes }, quietly);
  }

  type = ({ target: { value } }) => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.search, TYPED_MS);
    this.setState({ typed: value });
  };

  search = (/** @type {Event | undefined} */ event) => {
    event?.preventDefault();
    clearTimeout(this.#timer);
    const { typed } = this.state;
    this.setState({ typed: null });
    if (typed !== null && typed.trim() !== (this.props.query.q ?? "")) this.#narrow({ q: typed.trim() }, true);
  };

  render({ children, query }, { told, refusal }) {
    return html`
      <div class="tools">${this.#tools()}${children}</div>
      ${refusal && html`
        <div class="refusal row wrap" role="alert"><span class="grow">${refusal}</span>
          <button type="button" class="button" onClick=${() => this.poll.again()}>${words.again}</button></div>`}
      ${told ? this.#told(told, told.of !== asked(query)) : !refusal && html`<${Waiting} />`}
    `;
  }

  #tools() {
    const { search, choices = [], query } = this.props;
    return html`
      <form class="narrow" role="search" onSubmit=${this.search}>
        ${search && html`
          <input class="input" type="search" aria-label=${search} placeholder=${search} autocomplete="off"
            spellcheck=${false} value=${this.state.typed ?? query.q ?? ""} onInput=${this.type} />`}
        ${choices.map(({ name, label, options }) => html`
          <select class="input select" key=${name} aria-label=${label} value=${query[name] ?? ""}
            onChange=${({ target }) => this.#narrow({ [name]: target.value })}>
            ${options.map(([value, called]) => html`<option value=${value}>${called}</option>`)}
          </select>`)}
      </form>
    `;
  }

  #told({ items, pagination }, waits) {
    const { caption, columns, row, query, none } = this.props;
    if (!items.length) {
      const isNarrow = Object.entries(query).some(([name, value]) => name !== "list" && value);
      return html`
        <div class="empty stack" role="status"><p>${isNarrow ? words.nothing : none}</p>
          ${isNarrow && html`<p><button type="button" class="button" onClick=${() => this.props.onQuery(this.props.kept ?? {})}>${words.all}</button></p>`}
        </div>`;
    }
    return html`
      <div class=${waits ? "waits" : ""} aria-busy=${String(waits)}>
        <${Table} look="lines" caption=${caption} columns=${columns} rows=${items.map(row)} />
      </div>
      <${Pager} ...${pagination} onPage=${(page) => this.props.onQuery({ ...query, page: page > 1 ? page : "" })} />
    `;
  }
}

/** What is shown before there is an answer. */
export const Waiting = () => html`
  <div class="table-box waiting" role="status"><span class="reader">${words.waits}</span>
    ${[1, 2, 3, 4, 5].map((n) => html`<i key=${n}></i>`)}</div>
`;

/** Which rows these are, and the ways to others. */
const Pager = ({ page, limit, total, total_pages: pages, onPage }) => {
  const way = (to, icon, label) => {
    const isOut = to < 1 || to > pages;
    return html`
      <button type="button" class="button icon-only" aria-label=${label} title=${label} aria-disabled=${String(isOut)}
        onClick=${() => isOut || onPage(to)}><${Icon} name=${icon} /></button>`;
  };
  const first = (page - 1) * limit + 1;
  return html`
    <nav class="pager" aria-label=${words.pages}>
      <p role="status">${words.shown(count(first), count(Math.min(page * limit, total)), count(total))}</p>
      ${pages > 1 && html`<div class="row">${way(page - 1, "back", words.before)}${way(page + 1, "forth", words.after)}</div>`}
    </nav>
  `;
};
