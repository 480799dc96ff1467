// @ts-check
/** Outside of a private board: one asks to be let in, and waits for an answer. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { text } from "../text.js";
import { AccountDialog } from "./account.js";
import { Centred } from "./centred.js";
import { Welcome } from "./welcome.js";

const words = text.knock;
const MESSAGE = 500;

/** `orbit`, `board` (closed to us as private), `onHome`. */
export class Knock extends Component {
  /** @type {any} */ heading = createRef();
  state = { waits: memory.asked(this.props.board.id), message: "", busy: false, refusal: "", signsIn: false, before: null };

  componentDidMount() {
    if (this.state.waits) this.props.board.knock();
  }

  ask = async (event) => {
    event.preventDefault();
    const { orbit, board } = this.props;
    this.setState({ busy: true, refusal: "" });
    try {
      await orbit.requestAccess(board, this.state.message.trim());
      memory.keepAsked(board.id, true);
      this.setState({ waits: true, busy: false, before: board.error }, () => this.heading.current?.focus());
    } catch (error) {
      this.setState({ busy: false, refusal: explain(error) });
    }
  };

  /** As somebody with an account one may have been let in already. */
  signedIn = () => {
    this.setState({ signsIn: false });
    const { orbit, board } = this.props;
    if (orbit.account) board.useLink(board.link);
  };

  void = (refusal) => {
    memory.keepInvite(this.props.board.id, null);
    this.setState({ refusal }, () => this.heading.current?.focus());
  };

  again = () => this.setState({ waits: false });

  render({ orbit, board, onHome }, { signsIn, before, ...state }) {
    const isRefused = board.error?.details?.access === "refused" && board.error !== before;
    const waits = state.waits && !isRefused;
    const isInvited = memory.invite(board.id) !== undefined;
    const [title, hint] = isInvited ? text.welcome.title : waits ? words.waiting
      : isRefused ? words.refused : words.closed;
    return html`
      <${Centred} title=${title} hint=${hint} hold=${this.heading} waits=${waits}>
        ${isInvited ? html`<${Welcome} orbit=${orbit} board=${board} onVoid=${this.void} />`
          : waits ? this.#waiting() : this.#form()}
        <div class="row wrap">
          ${!orbit.account && html`
            <button type="button" class="button quiet" onClick=${() => this.setState({ signsIn: true })}>
              ${text.account.signIn}</button>`}
          <a class="button quiet" href="/" onClick=${onHome}>${text.notice.home}</a>
        </div>
        ${signsIn && html`<${AccountDialog} orbit=${orbit} onClose=${this.signedIn} />`}
      <//>
    `;
  }

  #form() {
    const { message, busy, refusal } = this.state;
    return html`
      <form class="panel knock" onSubmit=${this.ask}>
        <label class="field">
          <span>${words.message}</span>
          <textarea class="input" name="message" rows="3" dir="auto" maxlength=${MESSAGE}
            placeholder=${words.messageHint} value=${message}
            onInput=${(event) => this.setState({ message: event.target.value })}></textarea>
        </label>
        <button class="button primary big" disabled=${busy}>${busy ? words.asking : words.ask}</button>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
      </form>
    `;
  }

  #waiting() {
    return html`
      <div class="knock">
        <p class="soft">${words.unanswered}</p>
        <button type="button" class="button" onClick=${this.again}>${words.again}</button>
      </div>
    `;
  }
}
