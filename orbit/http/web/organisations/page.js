// @ts-check
/**
 * One organisation: who is in it, who is invited, and what one may do about that.  It is
 * looked up anew after each act, and whenever somebody comes back to the page.
 */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { PATHS } from "../page/route.js";
import { Page } from "../portal/page.js";
import { text } from "../text.js";
import { Form } from "../views/form.js";
import { Icon } from "../views/icons.js";
import { Leave, Remove } from "./ending.js";
import { Invites } from "./invites.js";
import { Members } from "./members.js";
import { Role } from "./role.js";
import { held, reaches } from "./roles.js";
import { words } from "./text.js";

/** `orbit` (signed in), `go`, `id`. */
export class Organisation extends Component {
  /** @type {{org: any, members: any[] | null, next: string | null, invites: any[], refusal: string, gone: boolean}} */
  state = { org: null, members: null, next: null, invites: [], refusal: "", gone: false };
  off = () => {};
  #question = 0; // only the answer to the last one counts

  componentDidMount() {
    document.addEventListener("visibilitychange", this.back);
    this.off = this.props.orbit.notices.on("news", () => this.look()); // somebody came, perhaps
    this.look();
  }

  componentWillUnmount() {
    this.#question += 1;
    this.off();
    document.removeEventListener("visibilitychange", this.back);
  }

  back = () => document.visibilityState === "visible" && this.look();

  /** Everything anew; `least`: so many members, if there are. */
  look = async (least = this.state.members?.length ?? 1) => {
    const { orbit, id } = this.props;
    const question = (this.#question += 1);
    try {
      const org = await orbit.organisations.get(id);
      const invites = reaches(org.role, "MANAGER") ? orbit.organisations.invites(id) : [];
      const found = { org, ...(await this.#members(least)), invites: await invites, refusal: "" };
      if (question === this.#question) this.setState(found);
    } catch (error) {
      if (question !== this.#question) return;
      const { status } = /** @type {any} */ (error);
      this.setState(status === 404 ? { gone: true } : { refusal: explain(error) });
    }
  };

  /** @param {number} least */
  async #members(least) {
    const { orbit, id } = this.props;
    let members = [];
    let next = null;
    do {
      const page = await orbit.organisations.members(id, next);
      members = [...members, ...page.results];
      ({ next } = page);
    } while (next && members.length < least);
    return { members, next };
  }

  rename = async ({ name }) => {
    const org = await this.props.orbit.organisations.rename(this.props.id, name.trim());
    this.setState({ org });
    return words.name.saved;
  };

  /** Members, all of them: somebody is looked for. */
  all = () => this.state.next && this.look(Infinity);

  more = () => this.look((this.state.members?.length ?? 0) + 1);

  render({ orbit, go }, { org, members, refusal, gone }) {
    const title = gone ? words.gone.title : org ? plain(org.name) : text.moment;
    const back = html`
      <a class="button quiet back" href=${PATHS.organisations} onClick=${(event) => go(PATHS.organisations, event)}>
        <${Icon} name="back" />${words.title}</a>`;
    return html`
      <${Page} orbit=${orbit} go=${go} at="organisations" title=${title} above=${back}
        beside=${org && !gone && html`<${Role} role=${org.role} />`}>
        ${gone && html`<p class="soft">${words.gone.hint}</p>`}
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        ${org && members && !gone && this.#whole(this.state)}
      <//>
    `;
  }

  #whole({ org, members, next, invites }) {
    const { orbit, go } = this.props;
    const isAdmin = org.role === "ADMIN";
    const given = { orbit, org, held: held(members, !next, org.role), onChange: this.look };
    const out = () => go(PATHS.organisations);
    return html`
      <p class="soft">${words.mine[org.role]}</p>
      <${Members} ...${given} members=${members} next=${next} onMore=${this.more} onAll=${this.all} />
      ${reaches(org.role, "MANAGER") && html`<${Invites} ...${given} members=${members} invites=${invites} />`}
      ${isAdmin && html`<${Name} key=${org.name} name=${org.name} act=${this.rename} />`}
      <${Leave} ...${given} onOut=${out} />
      ${isAdmin && html`<${Remove} ...${given} count=${next ? null : members.length} onOut=${out} />`}
    `;
  }
}

const Name = ({ name, act }) => {
  const field = {
    name: "name", label: words.name.label, required: true, maxlength: 80, defaultValue: name,
    autocomplete: "off", dir: "auto",
  };
  return html`
    <section class="panel stack" aria-labelledby="name">
      <h2 id="name">${words.name.title}</h2>
      <${Form} fields=${[field]} act=${act} send=${words.name.save} />
    </section>
  `;
};
