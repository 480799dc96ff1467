// @ts-check
/** What is inside `<orbit-board>`: the client's canvas, with the tools that fit there. */
import { beside, over } from "../canvas/beside.js";
import { Desk } from "../canvas/desk.js";
import { heard } from "../canvas/heard.js";
import { Announcer } from "../page/announcer.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { dir, language } from "../page/language.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Actions } from "../views/actions.js";
import { Dock } from "../views/dock.js";
import { Editor } from "../views/editor.js";
import { Icon, Mark } from "../views/icons.js";
import { Status } from "../views/status.js";
import { Toasts } from "../views/toasts.js";

const TOASTS = 2;
const NEWS = ["state", "here", "rights", "reset", "pending", "closed"];

/** Properties: `orbit`, `id`, `onState`. */
export class View extends Component {
  /** @type {any} */ canvas = createRef();
  /** @type {any} */ actions = createRef();
  /** @type {any} */ editor = createRef();
  /** @type {any} */ state = { editor: null, toasts: [], said: "", percent: 100 };
  /** @type {import("../sdk/board.js").Board} */
  board = this.props.orbit.board(this.props.id);
  /** @type {Desk | null} */ desk = null;
  announcer = new Announcer((said) => this.setState({ said }));
  /** @type {(() => void)[]} */ offs = [];
  /** @type {number | null} */ frame = null;
  arrived = false;
  toastId = 0;

  componentDidMount() {
    const { board, props: { orbit } } = this;
    orbit.become(); // until then a guest may look
    this.offs = [
      ...NEWS.map((event) => board.on(event, this.soon)),
      board.on("state", () => this.props.onState(board.state)),
      board.on("change", (frame) => this.#changed(frame)),
      board.on("refused", ({ error }) => this.#no(error)),
      orbit.on("excuse", this.soon),
    ];
    this.#furnish();
    this.soon();
  }

  componentDidUpdate() {
    this.#furnish();
    this.place();
  }

  componentWillUnmount() {
    cancelAnimationFrame(this.frame ?? 0);
    this.announcer.stop();
    for (const off of this.offs) off();
    this.desk?.stop();
    this.board.leave();
  }

  #furnish() {
    const canvas = this.canvas.current;
    if (canvas === (this.desk?.root ?? null)) return;
    this.desk?.stop();
    const { write, toast, busy, excuse } = this;
    const page = { write, toast, busy, excuse, open: () => undefined };
    this.desk = canvas && new Desk(canvas, this.board, page);
    if (this.desk) this.desk.scene.onFrame = () => this.#drawn();
  }

  /** Draws again, but at most once a frame. */
  soon = () => {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.forceUpdate();
    });
  };

  #changed(frame) {
    const { desk, board } = this;
    const mine = (id) => id in (board.items.signature ?? {});
    for (const what of heard(frame, (id) => desk?.scene.find(id) ?? null, mine)) {
      this.announcer.count(what);
    }
    this.soon();
  }

  #drawn() {
    const { scene } = /** @type {Desk} */ (this.desk);
    if (!this.arrived && this.board.log) {
      this.arrived = true;
      scene.arrive();
    }
    const percent = Math.round(scene.camera.k * 100);
    if (percent !== this.state.percent) this.setState({ percent });
    else this.soon();
  }

  place = () => {
    const { editor } = this.state;
    const scene = this.desk?.scene;
    if (scene && this.actions.current) beside(this.actions.current, scene);
    if (scene && this.editor.current) over(this.editor.current, scene, editor.id, editor.draft);
  };

  // What the desk asks for.

  busy = () => Boolean(this.board.error || this.state.editor);
  excuse = () => {
    const { excuse } = this.props.orbit;
    return excuse ? text.refused(excuse.code, excuse.message) : "";
  };
  write = (draft, id) => this.setState({ editor: { draft, id } });
  key = (event) => this.desk?.key(event);

  toast = (toast) => {
    const toasts = [...this.state.toasts, { ...toast, id: ++this.toastId }];
    this.setState({ toasts: toasts.slice(-TOASTS) });
  };

  #no(error) {
    this.toast({ words: explain(error), kind: "refused" });
  }

  toastGone = (id) =>
    this.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));

  save = (written) => {
    const { draft, id } = this.state.editor;
    this.setState({ editor: null }, () => {
      if (id) this.desk?.rewrite(id, written, draft);
      else this.desk?.post(written, draft);
    });
  };

  cancel = () => {
    const { id } = this.state.editor;
    this.setState({ editor: null }, () => this.desk?.choose(id));
  };

  press = (event) => {
    const note = event.target.closest(".vote")?.closest("[data-note]");
    if (note) this.desk?.vote(note.dataset.note);
  };

  // The view.

  render(_props, { said, toasts }) {
    const { error } = this.board;
    return html`
      <div class="board embedded" lang=${language} dir=${dir} onKeyDown=${this.key}>
        ${this.#top()}
        ${error
          ? html`<p class="hint" role="alert"><b>${explain(error)}</b></p>`
          : html`
            <div class="canvas" ref=${this.canvas} tabindex="0" role="application"
              aria-label=${text.board.canvasHelp} onClick=${this.press}></div>
            ${this.#hint()}${this.#actions()}${this.#dock()}${this.#editor()}`}
        <${Toasts} toasts=${toasts} onGone=${this.toastGone} />
        <p class="reader" role="status" aria-live="polite">${said}</p>
      </div>
    `;
  }

  #top() {
    const { board, props: { orbit } } = this;
    const { title } = board.items.board?.board ?? {};
    return html`
      <header class="top">
        <div class="bar">
          <a class="home-link" href=${`${orbit.url}/b/${board.id}`} target="_blank" rel="noopener"
            aria-label=${text.embed.open} title=${text.embed.open}><${Mark} /></a>
          <h2 class="title clip" dir="auto">${plain(title) || text.embed.board}</h2>
        </div>
        <div class="bar">
          <${Status} state=${board.state} waiting=${board.waiting} />
          <span class="here" title=${text.board.here(board.here)}>
            <${Icon} name="people" /><span aria-hidden="true">${board.here}</span>
            <span class="reader">${text.board.here(board.here)}</span>
          </span>
        </div>
      </header>
    `;
  }

  #hint() {
    const { board, desk } = this;
    if (!board.log) return html`<p class="hint"><span>${text.board.loading}</span></p>`;
    const isEmpty = !desk?.scene.entries.size && !board.pending.length;
    return isEmpty && !this.state.editor && html`<p class="hint"><b>${text.board.empty}</b></p>`;
  }

  #actions() {
    const { desk } = this;
    const note = desk?.chosen;
    if (!desk || !note || note.pending || this.state.editor) return null;
    const id = /** @type {string} */ (desk.scene.selected);
    return html`
      <${Actions} key=${id} note=${note} may=${(verb) => desk.may(verb)} box=${this.actions}
        writes=${desk.writes} why=${(verb) => desk.whyNot(verb)}
        isGrouped=${desk.scene.groups.titleOf(id) !== undefined} onOut=${() => desk.grouping.takeOut(id)}
        onEdit=${() => desk.edit(id)} onVote=${() => desk.vote(id)}
        onVeil=${() => desk.veil(id)} onRemove=${() => desk.remove(id)}
        onDone=${() => desk.choose(null)} onRecolour=${(colour) => desk.recolour(id, colour)} />
    `;
  }

  #dock() {
    const { desk } = this;
    return html`
      <${Dock} percent=${this.state.percent} mayAdd=${desk?.may("add_note") ?? false}
        whyNot=${desk?.whyNot("add_note")} onAdd=${() => desk?.add()} onZoom=${(factor) => desk?.scene.zoom(factor)}
        onLifeSize=${() => desk?.scene.lifeSize()} onFit=${() => desk?.scene.fit()} />
    `;
  }

  #editor() {
    const { editor } = this.state;
    return editor && html`
      <${Editor} key=${editor.id ?? "new"} box=${this.editor} isNew=${!editor.id}
        draft=${editor.draft} onSave=${this.save} onCancel=${this.cancel} onSize=${this.place} />
    `;
  }
}
