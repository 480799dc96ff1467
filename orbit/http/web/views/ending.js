// @ts-check
/** What whoever holds a board is told before it ends: when, and what can be done. */
import { html } from "../page/html.js";
import { day } from "../page/ending.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.ending;

/**
 * @param {{endsAt: number, now: number, onClaim: () => void, onExport: (() => void) | null,
 *   onClose: () => void}} props
 */
export const Ending = ({ endsAt, now, onClaim, onExport, onClose }) => html`
  <section class="ending" aria-label=${words.title}>
    <${Icon} name="clock" />
    <p><b>${words.endsOn(day(endsAt, now))}</b> <span>${onExport ? words.hint : words.hintMaker}</span></p>
    <div class="row">
      <button type="button" class="button primary" onClick=${onClaim}>${words.claim}</button>
      ${onExport && html`
        <button type="button" class="button" onClick=${onExport}>${text.menu.export}</button>`}
      <button type="button" class="button quiet icon-only" aria-label=${words.later} title=${words.later}
        onClick=${onClose}><${Icon} name="close" /></button>
    </div>
  </section>
`;
