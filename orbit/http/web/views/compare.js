// @ts-check
/** What has changed on a board since a moment: which notes came, went, are otherwise. */
import { signed } from "../canvas/card.js";
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";

const words = text.compare;

export class Compare extends Component {
  /** @type {any} */ state = { found: null, failure: "" };

  async componentDidMount() {
    const { orbit, board, since } = this.props;
    try {
      this.setState({ found: await orbit.compare(board, { from: since }) });
    } catch (error) {
      this.setState({ failure: explain(error) });
    }
  }

  render({ when, onClose }, { found, failure }) {
    return html`
      <${Dialog} title=${words.title(when)} kind="wide" onClose=${onClose}>
        ${failure && html`<p role="alert">${failure}</p>`}
        ${!found && !failure && html`<p role="status">${words.looking}</p>`}
        ${found && this.#found(found)}
      <//>
    `;
  }

  #found({ added, removed, changed }) {
    if (!added.length && !removed.length && !changed.length) {
      return html`<p role="status">${words.nothing}</p>`;
    }
    return html`
      ${section(words.added(added.length), added.map(({ id, note }) => line(id, note)))}
      ${section(words.changed(changed.length), changed.map(({ id, before, after, fields }) =>
        line(id, after, fields.map((field) => how(field, before, after)).filter(Boolean), before)))}
      ${section(words.removed(removed.length), removed.map(({ id, note }) => line(id, note)))}
    `;
  }
}

const section = (title, lines) => lines.length > 0 && html`
  <section class="stack">
    <h3>${title}</h3>
    <ul class="changes">${lines}</ul>
  </section>
`;

const line = (id, note, how = [], before = null) => html`
  <li key=${id} data-colour=${note?.colour}>
    <span class="dot" aria-hidden="true"></span>
    <div class="grow">
      ${before?.content && before.content !== note?.content && html`
        <p class="change-text" dir="auto"><del>${plain(before.content)}</del></p>`}
      <p class="change-text" dir="auto">${plain(note?.content) || words.untold}</p>
      <p class="soft">${[signed(id, note?.author ?? null), ...how].join(" · ")}</p>
    </div>
  </li>
`;

/** How a field differs, in words; of a text, one sees it. */
function how(field, before, after) {
  if (field === "upvotes") return words.votes(before?.upvotes ?? 0, after.upvotes);
  return words.fields[field] ?? "";
}
