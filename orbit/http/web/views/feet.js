// @ts-check
/** The foot of the pages that anybody comes to: the ways to those who run this. */
import { html } from "../page/html.js";
import { text } from "../text.js";

/** @param {{here?: string}} props  which of them is shown */
export const Feet = ({ here }) => html`
  <footer class="feet"><nav aria-label=${text.feet.title}>
    ${Object.entries(text.feet.names).map(([path, label]) => html`
      <a key=${path} href="/${path}" aria-current=${path === here ? "page" : null}>${label}</a>`)}
  </nav></footer>
`;
