// @ts-check
/** What a new board begins with: its columns, and the votes that each may give. */
import { html } from "../page/html.js";
import { text } from "../text.js";

const words = text.templates;

/** @typedef {keyof typeof words.all} Template */

/** What a template asks of a new board, or null. @param {Template} name */
export function wished(name) {
  const { columns, votes } = words.all[name];
  return columns.length ? { columns, votes_each: votes } : null;
}

/** @param {{chosen: Template, onChoose: (name: Template) => void}} props */
export const Templates = ({ chosen, onChoose }) => html`
  <fieldset class="field">
    <legend>${words.title}</legend>
    <div class="templates">${Object.entries(words.all).map(([name, { title, columns }]) => html`
      <label key=${name}>
        <input type="radio" name="template" checked=${name === chosen}
          onChange=${() => onChoose(/** @type {Template} */ (name))} />
        <span title=${columns.join(" · ")}>${title}</span>
      </label>`)}
    </div>
    ${agenda(words.all[chosen])}
  </fieldset>
`;

const agenda = ({ columns, agenda: steps }) => columns.length > 0 && html`
  <details class="agenda">
    <summary><b>${words.agenda}</b> <span class="soft">${columns.join(" · ")}</span></summary>
    <ol>${steps.map((step) => html`<li key=${step}>${step}</li>`)}</ol>
  </details>
`;
