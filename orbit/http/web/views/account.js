// @ts-check
/** Who one is: signing in by a code, a name, signing out; and the button that leads there. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";

const words = text.account;

/** @param {any} account */
const called = (account) => account.name || account.email;

/** In a header: a way in, or who is in. */
export class AccountButton extends Component {
  state = { open: false };
  off = () => {};

  componentDidMount() {
    this.off = this.props.orbit.on("account", () => this.forceUpdate());
  }

  componentWillUnmount() {
    this.off();
  }

  close = () => this.setState({ open: false });

  render({ orbit }, { open }) {
    const { account } = orbit;
    return html`
      <button type="button" class="button ${account ? "account" : "quiet"}" aria-haspopup="dialog"
        aria-label=${account ? words.signedIn(called(account)) : words.signIn}
        onClick=${() => this.setState({ open: true })}>
        <${Icon} name="person" />
        <span class="clip" dir="auto">${account ? called(account) : words.signIn}</span>
      </button>
      ${open && html`<${AccountDialog} orbit=${orbit} onClose=${this.close} />`}
    `;
  }
}

/** Signing in, or what can be done once one is. */
export class AccountDialog extends Component {
  state = { email: "", code: "", sent: false, busy: false, note: "", refusal: "", apart: 0 };
  /** @type {any} */ digits = createRef();

  /** Does one thing at a time, and says what came of it. */
  async #try(act) {
    if (this.state.busy) return;
    this.setState({ busy: true, note: "", refusal: "" });
    try {
      await act();
    } catch (error) {
      const isWrong = /** @type {any} */ (error).details?.code; // of the six digits
      this.setState({ refusal: isWrong ? words.wrong : explain(error) });
    }
    this.setState({ busy: false });
  }

  send = (event) => {
    event.preventDefault();
    this.#try(async () => {
      await this.props.orbit.sendCode(this.state.email.trim());
      this.setState({ sent: true, code: "" }, () => this.digits.current?.focus());
    });
  };

  again = () => this.#try(async () => {
    await this.props.orbit.sendCode(this.state.email.trim());
    this.setState({ note: words.sentAgain, code: "" });
    this.digits.current?.focus();
  });

  /** What is pasted may hold spaces; whoever has typed the last digit is in. */
  type = (event) => {
    const code = event.target.value.replace(/\D/g, "").slice(0, 6);
    event.target.value = code;
    this.setState({ code });
  };

  enter = (event) => {
    event.preventDefault();
    this.#try(async () => {
      const { orbit, onClose } = this.props;
      const done = await orbit.signIn(this.state.email.trim(), this.state.code);
      if (done.has_conflict) this.setState({ apart: done.boards.length });
      else onClose();
    });
  };

  rename = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("name");
    this.#try(async () => {
      await this.props.orbit.rename(String(name).trim());
      this.setState({ note: words.saved });
    });
  };

  take = () => this.#try(async () => {
    const { apart } = await this.props.orbit.takeOver();
    const note = apart.length ? words.takenMostly(apart.length) : words.taken;
    this.setState({ apart: 0, note });
  });

  leave = () => this.#try(async () => {
    this.props.onClose();
    await this.props.orbit.signOut();
  });

  render({ orbit, onClose }, state) {
    const { account } = orbit;
    return html`
      <${Dialog} title=${account ? words.mine : words.title} onClose=${onClose}>
        ${account ? this.#mine(account, state) : state.sent ? this.#shown(state) : this.#asked(state)}
      <//>
    `;
  }

  #asked({ email, busy, refusal }) {
    return html`
      <form class="stack" onSubmit=${this.send}>
        <p>${words.hint}</p>
        <label class="field">
          <span>${words.email}</span>
          <input class="input big" type="email" name="email" required maxlength="254"
            autocomplete="email" placeholder=${words.emailHint} value=${email} dir="ltr" autofocus
            onInput=${(event) => this.setState({ email: event.target.value })} />
        </label>
        <button class="button primary big" disabled=${busy}>
          ${busy ? words.sending : words.send}
        </button>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <p class="soft">${words.anonymous}</p>
      </form>
    `;
  }

  #shown({ email, code, busy, note, refusal }) {
    return html`
      <form class="stack" onSubmit=${this.enter}>
        <p role="status">${words.sent(email)}</p>
        <label class="field">
          <span>${words.code}</span>
          <input ref=${this.digits} class="input big digits" name="code" required dir="ltr"
            inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="12"
            value=${code} onInput=${this.type} />
        </label>
        <button class="button primary big" disabled=${busy}>
          ${busy ? words.entering : words.enter}
        </button>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <div class="row wrap">
          <button type="button" class="button quiet" onClick=${this.again}>${words.again}</button>
          <button type="button" class="button quiet"
            onClick=${() => this.setState({ sent: false, refusal: "", note: "" })}>
            ${words.other}
          </button>
        </div>
        <p role="status" class="outcome">${note}</p>
      </form>
    `;
  }

  #mine(account, { busy, note, refusal, apart }) {
    return html`
      ${apart > 0 && html`
        <section class="stack warned">
          <p role="status">${words.conflict(apart)}</p>
          <div class="row">
            <button type="button" class="button primary" disabled=${busy} onClick=${this.take}>
              ${words.take}
            </button>
          </div>
        </section>`}
      <form class="stack" onSubmit=${this.rename}>
        <p class="clip" dir="ltr"><b>${account.email}</b></p>
        <label class="field">
          <span>${words.name}</span>
          <input class="input" name="name" required maxlength="80" autocomplete="nickname"
            defaultValue=${account.name} dir="auto" />
          <small class="soft">${words.nameHint}</small>
        </label>
        <div class="row wrap">
          <button class="button primary" disabled=${busy}>${words.save}</button>
          <p role="status" class="outcome">${note}</p>
        </div>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
      </form>
      <section class="stack warned">
        <p>${words.signOutHint}</p>
        <div class="row">
          <button type="button" class="button" onClick=${this.leave}>${words.signOut}</button>
        </div>
      </section>
    `;
  }
}
