// @ts-check
/** What several views show: a table that is cards on a phone, a curve, a bar, a chip. */
import { Component, html } from "../../page/html.js";

/**
 * A table. Columns are `[name, label, isNumber]`; a row is `{key, cells, kind}`.
 * @param {{caption: string, columns: [string, string, boolean?][], rows: any[], sorted?: string}} props
 */
export const Table = ({ caption, columns, rows, sorted }) => html`
  <div class="table-box">
    <table class="data">
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

/** The last rates as a curve; its words are for who does not see it. */
export const Curve = ({ values, label }) => {
  const most = Math.max(...values, 1);
  const step = WIDE / 59;
  const points = values.map((value, at) => [
    WIDE - (values.length - 1 - at) * step,
    HIGH - 2 - (value / most) * (HIGH - 6),
  ]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const first = points[0]?.[0].toFixed(1) ?? WIDE;
  return html`
    <svg class="curve" viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${points.length > 1 && html`
        <polygon class="curve-fill" points="${first},${HIGH} ${line} ${WIDE},${HIGH}" />
        <polyline class="curve-line" points=${line} vector-effect="non-scaling-stroke" />`}
      <line class="curve-base" x1="0" x2=${WIDE} y1=${HIGH - 0.5} y2=${HIGH - 0.5}
        vector-effect="non-scaling-stroke" />
    </svg>
  `;
};

/** A share, from 0 to 1. */
export const Bar = ({ share }) => html`
  <svg class="share ${share > 0.85 ? "high" : ""}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="share-all" width="100" height="4" rx="2" />
    <rect class="share-used" width=${Math.max(Math.min(share, 1) * 100, 1)} height="4" rx="2" />
  </svg>
`;

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
