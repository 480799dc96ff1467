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
 * @param {{desk: import("../canvas/desk.js").Desk | null, percent: number,
 *   runs: {isShown: boolean, toggle: () => void} | null}} props  `runs`: of who runs a meeting
 */
export const Dock = ({ desk, percent, runs }) => {
  const mayAdd = desk?.may("add_note") ?? false;
  const whyNot = desk?.whyNot("add_note");
  return html`
    <div class="dock" role="toolbar" aria-label=${words.tools}>
      <button type="button" class="button primary" disabled=${!mayAdd && !whyNot}
        aria-disabled=${String(!mayAdd)} title=${whyNot || null} onClick=${() => desk?.add()}>
        <${Icon} name="plus" />${words.add}
      </button>
      <span class="divider"></span>
      ${tool("minus", words.zoomOut, () => desk?.scene.zoom(1 / STEP))}
      <button type="button" class="button quiet zoom" aria-label=${words.zoomTo(percent)}
        onClick=${() => desk?.scene.lifeSize()}>${percent}%</button>
      ${tool("plus", words.zoomIn, () => desk?.scene.zoom(STEP))}
      ${tool("fit", words.fit, () => desk?.scene.fit())}
      ${runs && html`
        <button type="button" class="button quiet icon-only wide-only" aria-label=${text.meeting.run}
          title=${text.meeting.run} aria-pressed=${String(runs.isShown)} onClick=${runs.toggle}>
          <${Icon} name="flag" /></button>`}
    </div>
  `;
};
