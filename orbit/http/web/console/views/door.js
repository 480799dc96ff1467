// @ts-check
/** The door: a password and a second factor open what staff may see, the operator key the rest. */
import { factorCode, password } from "../../account/fields.js";
import { words as account } from "../../account/text.js";
import { Component, html } from "../../page/html.js";
import { PATHS } from "../../page/route.js";
import { Form } from "../../views/form.js";
import { Mark } from "../../views/icons.js";
import { Room } from "../room.js";
import { words as all } from "../text.js";

const words = all.door;
const LOOK = "primary big";
const SAID = { 401: words.wrong, 403: words.none, 429: words.many };

/** `staff`; `ways`: those that are shut; `way`: the one that is wanted; `said`: why one is here; `onStaff()`, `onKey(key)`. */
export class Door extends Component {
  state = { way: this.props.way };

  enter = async ({ username, password: typed, otp }) => {
    await this.props.staff.enter(username.trim(), typed, otp.trim());
    this.props.onStaff();
  };

  open = async ({ key }) => {
    const shown = key.trim();
    try {
      await new Room(shown).nodes();
    } catch (error) {
      throw Object.assign(/** @type {any} */ (error), { details: { key: [] } });
    }
    this.props.onKey(shown);
  };

  render({ ways, said }, { way }) {
    return html`
      <main class="notice door" tabindex="-1">
        <div class="notice-sky" aria-hidden="true"><i></i><i></i><i></i></div>
        <${Mark} />
        <h1>${words.title}</h1>
        <p>${words.lead}</p>
        <div class="panel stack">
          ${said && html`<p class="warned line" role="status">${said}</p>`}
          ${ways.length > 1 && this.#ways(ways, way)}
          ${way === "staff" ? this.#staff() : this.#key()}
        </div>
      </main>
    `;
  }

  #ways(ways, way) {
    return html`
      <fieldset class="templates ways">
        <legend class="reader">${words.how}</legend>
        ${ways.map((each) => html`
          <label key=${each}><input type="radio" name="way" checked=${each === way}
            onChange=${() => this.setState({ way: each })} /><span>${words.ways[each]}</span></label>`)}
      </fieldset>
    `;
  }

  #staff() {
    const who = {
      name: "username", label: account.enter.who, autocomplete: "username", required: true, autofocus: true,
      dir: "ltr", autocapitalize: "none", spellcheck: false,
    };
    const code = {
      ...factorCode(account.enter.factor), name: "otp", hint: account.enter.factorCode,
      pattern: undefined, maxlength: 32, autofocus: undefined,
    };
    return html`
      <${Form} key="staff" look=${LOOK} fields=${[who, password("password", account.password), code]} act=${this.enter}
        refused=${whyNot} send=${account.enter.enter} sending=${account.enter.entering}>
        <p class="hint-line">${words.staff} <a href=${PATHS.account}>${words.account}</a></p>
      <//>
    `;
  }

  #key() {
    const key = { ...password("key", words.key), maxlength: 4096, hint: words.hint, autofocus: true };
    return html`
      <${Form} key="key" look=${LOOK} fields=${[key]} act=${this.open} refused=${({ status }) => SAID[status] ?? words.away}
        send=${words.open} sending=${words.opening} />
    `;
  }
}

/** @param {any} error */
function whyNot({ status, details }) {
  if (status === 403) return words.notStaff;
  if (status !== 401) return "";
  return details?.otp ? account.wrongCode : account.enter.wrong;
}
