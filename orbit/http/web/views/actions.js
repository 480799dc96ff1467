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
 * What cannot be done now says why; pressed, it says so, too.
 *
 * @param {{id: string, note: import("../canvas/shown.js").Shown, box: any,
 *   desk: import("../canvas/desk.js").Desk}} props  `box`: a ref to be set
 */
export const Actions = ({ id, note, desk, box }) => {
  const { grouping, scene, writes } = desk;
  const may = (/** @type {string} */ verb) => desk.may(verb);
  const why = (/** @type {string} */ verb) => desk.whyNot(verb);
  const isMine = note.mine && writes;
  const isOthers = !note.mine && !note.covered;
  const isGrouped = scene.groups.titleOf(id) !== undefined;
  return html`
    <div class="actions" role="toolbar" aria-label=${words.actions} ref=${box}>
      ${isMine && !why("recolour_note") && html`
        <${Swatches} chosen=${note.colour} label=${text.editor.colour}
          onChoose=${(colour) => desk.recolour(id, colour)} />`}
      ${isMine && act("edit", words.edit, () => desk.edit(id), "", why("edit_note"))}
      ${isOthers && writes && act("up", note.voted ? words.unvote : words.upvote,
        () => desk.vote(id), note.voted ? "on" : "", why("toggle_upvote"))}
      ${may("group_notes") && act("group", text.group.with, () => grouping.ask(id))}
      ${isGrouped && may("ungroup_notes") && act("out", text.group.out, () => grouping.takeOut(id))}
      ${may("hide_note") &&
        act(note.hidden ? "shown" : "hidden", note.hidden ? words.show : words.hide, () => desk.veil(id))}
      ${isOthers && may("report_note") && !may("hide_note") && report(desk, id)}
      ${note.mine && (writes || desk.mayOwn("remove_note")) &&
        act("trash", words.remove, () => desk.remove(id), "danger", why("remove_note"))}
      <button type="button" class="button quiet icon-only narrow-only" aria-label=${words.done}
        onClick=${() => desk.choose(null)}><${Icon} name="close" /></button>
    </div>
  `;
};

/** Once is enough. @param {import("../canvas/desk.js").Desk} desk @param {string} id */
const report = (desk, id) => desk.reported(id)
  ? act("report", text.report.done, () => undefined, "", text.report.done)
  : act("report", text.report.act, () => desk.page.open("report"));
