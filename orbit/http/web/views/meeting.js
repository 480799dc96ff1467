// @ts-check
/**
 * The meeting, in one line below the head of a board: for all, the phase, the time and
 * the votes that are left; for who runs it, what they are changed with.
 */
import { html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Countdown } from "./countdown.js";
import { Icon } from "./icons.js";

const words = text.meeting;

const tool = (icon, label, act, more = {}) => html`
  <button type="button" class="button quiet" title=${label} aria-label=${label} onClick=${act} ...${more}>
    <${Icon} name=${icon} /><span class="roomy-only" aria-hidden="true">${label}</span>
  </button>
`;

/**
 * @param {{card: any, runs: boolean, left: number | null, isOver: boolean, aiming: boolean,
 *   follows: boolean, clock: any, desk: import("../canvas/desk.js").Desk,
 *   tell: (verb: string) => void, open: (dialog: string) => void,
 *   onPoint: () => void, onFollow: () => void}} props
 */
export const Meeting = (props) => html`
  <section class="meeting ${props.isOver ? "over" : ""}" aria-label=${words.title}>
    <div class="meeting-line">
      ${props.runs ? stepper(props) : phase(props)}
      ${time(props)}
      ${props.left !== null && html`
        <span class="chip votes"><${Icon} name="up" />${words.left(props.left)}</span>`}
      ${props.runs ? tools(props) : guests(props)}
    </div>
    ${props.aiming && html`<p class="meeting-hint" role="status">${words.aiming}</p>`}
  </section>
`;

const named = (/** @type {any} */ card) => words.phases[card.phase ?? ""] ?? [plain(card.phase), ""];

const phase = ({ card }) => card.phase && html`
  <span class="phase" title=${named(card)[1]}><b>${named(card)[0]}</b>
    <span class="roomy-only soft">${named(card)[1]}</span></span>
`;

const stepper = ({ card, desk }) => html`
  <span class="stepper" role="group" aria-label=${words.phase}>
    ${step("back", words.previous, () => desk.phase(-1))}
    <b class="phase" title=${named(card)[1]}>${named(card)[0]}</b>
    ${step("forth", words.next, () => desk.phase(1))}
  </span>
`;

const step = (icon, label, act) => html`
  <button type="button" class="button quiet icon-only" title=${label} aria-label=${label}
    onClick=${act}><${Icon} name=${icon} /></button>
`;

const time = ({ card, runs, isOver, clock, open }) => {
  const isShown = card.ends_at || isOver;
  const inside = card.ends_at
    ? html`<${Countdown} key=${card.ends_at} endsAt=${card.ends_at} ...${clock} />`
    : html`<b>${words.over}</b>`;
  if (!runs) return isShown && html`<span class="time"><${Icon} name="clock" />${inside}</span>`;
  return html`
    <button type="button" class="button quiet time" title=${words.timer} aria-haspopup="dialog"
      aria-label=${isShown ? null : words.timer}
      onClick=${() => open("timer")}>
      <${Icon} name="clock" />${isShown ? inside : html`<span class="roomy-only">${words.timer}</span>`}
    </button>
  `;
};

const tools = ({ card, tell, open, aiming, onPoint }) => html`
  ${card.concealed
    ? tool("shown", words.reveal, () => tell("reveal"), { class: "button accent" })
    : tool("hidden", words.conceal, () => tell("conceal"))}
  ${tool("aim", words.point, onPoint, { "aria-pressed": String(aiming) })}
  ${tool("gear", words.settings, () => open("settings"), { "aria-haspopup": "dialog", class: "button quiet wide-only" })}
`;

const guests = ({ card, follows, onFollow }) => html`
  ${card.concealed && html`<span class="chip"><${Icon} name="hidden" />${words.faceDown}</span>`}
  <button type="button" class="button quiet follow" aria-pressed=${String(follows)}
    title=${words.followHint} aria-label=${words.follow} onClick=${onFollow}>
    <${Icon} name="aim" /><span class="wide-only">${words.follow}</span></button>
`;
