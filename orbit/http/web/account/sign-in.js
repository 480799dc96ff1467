// @ts-check
/**
 * The ways in: by a code or a password, a second factor after either, an account to be
 * made, a password to be forgotten.  Whoever shows it says where it leads.
 */
import { Component, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { Form } from "../views/form.js";
import * as fields from "./fields.js";
import { words as all } from "./text.js";

const words = all.enter;
const BIG = "primary big";

/** @typedef {"signIn" | "register" | "forgot"} Mode */

/**
 * `orbit`, `mode`; `onMode(mode)`: another is wanted; `onIn(apart, isNew)`: on so many boards something
 * waits, and the account was made just now;
 * `byPassword`: the way that is offered first, if none was taken on this device.
 */
export class SignIn extends Component {
  /** @type {any} `answer`: what goes on, by the code of a second factor */
  state = { byCode: !(memory.hasPassword() ?? this.props.byPassword ?? false), sent: false, answer: null };
  email = ""; // as it was typed last, whichever way
  #chooses = false; // who goes from way to way is not to be taken into a field

  get #asked() {
    const onInput = ({ target: { value } }) => (this.email = value);
    return { ...fields.email(this.email), autofocus: !this.#chooses, onInput };
  }

  // What happens.

  #choose(byCode) {
    this.#chooses = true;
    this.setState({ byCode });
  }

  #go(/** @type {Mode} */ mode) {
    this.#chooses = false;
    this.props.onMode(mode);
  }

  send = async ({ email }) => {
    await this.props.orbit.sendCode((this.email = email.trim()));
    this.setState({ sent: true });
  };

  again = async () => {
    await this.props.orbit.sendCode(this.email);
    return words.sentAgain;
  };

  byCode = ({ code }) => {
    const { orbit } = this.props;
    const going = (challenge) => async (shown) => this.#in(await orbit.answer(challenge, shown));
    return this.#try(async () => this.#in(await orbit.signIn(this.email, code)), going);
  };

  byPassword = ({ username, password }) => {
    const { accounts } = this.props.orbit;
    this.email = username.trim();
    const going = (challenge) => async (shown) => this.#known(await accounts.answer(challenge, shown));
    return this.#try(async () => this.#known(await accounts.signIn(this.email, password)), going);
  };

  register = async ({ email, name, password }) => {
    await this.props.orbit.accounts.register({ email: (this.email = email.trim()), name: name.trim(), password });
    memory.keepHasPassword(true);
    this.props.onIn(0, true);
  };

  forgot = async ({ email }) => {
    await this.props.orbit.accounts.forgot((this.email = email.trim()));
    return words.mailed(this.email);
  };

  factor = ({ code }) => this.state.answer(code.trim());

  /** Who has a second factor goes on with that. */
  async #try(act, going) {
    try {
      await act();
    } catch (error) {
      const { code, details } = /** @type {any} */ (error);
      if (code !== "second_factor") throw error;
      this.setState({ answer: going(details.challenge) });
    }
  }

  #in({ has_conflict: isApart, boards }) {
    memory.keepHasPassword(false);
    this.props.onIn(isApart ? boards.length : 0);
  }

  /** What this device wrote is for who has shown that the address is his. */
  async #known(user) {
    memory.keepHasPassword(true);
    const apart = user.email_verified ? await this.props.orbit.apart() : [];
    this.props.onIn(apart.length);
  }

  // What is shown.

  render({ mode }, { byCode, sent, answer }) {
    if (answer) return this.#factor();
    if (mode === "register") return this.#register();
    if (mode === "forgot") return this.#forgot();
    if (byCode && sent) return this.#shown();
    return html`
      <div class="stack">
        ${this.#ways(byCode)}
        ${byCode ? this.#code() : this.#password()}
      </div>
    `;
  }

  #ways(byCode) {
    const way = (label, value) => html`
      <label><input type="radio" name="way" checked=${byCode === value}
        onChange=${() => this.#choose(value)} /><span>${label}</span></label>`;
    return html`
      <fieldset class="templates ways">
        <legend class="reader">${words.how}</legend>
        ${way(words.byCode, true)}${way(words.byPassword, false)}
      </fieldset>
    `;
  }

  #code() {
    return html`
      <${Form} key="code" look=${BIG} fields=${[this.#asked]} act=${this.send}
        send=${words.send} sending=${words.sending}>
        <p class="soft">${words.hint} ${words.anonymous}</p>
      <//>
    `;
  }

  #shown() {
    const digits = {
      name: "code", label: all.code, wrong: all.notSix, inputmode: "numeric", autocomplete: "one-time-code",
      pattern: "[0-9]{6}", maxlength: 12, required: true, dir: "ltr", class: "digits", autofocus: true, onInput: sixDigits,
    };
    return html`
      <div class="stack">
        <p role="status">${words.sent(this.email)}</p>
        <${Form} key="digits" look=${BIG} fields=${[digits]} act=${this.byCode} refused=${wrongCode}
          send=${words.enter} sending=${words.entering} />
        <div class="row wrap links">
          <${Form} look="quiet" act=${this.again} send=${words.again} sending=${words.sending} />
          <button type="button" class="button quiet" onClick=${() => this.setState({ sent: false })}>${words.other}</button>
        </div>
      </div>
    `;
  }

  #password() {
    const who = {
      ...this.#asked, name: "username", type: "text", label: words.who, placeholder: undefined,
    };
    return html`
      <${Form} key="password" look=${BIG} act=${this.byPassword} refused=${wrongPassword}
        fields=${[who, fields.password("password", all.password)]} send=${words.enter} sending=${words.entering}>
        ${this.#others(["forgot", words.toForgot], ["register", words.toRegister])}
      <//>
    `;
  }

  #register() {
    const name = { name: "name", label: words.nameMaybe, hint: all.nameHint, autocomplete: "nickname", maxlength: 80, dir: "auto" };
    return html`
      <${Form} key="register" look=${BIG} act=${this.register} refused=${taken}
        fields=${[this.#asked, fields.newPassword("password", all.password), name]}
        send=${words.register} sending=${words.registering}>
        <p class="soft">${words.registerHint}</p>
        ${this.#others(["signIn", words.toSignIn])}
      <//>
    `;
  }

  #forgot() {
    return html`
      <div class="stack">
        <p class="soft">${words.forgotHint}</p>
        <${Form} key="forgot" look=${BIG} fields=${[this.#asked]} act=${this.forgot}
          send=${words.forgot} sending=${words.sending}>
          ${this.#others(["signIn", words.back])}
        <//>
      </div>
    `;
  }

  #factor() {
    const code = {
      name: "code", label: words.factor, hint: words.factorCode, autocomplete: "one-time-code",
      maxlength: 32, minlength: 6, required: true, dir: "ltr", class: "digits", autofocus: true, autocapitalize: "none", spellcheck: false,
    };
    return html`
      <div class="stack">
        <p role="status">${words.factorHint}</p>
        <${Form} key="factor" look=${BIG} fields=${[code]} act=${this.factor} refused=${wrongCode}
          send=${words.enter} sending=${words.entering} />
        <div class="row links">
          <button type="button" class="button quiet"
            onClick=${() => this.setState({ answer: null, sent: false })}>${words.back}</button>
        </div>
      </div>
    `;
  }

  /** @param {[Mode, string][]} modes */
  #others(...modes) {
    return html`<div class="row wrap links">${modes.map(([mode, label]) => html`
      <button type="button" class="button quiet" onClick=${() => this.#go(mode)}>${label}</button>`)}</div>`;
  }
}

/** What is pasted may hold spaces. @param {any} event */
const sixDigits = ({ target }) => (target.value = target.value.replace(/\D/g, "").slice(0, 6));

/** @param {any} error */
const wrongCode = ({ details }) => (details?.code ? all.wrongCode : "");
/** @param {any} error */
const wrongPassword = ({ code }) => (code === "unauthenticated" ? words.wrong : "");
/** @param {any} error */
const taken = ({ code }) => (code === "conflict" ? words.taken : "");
