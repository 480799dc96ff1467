// @ts-check
/** Who one is: the button that says it, and the dialog in which one signs in and out. */
import { SignIn } from "../account/sign-in.js";
import { TakeOver } from "../account/take-over.js";
import { words } from "../account/text.js";
import { Component, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Form } from "./form.js";
import { Icon } from "./icons.js";

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
        aria-label=${account ? text.account.signedIn(called(account)) : text.account.signIn}
        onClick=${() => this.setState({ open: true })}>
        <${Icon} name="person" />
        <span class="clip" dir="auto">${account ? called(account) : text.account.signIn}</span>
      </button>
      ${open && html`<${AccountDialog} orbit=${orbit} onClose=${this.close} />`}
    `;
  }
}

/** Signing in, or what can be done once one is. */
export class AccountDialog extends Component {
  /** @type {{mode: import("../account/sign-in.js").Mode, apart: number}} */
  state = { mode: "signIn", apart: 0 };

  enter = (apart) => (apart ? this.setState({ apart }) : this.props.onClose());

  rename = async ({ name }) => {
    await this.props.orbit.rename(name.trim());
    return words.saved;
  };

  leave = async () => {
    this.props.onClose();
    await this.props.orbit.signOut();
  };

  render({ orbit, onClose }, { mode }) {
    const { account } = orbit;
    return html`
      <${Dialog} title=${account ? words.mine.title : words.enter.titles[mode]} onClose=${onClose}>
        ${account ? this.#mine(account) : html`
          <${SignIn} orbit=${orbit} mode=${mode} onMode=${(other) => this.setState({ mode: other })}
            onIn=${this.enter} />`}
      <//>
    `;
  }

  #mine(account) {
    const name = {
      name: "name", label: words.name, hint: words.nameHint, required: true, maxlength: 80,
      autocomplete: "nickname", defaultValue: account.name, dir: "auto",
    };
    return html`
      <${TakeOver} orbit=${this.props.orbit} apart=${this.state.apart} />
      <div class="stack">
        <p class="clip" dir="ltr"><b>${account.email}</b></p>
        <${Form} fields=${[name]} act=${this.rename} send=${words.save} />
        <div class="row wrap">
          <a class="button" href=${PATHS.dashboard}><${Icon} name="overview" />${words.mine.overview}</a>
          <a class="button" href=${PATHS.account}><${Icon} name="gear" />${words.mine.all}</a>
        </div>
      </div>
      <section class="stack warned">
        <p>${words.mine.signOutHint}</p>
        <div class="row">
          <button type="button" class="button" onClick=${this.leave}>${words.mine.signOut}</button>
        </div>
      </section>
    `;
  }
}
