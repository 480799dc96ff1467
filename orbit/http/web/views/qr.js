// @ts-check
/**
 * A link as a QR code: an SVG of one path, so it is crisp at every size and on paper.  It
 * is dark on light in both themes, with the quiet zone that readers need.
 */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { correction, generate } from "../vendor/lean-qr.mjs";

/** @typedef {{size: number, get: (x: number, y: number) => boolean}} Bitmap */
const encoded = /** @type {(words: string, how: {minCorrectionLevel: number}) => Bitmap} */ (
  /** @type {unknown} */ (generate));

const QUIET = 4; // modules on each side: ISO/IEC 18004, 6.3.8

/**
 * Where it is dark, as an SVG path, and how wide it is with its quiet zone, in modules.
 * @param {string} words
 */
export function drawn(words) {
  const code = encoded(words, { minCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const from = x;
      while (code.get(x, y)) x += 1;
      if (x > from) path += `M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`;
    }
  }
  return { path, size: code.size + 2 * QUIET };
}

/** @param {{of: string, label: string}} props  what it holds, and what that is called */
export const Qr = ({ of, label }) => {
  const { path, size } = drawn(of);
  return html`
    <svg class="qr" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${text.share.code(label)}>
      <path class="qr-paper" d=${`M0 0h${size}v${size}h-${size}z`} />
      <path d=${path} />
    </svg>
  `;
};
