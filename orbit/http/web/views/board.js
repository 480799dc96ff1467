// @ts-check
/**
 * The page of one board: the canvas, and around it the tools.
 *
 * What is on the board is the SDK's `board`, what can be done there is the desk's; here
 * is only what is open and what is said.
 */
import { beside, over } from "../canvas/beside.js";
import { Desk } from "../canvas/desk.js";
import { heard, isOfGroups, isOnCanvas } from "../canvas/heard.js";
import { isGrouping } from "../canvas/stacks.js";
import { Announcer } from "../page/announcer.js";
import { Attendance } from "../page/attendance.js";
import { endsSoon } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { card, runs, votesLeft } from "../page/meeting.js";
import { memory } from "../page/memory.js";
import { isSilenced, moderates, unanswered } from "../page/moderation.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { AccountDialog } from "./account.js";
import { Actions } from "./actions.js";
import { Compare } from "./compare.js";
import { Dock } from "./dock.js";
import { Editor } from "./editor.js";
import { Ending } from "./ending.js";
import { Export } from "./export.js";
import { Fork } from "./fork.js";
import { Group } from "./group.js";
import { Help } from "./help.js";
import { History } from "./history.js";
import { Knock } from "./knock.js";
import { Meeting } from "./meeting.js";
import { Menu } from "./menu.js";
import { Notice } from "./notice.js";
import { People } from "./people.js";
import { Removed } from "./removed.js";
import { Report } from "./report.js";
import { Settings } from "./settings.js";
import { Share } from "./share.js";
import { Timer } from "./timer.js";
import { Toasts } from "./toasts.js";
import { Top } from "./top.js";

const TOASTS = 3;
const TOOLS = { top: 84, gap: 12 };

export class BoardPage extends Component {
  /** @type {any} */ canvas = createRef();
  /** @type {any} */ actions = createRef();
  /** @type {any} */ editor = createRef();
  /** @type {any} */ page = createRef();
  /** @type {Attendance | null} */ attendance = null;
  /** @type {any} */
  state = {
    dialog: null, editor: null, toasts: [], said: "", percent: 100, ended: false, moment: {},
    claims: false, isWarned: false,
  };
  /** @type {import("../sdk/board.js").Board | null} */ board = null;
  /** @type {import("../sdk/past.js").Past | null} what is shown in place of the board */ past = null;
  /** @type {Desk | null} */ desk = null;
  /** @type {(() => void)[]} */ offs = [];
  announcer = new Announcer((said) => this.setState({ said }));
  /** @type {number | null} */ frame = null;
  toastId = 0;
  left = false;
  arrived = false;
  drawn = "";
  seenTitle = "";

  // Coming and going.

  componentDidMount() {
    document.addEventListener("keydown", this.key);
    this.#enter();
  }

  /** The admin token to come with: one to be tried goes before the one that is kept. */
  get #link() {
    return memory.offered(this.props.id) ?? memory.adminToken(this.props.id);
  }

  componentDidUpdate() {
    const link = this.#link;
    if (this.board && link && link !== this.board.link) this.board.useLink(link);
    this.#furnish();
    if (this.desk) this.#keepFree(this.desk.scene);
    this.place();
  }

  componentWillUnmount() {
    this.left = true;
    document.removeEventListener("keydown", this.key);
    this.announcer.stop();
    this.attendance?.stop();
    for (const off of this.offs) off();
    this.desk?.stop();
    this.past?.stop();
    this.board?.leave();
  }

  #enter() {
    const { orbit, id } = this.props;
    orbit.become(); // until then a guest may look
    this.board = orbit.board(id, { link: this.#link });
    this.#listen(this.board, orbit);
    const { toast, soon, busy, announcer } = this;
    const desk = () => (this.past ? null : this.desk);
    this.attendance = new Attendance(this.board, orbit, { say: announcer.say, toast, soon, busy, desk });
    this.#furnish();
    this.soon();
  }

  /** A desk for the canvas that is shown: a notice in its place takes it away. */
  #furnish() {
    const canvas = this.canvas.current;
    const shown = /** @type {import("../sdk/board.js").Board} */ (this.past ?? this.board);
    const isSame = canvas === (this.desk?.root ?? null) && (!canvas || shown === this.desk?.board);
    if (!this.board || isSame) return;
    const camera = canvas === this.desk?.root ? this.desk?.scene.camera : null;
    this.desk?.stop();
    this.desk = null;
    if (!canvas) return;
    const { write, open, toast, busy, excuse } = this;
    this.desk = new Desk(canvas, shown, { write, open, toast, busy, excuse });
    this.desk.scene.onFrame = () => this.#drawn();
    if (camera) this.desk.scene.look(camera);
    else this.arrived = false;
    this.soon();
  }

  /** Before the scene does: news are told apart by what was there until then. */
  #listen(board, orbit) {
    const again = ["state", "here", "rights", "reset", "pending", "closed"];
    this.offs = again.map((event) => board.on(event, this.soon));
    this.offs.push(
      board.on("change", (frame) => this.#changed(frame)),
      board.on("refused", (refusal) => this.#refused(refusal)),
      board.on("rights", () => this.#tried(board.role.includes("admin"))),
      board.on("rights", () => this.#letIn()),
      board.on("rights", () => this.#stay()),
      board.on("closed", () => this.#tried(false)),
      orbit.wire.on("ended", () => this.setState({ ended: !orbit.renewing })),
      orbit.wire.on("state", (state) => state === "open" && this.setState({ ended: false })),
      orbit.on("excuse", this.soon),
      orbit.on("account", () => this.forceUpdate()),
    );
  }

  /** The server has said what a link from the address bar is worth. */
  #tried(isGood) {
    const { board, props: { id } } = this;
    const offered = memory.offered(id);
    if (!board || !offered || board.link !== offered) return;
    memory.offer(id, null);
    if (isGood) return memory.keepAdminToken(id, offered);
    this.toast({ words: text.toast.badLink, kind: "refused" });
    board.useLink(memory.adminToken(id));
  }

  /** Who has waited outside hears that the door is open. */
  #letIn() {
    const { id } = this.props;
    if (!memory.asked(id)) return;
    memory.keepAsked(id, false);
    this.toast({ words: text.knock.letIn, kind: "done" });
  }

  /** Who sees the board already keeps that by his invite, should it be closed one day. */
  #stay() {
    const { board, props: { id, orbit } } = this;
    const invite = memory.invite(id);
    if (!board || !invite) return;
    memory.keepInvite(id, null);
    orbit.acceptInvite(board, invite).catch(() => {}); // it was used: by us, as a rule
  }

  /** Draws again, but at most once a frame. */
  soon = () => {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.left) return;
      this.#remember();
      this.forceUpdate();
    });
  };

  #remember() {
    const title = this.#card?.title;
    if (!title || title === this.seenTitle) return;
    this.seenTitle = title;
    document.title = `${plain(title)} · ${text.name}`;
    memory.see({ id: this.props.id, title, at: Date.now() });
  }

  get #card() {
    return this.board && card(this.board);
  }

  // What happens.

  #changed(frame) {
    this.#asked(frame.changes);
    if (this.past) return this.soon();
    const mine = (id) => id in (this.board?.items.signature ?? {});
    const before = (id) => this.desk?.scene.find(id) ?? null;
    const isMine = Boolean(this.board?.pending.some(isGrouping)) && isOfGroups(frame); // a toast tells
    if (!isMine) for (const what of heard(frame, before, mine)) this.announcer.count(what);
    if (!isOnCanvas(frame, this.desk?.scene.selected)) this.soon();
  }

  /** What waits for an admin is said to him. @param {any[]} changes */
  #asked(changes) {
    if (!this.board || !moderates(this.board) || this.state.dialog === "people") return;
    const { asks, reported, look } = text.people;
    const put = (type) => changes.some((change) => change.put?.[0] === type);
    const said = put("request") ? asks : put("report") ? reported : "";
    const action = { label: look, act: () => this.open("people") };
    if (said) this.toast({ words: said, kind: "done", action });
  }

  #refused({ do: verb, with: draft, error }) {
    const again = { label: text.toast.again, act: () => this.write(draft, null) };
    const action = verb === "add_note" ? again : undefined;
    this.toast({ words: explain(error), kind: "refused", action });
  }

  #drawn() {
    const { scene } = /** @type {Desk} */ (this.desk);
    if (!this.arrived && this.board?.log) {
      this.arrived = true;
      scene.arrive();
    }
    const percent = Math.round(scene.camera.k * 100);
    const drawn = `${percent} ${scene.selected} ${scene.entries.size} ${scene.size.width}`;
    if (drawn !== this.drawn) this.setState({ percent });
    this.drawn = drawn;
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
  #keepFree(scene) {
    const page = this.page.current;
    const below = (/** @type {string} */ part) => {
      const found = page?.querySelector(part);
      return found ? found.offsetTop + found.offsetHeight + TOOLS.gap : TOOLS.top;
    };
    page?.style.setProperty("--head", `${below(".meeting")}px`);
    scene.room.top = Math.max(below(".meeting"), below(".ending"));
  }

  // What the desk asks for.

  key = (event) => {
    this.desk?.key(event);
    this.soon();
  };
  busy = () => Boolean(this.left || this.board?.error || this.state.dialog || this.state.editor);
  excuse = () => {
    const { excuse } = this.props.orbit;
    if (this.board && isSilenced(this.board)) return text.people.silenced;
    if (!excuse) return "";
    if (excuse.code === "rate_limited") return text.board.crowd;
    return `${text.board.notYet} ${text.refused(excuse.code, excuse.message)}`;
  };

  open = (dialog) => {
    if (dialog === "history") return this.#rewind();
    if (dialog !== "meeting") return this.setState({ dialog });
    this.attendance?.toggle();
    this.close();
  };
  close = () => this.setState({ dialog: null });

  #rewind() {
    if (this.past || !this.board) return;
    this.past = this.props.orbit.past(this.board);
    this.setState({ dialog: null, editor: null, toasts: [] });
  }

  /** Back to what is now. */
  live = () => {
    this.past?.stop();
    this.past = null;
    this.setState({}, () => this.canvas.current?.focus({ preventScroll: true }));
  };

  write = (draft, id) => this.setState({ editor: { draft, id } });

  toast = (toast) => {
    const others = this.state.toasts.filter(({ words }) => words !== toast.words);
    const toasts = [...others, { ...toast, id: ++this.toastId }];
    this.setState({ toasts: toasts.slice(-TOASTS) });
  };

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

  /** A press on a note's own vote button. */
  press = (event) => {
    const note = event.target.closest(".vote")?.closest("[data-note]");
    if (note) this.desk?.vote(note.dataset.note);
  };

  // The page.

  render({ onHome }, { ended, said, toasts }) {
    const { board } = this;
    if (board?.error) {
      const { code, message } = board.error;
      if (code === "private_board") {
        return html`<${Knock} orbit=${this.props.orbit} board=${board} onHome=${onHome} />`;
      }
      return html`<${Notice} code=${code} message=${message} onHome=${onHome} />`;
    }
    if (ended) return html`<${Notice} code="stopped" onHome=${onHome} />`;
    return html`
      <div class="board ${this.past ? "past" : ""}" ref=${this.page}>
        <${Top} account=${this.props.orbit.account} card=${this.#card} here=${board?.here ?? 0}
          asks=${board ? unanswered(board) : 0} onHome=${onHome} open=${this.open}
          state=${board?.state ?? "catching up"} waiting=${board?.waiting ?? 0} />
        <main class="canvas" ref=${this.canvas} tabindex="0" role="application"
          aria-label=${text.board.canvasHelp} onClick=${this.press}></main>
        ${this.#hint()}
        ${this.#meeting()}
        ${this.#ending()}
        ${this.excuse() && html`<p class="excuse" role="status">${this.excuse()}</p>`}
        ${this.#actions()}
        ${this.past ? this.#history() : this.#dock()}
        ${this.#editor()}
        <${Toasts} toasts=${toasts} onGone=${this.toastGone} />
        ${this.#dialog()}
        <p class="reader" role="status" aria-live="polite">${said}</p>
      </div>
    `;
  }

  #hint() {
    const { board, desk } = this;
    if (!board?.log) return html`<p class="hint"><span>${text.board.loading}</span></p>`;
    if (this.past) return null;
    if (desk?.scene.entries.size || board.pending.length || this.state.editor) return null;
    const { emptyHint, emptyTouch, emptyReader } = text.board;
    const byHand = matchMedia("(pointer: coarse)").matches ? emptyTouch : emptyHint;
    const isLocked = !desk?.may("add_note") && desk?.board.may.includes("add_note");
    const more = desk?.may("add_note") ? byHand : isLocked ? desk?.why("add_note") : emptyReader;
    return html`<p class="hint"><b>${text.board.empty}</b><span>${more}</span></p>`;
  }

  #actions() {
    const { desk } = this;
    const note = desk?.chosen;
    if (!desk || !note || note.pending || this.state.editor || this.past) return null;
    const id = /** @type {string} */ (desk.scene.selected);
    return html`
      <${Actions} key=${id} note=${note} may=${(verb) => desk.may(verb)} box=${this.actions}
        writes=${desk.writes} removes=${desk.writes || desk.mayOwn("remove_note")}
        isGrouped=${desk.scene.groups.titleOf(id) !== undefined} onGroup=${() => desk.grouping.ask(id)}
        onOut=${() => desk.grouping.takeOut(id)}
        reported=${desk.reported(id)} onReport=${() => desk.reported(id) || this.open("report")} why=${(verb) => desk.whyNot(verb)}
        onEdit=${() => desk.edit(id)} onVote=${() => desk.vote(id)}
        onVeil=${() => desk.veil(id)} onRemove=${() => desk.remove(id)} onDone=${() => desk.choose(null)}
        onRecolour=${(colour) => desk.recolour(id, colour)} />
    `;
  }

  #dock() {
    const { desk } = this;
    return html`
      <${Dock} percent=${this.state.percent} mayAdd=${desk?.may("add_note") ?? false}
        whyNot=${desk?.whyNot("add_note")} runs=${this.#runs}
        onAdd=${() => desk?.add()} onZoom=${(factor) => desk?.scene.zoom(factor)}
        onLifeSize=${() => desk?.scene.lifeSize()} onFit=${() => desk?.scene.fit()} />
    `;
  }

  // The meeting.

  get #runs() {
    if (!this.board || !this.attendance || !runs(this.board)) return null;
    return { isShown: this.attendance.isShown, toggle: () => this.open("meeting") };
  }

  #meeting() {
    const { board, desk, attendance } = this;
    if (!board || !desk || !attendance || this.past || !this.#card) return null;
    if (!attendance.isShown && !desk.aiming) return null;
    const follow = () => (memory.keepFollows(!memory.follows()), this.forceUpdate());
    return html`
      <${Meeting} card=${this.#card} runs=${runs(board)} left=${votesLeft(board)} isOver=${attendance.isOver}
        aiming=${desk.aiming} follows=${memory.follows()} clock=${attendance.clock} desk=${desk}
        tell=${(verb) => board.tell(verb)} open=${this.open}
        onPoint=${() => (desk.point(), this.soon())} onFollow=${follow} />
    `;
  }

  // Its end.

  #ending() {
    const { board, attendance } = this;
    if (!board?.may.includes("claim_board") || this.past || this.state.isWarned) return null;
    const now = attendance?.clock.now() ?? Date.now();
    const endsAt = endsSoon(this.#card, now);
    const onExport = board.may.includes("edit_board") ? () => this.open("export") : null;
    return endsAt && html`
      <${Ending} endsAt=${endsAt} now=${now} onClaim=${this.claim} onExport=${onExport}
        onClose=${() => this.setState({ isWarned: true })} />
    `;
  }

  /** Who has not signed in does so first. */
  claim = async () => {
    const { board, props: { orbit } } = this;
    if (!board) return;
    if (!orbit.account) return this.setState({ dialog: "account", claims: true });
    this.close();
    try {
      await orbit.claimBoard(board);
      this.toast({ words: text.ending.claimed, kind: "done" });
    } catch (error) {
      this.toast({ words: explain(error), kind: "refused" });
    }
  };

  signedIn = () => {
    const goesOn = this.state.claims && this.props.orbit.account;
    this.setState({ dialog: null, claims: false }, () => goesOn && this.claim());
  };

  #history() {
    const about = (dialog) => (seq, when) => this.setState({ dialog, moment: { seq, when } });
    return html`
      <${History} past=${this.past} onLeave=${this.live} onCompare=${about("compare")}
        onFork=${about("fork")} />
    `;
  }

  #editor() {
    const { editor } = this.state;
    return editor && html`
      <${Editor} key=${editor.id ?? "new"} box=${this.editor} isNew=${!editor.id}
        draft=${editor.draft} onSave=${this.save} onCancel=${this.cancel}
        onSize=${this.place} />
    `;
  }

  #dialog() {
    const { board, desk, close, open } = this;
    if (!board || !desk) return null;
    const { orbit, onHome, go } = this.props;
    const { seq, when } = this.state.moment;
    const notes = Object.entries(board.items.removed ?? {});
    const isAdmin = board.may.includes("edit_board");
    switch (this.state.dialog) {
      case "share": return html`
        <${Share} key="share" orbit=${orbit} board=${board} isAdmin=${isAdmin}
          isPublic=${this.#card?.is_public ?? true} onClose=${close} />`;
      case "settings": return html`
        <${Settings} key="settings" board=${board} signedIn=${orbit.account !== null}
          onClaim=${this.claim} onClose=${close} />`;
      case "export": return html`
        <${Export} key="export" orbit=${orbit} board=${board} onClose=${close} />`;
      case "compare": return html`
        <${Compare} key="compare" orbit=${orbit} board=${board} since=${seq} when=${when}
          onClose=${close} />`;
      case "fork": return html`
        <${Fork} key="fork" orbit=${orbit} board=${board} seq=${seq} go=${go} onClose=${close} />`;
      case "timer": return html`
        <${Timer} key="timer" endsAt=${this.#card?.ends_at} clock=${this.attendance?.clock}
          onStart=${(seconds) => board.tell("start_timer", { seconds })}
          onStop=${() => board.tell("stop_timer")} onClose=${close} />`;
      case "help": return html`<${Help} key="help" onClose=${close} />`;
      case "people": return html`
        <${People} key="people" orbit=${orbit} board=${board} onClose=${close}
          onNote=${(id) => this.setState({ dialog: null }, () => desk.choose(id))} />`;
      case "group": return html`
        <${Group} key="group" scene=${desk.scene} note=${desk.scene.selected ?? ""} onClose=${close}
          onJoin=${(target) => desk.grouping.join(desk.scene.selected ?? "", target)} />`;
      case "report": return html`
        <${Report} key="report" onClose=${close}
          onReport=${(reason) => desk.report(desk.scene.selected ?? "", reason)} />`;
      case "removed": return html`
        <${Removed} key="removed" notes=${notes} onClose=${close}
          onRestore=${(id) => desk.undo(id)} />`;
      case "menu": return html`
        <${Menu} key="menu" account=${orbit.account} isAdmin=${isAdmin} removed=${notes.length}
          waiting=${unanswered(board)} open=${open}
          onTheme=${() => this.forceUpdate()} onHome=${onHome} onClose=${close} />`;
      case "account": return html`
        <${AccountDialog} key="account" orbit=${orbit} onClose=${this.signedIn} />`;
      default: return null;
    }
  }
}
