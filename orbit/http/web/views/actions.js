// @ts-check
/** What can be done with the chosen note: beside it, on a phone at the foot. */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";
import { Swatches } from "./swatches.js";

const words = text.note;

const act = (icon, label, onClick, more = "") => html`
  <button type="button" class="button quiet ${more}" onClick=${onClick}>
    <${Icon} name=${icon} /><span>${label}</span>
  </button>
`;

/**
 * @param {{note: import("../canvas/shown.js").Shown, may: (verb: string) => boolean,
 *   box: any, onEdit: () => void, onVote: () => void, onRemove: () => void, onVeil: () => void,
 *   onRecolour: (colour: string) => void, onDone: () => void}} props
 */
export const Actions = ({ note, may, box, ...on }) => {
  const isMine = note.mine && may("add_note");
  return html`
    <div class="actions" role="toolbar" aria-label=${words.actions} ref=${box}>
      ${isMine && html`
        <${Swatches} chosen=${note.colour} label=${text.editor.colour}
          onChoose=${on.onRecolour} />`}
      ${isMine && act("edit", words.edit, on.onEdit)}
      ${!note.mine && !note.covered && may("toggle_upvote") &&
        act("up", note.voted ? words.unvote : words.upvote, on.onVote, note.voted ? "on" : "")}
      ${may("hide_note") &&
        act(note.hidden ? "shown" : "hidden", note.hidden ? words.show : words.hide, on.onVeil)}
      ${isMine && act("trash", words.remove, on.onRemove, "danger")}
      <button type="button" class="button quiet icon-only narrow-only" aria-label=${words.done}
        onClick=${on.onDone}><${Icon} name="close" /></button>
    </div>
  `;
};
