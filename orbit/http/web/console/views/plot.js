// @ts-check
/** Counts by day as bars: small, with words for who does not see them. */
import { html } from "../../page/html.js";
import { locale } from "../../page/language.js";
import { count } from "../figures.js";

const WIDE = 300;
const HIGH = 72;
const DAY = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });

/** @param {string} day  as `2026-11-22` */
export const named = (day) => DAY.format(Date.parse(`${day.slice(0, 10)}T00:00:00Z`));

/**
 * `days`: `{day, count}`, the oldest first; `label(most, sum)` says what they come to.
 * @param {{days: {day: string, count: number}[], label: string}} props
 */
export const Bars = ({ days, label }) => {
  const most = Math.max(...days.map((each) => each.count), 1);
  const step = WIDE / Math.max(days.length, 1);
  const bar = ({ day, count: n }, at) => {
    const high = n ? Math.max((n / most) * (HIGH - 4), 2) : 0;
    return html`
      <g key=${day}>
        <title>${named(day)}: ${count(n)}</title>
        <rect class="bars-ground" x=${at * step} width=${step} height=${HIGH} />
        <rect class="bars-one" x=${(at + 0.14) * step} width=${step * 0.72} y=${HIGH - high} height=${high} />
      </g>`;
  };
  return html`
    <svg class="bars" viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${label}>
      <line class="curve-grid" x1="0" x2=${WIDE} y1="4" y2="4" vector-effect="non-scaling-stroke" />
      <line class="curve-grid" x1="0" x2=${WIDE} y1=${HIGH / 2 + 2} y2=${HIGH / 2 + 2} vector-effect="non-scaling-stroke" />
      ${days.map(bar)}
      <line class="curve-base" x1="0" x2=${WIDE} y1=${HIGH - 0.5} y2=${HIGH - 0.5} vector-effect="non-scaling-stroke" />
    </svg>
    ${days.length > 0 && html`
      <p class="bars-foot" aria-hidden="true"><span>${named(days[0].day)}</span><span>${named(days[days.length - 1].day)}</span></p>`}
  `;
};
