// @ts-check
/** Erasing the account: what goes, and when, is shown first, and then it is asked once more. */
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { organisationPath } from "../page/route.js";
import { Dialog } from "../views/dialog.js";
import { Form } from "../views/form.js";
import { going } from "./going.js";
import { words as all } from "./text.js";

const words = all.erasure;

/** `orbit`, `go`, `prospect`: what it does; `onGone()`. */
export class Erasure extends Component {
  state = { asks: false };

  render({ orbit, go, prospect, onGone }, { asks }) {
    const stuck = prospect.organisations.filter(({ fate }) => fate === "needs_admin");
    return html`
      <section class="panel stack" aria-labelledby="erasure">
        <h2 id="erasure">${words.title}</h2>
        <p>${words.hint}</p>
        ${goes(prospect)}
        ${stuck.length > 0 && html`
          <div class="stack warned">
            <p>${words.stuck}</p>
            <ul class="row wrap">${stuck.map(({ id, name }) => html`
              <li key=${id}><a class="button" href=${organisationPath(id)}
                onClick=${(event) => go(organisationPath(id), event)}>
                <span class="clip" dir="auto">${plain(name)}</span></a></li>`)}
            </ul>
          </div>`}
        ${prospect.possible && html`
          <div class="row"><button type="button" class="button danger" aria-haspopup="dialog"
            onClick=${() => this.setState({ asks: true })}>${words.ask}</button></div>`}
        ${asks && html`
          <${Sure} orbit=${orbit} prospect=${prospect} onGone=${onGone} onClose=${() => this.setState({ asks: false })} />`}
      </section>
    `;
  }
}

const goes = (prospect) => html`
  <h3>${words.atOnce}</h3>
  <ul class="goes">${going(prospect, words).map((line) => html`<li dir="auto">${line}</li>`)}</ul>
  <h3>${words.later}</h3>
  <ul class="goes"><li>${words.trail(prospect.kept.trail)}</li><li>${words.copies}</li></ul>
`;

const Sure = ({ orbit, prospect, onGone, onClose }) => {
  const { boards, notes, upvotes } = prospect;
  const erase = async () => {
    await orbit.accounts.erase();
    onGone();
  };
  return html`
    <${Dialog} title=${words.title} onClose=${onClose}>
      <p>${words.sure(orbit.account?.email ?? "")}</p>
      ${boards > 0 && html`<p>${words.onBoards(boards, notes, upvotes)}</p>`}
      <div class="row wrap">
        <button type="button" class="button primary" onClick=${onClose}>${words.keep}</button>
        <${Form} look="danger" act=${erase} send=${words.erase} sending=${words.erasing} />
      </div>
    <//>
  `;
};
