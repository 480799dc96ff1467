// @ts-check
/** What somebody is in an organisation, in a word. */
import { html } from "../page/html.js";
import { words } from "./text.js";

/** @param {{role: import("./roles.js").Role}} props */
export const Role = ({ role }) => html`
  <span class="chip role ${role.toLowerCase()}">${words.roles[role] ?? role}</span>
`;
