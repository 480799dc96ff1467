// @ts-check
/** Everything that is not needed every minute. */
import { html } from "../page/html.js";
import { LANGUAGES, nextLanguage, speak } from "../page/language.js";
import { nextTheme, theme } from "../page/theme.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";

const words = text.menu;

const entry = (icon, label, act, count = 0) => html`
  <li><button type="button" class="menu-entry" onClick=${act}>
    <${Icon} name=${icon} /><span>${label}</span>
    ${count > 0 && html`<span class="count">${count}</span>`}
  </button></li>
`;

/**
 * @param {{account: any, isAdmin: boolean, removed: number, waiting: number, open: (dialog: string) => void,
 *   onTheme: () => void, onHome: () => void, onClose: () => void}} props
 */
export const Menu = ({ account, isAdmin, removed, waiting, open, onTheme, onHome, onClose }) => html`
  <${Dialog} title=${text.board.menu} kind="menu" onClose=${onClose}>
    <ul class="menu-list">
      ${isAdmin && entry("gear", words.settings, () => open("settings"))}
      ${isAdmin && entry("people", text.people.title, () => open("people"), waiting)}
      ${isAdmin && entry("flag", text.meeting.run, () => open("meeting"))}
      ${entry("history", words.history, () => open("history"))}
      ${isAdmin && entry("file", words.export, () => open("export"))}
      ${removed > 0 && entry("undo", words.removed(removed), () => open("removed"))}
      ${entry("person", account ? text.account.signedIn(account.name || account.email) : text.account.signIn,
        () => open("account"))}
      ${entry("theme", words.theme[theme()], () => (nextTheme(), onTheme()))}
      ${entry("globe", html`<span lang=${nextLanguage}>${LANGUAGES[nextLanguage].name}</span>`,
        () => speak(nextLanguage))}
      ${entry("help", words.help, () => open("help"))}
      ${entry("home", words.home, onHome)}
    </ul>
  <//>
`;
