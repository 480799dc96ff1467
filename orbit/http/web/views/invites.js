// @ts-check
/**
 * Inviting by mail, for admins: an address, and how those stand who were invited.  Who of
 * those on the board it is that came, nobody is told, and so it is not shown.
 */
import { day } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.invites;
const MESSAGE = 500;
const SETTLED_MS = 1_500; // the board tells first who is in, and then the invite is used

/** `orbit`, `board`, `members`: how many were let in. */
export class Invites extends Component {
  /** @type {any} */ field = createRef();
  /** @type {any} */
  state = { email: "", message: "", invites: null, busy: false, said: "", refusal: "" };
  #isGone = false;

  componentDidMount() {
    this.#look();
  }

  componentDidUpdate({ members }) {
    if (members === this.props.members) return;
    this.#look(); // somebody came
    setTimeout(() => this.#look(), SETTLED_MS); // by an invite that did not know it so far
  }

  componentWillUnmount() {
    this.#isGone = true;
  }

  async #look() {
    if (this.#isGone) return;
    const { orbit, board } = this.props;
    const listed = await orbit.invites(board).catch(() => null); // the form is there all the same
    if (listed && !this.#isGone) this.setState({ invites: listed.results });
  }

  /** @param {() => Promise<any>} act @param {any} done  what the state is then */
  async #try(act, done) {
    if (this.state.busy) return;
    this.setState({ busy: true, said: "", refusal: "" });
    try {
      await act();
      this.setState(done);
      this.#look();
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
    this.setState({ busy: false }, () => this.field.current?.focus());
  }

  send = (event) => {
    event.preventDefault();
    const { orbit, board } = this.props;
    const email = this.state.email.trim();
    const sent = { email: "", said: words.sent(email) };
    this.#try(() => orbit.invite(board, email, this.state.message.trim()), sent);
  };

  /** @param {string} email */
  withdraw = (email) => {
    const { orbit, board } = this.props;
    this.#try(() => orbit.withdrawInvite(board, email), { said: words.withdrawn(email) });
  };

  render(_props, { invites, said, refusal }) {
    return html`
      <section class="stack invites" aria-label=${words.title}>
        <h3>${words.title} ${invites?.length > 0 && html`<span class="count">${invites.length}</span>`}</h3>
        <p class="soft">${words.hint}</p>
        ${this.#form()}
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <p role="status" class="outcome">${said}</p>
        ${invites?.length > 0 && html`<ul class="cards">${invites.map(this.#row)}</ul>`}
      </section>
    `;
  }

  #form() {
    const { email, message, busy } = this.state;
    return html`
      <form class="stack" onSubmit=${this.send}>
        <label class="field">
          <span>${words.email}</span>
          <input ref=${this.field} class="input" type="email" name="email" required maxlength="254"
            autocomplete="off" placeholder=${words.emailHint} value=${email} dir="ltr"
            onInput=${(event) => this.setState({ email: event.target.value })} />
        </label>
        <label class="field">
          <span>${words.message}</span>
          <textarea class="input" name="message" rows="2" dir="auto" maxlength=${MESSAGE}
            placeholder=${words.messageHint} value=${message}
            onInput=${(event) => this.setState({ message: event.target.value })}></textarea>
        </label>
        <div class="row"><button class="button primary" disabled=${busy}>
          <${Icon} name="mail" />${busy ? words.sending : words.send}</button></div>
      </form>
    `;
  }

  /** @param {{email: string, state: "invited" | "came" | "expired", expires_at: string}} one */
  #row = ({ email, state, expires_at: until }) => {
    const take = state === "invited" ? words.withdraw : words.remove;
    return html`
      <li key=${email} class="row">
        <div class="grow">
          <p class="clip" dir="ltr" title=${email}>${plain(email)}</p>
          <small class="soft state ${state}">${words.states[state](day(Date.parse(until)))}</small>
        </div>
        <button type="button" class="button" aria-label="${take}: ${email}" onClick=${() => this.withdraw(email)}>
          ${take}</button>
      </li>
    `;
  };
}
