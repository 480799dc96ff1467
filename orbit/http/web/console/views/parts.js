// @ts-check
/** What several views show: a table that is cards on a phone, a curve, a bar, a chip, a fact. */
import { Component, html } from "../../page/html.js";

/**
 * A table. Columns are `[name, label, isNumber]`; a row is `{key, cells, kind}`;
 * `look`: "lines", if on a phone each cell has one of its own.
 * @param {{caption: string, columns: [string, string, boolean?][], rows: any[], sorted?: string, look?: string}} props
 */
export const Table = ({ caption, columns, rows, sorted, look = "" }) => html`
  <div class="table-box">
    <table class="data ${look}">
      <caption class="reader">${caption}</caption>
      <thead><tr>${columns.map(([name, label, isNumber]) => html`
        <th scope="col" class=${isNumber ? "number" : ""}
          aria-sort=${name === sorted ? "descending" : null}>${label}</th>`)}
      </tr></thead>
      <tbody>${rows.map(({ key, cells, kind = "" }) => html`
        <tr key=${key} class=${kind}>${columns.map(([name, label, isNumber]) => html`
          <td class=${isNumber ? "number" : ""} data-label=${label}>${cells[name]}</td>`)}
        </tr>`)}
      </tbody>
    </table>
  </div>
`;

const WIDE = 240;
const HIGH = 44;
const LEAST = 15; // steps that a curve is wide, at least: else the first would look like much

/**
 * The last rates as a curve, which is as wide as there are any; `span(steps)` says of how
 * long.  Its words are for who does not see it.
 */
export const Curve = ({ values, title, now, span, label }) => {
  const most = Math.max(...values, 1);
  const steps = Math.max(values.length - 1, LEAST);
  const points = values.map((value, at) => [
    WIDE - ((values.length - 1 - at) * WIDE) / steps,
    HIGH - 2 - (value / most) * (HIGH - 6),
  ]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const first = points[0]?.[0].toFixed(1) ?? WIDE;
  return html`
    <figure class="curve-box">
      <figcaption class="curve-head" aria-hidden="true">
        <span>${title} <b>${now}</b></span><span>${span(steps)}</span></figcaption>
      <svg class="curve" viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${label}>
        ${[0.5, HIGH / 2].map((y) => html`
          <line class="curve-grid" x1="0" x2=${WIDE} y1=${y} y2=${y} vector-effect="non-scaling-stroke" />`)}
        ${points.length > 1 && html`
          <polygon class="curve-fill" points="${first},${HIGH} ${line} ${WIDE},${HIGH}" />
          <polyline class="curve-line" points=${line} vector-effect="non-scaling-stroke" />`}
        <line class="curve-base" x1="0" x2=${WIDE} y1=${HIGH - 0.5} y2=${HIGH - 0.5}
          vector-effect="non-scaling-stroke" />
      </svg>
    </figure>
  `;
};

/** A share, from 0 to 1. */
export const Bar = ({ share }) => html`
  <svg class="share ${share > 0.85 ? "high" : ""}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="share-all" width="100" height="4" />
    <rect class="share-used" width=${Math.max(Math.min(share, 1) * 100, 1)} height="4" />
  </svg>
`;

/** One of a list of facts. @param {string} label @param {any} value */
export const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

/** @param {{state: string, children: any}} props */
export const Chip = ({ state, children }) => html`
  <span class="state" data-state=${state}><span class="state-dot"></span>${children}</span>
`;

/** A button that asks before it acts: `act` is called by the second press. */
export class Sure extends Component {
  state = { asks: false };

  press = () => {
    if (this.state.asks) this.props.act();
    this.setState({ asks: !this.state.asks });
  };

  render({ children, label, question }, { asks }) {
    return html`
      <button type="button" class="button small ${asks ? "danger" : ""}" aria-label=${asks ? question : label}
        onBlur=${() => this.setState({ asks: false })} onClick=${this.press}>${asks ? question : children}</button>
    `;
  }
}

/** What is not shown, because somebody did not answer. */
export const Missing = ({ silent, words }) =>
  silent.length > 0 && html`<p class="warned line" role="status">${words(silent)}</p>`;
