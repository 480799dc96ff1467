// @ts-check
/** The head of a page that is no board: whose site it is, who one is, language and theme. */
import { Component, html } from "../page/html.js";
import { LANGUAGES, nextLanguage, speak } from "../page/language.js";
import { nextTheme, theme } from "../page/theme.js";
import { text } from "../text.js";
import { AccountButton } from "./account.js";
import { Bell } from "./bell.js";
import { Icon, Mark } from "./icons.js";

/** `orbit`, `go`; `onHome(event)`: the way to the first page, if this is another. */
export class Masthead extends Component {
  render({ orbit, go, onHome }) {
    const brand = html`<${Mark} />${text.name}`;
    return html`
      <header class="home-top">
        ${onHome ? html`<a class="brand" href="/" onClick=${onHome}>${brand}</a>`
          : html`<span class="brand">${brand}</span>`}
        <div class="row">
          <${Bell} orbit=${orbit} go=${go} />
          ${!onHome && html`<${AccountButton} orbit=${orbit} />`}
          <button type="button" class="button quiet" lang=${nextLanguage}
            aria-label=${LANGUAGES[nextLanguage].name} onClick=${() => speak(nextLanguage)}>
            <span class="wide-only">${LANGUAGES[nextLanguage].name}</span>
            <span class="narrow-only">${nextLanguage.toUpperCase()}</span>
          </button>
          <button type="button" class="button quiet" aria-label=${text.menu.theme[theme()]}
            onClick=${() => (nextTheme(), this.forceUpdate())}>
            <${Icon} name="theme" /><span class="wide-only">${text.menu.theme[theme()]}</span>
          </button>
        </div>
      </header>
    `;
  }
}
