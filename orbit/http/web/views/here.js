// @ts-check
/** How many people are here; where a board is strict, nobody is told. */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

/** @param {{here: number, card: any}} props */
export const Here = ({ here, card }) => !card?.strict && html`
  <span class="here" title=${text.board.here(here)}>
    <${Icon} name="people" /><span aria-hidden="true">${here}</span>
    <span class="reader">${text.board.here(here)}</span>
  </span>
`;
