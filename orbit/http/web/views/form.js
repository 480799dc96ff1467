// @ts-check
/**
 * What somebody fills in and sends: one thing at a time, and what came of it is said where
 * it belongs.  A refusal that names a field stands beside it, and the field has the focus;
 * any other stands below the button.  What a browser can check is checked first, in the
 * page's words.  Fields hold what is typed themselves, so password managers may fill them.
 * Its button is never disabled: who has pressed it by keys would lose his place.
 */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.form;
let forms = 0;

/**
 * @typedef {object} FieldOf  beside these whatever an input may have
 * @property {string} name  as the server calls it, too
 * @property {string} [label]
 * @property {string} [hint]
 * @property {string} [wrong]  what is said if its pattern is missed
 * @property {"password" | "email" | "url" | "text"} [type]
 * @property {number} [rows]  of a text of several lines
 * @property {{value: string, label: string, hint?: string}[]} [options]  of which one is chosen
 */

/** What is wrong with an input, as far as a browser sees it. @param {any} input @param {FieldOf} field */
function missed({ value, required, validity, minLength }, { type, wrong = "" }) {
  const isBlank = type !== "password" && !value.trim();
  if (validity.valueMissing || (required && isBlank)) return words.missing;
  if (value && value.length < minLength) return words.short(minLength);
  if (validity.typeMismatch) return type === "email" ? words.noEmail : words.noAddress;
  return validity.valid ? "" : wrong || words.other;
}

/**
 * `fields`; `send`, `sending`: the button's words; `act(values)` does it, and returns what
 * is to be said then; `refused(error)`: words that fit better than the server's, or none;
 * `look` of the button, and if that is big, of the fields.  `children` stand below.
 */
export class Form extends Component {
  id = `form-${(forms += 1)}`;
  /** @type {any} */ form = createRef();
  /** @type {any} */ state = { busy: false, said: "", refusal: "", wrong: {}, shown: false };
  #isGone = false;

  componentWillUnmount() {
    this.#isGone = true;
  }

  componentDidMount() {
    this.#inputs.find((input) => input.autofocus)?.focus(); // a page's own is for those that were loaded with it
  }

  /** @returns {any[]} */
  get #inputs() {
    return [...this.form.current.querySelectorAll("input[name], textarea[name]")];
  }

  send = async (event) => {
    event.preventDefault();
    if (this.state.busy) return;
    const { fields = [], act } = this.props;
    const inputs = this.#inputs;
    const faults = inputs.map((input) => [input.name, missed(input, fields.find(({ name }) => name === input.name))]);
    const wrong = Object.fromEntries(faults.filter(([, fault]) => fault));
    if (Object.keys(wrong).length) return this.#refuse(wrong);
    const values = Object.fromEntries(new FormData(this.form.current));
    this.setState({ busy: true, said: "", refusal: "", wrong: {} });
    try {
      const said = (await act(values)) ?? "";
      if (!this.#isGone) this.setState({ busy: false, said });
    } catch (error) {
      if (!this.#isGone) this.#explain(/** @type {any} */ (error));
    }
  };

  /** @param {import("../sdk/failure.js").OrbitError} error */
  #explain(error) {
    const { fields = [], refused } = this.props;
    const named = fields.filter(({ name }) => name in (error.details ?? {}));
    const better = refused?.(error);
    const why = better || explain(error);
    // of an address servers ask more than browsers do
    const said = ({ type }) => (type === "email" && error.code === "invalid" && !better ? words.noEmail : why);
    this.#refuse(Object.fromEntries(named.map((field) => [field.name, said(field)])), named.length ? "" : why);
  }

  #refuse(wrong, refusal = "") {
    this.setState({ busy: false, said: "", refusal, wrong }, () => {
      this.#inputs.find(({ name }) => name in wrong)?.focus();
    });
  }

  /** What is being mended is not wrong any more. */
  type = ({ target: { name } }) => {
    if (name in this.state.wrong) this.setState({ wrong: { ...this.state.wrong, [name]: undefined } });
  };

  get #isBig() {
    return this.props.look?.includes("big");
  }

  render({ fields = [], send, sending = send, look = "primary", children }, { busy, said, refusal }) {
    return html`
      <form class="stack" novalidate ref=${this.form} onSubmit=${this.send} onInput=${this.type}>
        ${fields.map(this.#field)}
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <div class=${this.#isBig ? "stack" : "row wrap"}>
          <button class="button ${look}" aria-disabled=${String(busy)}>${busy ? sending : send}</button>
          <p role="status" class="outcome">${said}</p>
        </div>
        ${children}
      </form>
    `;
  }

  /** @param {FieldOf & Record<string, any>} field */
  #field = (field) => (field.options ? this.#choice(field) : this.#line(field));

  /** @param {FieldOf & Record<string, any>} field */
  #choice({ name, label, options, defaultValue }) {
    const wrong = this.state.wrong[name];
    const one = ({ value, label: called, hint }) => html`
      <label class="choice" key=${value}>
        <input type="radio" name=${name} value=${value} defaultChecked=${value === defaultValue} />
        <span><b>${called}</b>${hint && html`<small>${hint}</small>`}</span>
      </label>`;
    return html`
      <fieldset class="field" key=${name}>
        <legend>${label}</legend>
        <div class="choices listed">${options.map(one)}</div>
        ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}
      </fieldset>
    `;
  }

  /** @param {FieldOf & Record<string, any>} field */
  #line({ name, label, hint, wrong: _, hidden, class: looks = "", rows, ...input }) {
    const id = `${this.id}-${name}`;
    const wrong = this.state.wrong[name];
    const told = [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(" ");
    const given = {
      id, name, maxlength: 254, ...input,
      class: `input ${this.#isBig ? "big" : ""} ${looks}`,
      "aria-invalid": wrong ? "true" : undefined,
      "aria-describedby": told || undefined,
    };
    return html`
      <div class="hinted" key=${name} hidden=${hidden}>
        <div class="field">
          <label for=${id}>${label}</label>
          ${rows ? html`<textarea rows=${rows} ...${given}></textarea>`
            : input.type === "password" ? this.#secret(given) : html`<input type="text" ...${given} />`}
        </div>
        ${wrong && html`<p class="wrong" role="alert" id="${id}-wrong">${wrong}</p>`}
        ${hint && html`<small class="soft" id="${id}-hint">${hint}</small>`}
      </div>
    `;
  }

  /** What is typed is hidden, until one wants to see it. */
  #secret(given) {
    const { shown } = this.state;
    return html`
      <div class="secret" dir="ltr">
        <input ...${given} type=${shown ? "text" : "password"} spellcheck=${false} autocapitalize="none" />
        <button type="button" class="button quiet icon-only" aria-pressed=${String(shown)}
          aria-label=${words.show} aria-controls=${given.id}
          onClick=${() => this.setState({ shown: !shown })}><${Icon} name=${shown ? "hidden" : "shown"} /></button>
      </div>
    `;
  }
}
