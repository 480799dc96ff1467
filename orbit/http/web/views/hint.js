// @ts-check
/** What stands on a canvas that is empty: that it loads, or how to begin. */
import { html } from "../page/html.js";
import { text } from "../text.js";

const words = text.board;

/**
 * @param {{board: import("../sdk/board.js").Board, desk: import("../canvas/desk.js").Desk | null,
 *   isOff: any}} props  isOff: nobody is about to begin
 */
export const Hint = ({ board, desk, isOff }) => {
  if (!board.log) return html`<p class="hint"><span>${words.loading}</span></p>`;
  if (isOff || desk?.scene.entries.size || board.pending.length) return null;
  return html`<p class="hint"><b>${words.empty}</b><span>${how(desk)}</span></p>`;
};

function how(/** @type {import("../canvas/desk.js").Desk | null} */ desk) {
  if (!desk?.may("add_note")) return desk?.writes ? desk.why("add_note") : words.emptyReader;
  return matchMedia("(pointer: coarse)").matches ? words.emptyTouch : words.emptyHint;
}
