// @ts-check
/** A page that only says something: no such board, a private one, a deleted one. */
import { explain } from "../page/explain.js";
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Centred } from "./centred.js";

/** @param {{code: string, message?: string, onHome: (event: Event) => void}} props */
export const Notice = ({ code, message = "", onHome }) => {
  const [title, hint] = text.notice[code] ?? text.notice.other;
  return html`
    <${Centred} title=${title} hint=${hint || explain({ code, message })}>
      <a class="button primary" href="/" onClick=${onHome}>${text.notice.home}</a>
    <//>
  `;
};
