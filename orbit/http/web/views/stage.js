// @ts-check
/**
 * A board's canvas with what lies around it: the meeting above, the tools of the chosen
 * note and those at the foot, the editor, what is asked about a note, and short words.
 *
 * A page of ours and an element in somebody else's show the same stage.  It knows neither
 * of them, and no address: what it cannot open itself it asks them for.
 *
 * @typedef {object} Props
 * @property {import("../orbit.js").Orbit} orbit
 * @property {import("../sdk/board.js").Board} board
 * @property {{current: Stage | null}} hold  a ref to be set to this: Preact 11 sets none to a component
 * @property {any} [past]  what the board has been, shown in its place
 * @property {import("./toasts.js").Tray} tray  where short words go
 * @property {() => void} soon  draws the page again, and this with it
 * @property {() => boolean} [busy]  something of the page lies over the canvas
 * @property {(dialog: string) => void} [open]
 * @property {any} [head]  what is drawn below the meeting
 * @property {any} [foot]  and in place of the tools at the foot
 * @property {string} [tag]  of the canvas
 */
import { beside, over } from "../canvas/beside.js";
import { Desk } from "../canvas/desk.js";
import { aroundIt, heard, isOfGroups, isOnCanvas } from "../canvas/heard.js";
import { isGrouping } from "../canvas/stacks.js";
import { Announcer } from "../page/announcer.js";
import { Attendance } from "../page/attendance.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { card, runs, votesLeft } from "../page/meeting.js";
import { memory } from "../page/memory.js";
import { isSilenced } from "../page/moderation.js";
import { text } from "../text.js";
import { Actions } from "./actions.js";
import { Dock } from "./dock.js";
import { Editor } from "./editor.js";
import { Group } from "./group.js";
import { Hint } from "./hint.js";
import { Meeting } from "./meeting.js";
import { Report } from "./report.js";
import { Toasts } from "./toasts.js";

/** What a board tells beside its changes: whoever shows a stage draws it again. */
export const NEWS = ["state", "here", "rights", "reset", "pending", "closed"];

const HEAD = { top: 84, gap: 12 };

export class Stage extends Component {
  /** @type {any} */ canvas = createRef();
  /** @type {any} */ actions = createRef();
  /** @type {any} */ editor = createRef();
  /** @type {any} */ state = { editor: null, asked: null, said: "" };
  /** @type {{current: import("./dock.js").Zoom | null}} */ zoom = { current: null };
  /** @type {Desk | null} */ desk = null;
  /** @type {Attendance | null} */ attendance = null;
  /** @type {(() => void)[]} */ offs = [];
  announcer = new Announcer((said) => this.setState({ said }));
  arrived = false;
  drawn = "";

  // Coming and going.

  componentDidMount() {
    const { board, orbit, tray, soon, hold } = this.props;
    hold.current = this;
    this.offs = [ // before the scene: news are told apart by what was there until then
      board.on("change", (frame) => this.#changed(frame)),
      board.on("refused", (refusal) => this.#refused(refusal)),
    ];
    const desk = () => (this.isPast ? null : this.desk);
    const { announcer: { say }, busy } = this;
    this.attendance = new Attendance(board, orbit, { say, toast: tray.add, soon, busy, desk });
    this.#furnish();
  }

  componentDidUpdate() {
    this.#furnish();
    this.#keepFree();
    this.place();
  }

  componentWillUnmount() {
    this.props.hold.current = null;
    this.announcer.stop();
    this.attendance?.stop();
    for (const off of this.offs) off();
    this.desk?.stop();
  }

  /** A desk for what is shown; the eye stays where it is. */
  #furnish() {
    const { board, past, tray, soon } = this.props;
    const shown = past ?? board;
    if (this.desk?.board === shown) return;
    const camera = this.desk?.scene.camera;
    this.desk?.stop();
    const { write, open, busy, excuse } = this;
    this.desk = new Desk(this.canvas.current, shown, { write, open, toast: tray.add, busy, excuse });
    this.desk.scene.onFrame = () => this.#drawn();
    if (camera) this.desk.scene.look(camera);
    soon();
  }

  /** The server's, as far as it is known. */
  get clock() {
    return this.attendance?.clock ?? { now: Date.now };
  }

  get isPast() {
    return Boolean(this.props.past);
  }

  // What happens.

  #changed(frame) {
    const { board, soon } = this.props;
    if (this.isPast) return soon();
    const mine = (id) => id in (board.items.signature ?? {});
    const before = (id) => this.desk?.scene.find(id) ?? null;
    const isMine = board.pending.some(isGrouping) && isOfGroups(frame); // a toast tells
    if (!isMine) for (const what of heard(frame, before, mine)) this.announcer.count(what);
    if (!isOnCanvas(frame, this.desk?.scene.selected)) soon();
  }

  #refused({ do: verb, with: draft, error }) {
    const again = { label: text.toast.again, act: () => this.write(draft, null) };
    const action = verb === "add_note" ? again : undefined;
    this.props.tray.add({ words: explain(error), kind: "refused", action });
  }

  #drawn() {
    const { scene } = /** @type {Desk} */ (this.desk);
    if (!this.arrived && this.props.board.log) {
      this.arrived = true;
      scene.arrive();
    }
    const drawn = aroundIt(scene);
    if (drawn !== this.drawn) this.forceUpdate();
    this.drawn = drawn;
    this.zoom.current?.show();
    this.place();
  }

  place = () => {
    const { editor } = this.state;
    const scene = this.desk?.scene;
    if (!scene) return;
    if (this.actions.current) beside(this.actions.current, scene);
    if (this.editor.current) over(this.editor.current, scene, editor.id, editor.draft);
  };

  /** The head of the canvas is the tools': titles of columns come below them. */
  #keepFree() {
    const page = this.canvas.current.parentElement;
    const below = (/** @type {string} */ part) => {
      const found = page.querySelector(part);
      return found ? found.offsetTop + found.offsetHeight + HEAD.gap : HEAD.top;
    };
    page.style.setProperty("--head", `${below(".meeting")}px`);
    if (this.desk) this.desk.scene.room.top = Math.max(below(".meeting"), below(".ending"));
  }

  // What the desk asks for.

  key = (event) => {
    this.desk?.key(event);
    this.props.soon();
  };

  busy = () => {
    const { board, busy } = this.props;
    return Boolean(board.error || this.state.editor || this.state.asked || busy?.());
  };

  excuse = () => {
    const { board, orbit: { excuse } } = this.props;
    if (isSilenced(board)) return text.people.silenced;
    if (!excuse) return "";
    if (excuse.code === "rate_limited") return text.board.crowd;
    return `${text.board.notYet} ${text.refused(excuse.code, excuse.message)}`;
  };

  open = (/** @type {string} */ dialog) => {
    switch (dialog) {
      case "meeting": return this.#toggleMeeting();
      case "group":
      case "report": return this.setState({ asked: { dialog, note: this.desk?.scene.selected ?? "" } });
      default: return this.props.open?.(dialog);
    }
  };

  #toggleMeeting() {
    this.attendance?.toggle();
    this.props.soon();
  }

  write = (draft, id) => this.setState({ editor: { draft, id } });

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

  /** Nothing is open any more. */
  rest = () => this.setState({ editor: null, asked: null });

  focus() {
    this.canvas.current.focus({ preventScroll: true });
  }

  /** A press on a note's own vote button. */
  press = (event) => {
    const note = event.target.closest(".vote")?.closest("[data-note]");
    if (note) this.desk?.vote(note.dataset.note);
  };

  // The stage.

  render({ board, tray, head, foot, tag = "main" }, { editor, said }) {
    const excuse = this.excuse();
    return html`
      <${tag} class="canvas" ref=${this.canvas} tabindex="0" role="application"
        aria-label=${text.board.canvasHelp} onClick=${this.press} />
      <${Hint} board=${board} desk=${this.desk} isOff=${this.isPast || editor} />
      ${this.#meeting()}
      ${head}
      ${excuse && html`<p class="excuse" role="status">${excuse}</p>`}
      ${this.#actions()}
      ${foot || html`<${Dock} desk=${this.desk} zoom=${this.zoom} runs=${this.#runs} />`}
      ${this.#editor()}
      <${Toasts} tray=${tray} />
      ${this.#question()}
      <p class="reader" role="status" aria-live="polite">${said}</p>
    `;
  }

  get #runs() {
    const { attendance, props: { board } } = this;
    if (!attendance || !runs(board)) return null;
    return { isShown: attendance.isShown, toggle: () => this.#toggleMeeting() };
  }

  #meeting() {
    const { desk, attendance, props: { board, soon } } = this;
    const shown = card(board);
    if (!desk || !attendance || !shown || this.isPast) return null;
    if (!attendance.isShown && !desk.aiming) return null;
    const follow = () => (memory.keepFollows(!memory.follows()), soon());
    return html`
      <${Meeting} card=${shown} runs=${runs(board)} left=${votesLeft(board)} isOver=${attendance.isOver}
        aiming=${desk.aiming} follows=${memory.follows()} clock=${attendance.clock} desk=${desk}
        tell=${(verb) => board.tell(verb)} open=${this.open}
        onPoint=${() => (desk.point(), soon())} onFollow=${follow} />
    `;
  }

  #actions() {
    const { desk } = this;
    const note = desk?.chosen;
    if (!desk || !note || note.pending || this.state.editor || this.isPast) return null;
    const id = /** @type {string} */ (desk.scene.selected);
    return html`<${Actions} key=${id} id=${id} note=${note} desk=${desk} box=${this.actions} />`;
  }

  #editor() {
    const { editor } = this.state;
    return editor && html`
      <${Editor} key=${editor.id ?? "new"} box=${this.editor} isNew=${!editor.id}
        draft=${editor.draft} onSave=${this.save} onCancel=${this.cancel} onSize=${this.place} />
    `;
  }

  /** What is to be said of a note before something is done with it. */
  #question() {
    const { desk, rest, state: { asked } } = this;
    if (!desk || !asked) return null;
    const { dialog, note } = asked;
    return dialog === "group"
      ? html`<${Group} scene=${desk.scene} note=${note} onClose=${rest}
          onJoin=${(target) => desk.grouping.join(note, target)} />`
      : html`<${Report} onClose=${rest} onReport=${(reason) => desk.report(note, reason)} />`;
  }
}
