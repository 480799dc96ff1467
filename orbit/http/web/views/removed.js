// @ts-check
/** Notes that I removed, and may put back. */
import { html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";

const words = text.removed;

/** @param {{notes: [string, any][], onRestore: (id: string) => void, onClose: () => void}} props */
export const Removed = ({ notes, onRestore, onClose }) => html`
  <${Dialog} title=${words.title} onClose=${onClose}>
    <p class="soft">${notes.length ? words.hint : words.none}</p>
    <ul class="removed">
      ${notes.map(([id, note]) => html`
        <li key=${id}>
          <span class="dot" data-colour=${note.colour}></span>
          <span class="grow clip" dir="auto">${plain(note.content)}</span>
          <button type="button" class="button" onClick=${() => onRestore(id)}>
            <${Icon} name="undo" />${words.restore}
          </button>
        </li>`)}
    </ul>
  <//>
`;
