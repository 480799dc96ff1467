// @ts-check
/** The frame of what somebody who has signed in sees of himself: the head, the ways, a heading. */
import { Component, createRef, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { text } from "../text.js";
import { Icon } from "../views/icons.js";
import { Masthead } from "../views/masthead.js";
import { words as all } from "./text.js";

const words = all.ways;
/** @type {[keyof typeof words.pages, string][]} each with its icon */
const WAYS = [
  ["dashboard", "overview"], ["notices", "bell"], ["organisations", "people"], ["settings", "gear"],
  ["account", "person"], ["privacy", "lock"],
];

/** `orbit`, `go`, `at`: which of the ways; `title`; `above`, `beside`: what stands there of the heading; `hold`: a ref to it. */
export class Page extends Component {
  /** @type {any} */ heading = this.props.hold ?? createRef();

  componentDidMount() {
    this.#call();
    this.heading.current?.focus();
  }

  componentDidUpdate() {
    this.#call();
  }

  #call() {
    document.title = `${this.props.title} · ${text.name}`;
  }

  render({ orbit, go, at, title, above, beside, children }) {
    return html`
      <div class="home">
        <div class="sky" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <${Masthead} orbit=${orbit} go=${go} onHome=${(event) => go(PATHS.home, event)} />
        <div class="portal-frame">
          <${Ways} at=${at} go=${go} />
          <main class="portal">
            ${above}
            <div class="row wrap portal-top">
              <h1 class="grow" tabindex="-1" dir="auto" ref=${this.heading}>${title}</h1>
              ${beside}
            </div>
            ${children}
          </main>
        </div>
      </div>
    `;
  }
}

class Ways extends Component {
  /** @type {any} */ here = createRef();

  /** On a phone they are wider than it is. */
  componentDidMount() {
    const { offsetLeft = 0, offsetWidth = 0, parentElement } = this.here.current ?? {};
    const list = parentElement?.parentElement;
    if (list) list.scrollLeft = offsetLeft - (list.clientWidth - offsetWidth) / 2;
  }

  render({ at, go }) {
    return html`
      <nav class="ways" aria-label=${words.title}>
        <ul>${WAYS.map(([page, icon]) => html`
          <li key=${page}><a href=${PATHS[page]} aria-current=${page === at ? "page" : undefined}
            ref=${page === at ? this.here : undefined} onClick=${(event) => go(PATHS[page], event)}>
            <${Icon} name=${icon} /><span>${words.pages[page]}</span></a></li>`)}
        </ul>
      </nav>
    `;
  }
}
