// @ts-check
/** Somebody tells a board's admins that a note should not stand there. */
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";

const words = text.report;
const REASON = 500;

/** `onReport(reason)`, `onClose`. */
export class Report extends Component {
  state = { reason: "" };

  send = (event) => {
    event.preventDefault();
    this.props.onReport(this.state.reason.trim());
    this.props.onClose();
  };

  render({ onClose }, { reason }) {
    return html`
      <${Dialog} title=${words.title} onClose=${onClose}>
        <form class="stack" onSubmit=${this.send}>
          <p class="soft">${words.hint}</p>
          <label class="field">
            <span>${words.reason}</span>
            <textarea class="input" name="reason" rows="3" dir="auto" maxlength=${REASON} value=${reason}
              onInput=${(event) => this.setState({ reason: event.target.value })}></textarea>
          </label>
          <div class="row"><button class="button primary">${words.send}</button></div>
        </form>
      <//>
    `;
  }
}
