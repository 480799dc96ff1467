// @ts-check
/** Who is in an organisation; an admin says what each is, and removes. */
import { day } from "../page/ending.js";
import { Component, createRef, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { Icon } from "../views/icons.js";
import { Member } from "./member.js";
import { initial, nameOf } from "./named.js";
import { Role } from "./role.js";
import { called, matching } from "./roles.js";
import { words as all } from "./text.js";

const words = all.members;
const FEW = 8; // among whom nobody has to be looked for
const [AT_FIRST, MORE] = [20, 50]; // that are shown: what is below them is to be come to, too

/** `orbit`, `org`, `members`, `next`, `held`, `onChange()`, `onMore()`, `onAll()`. */
export class Members extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{search: string, most: number, changing: any, said: string}} */
  state = { search: "", most: AT_FIRST, changing: null, said: "" };

  search = ({ target }) => {
    this.setState({ search: target.value });
    this.props.onAll();
  };

  more = () => {
    const most = this.state.most + MORE;
    this.setState({ most });
    if (most > this.props.members.length && this.props.next) this.props.onMore();
  };

  /** Something was done: it is said, and the dialog, which had the focus, is gone. */
  done = (said) => {
    this.setState({ said, changing: null }, () => this.heading.current?.focus());
    this.props.onChange();
  };

  render({ members, next }, { search, most, said }) {
    const found = matching(members, search);
    return html`
      <section class="panel stack" aria-labelledby="members">
        <h2 id="members" tabindex="-1" ref=${this.heading}>${words.title}
          ${!next && html` <span class="count">${members.length}</span>`}</h2>
        <p role="status" class="outcome">${said}</p>
        ${(members.length > FEW || next) && html`
          <input class="input" type="search" maxlength="120" dir="auto" aria-label=${words.search}
            placeholder=${words.search} value=${search} onInput=${this.search} />
          <p class="reader" role="status">${search && words.found(found.length)}</p>`}
        ${found.length === 0 && html`<p class="soft">${words.none}</p>`}
        <ul class="cards">${found.slice(0, most).map(this.#row)}</ul>
        ${(found.length > most || (next && !search)) && html`
          <div class="row"><button type="button" class="button" onClick=${this.more}>${words.more}</button></div>`}
        ${this.#changing()}
      </section>
    `;
  }

  #row = (member) => {
    const { orbit, org } = this.props;
    const { id, role, email, username, joined_at: since } = member;
    const name = nameOf(member);
    const known = [email, username].find((each) => each && each !== called(member));
    return html`
      <li key=${id} class="row">
        <span class="initial" aria-hidden="true">${initial(name)}</span>
        <div class="grow">
          <p class="clip" title=${name}><b dir="auto">${name}</b></p>
          ${known && html`<p class="clip soft" dir="ltr" title=${known}>${plain(known)}</p>`}
          <p class="row wrap tight">
            <${Role} role=${role} />
            ${id === orbit.account?.id && html`<span class="chip">${words.you}</span>`}
            <small class="soft wide-only">${words.since(day(Date.parse(since)))}</small></p>
        </div>
        ${org.role === "ADMIN" && html`
          <button type="button" class="button" aria-haspopup="dialog" aria-label="${words.change}: ${name}"
            onClick=${() => this.setState({ changing: member, said: "" })}>
            <${Icon} name="edit" /><span class="wide-only">${words.change}</span></button>`}
      </li>
    `;
  };

  #changing() {
    const { orbit, org, held } = this.props;
    const { changing } = this.state;
    return changing && html`
      <${Member} orbit=${orbit} org=${org} member=${changing} held=${held} onDone=${this.done}
        onClose=${() => this.setState({ changing: null })} />`;
  }
}
