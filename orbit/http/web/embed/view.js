// @ts-check
/** What is inside `<orbit-board>`: the client's stage, below a head that fits there. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { dir, language } from "../page/language.js";
import { card } from "../page/meeting.js";
import { plain } from "../page/plain.js";
import { Redraw } from "../page/redraw.js";
import { boardPath } from "../page/route.js";
import { text } from "../text.js";
import { Here } from "../views/here.js";
import { Icon, Mark } from "../views/icons.js";
import { NEWS, Stage } from "../views/stage.js";
import { Status } from "../views/status.js";
import { Tray } from "../views/toasts.js";

const words = text.embed;
const TOASTS = 2;

/** Properties: `orbit`, `id`, `onState`. */
export class View extends Component {
  /** @type {any} nothing, while an error is in its place */ stage = createRef();
  /** @type {import("../sdk/board.js").Board} */
  board = this.props.orbit.board(this.props.id);
  /** @type {(() => void)[]} */ offs = [];
  redraw = new Redraw(() => this.forceUpdate());
  soon = this.redraw.soon;
  tray = new Tray(TOASTS, this.soon);

  componentDidMount() {
    const { board, soon, props: { orbit, onState } } = this;
    orbit.become(); // until then a guest may look
    this.offs = [
      ...NEWS.map((event) => board.on(event, soon)),
      board.on("state", () => onState(board.state)),
      orbit.on("excuse", soon),
    ];
    soon();
  }

  componentWillUnmount() {
    this.redraw.stop();
    for (const off of this.offs) off();
    this.board.leave();
  }

  key = (event) => this.stage.current?.key(event);

  render({ orbit }) {
    const { board, tray, soon } = this;
    return html`
      <div class="board embedded" lang=${language} dir=${dir} onKeyDown=${this.key}>
        ${this.#top()}
        ${board.error ? this.#error() : html`
          <${Stage} hold=${this.stage} orbit=${orbit} board=${board} tray=${tray} soon=${soon} tag="div" />`}
      </div>
    `;
  }

  /** What the page of a board can do beyond this is done there: no secret is typed in here. */
  #top() {
    const { board, props: { orbit } } = this;
    const shown = card(board);
    return html`
      <header class="top">
        <div class="bar">
          <span class="home-link"><${Mark} /></span>
          <h2 class="title clip" dir="auto">${plain(shown?.title) || words.board}</h2>
        </div>
        <div class="bar">
          <${Status} state=${board.state} waiting=${board.waiting} />
          <${Here} here=${board.here} card=${shown} />
          <a class="button accent" href=${orbit.url + boardPath(board.id)} target="_blank" rel="noopener"
            aria-label=${words.open} title=${words.openHint}>
            <${Icon} name="away" /><span class="wide-only">${words.open}</span></a>
        </div>
      </header>
    `;
  }

  #error() {
    const { error } = this.board;
    const isPrivate = error?.code === "private_board";
    return html`
      <p class="hint" role="alert">
        <b>${explain(error)}</b>${isPrivate && html`<span>${words.private}</span>`}
      </p>
    `;
  }
}
