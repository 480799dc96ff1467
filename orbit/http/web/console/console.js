// @ts-check
/** Where the console begins: the door, then a view for each address. */
import { Component, html, render } from "../page/html.js";
import { applyTheme, nextTheme, theme } from "../page/theme.js";
import { Icon, Mark } from "../views/icons.js";
import { Room } from "./room.js";
import { words } from "./text.js";
import { Board } from "./views/board.js";
import { Boards } from "./views/boards.js";
import { Connections } from "./views/connections.js";
import { Door } from "./views/door.js";
import { Nodes } from "./views/nodes.js";

const KEPT = "orbit:operator";
const VIEWS = /** @type {const} */ (["nodes", "boards", "connections"]);

class Console extends Component {
  state = { key: sessionStorage.getItem(KEPT) ?? "", going: "asking" };
  /** @type {Room | null} */ room = this.state.key ? new Room(this.state.key) : null;

  componentDidMount() {
    addEventListener("hashchange", this.follow);
    addEventListener("keydown", this.hear);
  }

  follow = () => {
    scrollTo(0, 0);
    this.forceUpdate();
  };

  /** 1, 2, 3: the views. */
  hear = (/** @type {KeyboardEvent} */ event) => {
    const field = /** @type {Element} */ (event.target).closest?.("input, select, textarea");
    const view = VIEWS[Number(event.key) - 1];
    if (this.room && view && !field && !event.ctrlKey && !event.metaKey && !event.altKey) {
      location.hash = view;
    }
  };

  open = (/** @type {string} */ key) => {
    sessionStorage.setItem(KEPT, key);
    this.room = new Room(key);
    this.setState({ key, going: "asking" });
  };

  lock = () => {
    sessionStorage.removeItem(KEPT);
    this.room = null;
    this.setState({ key: "" });
  };

  went = (/** @type {"live" | "offline"} */ going) => {
    if (going !== this.state.going) this.setState({ going });
  };

  failed = (/** @type {any} */ error) => {
    if (error.status === 401 || error.status === 403) this.lock();
    else this.went("offline");
  };

  render(_props, { going }) {
    if (!this.room) return html`<${Door} onOpen=${this.open} />`;
    const [view, board] = at();
    const on = { room: this.room, onLive: () => this.went("live"), onFailed: this.failed };
    return html`
      <div class="console">
        ${this.#head(view, going)}
        <main class="console-main" key=${location.hash}>
          ${view === "nodes" && html`<${Nodes} ...${on} />`}
          ${view === "connections" && html`<${Connections} ...${on} />`}
          ${view === "boards" && (board
            ? html`<${Board} key=${board} board=${board} ...${on} />`
            : html`<${Boards} ...${on} />`)}
        </main>
      </div>
    `;
  }

  #head(view, going) {
    const state = { live: "live", offline: "offline", asking: "catching up" }[going];
    return html`
      <header class="console-top">
        <div class="console-bar">
          <a class="home-link" href="/" aria-label=${words.home}><${Mark} /></a>
          <h1 class="title wide-only">${words.name}</h1>
          <nav class="tabs" aria-label=${words.name}>
            ${VIEWS.map((name) => html`
              <a href="#${name}" aria-current=${name === view ? "page" : null}>${words.views[name]}</a>`)}
          </nav>
          <span class="grow"></span>
          <span class="status" data-state=${state} role="status">
            <span class="status-dot"></span><span class="status-words">${words.state[going]}</span>
          </span>
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

/** Which view the address shows, and of which board. */
function at() {
  const [view, board = ""] = location.hash.slice(1).split("/");
  if (view === "board") return ["boards", decodeURIComponent(board)];
  return [VIEWS.find((name) => name === view) ?? "nodes", ""];
}

applyTheme();
document.title = words.title;
render(html`<${Console} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
