// @ts-check
/**
 * A board inside somebody else's page:
 *
 *     <script type="module" src="/embed/orbit-board.js"></script>
 *     <orbit-board board="..."></orbit-board>
 *
 * `server`: the node, by default where this module is from; `theme`: `light` or `dark`,
 * by default as the system says; `lang`: by default the page's.  Event `orbit-state`: `detail` is "live", "catching up"
 * or "offline".  It lives in a shadow tree: neither page styles the other.
 */
import { Orbit } from "../orbit.js";
import { html, render } from "../page/html.js";
import { language } from "../page/language.js";
import { dressed } from "./dress.js";
import { View } from "./view.js";

const HOME = new URL("..", import.meta.url);
const SHEETS = ["tokens.css", "app.css", "embed/embed.css"];

/** One client a server, however many boards a page shows. @type {Map<string, Orbit>} */
const clients = new Map();
/** @type {Promise<CSSStyleSheet[]> | null} */
let sheets = null;

/** @param {string} url */
function client(url) {
  const orbit = clients.get(url) ?? new Orbit({ url, language });
  clients.set(url, orbit);
  return orbit;
}

function dress() {
  sheets ??= Promise.all(SHEETS.map(sheet));
  return sheets;
}

/** A sheet of the web client, made to fit into an element. @param {string} name */
async function sheet(name) {
  const answer = await fetch(new URL(name, HOME));
  const made = new CSSStyleSheet();
  await made.replace(dressed(await answer.text()));
  return made;
}

export class OrbitBoard extends HTMLElement {
  static observedAttributes = ["board", "server"];

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    dress().then((all) => {
      root.adoptedStyleSheets = all;
      this.#draw();
    });
  }

  disconnectedCallback() {
    this.#draw();
  }

  attributeChangedCallback() {
    if (this.shadowRoot?.adoptedStyleSheets.length) this.#draw();
  }

  /** Where its node is: an origin. */
  get server() {
    return new URL(this.getAttribute("server") ?? HOME, document.baseURI).origin;
  }

  #draw() {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    const id = this.isConnected && this.getAttribute("board");
    const onState = (/** @type {string} */ detail) =>
      this.dispatchEvent(new CustomEvent("orbit-state", { detail }));
    const { server } = this;
    const view = id && html`
      <${View} key=${`${server} ${id}`} orbit=${client(server)} id=${id} onState=${onState} />`;
    render(view || null, root);
  }
}

customElements.define("orbit-board", OrbitBoard);
