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
 * @param {{percent: number, mayAdd: boolean, whyNot?: string, runs?: any, onAdd: () => void,
 *   onZoom: (factor: number) => void, onLifeSize: () => void, onFit: () => void}} props
 */
export const Dock = ({ percent, mayAdd, whyNot, runs, onAdd, onZoom, onLifeSize, onFit }) => html`
  <div class="dock" role="toolbar" aria-label=${words.tools}>
    <button type="button" class="button primary" disabled=${!mayAdd && !whyNot}
      aria-disabled=${String(!mayAdd)} title=${whyNot || null} onClick=${onAdd}>
      <${Icon} name="plus" />${words.add}
    </button>
    <span class="divider"></span>
    ${tool("minus", words.zoomOut, () => onZoom(1 / STEP))}
    <button type="button" class="button quiet zoom" aria-label=${words.zoomTo(percent)}
      onClick=${onLifeSize}>${percent}%</button>
    ${tool("plus", words.zoomIn, () => onZoom(STEP))}
    ${tool("fit", words.fit, onFit)}
    ${runs && html`
      <button type="button" class="button quiet icon-only wide-only" aria-label=${text.meeting.run}
        title=${text.meeting.run} aria-pressed=${String(runs.isShown)} onClick=${runs.toggle}>
        <${Icon} name="flag" /></button>`}
  </div>
`;
