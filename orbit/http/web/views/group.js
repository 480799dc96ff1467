// @ts-check
/** Which note or group a note is to join: found by its words, the nearest first. */
import { Component, createRef, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { signed } from "../canvas/card.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";

const MOST = 40; // rows: who wants others types a word
const words = text.group;

/**
 * @typedef {import("../canvas/scene.js").Scene} Scene
 * @typedef {{id: string, title: string, notes: number, colour: string, words: string, far: number}} Choice
 */

/**
 * All that a note may join.
 * @param {Scene} scene @param {string} note @returns {Choice[]}
 */
export function choices({ entries, groups }, note) {
  const from = entries.get(note);
  const own = groups.of(note);
  /** @type {Map<string, Choice>} */ const found = new Map();
  for (const { id, x, y, shown } of entries.values()) {
    const content = plain(shown.content) || signed(id, shown.author);
    const far = Math.hypot(x - (from?.x ?? 0), y - (from?.y ?? 0));
    const group = groups.titleOf(id) === undefined ? null : groups.of(id);
    if (id === note || shown.pending || (group && group === own)) continue;
    const there = group && found.get(group);
    if (there) {
      Object.assign(there, { notes: there.notes + 1, words: `${there.words} ${content}` });
      continue;
    }
    const title = (group && plain(groups.titleOf(id))) || content;
    found.set(group ?? id, {
      id: group ?? id, title, far, colour: shown.colour, notes: group ? 1 : 0, words: `${title} ${content}`,
    });
  }
  return [...found.values()].sort((a, b) => a.far - b.far);
}

/** Those that have all the words. @param {Choice[]} all @param {string} search */
export function matching(all, search) {
  const wanted = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((choice) => {
    const said = choice.words.toLocaleLowerCase();
    return wanted.every((word) => said.includes(word));
  });
}

/** Properties: `scene`, `note`, `onJoin` with what is chosen, `onClose`. */
export class Group extends Component {
  state = { search: "", at: 0 };
  all = choices(this.props.scene, this.props.note);
  /** @type {any} */ input = createRef();

  componentDidMount() {
    this.input.current?.focus();
  }

  componentDidUpdate() {
    this.input.current?.form.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  get shown() {
    return matching(this.all, this.state.search).slice(0, MOST);
  }

  key = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[/** @type {string} */ (event.key)];
    if (!by) return;
    event.preventDefault();
    const { length } = this.shown;
    if (length) this.setState(({ at }) => ({ at: (at + by + length) % length }));
  };

  join = (/** @type {Choice | undefined} */ choice) => {
    if (!choice) return;
    this.props.onClose();
    this.props.onJoin(choice.id);
  };

  enter = (/** @type {Event} */ event) => {
    event.preventDefault();
    this.join(this.shown[this.state.at]);
  };

  render({ onClose }, { search, at }) {
    const { shown } = this;
    return html`
      <${Dialog} title=${words.choose} onClose=${onClose}>
        ${this.all.length === 0 ? html`<p class="soft">${words.alone}</p>` : html`
          <form class="stack chooser" onSubmit=${this.enter}>
            <input class="input" ref=${this.input} type="text" role="combobox" autocomplete="off" dir="auto"
              aria-label=${words.search} placeholder=${words.search} aria-expanded=${String(shown.length > 0)}
              aria-controls="choices" aria-autocomplete="list" enterkeyhint="done"
              aria-activedescendant=${shown.length ? `choice-${at}` : null}
              value=${search} onKeyDown=${this.key}
              onInput=${(event) => this.setState({ search: event.target.value, at: 0 })} />
            <ul id="choices" role="listbox" aria-label=${words.choose}>
              ${shown.map((choice, i) => html`
                <li key=${choice.id} id=${`choice-${i}`} role="option" aria-selected=${String(i === at)}
                  onClick=${() => this.join(choice)}>
                  ${choice.notes ? html`<${Icon} name="group" />` : html`<span class="dot" data-colour=${choice.colour}></span>`}
                  <span class="grow clip" dir="auto">${choice.title}</span>
                  ${choice.notes > 0 && html`<span class="soft">${words.holds(choice.notes)}</span>`}
                </li>`)}
            </ul>
            ${shown.length === 0 && html`<p class="soft" role="status">${words.none}</p>`}
          </form>`}
      <//>
    `;
  }
}
