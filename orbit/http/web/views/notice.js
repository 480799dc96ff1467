// @ts-check
/** A page that only says something: no such board, a private one, a deleted one. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Centred } from "./centred.js";

/** `code`, `message`, `onHome(event)`. */
export class Notice extends Component {
  componentDidMount() {
    document.title = `${said(this.props.code)[0]} · ${text.name}`;
  }

  render({ code, message = "", onHome }) {
    const [title, hint] = said(code);
    return html`
      <${Centred} title=${title} hint=${hint || explain({ code, message })}>
        <a class="button primary" href="/" onClick=${onHome}>${text.notice[code === "page" ? "start" : "home"]}</a>
      <//>
    `;
  }
}

/** @param {string} code */
const said = (code) => text.notice[code] ?? text.notice.other;
