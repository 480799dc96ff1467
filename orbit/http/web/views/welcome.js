// @ts-check
/**
 * What the link in an invite opens.  Nothing is done before it is pressed: who looks
 * through mails opens links, too, and an invite is good once.
 */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { text } from "../text.js";

const words = text.welcome;

/** `orbit`, `board` (private, closed to us), `onVoid()`: it is of no use any more. */
export class Welcome extends Component {
  state = { busy: false, refusal: "" };

  enter = async () => {
    const { orbit, board, onVoid } = this.props;
    this.setState({ busy: true, refusal: "" });
    try {
      await orbit.acceptInvite(board, memory.invite(board.id) ?? "");
      memory.keepInvite(board.id, null);
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      const isVoid = code === "not_found";
      this.setState({ busy: false, refusal: code === "forbidden" ? words.other : explain(error) });
      if (isVoid) onVoid(words.void);
    }
  };

  render({ orbit }, { busy, refusal }) {
    const { account } = orbit;
    return html`
      <div class="knock">
        ${account && html`<p class="soft">${text.account.signedIn(account.email)}</p>`}
        <button type="button" class="button primary big" disabled=${busy} onClick=${this.enter}>
          ${busy ? words.entering : words.enter}</button>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <p class="soft">${words.need}</p>
      </div>
    `;
  }
}
