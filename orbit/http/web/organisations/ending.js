// @ts-check
/** The ways out of an organisation: leaving it, and its end for all. */
import { OrbitError } from "../orbit.js";
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { Dialog } from "../views/dialog.js";
import { Form } from "../views/form.js";
import { words } from "./text.js";

/** A section with a button that opens a dialog, in which it is asked once more. */
class Asked extends Component {
  state = { asks: false };

  render({ id, title, hint, ask, children }, { asks }) {
    return html`
      <section class="panel stack" aria-labelledby=${id}>
        <h2 id=${id}>${title}</h2>
        <p class="soft">${hint}</p>
        ${ask && html`<div class="row"><button type="button" class="button danger" aria-haspopup="dialog"
          onClick=${() => this.setState({ asks: true })}>${ask}</button></div>`}
        ${asks && children(() => this.setState({ asks: false }))}
      </section>
    `;
  }
}

/** `orbit`, `org`, `held`: why one may not; `onOut()`. */
export const Leave = ({ orbit, org, held, onOut }) => {
  const leave = async () => {
    await orbit.organisations.leave(org.id);
    onOut();
  };
  const sure = (close) => html`
    <${Dialog} title=${words.leave.sure(plain(org.name))} onClose=${close}>
      <p>${words.leave.hint}</p>
      ${choice(close, words.leave.keep, html`
        <${Form} look="danger" act=${leave} refused=${last} send=${words.leave.send} />`)}
    <//>
  `;
  const hint = held ? words.leave[held] : words.leave.hint;
  return html`
    <${Asked} id="leave" title=${words.leave.title} hint=${hint} ask=${!held && words.leave.send}>${sure}<//>`;
};

/** `orbit`, `org`, `count`: so many members, if that is known; `onOut()`. */
export const Remove = ({ orbit, org, count, onOut }) => {
  const name = plain(org.name);
  const remove = async ({ name: typed }) => {
    if (typed.trim() !== name.trim()) throw new OrbitError("invalid", words.remove.wrong, { details: { name: true } });
    await orbit.organisations.remove(org.id);
    onOut();
  };
  const field = {
    name: "name", label: words.remove.type, placeholder: name, required: true, maxlength: 80,
    autocomplete: "off", spellcheck: false, dir: "auto", autofocus: true,
  };
  const sure = (close) => html`
    <${Dialog} title=${words.remove.title} onClose=${close}>
      <p>${count ? words.remove.sure(name, count) : words.remove.sureForAll(name)}</p>
      <${Form} look="danger" fields=${[field]} act=${remove} refused=${mistyped} send=${words.remove.send}
        sending=${words.remove.sending} />
    <//>
  `;
  return html`
    <${Asked} id="remove" title=${words.remove.title} hint=${words.remove.hint} ask=${words.remove.ask}>${sure}<//>`;
};

const choice = (close, keep, go) => html`
  <div class="row wrap">
    <button type="button" class="button primary" onClick=${close}>${keep}</button>
    ${go}
  </div>
`;

/** @param {any} error */
const last = ({ code }) => (code === "conflict" ? words.leave.last : "");

/** @param {any} error */
const mistyped = ({ details }) => (details?.name ? words.remove.wrong : "");
