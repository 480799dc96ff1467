// @ts-check
/** One account: what there is to know of it, what was done lately, and what staff may do. */
import { explain } from "../../page/explain.js";
import { Component, createRef, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { Dialog } from "../../views/dialog.js";
import { Form } from "../../views/form.js";
import { UNKNOWN, count } from "../figures.js";
import { written } from "../place.js";
import { watching } from "../poll.js";
import { words as all } from "../text.js";
import { ago } from "../when.js";
import { called } from "./log.js";
import { fact } from "./parts.js";
import { Standing } from "./people.js";

const words = all.person;
const EVERY_MS = 5000;
const LATELY = 8; // rows of the log

export class Person extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{user: any, acts: any[], lost: string, asks: string, said: string}} `asks`: which change is to be made sure of */
  state = { user: null, acts: [], lost: "", asks: "", said: "" };
  poll = watching(this, (signal) => this.#look(signal), {
    every: EVERY_MS,
    as: ([user, { items: acts }]) => ({ user, acts }),
  });

  componentDidMount() {
    this.poll.start();
  }

  componentWillUnmount() {
    this.poll.stop();
  }

  #look(signal) {
    const { staff, id } = this.props;
    return Promise.all([staff.one(id, signal), staff.logs({ account: id, limit: LATELY }, signal)]);
  }

  change = async () => {
    const { user, asks } = this.state;
    const changed = await this.props.staff.change(user.id, CHANGES[asks]);
    this.setState({ user: { ...user, ...changed }, asks: "", said: words.done[asks] }, () => this.heading.current?.focus());
    this.poll.again();
  };

  render({ staff }, { user, acts, lost, asks, said }) {
    return html`
      <p><a class="back" href="#people">← ${words.back}</a></p>
      ${lost && html`<p class="refusal" role="alert">${lost}</p>`}
      ${user && html`
        <div class="row wrap person-head">
          <h2 class="grow" tabindex="-1" ref=${this.heading} dir="auto">${plain(user.name) || all.people.unnamed}</h2>
          <${Standing} user=${user} />
        </div>
        <p class="person-email" dir="ltr">${user.email}</p>
        <p role="status" class="outcome">${said}</p>
        ${facts(user)}
        ${this.#acts(user, user.id === staff.person?.id)}
        ${lately(user, acts)}
        ${asks && this.#sure(user, asks)}`}
    `;
  }

  /** Nobody shuts himself out. */
  #acts(user, isMe) {
    const ask = (change, look = "") => html`
      <button type="button" class="button ${look}" aria-haspopup="dialog"
        onClick=${() => this.setState({ asks: change, said: "" })}>${words.act[change]}</button>`;
    return html`
      <section class="stack">
        <h3>${words.acts}</h3>
        ${isMe ? html`<p class="soft">${words.me}</p>` : html`
          <div class="row wrap">
            ${user.role === "dev" ? ask("unstaff") : ask("staff")}
            ${user.suspended_at ? ask("restore") : ask("suspend", "danger")}
            <a class="button" href=${written("mail", { to: user.email })}>${words.write}</a>
          </div>`}
      </section>
    `;
  }

  /** What a change does is said before it is made. */
  #sure(user, asks) {
    const close = () => this.setState({ asks: "" });
    return html`
      <${Dialog} title=${words.act[asks]} onClose=${close}>
        <p class="whom"><b dir="auto">${plain(user.name) || all.people.unnamed}</b><span class="soft" dir="ltr">${user.email}</span></p>
        <ul class="does">${words.does[asks].map((line) => html`<li key=${line}>${line}</li>`)}</ul>
        <div class="row wrap">
          <button type="button" class="button" autofocus onClick=${close}>${words.not}</button>
          <${Form} look=${asks === "suspend" ? "danger" : "primary"} act=${this.change} refused=${explain} send=${words.sure[asks]} />
        </div>
      <//>
    `;
  }
}

const lately = ({ id }, acts) => html`
  <section class="stack">
    <h3>${words.lately}</h3>
    ${acts.length ? html`
      <ul class="panel rows lately">${acts.map((act) => html`
        <li key=${act.seq}><span>${called(act)}${act.actor && act.actor !== id && html` <small class="soft">${words.others}</small>`}</span>
          ${ago(act.time)}</li>`)}</ul>
      <p><a class="soft" href=${written("log", { account: id })}>${words.log}</a></p>`
      : html`<p class="empty">${words.quiet}</p>`}
  </section>
`;

/** @type {Record<string, any>} */
const CHANGES = {
  staff: { role: "dev" }, unstaff: { role: "user" }, suspend: { suspended: true }, restore: { suspended: false },
};

const facts = (user) => html`
  <dl class="facts">
    ${fact(words.facts.role, all.people.roles[user.role] ?? user.role)}
    ${fact(words.facts.made, ago(user.created_at))}
    ${fact(words.facts.seen, user.last_seen_at ? ago(user.last_seen_at) : UNKNOWN)}
    ${fact(words.facts.sessions, count(user.sessions))}
    ${fact(words.facts.factor, user.second_factor ? words.on : words.off)}
    ${user.suspended_at && fact(words.facts.suspended, ago(user.suspended_at))}
    ${user.username && fact(words.facts.username, plain(user.username))}
    ${user.organization && fact(words.facts.organization, html`<span dir="auto">${plain(user.organization)}</span>`)}
  </dl>
`;
