// @ts-check
/** The tools at the foot of the canvas. */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.board;
const STEP = 1.25;

const tool = (icon, label, act) => html`
  <button type="button" class="button quiet icon-only" aria-label=${label} title=${label}
    onClick=${act}><${Icon} name=${icon} /></button>
`;

/**
 * @param {{percent: number, mayAdd: boolean, onAdd: () => void,
 *   onZoom: (factor: number) => void, onLifeSize: () => void, onFit: () => void}} props
 */
export const Dock = ({ percent, mayAdd, onAdd, onZoom, onLifeSize, onFit }) => html`
  <div class="dock" role="toolbar" aria-label=${words.tools}>
    <button type="button" class="button primary" disabled=${!mayAdd} onClick=${onAdd}>
      <${Icon} name="plus" />${words.add}
    </button>
    <span class="divider"></span>
    ${tool("minus", words.zoomOut, () => onZoom(1 / STEP))}
    <button type="button" class="button quiet zoom" aria-label=${words.zoomTo(percent)}
      onClick=${onLifeSize}>${percent}%</button>
    ${tool("plus", words.zoomIn, () => onZoom(STEP))}
    ${tool("fit", words.fit, onFit)}
  </div>
`;
