// @ts-check
/** All keys on one page. */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";

const words = text.help;

/** @param {{onClose: () => void}} props */
export const Help = ({ onClose }) => html`
  <${Dialog} title=${words.title} kind="wide" onClose=${onClose}>
    <div class="keys">
      ${words.groups.map(([title, keys]) => html`
        <section>
          <h3>${title}</h3>
          <dl>${keys.map(([key, what]) => html`
            <div><dt dir="ltr">${caps(key)}</dt><dd>${what}</dd></div>`)}
          </dl>
        </section>`)}
    </div>
    <section class="agenda">
      <h3>${words.meeting}</h3>
      <ol>${words.agenda.map((step) => html`<li key=${step}>${step}</li>`)}</ol>
    </section>
    <p class="soft">${words.about}</p>
  <//>
`;

const caps = (keys) => keys.split(" ").filter(Boolean).map((key) => html`<kbd>${key}</kbd> `);
