// @ts-check
/**
 * The page of one board: its stage, below its head, and what is opened over them.
 *
 * What is on the board is the SDK's `board`, what can be done there the stage's; here is
 * who comes in and how, and which dialog is open.
 */
import { endsSoon } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { card } from "../page/meeting.js";
import { memory } from "../page/memory.js";
import { moderates, unanswered } from "../page/moderation.js";
import { plain } from "../page/plain.js";
import { Redraw } from "../page/redraw.js";
import { text } from "../text.js";
import { AccountDialog } from "./account.js";
import { Compare } from "./compare.js";
import { Ending } from "./ending.js";
import { Export } from "./export.js";
import { Fork } from "./fork.js";
import { Help } from "./help.js";
import { History } from "./history.js";
import { Knock } from "./knock.js";
import { Menu } from "./menu.js";
import { Notice } from "./notice.js";
import { People } from "./people.js";
import { Removed } from "./removed.js";
import { Settings } from "./settings.js";
import { Share } from "./share.js";
import { NEWS, Stage } from "./stage.js";
import { Timer } from "./timer.js";
import { Tray } from "./toasts.js";
import { Top } from "./top.js";

const TOASTS = 3;

export class BoardPage extends Component {
  /** @type {any} nothing, while a notice is in its place */ stage = createRef();
  /** @type {any} */ state = { dialog: null, ended: false, moment: {}, claims: false, isWarned: false };
  /** @type {import("../sdk/board.js").Board} */
  board = this.props.orbit.board(this.props.id, { link: this.#link });
  /** @type {import("../sdk/past.js").Past | null} what is shown in place of the board */ past = null;
  /** @type {(() => void)[]} */ offs = [];
  redraw = new Redraw(() => this.#draw());
  soon = this.redraw.soon;
  tray = new Tray(TOASTS, this.soon);
  seenTitle = "";

  // Coming and going.

  componentDidMount() {
    document.addEventListener("keydown", this.key);
    this.props.orbit.become(); // until then a guest may look
    this.#listen(this.board, this.props.orbit);
    this.soon();
  }

  /** The admin token to come with: one to be tried goes before the one that is kept. */
  get #link() {
    return memory.offered(this.props.id) ?? memory.adminToken(this.props.id);
  }

  componentDidUpdate() {
    const link = this.#link;
    if (link && link !== this.board.link) this.board.useLink(link);
  }

  componentWillUnmount() {
    document.removeEventListener("keydown", this.key);
    this.redraw.stop();
    for (const off of this.offs) off();
    this.past?.stop();
    this.board.leave();
  }

  #listen(board, orbit) {
    this.offs = [
      ...NEWS.map((event) => board.on(event, this.soon)),
      board.on("change", ({ changes }) => this.#asked(changes)),
      board.on("rights", () => this.#tried(board.role.includes("admin"))),
      board.on("rights", () => this.#letIn()),
      board.on("rights", () => this.#stay()),
      board.on("closed", () => this.#tried(false)),
      orbit.wire.on("ended", () => this.setState({ ended: !orbit.renewing })),
      orbit.wire.on("state", (state) => state === "open" && this.setState({ ended: false })),
      orbit.on("excuse", this.soon),
      orbit.on("account", () => this.forceUpdate()),
    ];
  }

  /** The server has said what a link from the address bar is worth. */
  #tried(isGood) {
    const { board, props: { id } } = this;
    const offered = memory.offered(id);
    if (!offered || board.link !== offered) return;
    memory.offer(id, null);
    if (isGood) return memory.keepAdminToken(id, offered);
    this.tray.add({ words: text.toast.badLink, kind: "refused" });
    board.useLink(memory.adminToken(id));
  }

  /** Who has waited outside hears that the door is open. */
  #letIn() {
    const { id } = this.props;
    if (!memory.asked(id)) return;
    memory.keepAsked(id, false);
    this.tray.add({ words: text.knock.letIn, kind: "done" });
  }

  /** Who sees the board already keeps that by his invite, should it be closed one day. */
  #stay() {
    const { board, props: { id, orbit } } = this;
    const invite = memory.invite(id);
    if (!invite) return;
    memory.keepInvite(id, null);
    orbit.acceptInvite(board, invite).catch(() => {}); // it was used: by us, as a rule
  }

  #draw() {
    this.#remember();
    this.forceUpdate();
  }

  #remember() {
    const title = this.#card?.title;
    if (!title || title === this.seenTitle) return;
    this.seenTitle = title;
    document.title = `${plain(title)} · ${text.name}`;
    memory.see({ id: this.props.id, title, at: Date.now() });
  }

  get #card() {
    return card(this.board);
  }

  // What happens.

  /** What waits for an admin is said to him. @param {any[]} changes */
  #asked(changes) {
    if (!moderates(this.board) || this.state.dialog === "people") return;
    const { asks, reported, look } = text.people;
    const put = (type) => changes.some((change) => change.put?.[0] === type);
    const said = put("request") ? asks : put("report") ? reported : "";
    const action = { label: look, act: () => this.open("people") };
    if (said) this.tray.add({ words: said, kind: "done", action });
  }

  // What is open.

  key = (event) => this.stage.current?.key(event);
  busy = () => Boolean(this.state.dialog);

  open = (dialog) => {
    if (dialog === "history") return this.#rewind();
    if (dialog !== "meeting") return this.setState({ dialog });
    this.stage.current?.open(dialog);
    this.close();
  };
  close = () => this.setState({ dialog: null });

  #rewind() {
    if (this.past) return;
    this.past = this.props.orbit.past(this.board);
    this.stage.current?.rest();
    this.tray.clear();
    this.close();
  }

  /** Back to what is now. */
  live = () => {
    this.past?.stop();
    this.past = null;
    this.setState({}, () => this.stage.current?.focus());
  };

  // The page.

  render({ orbit, onHome }, { ended }) {
    const { board, past, tray, soon, busy, open } = this;
    if (board.error) {
      const { code, message } = board.error;
      if (code === "private_board") {
        return html`<${Knock} orbit=${orbit} board=${board} onHome=${onHome} />`;
      }
      return html`<${Notice} code=${code} message=${message} onHome=${onHome} />`;
    }
    if (ended) return html`<${Notice} code="stopped" onHome=${onHome} />`;
    return html`
      <div class="board ${past ? "past" : ""}">
        <${Top} account=${orbit.account} card=${this.#card} here=${board.here}
          asks=${unanswered(board)} onHome=${onHome} open=${open}
          state=${board.state} waiting=${board.waiting} />
        <${Stage} hold=${this.stage} orbit=${orbit} board=${board} past=${past} tray=${tray}
          soon=${soon} busy=${busy} open=${open} head=${this.#ending()} foot=${past && this.#history()} />
        ${this.#dialog()}
      </div>
    `;
  }

  // Its end.

  #ending() {
    const { board } = this;
    if (!board.may.includes("claim_board") || this.past || this.state.isWarned) return null;
    const now = this.stage.current?.clock.now() ?? Date.now();
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
    if (!orbit.account) return this.setState({ dialog: "account", claims: true });
    this.close();
    try {
      await orbit.claimBoard(board);
      this.tray.add({ words: text.ending.claimed, kind: "done" });
    } catch (error) {
      this.tray.add({ words: explain(error), kind: "refused" });
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

  #dialog() {
    const { board, close, open } = this;
    const stage = this.stage.current;
    if (!stage) return null;
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
        <${Timer} key="timer" endsAt=${this.#card?.ends_at} clock=${stage.clock}
          onStart=${(seconds) => board.tell("start_timer", { seconds })}
          onStop=${() => board.tell("stop_timer")} onClose=${close} />`;
      case "help": return html`<${Help} key="help" onClose=${close} />`;
      case "people": return html`
        <${People} key="people" orbit=${orbit} board=${board} onClose=${close}
          onNote=${(id) => this.setState({ dialog: null }, () => stage.desk?.choose(id))} />`;
      case "removed": return html`
        <${Removed} key="removed" notes=${notes} onClose=${close}
          onRestore=${(id) => stage.desk?.undo(id)} />`;
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
