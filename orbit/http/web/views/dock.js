// @ts-check
/** The tools at the foot of the canvas. */
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.board;
const STEP = 1.25;

const tool = (icon, label, act) => html`
  <button type="button" class="button quiet icon-only" aria-label=${label} title=${label}
    onClick=${act}><${Icon} name=${icon} /></button>
`;

/** How near one looks, and the way back: drawn by itself, for a zoom changes nothing else. */
export class Zoom extends Component {
  state = { percent: this.seen };

  componentDidMount() {
    this.props.hold.current = this;
  }

  componentWillUnmount() {
    this.props.hold.current = null;
  }

  get seen() {
    return Math.round((this.props.desk?.scene.camera.k ?? 1) * 100);
  }

  /** What is seen now. */
  show() {
    const percent = this.seen;
    if (percent !== this.state.percent) this.setState({ percent });
  }

  render({ desk }, { percent }) {
    return html`
      <button type="button" class="button quiet zoom" aria-label=${words.zoomTo(percent)}
        onClick=${() => desk?.scene.lifeSize()}>${percent}%</button>
    `;
  }
}

/**
 * @param {{desk: import("../canvas/desk.js").Desk | null, zoom: {current: Zoom | null},
 *   runs: {isShown: boolean, toggle: () => void} | null}} props  `runs`: of who runs a meeting
 */
export const Dock = ({ desk, zoom, runs }) => {
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
      <${Zoom} hold=${zoom} desk=${desk} />
      ${tool("plus", words.zoomIn, () => desk?.scene.zoom(STEP))}
      ${tool("fit", words.fit, () => desk?.scene.fit())}
      ${runs && html`
        <button type="button" class="button quiet icon-only wide-only" aria-label=${text.meeting.run}
          title=${text.meeting.run} aria-pressed=${String(runs.isShown)} onClick=${runs.toggle}>
          <${Icon} name="flag" /></button>`}
    </div>
  `;
};
