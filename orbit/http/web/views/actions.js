// @ts-check
/** What can be done with the chosen note: beside it, on a phone at the foot. */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";
import { Swatches } from "./swatches.js";

const words = text.note;

const act = (icon, label, onClick, more = "", why = "") => html`
  <button type="button" class="button quiet ${more}" onClick=${onClick}
    aria-disabled=${String(Boolean(why))} title=${why || null}>
    <${Icon} name=${icon} /><span>${label}</span>
  </button>
`;

/**
 * What cannot be done now says why: `why` of a verb, or nothing; pressed, it says so, too.
 *
 * @param {{note: import("../canvas/shown.js").Shown, may: (verb: string) => boolean,
 *   isGrouped?: boolean, onGroup?: () => void, onOut?: () => void,
 *   writes: boolean, removes: boolean, reported: boolean, onReport: () => void, why: (verb: string) => string,
 *   box: any, onEdit: () => void, onVote: () => void, onRemove: () => void, onVeil: () => void,
 *   onRecolour: (colour: string) => void, onDone: () => void}} props
 */
export const Actions = ({ note, may, isGrouped, writes, removes, reported, why, box, ...on }) => {
  const isMine = note.mine && writes;
  return html`
    <div class="actions" role="toolbar" aria-label=${words.actions} ref=${box}>
      ${isMine && !why("recolour_note") && html`
        <${Swatches} chosen=${note.colour} label=${text.editor.colour}
          onChoose=${on.onRecolour} />`}
      ${isMine && act("edit", words.edit, on.onEdit, "", why("edit_note"))}
      ${!note.mine && !note.covered && writes &&
        act("up", note.voted ? words.unvote : words.upvote, on.onVote, note.voted ? "on" : "", why("toggle_upvote"))}
      ${on.onGroup && may("group_notes") && act("group", text.group.with, on.onGroup)}
      ${isGrouped && on.onOut && may("ungroup_notes") && act("out", text.group.out, on.onOut)}
      ${may("hide_note") &&
        act(note.hidden ? "shown" : "hidden", note.hidden ? words.show : words.hide, on.onVeil)}
      ${!note.mine && !note.covered && may("report_note") && !may("hide_note") &&
        act("report", reported ? text.report.done : text.report.act, on.onReport, "", reported ? text.report.done : "")}
      ${note.mine && removes && act("trash", words.remove, on.onRemove, "danger", why("remove_note"))}
      <button type="button" class="button quiet icon-only narrow-only" aria-label=${words.done}
        onClick=${on.onDone}><${Icon} name="close" /></button>
    </div>
  `;
};
