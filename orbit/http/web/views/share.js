// @ts-check
/** The links to a board, and for admins the one that must not go around. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { adminUrl, boardUrl } from "../page/route.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { CopyField } from "./copy.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { Qr } from "./qr.js";

const words = text.share;

export class Share extends Component {
  state = { note: "", busy: false, coded: false };

  revoke = async () => {
    const { orbit, board } = this.props;
    this.setState({ busy: true, note: "" });
    try {
      const { admin_token: token } = await orbit.revokeLink(board);
      memory.keepAdminToken(board.id, token);
      this.setState({ note: words.revoked, coded: false });
    } catch (error) {
      this.setState({ note: explain(error) });
    }
    this.setState({ busy: false });
  };

  render({ board, isAdmin, isPublic, onClose }, state) {
    return html`
      <${Dialog} title=${words.title} onClose=${onClose}>
        <section class="stack">
          <h3>${words.link}</h3>
          <p class="soft">${isPublic ? words.linkHint : words.linkHintPrivate}</p>
          <${CopyField} label=${words.link} name="share" value=${boardUrl(board.id)} />
          <figure class="code">
            <figcaption class="on-paper">
              <b dir="auto">${plain(board.items.board?.board?.title)}</b><span>${words.printed}</span>
            </figcaption>
            <${Qr} of=${boardUrl(board.id)} label=${words.link} />
            <span class="on-paper" dir="ltr">${boardUrl(board.id)}</span>
            <button type="button" class="button quiet" onClick=${() => print()}>
              <${Icon} name="print" />${words.print}</button>
          </figure>
        </section>
        ${isAdmin && this.#admin(board, state)}
      <//>
    `;
  }

  #admin(board, { note, busy, coded }) {
    return html`
      <section class="stack warned off-paper">
        <h3>${words.admin}</h3>
        <p>${board.link ? words.adminHint : words.adminElsewhere}</p>
        ${board.link && html`
          <${CopyField} label=${words.admin} name="admin"
            value=${adminUrl(board.id, board.link)} />
          ${coded && html`<${Qr} of=${adminUrl(board.id, board.link)} label=${words.admin} />`}
          <div class="row wrap">
            <button type="button" class="button" aria-expanded=${String(coded)}
              onClick=${() => this.setState({ coded: !coded })}>
              ${coded ? words.hideCode : words.showCode}</button>
            <span class="soft">${words.codeHint}</span>
          </div>`}
        <div class="row wrap">
          <button type="button" class="button" disabled=${busy} onClick=${this.revoke}>
            ${words.revoke}
          </button>
          <span class="soft">${words.revokeHint}</span>
        </div>
        <p role="status" class="outcome">${note}</p>
      </section>
    `;
  }
}
