// @ts-check
/** The socket protocol by hand: connect, say what you like, see every frame. */
import { Orbit } from "../orbit.js";
import { Component, html, render } from "../page/html.js";
import { locale } from "../page/language.js";
import { applyTheme, nextTheme, theme } from "../page/theme.js";
import { Icon, Mark } from "../views/icons.js";
import { brief, drafts, filled } from "./drafts.js";
import { Talk } from "./talk.js";
import { words } from "./text.js";

const KEPT = 400; // lines
const PINGS = new Set(["ping", "pong"]);
const LINK = /^https?:.*\/b\/([^/#?]+)\/?(?:#admin=(.+))?$/;

class Page extends Component {
  orbit = new Orbit();
  talk = new Talk(`${location.origin.replace(/^http/, "ws")}/ws`);
  state = { spec: [], lines: [], as: "ghost", board: "", text: "", fault: "", quiet: true };
  count = 0;

  async componentDidMount() {
    this.talk.on("frame", ({ out, frame, at }) => this.#line({ out, frame, at }));
    this.talk.on("closed", (why) => this.#line({ closed: why, at: new Date() }));
    this.talk.on("state", () => this.forceUpdate());
    const answer = await fetch("/api/asyncapi/");
    this.setState({ spec: drafts(await answer.json()) });
  }

  #line(/** @type {any} */ line) {
    this.count += 1;
    this.setState(({ lines }) => ({ lines: [{ ...line, n: this.count }, ...lines].slice(0, KEPT) }));
  }

  // Steps.

  /** Does it, and says what was wrong. @param {() => Promise<any>} act */
  #try = async (act) => {
    this.setState({ fault: "" });
    try {
      await act();
    } catch (error) {
      this.setState({ fault: words.failed + /** @type {Error} */ (error).message });
    }
  };

  connect = () => this.#try(async () => {
    this.talk.ghost = this.state.as === "ghost" ? await this.orbit.ghost() : null;
    if (await this.talk.open()) this.#say("hello");
  });

  make = () => this.#try(async () => {
    await this.orbit.ghost();
    const { board, admin_token: link } = await this.orbit.makeBoard({ title: words.name });
    this.setState({ board: board.id });
    Object.assign(this.talk, { board: board.id, link });
    if (this.talk.state === "greeted") this.#say("join");
  });

  join = (/** @type {Event} */ event) => {
    event.preventDefault();
    this.#at(this.state.board.trim());
    this.#say("join");
  };

  #at(/** @type {string} */ said) {
    const [, id, link = ""] = LINK.exec(said) ?? [null, said];
    if (id !== this.talk.board) Object.assign(this.talk, { board: id, link });
    this.setState({ board: id });
  }

  leave = () => this.#say("leave");

  /** Sends the frame of this name, filled in. @param {string} name */
  #say(name) {
    const draft = this.state.spec.find((one) => one.name === name);
    if (draft) this.talk.send(filled(draft.payload, this.talk.place));
  }

  // Saying.

  pick = (/** @type {import("./drafts.js").Draft} */ draft) => {
    this.#at(this.state.board.trim());
    const text = JSON.stringify(filled(draft.payload, this.talk.place), null, 2);
    this.setState({ text, fault: "" });
    document.getElementById("frame")?.focus();
  };

  keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.send(event);
  };

  send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (this.talk.state === "closed") return this.setState({ fault: words.say.closed });
    try {
      this.talk.send(JSON.parse(this.state.text));
      this.setState({ fault: "" });
    } catch (error) {
      this.setState({ fault: words.say.notJson + /** @type {Error} */ (error).message });
    }
  };

  // The page.

  render() {
    return html`
      <div class="socket">
        ${this.#head()}
        <main class="socket-main">
          <div class="socket-tools stack">
            <p class="soft">${words.lead} <a href="/api/asyncapi/">${words.document}</a></p>
            ${this.#connecting()}${this.#joining()}${this.#saying()}
          </div>
          ${this.#log()}
        </main>
      </div>
    `;
  }

  #head() {
    const { state } = this.talk;
    const shown = { closed: "offline", opening: "catching up", open: "catching up", greeted: "live" };
    return html`
      <header class="socket-top">
        <div class="socket-bar">
          <a class="home-link" href="/" aria-label=${words.home}><${Mark} /></a>
          <h1 class="title clip">${words.name}</h1>
          <span class="grow"></span>
          <span class="status" data-state=${shown[state]} role="status">
            <span class="status-dot"></span><span class="status-words">${words.state[state]}</span>
          </span>
          <button type="button" class="button quiet icon-only" title=${words.theme[theme()]}
            aria-label=${words.theme[theme()]} onClick=${() => (nextTheme(), this.forceUpdate())}>
            <${Icon} name="theme" /></button>
        </div>
      </header>
    `;
  }

  #connecting() {
    const said = words.connect;
    const isClosed = this.talk.state === "closed";
    const choice = (value, label, hint) => html`
      <label class="choice">
        <input type="radio" name="as" checked=${this.state.as === value}
          onChange=${() => this.setState({ as: value })} />
        <span><b>${label}</b><small>${hint}</small></span>
      </label>`;
    return html`
      <section class="panel step stack" aria-labelledby="connect">
        <h2 id="connect">${said.title}</h2>
        <fieldset class="choices">
          <legend class="reader">${said.title}</legend>
          ${choice("ghost", said.ghost, said.ghostHint)}${choice("guest", said.guest, said.guestHint)}
        </fieldset>
        <div class="row">
          <button type="button" class="button primary grow" disabled=${!this.state.spec.length}
            onClick=${this.connect}>${isClosed ? said.open : said.again}</button>
          <button type="button" class="button" disabled=${isClosed}
            onClick=${() => this.talk.close()}>${said.close}</button>
        </div>
      </section>
    `;
  }

  #joining() {
    const said = words.board;
    const { state, log } = this.talk;
    return html`
      <section class="panel step" aria-labelledby="join">
        <form class="stack" onSubmit=${this.join}>
          <h2 id="join">${said.title}</h2>
          <label class="field"><span>${said.id}</span>
            <input class="input" required spellcheck=${false} autocomplete="off" value=${this.state.board}
              placeholder=${said.idHint} onInput=${(event) => this.setState({ board: event.target.value })} />
          </label>
          <div class="row">
            <button type="submit" class="button primary grow" disabled=${state !== "greeted"}>${said.join}</button>
            <button type="button" class="button" onClick=${this.make}>${said.make}</button>
            <button type="button" class="button" disabled=${!log} onClick=${this.leave}>${said.leave}</button>
          </div>
        </form>
      </section>
    `;
  }

  #saying() {
    const said = words.say;
    const of = (isIn) => this.state.spec.filter(({ type }) => isIn(type));
    const groups = [
      [said.groups.tell, of((type) => type === "tell")],
      [said.groups.signal, of((type) => type === "signal")],
      [said.groups.frames, of((type) => type !== "tell" && type !== "signal")],
    ];
    return html`
      <section class="panel step stack" aria-labelledby="say">
        <h2 id="say">${said.title}</h2>
        <p class="soft">${said.pick}</p>
        ${groups.map(([title, all]) => html`
          <div class="drafts" role="group" aria-label=${title}>
            ${all.map((draft) => html`
              <button type="button" class="button draft" lang="en" title=${draft.about} key=${draft.name}
                onClick=${() => this.pick(draft)}>${draft.name}</button>`)}
          </div>`)}
        <form class="stack" onSubmit=${this.send}>
          <label class="field"><span>${said.frame}</span>
            <textarea class="input frame" id="frame" rows="9" spellcheck=${false} value=${this.state.text}
              onKeyDown=${this.keys} onInput=${(event) => this.setState({ text: event.target.value })}></textarea>
          </label>
          ${this.state.fault && html`<p class="refusal" role="alert">${this.state.fault}</p>`}
          <div class="row">
            <button type="submit" class="button primary" disabled=${!this.state.text}>${said.send}</button>
            <span class="soft wide-only">${said.keys}</span>
          </div>
        </form>
      </section>
    `;
  }

  #log() {
    const said = words.log;
    const { lines, quiet } = this.state;
    const answer = lines.find(({ out, frame }) => !out && frame && "ref" in frame)?.frame;
    const shown = quiet ? lines.filter(({ frame }) => !PINGS.has(frame?.type)) : lines;
    return html`
      <section class="panel socket-log" aria-labelledby="log">
        <div class="row log-head">
          <h2 id="log" class="grow">${said.title}</h2>
          <label class="row check"><input type="checkbox" checked=${quiet}
            onChange=${(event) => this.setState({ quiet: event.target.checked })} />${said.quiet}</label>
          <button type="button" class="button quiet" onClick=${() => this.setState({ lines: [] })}>${said.clear}</button>
        </div>
        ${shown.length ? null : html`<p class="soft">${said.none}</p>`}
        <div class="lines" role="log" aria-live="off" aria-label=${said.title}>
          <ol>${shown.map((line) => html`<${Line} key=${line.n} ...${line} />`)}</ol>
        </div>
        <p class="reader" role="status">${answer && `${answer.type} ${brief(answer)}`}</p>
      </section>
    `;
  }
}

/** One frame, opened by a click. */
class Line extends Component {
  state = { open: false };

  shouldComponentUpdate(_props, { open }) {
    return open !== this.state.open; // a frame never changes
  }

  render({ out, frame, at, closed }, { open }) {
    const time = at.toLocaleTimeString(locale, { timeStyle: "medium", hourCycle: "h23" });
    if (closed) {
      return html`<li class="line line-closed"><time>${time}</time>
        ${words.log.closed(closed.code, closed.reason)}</li>`;
    }
    return html`
      <li class="line" data-way=${out ? "out" : "in"} data-type=${frame.type}>
        <details onToggle=${(event) => this.setState({ open: event.target.open })}>
          <summary>
            <span class="way">${out ? words.log.out : words.log.in}</span>
            <b>${frame.type}</b> <span class="clip">${brief(frame)}</span><time>${time}</time>
          </summary>
          ${open && html`<pre tabindex="0">${JSON.stringify(frame, null, 2)}</pre>`}
        </details>
      </li>
    `;
  }
}

applyTheme();
document.title = words.title;
render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
