// @ts-check
/** Public or private, each with what it means. */
import { html } from "../page/html.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.home;

/** @param {{isPublic: boolean, onChange: (isPublic: boolean) => void}} props */
export const Visibility = ({ isPublic, onChange }) => html`
  <fieldset class="field">
    <legend>${words.visibility}</legend>
    <div class="choices">
      ${choice(true, "globe", words.public, words.publicHint, isPublic, onChange)}
      ${choice(false, "lock", words.private, words.privateHint, isPublic, onChange)}
    </div>
  </fieldset>
`;

const choice = (value, icon, name, hint, chosen, onChange) => html`
  <label class="choice">
    <input type="radio" name="visibility" checked=${chosen === value}
      onChange=${() => onChange(value)} />
    <${Icon} name=${icon} />
    <span><b>${name}</b><small>${hint}</small></span>
  </label>
`;
