// @ts-check
/** What one member is, and his removal: for admins. */
import { html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { Dialog } from "../views/dialog.js";
import { Form } from "../views/form.js";
import { nameOf } from "./named.js";
import { ROLES, called } from "./roles.js";
import { words as all } from "./text.js";

const words = all.members;

/** @param {any} error */
const why = ({ code }) => ({ conflict: words.last, not_found: words.gone })[code] ?? "";

/** `held`: why I may not be less; `onDone(said)`, `onClose()`. */
export const Member = ({ orbit, org, member, held, onDone, onClose }) => {
  const isMe = member.id === orbit.account?.id;
  const name = nameOf(member);
  const give = async ({ role }) => {
    if (role !== member.role) await orbit.organisations.giveRole(org.id, member.id, role);
    onDone(words.changed(name, all.roles[role]));
  };
  const remove = async () => {
    await orbit.organisations.dismiss(org.id, member.id);
    onDone(words.removed(name));
  };
  return html`
    <${Dialog} title=${name} onClose=${onClose}>
      ${member.email && member.email !== called(member) && html`<p class="clip soft" dir="ltr">${plain(member.email)}</p>`}
      ${isMe && held ? html`<p>${words.last}</p>` : html`
        <div class="stack">
          ${isMe && html`<p>${words.own}</p>`}
          <${Form} fields=${[choice(member.role, isMe)]} act=${give} refused=${why} send=${words.save} />
        </div>`}
      ${!isMe && html`
        <section class="stack warned" aria-label=${words.removal}>
          <h3>${words.removal}</h3>
          <p>${words.removalHint}</p>
          <${Form} look="danger" act=${remove} refused=${why} send=${words.remove} sending=${words.removing} />
        </section>`}
    <//>
  `;
};

const choice = (role, isMe) => ({
  name: "role", label: isMe ? words.ownRole : words.role, defaultValue: role,
  options: ROLES.map((value) => ({ value, label: all.roles[value], hint: all.may[value] })),
});
