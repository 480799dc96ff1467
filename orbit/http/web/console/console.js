// @ts-check
/**
 * Where the console begins.  It has two doors, and shows what is behind those that are
 * open: what staff see, who have signed in, and what operators see, who have the key.
 */
import { Component, createRef, html, render } from "../page/html.js";
import { applyTheme, nextTheme, theme } from "../page/theme.js";
import { Icon, Mark } from "../views/icons.js";
import { read, written } from "./place.js";
import { Room } from "./room.js";
import { Staff } from "./staff.js";
import { words } from "./text.js";
import { Board } from "./views/board.js";
import { Boards } from "./views/boards.js";
import { Connections } from "./views/connections.js";
import { Door } from "./views/door.js";
import { Leads } from "./views/leads.js";
import { Log } from "./views/log.js";
import { Mail } from "./views/mail.js";
import { Nodes } from "./views/nodes.js";
import { Overview } from "./views/overview.js";
import { People } from "./views/people.js";
import { Person } from "./views/person.js";

const KEPT = "orbit:operator";

/** @typedef {"staff" | "key"} Way */

/** Every view, by the door that it is behind; `one` shows what has an id; what is `still` asks nothing. @type {Record<string, {way: Way, all: any, one?: any, still?: boolean}>} */
const VIEWS = {
  overview: { way: "staff", all: Overview },
  people: { way: "staff", all: People, one: Person },
  leads: { way: "staff", all: Leads },
  mail: { way: "staff", all: Mail, still: true },
  log: { way: "staff", all: Log },
  nodes: { way: "key", all: Nodes },
  boards: { way: "key", all: Boards, one: Board },
  connections: { way: "key", all: Connections },
};
const NAMES = Object.keys(VIEWS);
const WAYS = /** @type {Way[]} */ (["staff", "key"]);
const STATES = { live: "live", unable: "offline", offline: "offline", asking: "catching up" };

class Console extends Component {
  /** @type {any} */ main = createRef();
  /** @type {any} */ tabs = createRef();
  /** @type {{going: keyof typeof STATES, said: string}} */
  state = { going: "asking", said: "" };
  staff = new Staff({ ended: () => this.setState({ said: words.door.ended }) });
  key = sessionStorage.getItem(KEPT) ?? "";
  /** @type {Room | null} */ room = this.key ? new Room(this.key) : null;

  componentDidMount() {
    addEventListener("hashchange", this.follow);
    addEventListener("keydown", this.hear);
    this.#showTab();
  }

  /** A page of another view begins at its top. */
  follow = (/** @type {HashChangeEvent} */ { oldURL, newURL }) => {
    if (read(new URL(oldURL).hash).view !== read(new URL(newURL).hash).view) scrollTo(0, 0);
    this.setState({ said: "" }, () => this.#showTab());
  };

  /** On a phone not all tabs are in sight. */
  #showTab() {
    this.tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  /** 1, 2, 3: the views. */
  hear = (/** @type {KeyboardEvent} */ event) => {
    const busy = /** @type {Element} */ (event.target).closest?.("input, select, textarea, dialog");
    const view = this.#open[Number(event.key) - 1];
    if (view && !busy && !event.ctrlKey && !event.metaKey && !event.altKey) location.hash = view;
  };

  /** @param {Way} way */
  #isOpen = (way) => (way === "staff" ? this.staff.person !== null : this.room !== null);

  /** The views whose doors are open. */
  get #open() {
    return NAMES.filter((name) => this.#isOpen(VIEWS[name].way));
  }

  /** Which view is wanted: the address says it, or else it is the first that is open. */
  get #place() {
    const place = read(location.hash);
    const view = place.view === "board" ? "boards" : place.view;
    return view in VIEWS ? { ...place, view } : { view: this.#open[0] ?? NAMES[0], id: "", query: {} };
  }

  /** A door has opened: to what was wanted there, or else to the first behind it. @param {Way} way */
  #enter(way) {
    if (VIEWS[this.#place.view].way !== way) location.hash = NAMES.find((name) => VIEWS[name].way === way) ?? "";
    this.setState({ going: "asking", said: "" }, () => this.main.current?.focus());
  }

  came = () => this.#enter("staff");

  open = (/** @type {string} */ key) => {
    sessionStorage.setItem(KEPT, key);
    this.room = new Room(key);
    this.#enter("key");
  };

  /** Both doors. */
  lock = () => {
    this.staff.leave();
    this.#dropKey();
    this.setState({ said: "" });
  };

  #dropKey() {
    sessionStorage.removeItem(KEPT);
    this.room = null;
  }

  went = (/** @type {keyof typeof STATES} */ going) => {
    if (going !== this.state.going) this.setState({ going });
  };

  /** Staff that is none any more is told elsewhere. */
  failed = (/** @type {any} */ { status }) => {
    const isOut = status === 401 || status === 403;
    if (!isOut) return this.went(status ? "unable" : "offline");
    if (VIEWS[this.#place.view].way === "key") this.#dropKey();
    this.forceUpdate();
  };

  render(_props, { going, said }) {
    const place = this.#place;
    const { way, all, one } = VIEWS[place.view];
    const shut = WAYS.filter((each) => !this.#isOpen(each));
    const door = shut.includes(way) && html`
      <${Door} key=${way} staff=${this.staff} ways=${shut} way=${way} said=${said} onStaff=${this.came} onKey=${this.open} />`;
    if (shut.length === WAYS.length) return door;
    const on = {
      room: this.room, staff: this.staff, query: place.query, onQuery: this.narrow,
      onLive: () => this.went("live"), onFailed: this.failed,
    };
    const View = one && place.id ? one : all;
    return html`
      <div class="console">
        ${this.#head(place.view, going, shut)}
        ${door || html`
          <main class="console-main" ref=${this.main} tabindex="-1" key="${place.view}/${place.id}">
            <${View} ...${on} id=${place.id} board=${place.id} />
          </main>`}
      </div>
    `;
  }

  /** Another part of the view that is shown; `quietly`: the way back leads before all of it. */
  narrow = (/** @type {Record<string, any>} */ query, quietly = false) => {
    const { view, id } = this.#place;
    const hash = written(view, query, id);
    if (quietly) location.replace(hash);
    else location.hash = hash;
  };

  #head(view, going, shut) {
    const tab = (name, label, isHere, more = null) => html`
      <a key=${name} href="#${name}" class=${more ? "shut" : ""} aria-current=${isHere ? "page" : null}>${more}${label}</a>`;
    return html`
      <header class="console-top">
        <div class="console-bar">
          <a class="home-link" href="/" aria-label=${words.home}><${Mark} /></a>
          <h1 class="title wide-only">${words.name}</h1>
          <nav class="tabs" aria-label=${words.name} ref=${this.tabs}>
            ${this.#open.map((name) => tab(name, words.views[name], name === view))}
            ${shut.map((way) => tab(
              NAMES.find((name) => VIEWS[name].way === way),
              words.door.behind[way],
              VIEWS[view].way === way,
              html`<${Icon} name="lock" />`,
            ))}
          </nav>
          <span class="grow"></span>
          ${!VIEWS[view].still && html`
            <span class="status" data-state=${STATES[going]} role="status">
              <span class="status-dot"></span><span class="status-words">${words.state[going]}</span>
            </span>`}
          <button type="button" class="button quiet icon-only" title=${words.theme[theme()]}
            aria-label=${words.theme[theme()]} onClick=${() => (nextTheme(), this.forceUpdate())}>
            <${Icon} name="theme" /></button>
          <button type="button" class="button quiet icon-only" title=${words.leave}
            aria-label=${words.leave} onClick=${this.lock}><${Icon} name="lock" /></button>
        </div>
      </header>
    `;
  }
}

applyTheme();
document.title = words.title;
render(html`<${Console} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
