// @ts-check
/** The head of a board: what it is, how it stands, who is here, and the way to share it. */
import { html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Here } from "./here.js";
import { Icon, Mark } from "./icons.js";
import { Status } from "./status.js";

const words = text.board;

/**
 * @param {{account: any, card: any, here: number, state: any, waiting: number, asks: number,
 *   open: (dialog: string) => void, onHome: (event: Event) => void}} props
 */
export const Top = ({ account, card, here, state, waiting, asks, open, onHome }) => html`
  <header class="top">
    <div class="bar">
      <a class="home-link" href="/" onClick=${onHome} aria-label=${words.home}><${Mark} /></a>
      <h1 class="title clip" dir="auto">${plain(card?.title) || text.name}</h1>
      ${card && visibility(card.is_public)}
      ${card?.sealed && html`
        <span class="chip"><${Icon} name="seal" />${words.sealed}</span>`}
      ${card?.strict > 0 && html`
        <span class="chip" title=${words.strictHint(card.strict)}>
          <${Icon} name="hidden" />${words.strict}
          <span class="reader">${words.strictHint(card.strict)}</span></span>`}
    </div>
    <div class="bar">
      <${Status} state=${state} waiting=${waiting} />
      <${Here} here=${here} card=${card} />
      ${account && html`
        <button type="button" class="button quiet icon-only" aria-haspopup="dialog"
          title=${text.account.signedIn(account.name || account.email)}
          aria-label=${text.account.signedIn(account.name || account.email)}
          onClick=${() => open("account")}><${Icon} name="person" /></button>`}
      <button type="button" class="button accent" aria-label=${words.share}
        aria-haspopup="dialog" onClick=${() => open("share")}>
        <${Icon} name="share" /><span class="wide-only">${words.share}</span>
      </button>
      <button type="button" class="button quiet icon-only badged" aria-label=${text.people.waiting(asks)}
        aria-haspopup="dialog" onClick=${() => open("menu")}>
        <${Icon} name="menu" />${asks > 0 && html`<span class="count" aria-hidden="true">${asks}</span>`}</button>
    </div>
  </header>
`;

const visibility = (isPublic) => html`
  <span class="chip wide-only">
    <${Icon} name=${isPublic ? "globe" : "lock"} />${isPublic ? words.public : words.private}
  </span>
`;
