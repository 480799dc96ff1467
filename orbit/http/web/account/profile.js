// @ts-check
/** What one says of oneself, and which mail address that is. */
import { Component, createRef, html } from "../page/html.js";
import { Form } from "../views/form.js";
import { Icon } from "../views/icons.js";
import { email } from "./fields.js";
import { Guarded } from "./guarded.js";
import { words as all } from "./text.js";

const words = all.profile;

/** `orbit`, `user`, `onChange(user)`. */
export class Profile extends Component {
  save = async ({ name, organization, bio }) => {
    const told = { name: name.trim(), organization: organization.trim(), bio: bio.trim() };
    this.props.onChange(await this.props.orbit.accounts.edit(told));
    return all.saved;
  };

  render({ user }) {
    const fields = [
      { name: "name", label: all.name, hint: all.nameHint, maxlength: 80, autocomplete: "name", defaultValue: user.name, dir: "auto" },
      { name: "organization", label: words.organization, maxlength: 80, autocomplete: "organization", defaultValue: user.organization, dir: "auto" },
      { name: "bio", label: words.bio, rows: 3, maxlength: 2000, defaultValue: user.bio, dir: "auto" },
    ];
    return html`
      <section class="panel stack" aria-labelledby="profile">
        <h2 id="profile">${words.title}</h2>
        <${Form} fields=${fields} act=${this.save} send=${all.save} />
      </section>
    `;
  }
}

/** `orbit`, `user`. */
export class Address extends Component {
  /** @type {any} */ heading = createRef();
  state = { changes: false };

  again = async () => {
    await this.props.orbit.accounts.resendLink();
    return words.sent(this.props.user.email);
  };

  change = async ({ email: next, password }) => {
    await this.props.orbit.accounts.changeEmail(next.trim(), password);
    return words.sent(next.trim());
  };

  back = () => this.setState({ changes: false }, () => this.heading.current?.focus());

  render({ user }, { changes }) {
    const field = { ...email(""), label: words.newEmail, autocomplete: "email", autofocus: true };
    return html`
      <section class="panel stack" aria-labelledby="address">
        <h2 id="address" tabindex="-1" ref=${this.heading}>${words.address}</h2>
        <div class="row wrap">
          <p class="clip" dir="ltr"><b>${user.email}</b></p>
          ${user.email_verified && html`<span class="chip"><${Icon} name="check" />${words.verified}</span>`}
        </div>
        ${!user.email_verified && html`
          <div class="stack warned">
            <p>${words.unverified}</p>
            <${Form} look="" act=${this.again} send=${words.again} />
          </div>`}
        ${changes ? html`
          <p class="soft">${words.changeHint}</p>
          <${Guarded} fields=${[field]} act=${this.change} refused=${same} send=${words.send} />
          <div class="row"><button type="button" class="button quiet" onClick=${this.back}>${all.cancel}</button></div>`
          : html`<div class="row">
            <button type="button" class="button" onClick=${() => this.setState({ changes: true })}>${words.change}</button>
          </div>`}
      </section>
    `;
  }
}

/** @param {any} error */
const same = ({ code }) => (code === "conflict" ? words.same : "");
