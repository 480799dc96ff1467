// @ts-check
/** Where the page begins: which view an address shows. */
import { Entrance } from "./account/entrance.js";
import { Join } from "./account/join.js";
import { Reset } from "./account/reset.js";
import { Verify } from "./account/verify.js";
import { Orbit } from "./orbit.js";
import { Component, html, render } from "./page/html.js";
import { language } from "./page/language.js";
import { PATHS, route, takeToken } from "./page/route.js";
import { applyTheme } from "./page/theme.js";
import { BoardPage } from "./views/board.js";
import { Home } from "./views/home.js";
import { Later } from "./views/later.js";
import { Notice } from "./views/notice.js";

/** What only those see who have signed in, and nobody on a board has to load. */
const OWN = {
  dashboard: () => import("./portal/dashboard.js").then(({ Dashboard }) => Dashboard),
  notices: () => import("./portal/notices.js").then(({ Notices }) => Notices),
  organisations: () => import("./organisations/list.js").then(({ Organisations }) => Organisations),
  organisation: () => import("./organisations/page.js").then(({ Organisation }) => Organisation),
  settings: () => import("./portal/settings.js").then(({ Settings }) => Settings),
  privacy: () => import("./portal/privacy.js").then(({ Privacy }) => Privacy),
  account: () => import("./account/page.js").then(({ AccountPage }) => AccountPage),
};

class App extends Component {
  orbit = new Orbit({ language });

  componentDidMount() {
    addEventListener("popstate", this.follow);
    addEventListener("hashchange", this.follow);
    this.orbit.on("account", this.follow);
  }

  follow = () => this.forceUpdate();

  /** @param {string} path @param {MouseEvent} [event]  a click that is ours to handle */
  go = (path, event) => {
    if (event && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event?.preventDefault();
    history.pushState(null, "", path);
    scrollTo(0, 0);
    this.forceUpdate();
  };

  /** Somebody has signed in; on so many boards something is not his account's yet.  What is to be done, the account's page says. */
  enter = (/** @type {number} */ apart, isNew = false) => {
    if (!(route().page in OWN)) this.go(apart || isNew ? PATHS.account : PATHS.home);
  };

  goHome = (/** @type {MouseEvent} */ event) => this.go("/", event);

  render() {
    const at = route();
    switch (at.page) {
      case "home": return html`<${Home} orbit=${this.orbit} go=${this.go} />`;
      case "reset": return html`<${Reset} orbit=${this.orbit} go=${this.go} />`;
      case "join": return html`<${Join} orbit=${this.orbit} go=${this.go} />`;
      case "verify": return html`<${Verify} orbit=${this.orbit} go=${this.go} />`;
      case "signIn": case "register": case "forgot": return this.#entrance(at.page);
      case "board": return this.#board(at);
      case "lost": return html`<${Notice} code="page" onHome=${this.goHome} />`;
      default: return this.#own(at);
    }
  }

  /** For whoever has signed in; who has not does it there, and goes on. */
  #own({ page, id = "" }) {
    const { account } = this.orbit;
    if (!account) return this.#entrance("signIn");
    return html`
      <${Later} key="${account.id} ${page} ${id}" load=${OWN[page]} orbit=${this.orbit} go=${this.go} id=${id}
        onHome=${this.goHome} />
    `;
  }

  #entrance(mode) {
    return html`<${Entrance} orbit=${this.orbit} mode=${mode} go=${this.go} onIn=${this.enter} />`;
  }

  #board(at) {
    takeToken(at.id);
    return html`
      <${BoardPage} key=${at.id} id=${at.id} orbit=${this.orbit} go=${this.go}
        onHome=${this.goHome} />
    `;
  }
}

applyTheme();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
