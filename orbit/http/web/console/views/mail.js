// @ts-check
/** A mail to a few people: written, looked at as it will arrive, and sent. */
import { Component, createRef, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { newId } from "../../sdk/id.js";
import { Form } from "../../views/form.js";
import { addresses, paragraphs } from "../letter.js";
import { words as all } from "../text.js";

const words = all.mail;
const MOST = 50;
const BLANK = { to: "", subject: "", body: "" };

export class Mail extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {any} */ state = { draft: { ...BLANK, to: this.props.query.to ?? "" }, sent: "", times: 0 };
  #key = newId(); // of this mail: pressed twice, it goes once

  type = ({ target: { name, value } }) => this.setState({ draft: { ...this.state.draft, [name]: value }, sent: "" });

  send = async ({ to, subject, body }) => {
    const all = addresses(to);
    try {
      const told = { to: all.length === 1 ? all[0] : all, subject: subject.trim(), body: body.trim() };
      const { recipients } = await this.props.staff.send(told, this.#key);
      this.#key = newId();
      this.setState({ draft: BLANK, sent: words.sent(recipients), times: this.state.times + 1 }, () => this.heading.current?.focus());
    } catch (error) {
      throw ofField(/** @type {any} */ (error));
    }
  };

  render(_props, { draft, sent, times }) {
    const fields = [
      { name: "to", label: words.to, hint: words.toHint(MOST), required: true, maxlength: 13_000, autocomplete: "off", dir: "ltr",
        autocapitalize: "none", spellcheck: false, defaultValue: draft.to, autofocus: !draft.to },
      { name: "subject", label: words.subject, required: true, maxlength: 200, autocomplete: "off", dir: "auto", autofocus: Boolean(draft.to) },
      { name: "body", label: words.body, hint: words.bodyHint, required: true, rows: 10, maxlength: 20_000, dir: "auto" },
    ];
    return html`
      <h2 tabindex="-1" ref=${this.heading}>${words.title}</h2>
      <p role="status" class=${sent ? "said" : "reader"}>${sent}</p>
      <div class="letter-desk">
        <section class="panel stack" aria-label=${words.title} onInput=${this.type}>
          <${Form} key=${times} fields=${fields} act=${this.send} send=${words.send} sending=${words.sending} />
        </section>
        ${letter(draft)}
      </div>
    `;
  }
}

/** One of several addresses is wrong: that is the field's. @param {any} error */
function ofField(error) {
  const names = Object.keys(error.details ?? {});
  return Object.assign(error, { details: Object.fromEntries(names.map((name) => [name.split(".")[0], error.details[name]])) });
}

const letter = ({ to, subject, body }) => {
  const many = addresses(to);
  const parts = paragraphs(body);
  return html`
    <section class="panel letter" aria-label=${words.preview}>
      <h3>${words.preview}</h3>
      <p class="letter-to"><span class="soft">${words.to}</span> <span dir="ltr">${plain(many[0]) || words.blank}</span>
        ${many.length > 1 && html`<span class="soft">${words.each(many.length - 1)}</span>`}</p>
      <h4 dir="auto">${plain(subject) || words.blank}</h4>
      ${parts.length ? parts.map((part, at) => html`<p key=${at} dir="auto">${plain(part)}</p>`) : html`<p>${words.blank}</p>`}
      <p class="letter-foot">${words.below}</p>
    </section>
  `;
};
