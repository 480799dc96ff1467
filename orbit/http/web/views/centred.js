// @ts-check
/** A page with one thing in its middle: a word, a question, a form. */
import { html } from "../page/html.js";
import { Mark } from "./icons.js";

/** `title`, `hint`; `hold`: a ref to the heading; `waits`: the sky breathes. */
export const Centred = ({ title, hint, hold, waits, children }) => html`
  <main class="notice">
    <div class="notice-sky ${waits ? "waits" : ""}" aria-hidden="true"><i></i><i></i><i></i></div>
    <${Mark} />
    <h1 tabindex="-1" ref=${hold}>${title}</h1>
    ${hint && html`<p>${hint}</p>`}
    ${children}
  </main>
`;
