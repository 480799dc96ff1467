// @ts-check
/** Inviting by mail, to be no more than one is; who has not come yet can be asked back. */
import { day } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { OrbitError } from "../orbit.js";
import { Form } from "../views/form.js";
import { givable } from "./roles.js";
import { words as all } from "./text.js";

const words = all.invites;

/** `orbit`, `org`, `members` and `invites`, as far as they are known; `onChange()`. */
export class Invites extends Component {
  /** @type {any} */ heading = createRef();
  state = { sent: 0, said: "", refusal: "" };

  invite = async ({ email, role }) => {
    const { orbit, org, members, onChange } = this.props;
    const to = email.trim();
    this.setState({ said: "", refusal: "" });
    const inside = [orbit.account?.email ?? "", ...members.map((member) => member.email)];
    if (inside.some((each) => isSame(each, to))) throw new OrbitError("inside", words.inside, { details: { email: true } });
    await orbit.organisations.invite(org.id, to, role);
    this.setState({ sent: this.state.sent + 1, said: words.sent(to) });
    onChange();
  };

  /** @param {string} email */
  withdraw = async (email) => {
    const { orbit, org, onChange } = this.props;
    try {
      await orbit.organisations.withdraw(org.id, email);
      this.setState({ said: words.withdrawn(email), refusal: "" });
    } catch (error) {
      this.setState({ said: "", refusal: explain(error) });
    }
    await onChange();
    this.heading.current?.focus(); // what was pressed is gone
  };

  render({ org, invites }, { sent, said, refusal }) {
    const fields = [
      { name: "email", type: "email", label: words.email, placeholder: words.emailHint, required: true,
        autocomplete: "off", dir: "ltr", autocapitalize: "none", spellcheck: false, autofocus: sent > 0 },
      { name: "role", label: words.role, defaultValue: "MEMBER",
        options: givable(org.role).map((value) => ({ value, label: all.roles[value], hint: all.may[value] })) },
    ];
    return html`
      <section class="panel stack" aria-labelledby="invites">
        <h2 id="invites">${words.title}</h2>
        <p class="soft">${words.hint}</p>
        <${Form} key=${sent} fields=${fields} act=${this.invite} refused=${why} send=${words.send} sending=${words.sending} />
        <p role="status" class="outcome">${said}</p>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <h3 tabindex="-1" ref=${this.heading}>${words.waiting}
          ${invites.length > 0 && html` <span class="count">${invites.length}</span>`}</h3>
        ${invites.length ? html`<ul class="cards">${invites.map(this.#row)}</ul>`
          : html`<p class="soft">${words.nobody}</p>`}
      </section>
    `;
  }

  #row = ({ email, role, expired, expires_at: until }) => {
    const take = expired ? words.remove : words.withdraw;
    return html`
      <li key=${email} class="row">
        <div class="grow">
          <p class="clip" dir="ltr" title=${email}><b>${plain(email)}</b></p>
          <small class="soft">${words[expired ? "expired" : "until"](all.roles[role], day(Date.parse(until)))}</small>
        </div>
        <button type="button" class="button" aria-label="${take}: ${email}" onClick=${() => this.withdraw(email)}>
          ${take}</button>
      </li>
    `;
  };
}

/** @param {string} email @param {string} other */
const isSame = (email, other) => email.toLowerCase() === other.toLowerCase();

/** @param {any} error */
const why = ({ code }) => ({ forbidden: words.above, conflict: words.many, inside: words.inside })[code] ?? "";
