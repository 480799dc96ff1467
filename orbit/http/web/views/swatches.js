// @ts-check
/** The five colours to choose from. */
import { html } from "../page/html.js";
import { COLOURS, text } from "../text.js";

/** @param {{chosen: string, label: string, onChoose: (colour: string) => void}} props */
export const Swatches = ({ chosen, label, onChoose }) => html`
  <div class="swatches" role="group" aria-label=${label}>
    ${COLOURS.map((colour) => html`
      <button type="button" class="swatch" data-colour=${colour} key=${colour}
        aria-pressed=${String(colour === chosen)} title=${text.colours[colour]}
        aria-label=${text.note.recolour(text.colours[colour])}
        onClick=${() => onChoose(colour)}></button>`)}
  </div>
`;
