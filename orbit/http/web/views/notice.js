// @ts-check
/** A page that only says something: no such board, a private one, a deleted one. */
import { explain } from "../page/explain.js";
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Mark } from "./icons.js";

/** @param {{code: string, message?: string, onHome: (event: Event) => void}} props */
export const Notice = ({ code, message = "", onHome }) => {
  const [title, hint] = text.notice[code] ?? text.notice.other;
  return html`
    <main class="notice">
      <div class="notice-sky" aria-hidden="true"><i></i><i></i><i></i></div>
      <${Mark} />
      <h1>${title}</h1>
      <p>${hint || explain({ code, message })}</p>
      <a class="button primary" href="/" onClick=${onHome}>${text.notice.home}</a>
    </main>
  `;
};
