// @ts-check
/** What has happened that concerns one, the newest first; whatever comes is there at once. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { locale } from "../page/language.js";
import { PATHS } from "../page/route.js";
import { text } from "../text.js";
import { Icon } from "../views/icons.js";
import { onward, said } from "./notice.js";
import { Page } from "./page.js";
import { words as all } from "./text.js";

const words = all.notices;
const WHEN = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** `orbit` (signed in), `go`. */
export class Notices extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{notices: any[] | null, unread: number, next: string | null, said: string, refusal: string}} */
  state = { notices: null, unread: 0, next: null, said: "", refusal: "" };
  off = () => {};
  #question = 0; // only the answer to the last one counts

  componentDidMount() {
    this.off = this.props.orbit.notices.on("change", () => this.#look());
    this.#look();
  }

  componentWillUnmount() {
    this.#question += 1;
    this.off();
  }

  /** As many as are shown, anew; or more. */
  async #look(least = this.state.notices?.length ?? 1) {
    const { notices } = this.props.orbit;
    const question = (this.#question += 1);
    try {
      let page = await notices.list();
      let found = page.results;
      const { unread } = page;
      while (page.next && found.length < least) {
        page = await notices.list(page.next);
        found = [...found, ...page.results];
      }
      if (question === this.#question) this.setState({ notices: found, unread, next: page.next, refusal: "" });
    } catch (error) {
      if (question === this.#question) this.setState({ refusal: explain(error) });
    }
  }

  more = () => this.#look((this.state.notices?.length ?? 0) + 1);

  readAll = async () => {
    const [newest] = this.state.notices ?? [];
    try {
      await this.props.orbit.notices.readAll(newest?.id); // not those that come meanwhile
      this.setState({ said: words.allRead });
      this.heading.current?.focus(); // what was pressed goes
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  };

  /** Whoever goes there has read it; if that cannot be told, it stays new. */
  open = (/** @type {any} */ { id, read }, /** @type {string} */ path, /** @type {MouseEvent} */ event) => {
    if (!read) this.props.orbit.notices.read(id).catch(() => {});
    this.props.go(path, event);
  };

  render({ orbit, go }, { notices, unread, next, said: outcome, refusal }) {
    const all = unread > 0 && html`
      <button type="button" class="button" onClick=${this.readAll}><${Icon} name="check" />${words.readAll}</button>`;
    return html`
      <${Page} orbit=${orbit} go=${go} at="notices" title=${words.title} beside=${all} hold=${this.heading}>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <p class="reader" role="status">${outcome}</p>
        ${!notices && !refusal && html`<p class="soft" role="status">${text.moment}</p>`}
        ${notices?.length === 0 && html`
          <div class="panel empty"><p><b>${words.none}</b></p>
            <p class="soft">${words.noneHint} <a href=${PATHS.settings} onClick=${(event) => go(PATHS.settings, event)}>
              ${words.settings}</a></p></div>`}
        ${notices?.length > 0 && html`<ul class="cards linked notices">${notices.map(this.#row)}</ul>`}
        ${next && html`
          <div class="row"><button type="button" class="button" onClick=${this.more}>${words.more}</button></div>`}
      <//>
    `;
  }

  #row = (notice) => {
    const { id, at, read } = notice;
    const [icon, path] = onward(notice);
    const inside = html`
      <${Icon} name=${icon} />
      <span class="grow"><span class="said" dir="auto">${said(notice, words)}</span>
        <small class="soft">${WHEN.format(Date.parse(at))}</small></span>
      ${!read && html`<span class="fresh"><span class="reader">${words.unread}</span></span>`}`;
    return html`
      <li key=${id} class=${read ? "" : "unread"}>
        ${path ? html`<a class="row" href=${path} onClick=${(event) => this.open(notice, path, event)}>${inside}</a>`
          : html`<div class="row">${inside}${!read && this.#seen(id)}</div>`}
      </li>
    `;
  };

  /** It leads nowhere, so there is another way to have read it. */
  #seen(id) {
    const seen = () => this.props.orbit.notices.read(id).catch((error) => this.setState({ refusal: explain(error) }));
    return html`
      <button type="button" class="button quiet icon-only" aria-label=${words.read} title=${words.read} onClick=${seen}>
        <${Icon} name="check" /></button>`;
  }
}
