// @ts-check
/**
 * The slider under the canvas by which one looks at what a board has been: any moment,
 * step by step, or as a film.  It moves the SDK's `past`; the canvas follows that.
 */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { locale } from "../page/language.js";
import { sentence } from "../page/plain.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const words = text.history;
const SPEEDS = [1, 4, 16, 64];
const A_SECOND = 1.5; // events, at the first speed
const TICK_MS = 100; // a film is not drawn more often
const LEAP = 20; // so many leaps are the whole

const tool = (icon, label, act, more = {}) => html`
  <button type="button" class="button quiet icon-only" aria-label=${label} title=${label}
    onClick=${act} ...${more}><${Icon} name=${icon} /></button>
`;

export class History extends Component {
  /** @type {any} */ slider = createRef();
  /** @type {any} */
  state = { share: 0, isHere: false, failure: null, playing: false, speed: SPEEDS[0] };
  /** @type {any} */ timer = null;
  /** @type {(() => void)[]} */ offs = [];

  async componentDidMount() {
    const { past } = this.props;
    document.addEventListener("keydown", this.key, true); // before the canvas has it
    this.offs = [
      past.on("head", () => this.forceUpdate()),
      past.on("reset", () => this.forceUpdate()),
      past.on("failed", (failure) => this.setState({ failure })),
    ];
    try {
      await past.load((share) => this.setState({ share }));
      this.setState({ isHere: true }, () => this.slider.current?.focus());
    } catch (failure) {
      this.setState({ failure });
    }
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
    document.removeEventListener("keydown", this.key, true);
    for (const off of this.offs) off();
  }

  // Moving.

  /** @param {number} seq */
  go(seq) {
    this.props.past.go(seq);
    this.forceUpdate();
  }

  step = (by) => {
    this.pause();
    this.go(this.props.past.seq + by);
  };

  pause = () => {
    clearTimeout(this.timer);
    this.setState({ playing: false });
  };

  toggle = () => {
    const { past } = this.props;
    if (this.state.playing) return this.pause();
    if (past.seq >= past.last) this.go(past.floor); // from the beginning, again
    this.setState({ playing: true }, this.tick);
  };

  tick = () => {
    const { past } = this.props;
    const { playing, speed } = this.state;
    if (!playing) return;
    const eachMs = 1000 / (A_SECOND * speed);
    const steps = Math.max(1, Math.round(TICK_MS / eachMs));
    this.timer = setTimeout(() => {
      this.go(past.seq + steps);
      if (past.seq >= past.last) this.pause();
      else this.tick();
    }, Math.max(TICK_MS, eachMs));
  };

  /** @param {KeyboardEvent} event */
  key = (event) => {
    const act = this.#meaning(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  /** @param {KeyboardEvent} event @returns {(() => void) | null} */
  #meaning({ key, target, ctrlKey, metaKey, altKey }) {
    const at = /** @type {Element} */ (target);
    if (ctrlKey || metaKey || altKey || at.closest("dialog, select, [data-note]")) return null;
    if (key === "Escape") return this.props.onLeave;
    if (!this.state.isHere) return null;
    if (key === " ") return at.closest("button") ? null : this.toggle;
    const to = this.#aim(key);
    return to === null ? null : () => this.step(to - this.props.past.seq);
  }

  /** Where a key leads. @param {string} key */
  #aim(key) {
    const { past } = this.props;
    const on = document.documentElement.dir === "rtl" ? -1 : 1;
    const leap = Math.max(1, Math.round((past.last - past.floor) / LEAP));
    switch (key) {
      case "ArrowLeft": return past.seq - on;
      case "ArrowRight": return past.seq + on;
      case "ArrowDown": return past.seq - 1;
      case "ArrowUp": return past.seq + 1;
      case "PageDown": return past.seq - leap;
      case "PageUp": return past.seq + leap;
      case "Home": return past.floor;
      case "End": return past.last;
      default: return null;
    }
  }

  // What is shown.

  /** What happened at the moment that is shown, in words. */
  get what() {
    const { past } = this.props;
    const event = past.at(past.seq)?.event;
    if (event) return words.events[event] ?? sentence(event.replaceAll("_", " "));
    return past.floor ? words.begins : words.nothing;
  }

  get when() {
    const { past } = this.props;
    const at = past.at(past.seq)?.at;
    return at ? MOMENT.format(new Date(at)) : "";
  }

  /** Something about the moment that is shown. */
  #open(act) {
    this.pause();
    act(this.props.past.seq, this.when);
  }

  render({ past, onLeave, onCompare, onFork }, { share, isHere, failure, playing, speed }) {
    return html`
      <section class="history" aria-label=${words.title}>
        <div class="history-head">
          ${this.#said(past, isHere, share, failure)}
          <button type="button" class="button accent" onClick=${onLeave}>${words.live}</button>
        </div>
        ${isHere && html`
          <input ref=${this.slider} class="slider" type="range" name="moment" step="1"
            aria-label=${words.slider} min=${past.floor} max=${past.last} value=${past.seq}
            aria-valuetext=${`${words.of(past.seq, past.last)}. ${this.when}. ${this.what}`}
            onInput=${(event) => this.step(Number(event.target.value) - past.seq)} />
          <div class="history-tools" role="toolbar" aria-label=${words.title}>
            ${tool("back", words.back, () => this.step(-1), { disabled: past.seq <= past.floor })}
            <button type="button" class="button primary" onClick=${this.toggle}>
              <${Icon} name=${playing ? "pause" : "play"} />${playing ? words.pause : words.play}
            </button>
            ${tool("forth", words.forth, () => this.step(1), { disabled: past.seq >= past.last })}
            <select class="speed" aria-label=${words.speed} value=${speed}
              onChange=${(event) => this.setState({ speed: Number(event.target.value) })}>
              ${SPEEDS.map((n) => html`<option value=${n}>${words.times(n)}</option>`)}
            </select>
            <span class="grow"></span>
            <span class="soft figures">${words.of(past.seq, past.last)}</span>
          </div>
          <div class="history-tools wrap">
            <button type="button" class="button" onClick=${() => this.#open(onCompare)}
              disabled=${past.seq >= past.last}><${Icon} name="compare" />${words.compare}</button>
            <button type="button" class="button" onClick=${() => this.#open(onFork)}
              disabled=${past.seq < 1 || past.seq === past.floor}><${Icon} name="fork" />${words.fork}</button>
          </div>`}
      </section>
    `;
  }

  #said(past, isHere, share, failure) {
    if (failure) {
      return html`<p role="alert" class="grow">${words.failed} ${explain(failure)}</p>`;
    }
    if (!isHere) {
      return html`
        <p class="grow" role="status">${words.loading(Math.round(share * 100))}
          <progress max="1" value=${share} aria-hidden="true"></progress></p>`;
    }
    return html`
      <p class="grow"><b>${this.what}</b><span class="soft">${this.when}</span></p>`;
  }
}

const MOMENT = new Intl.DateTimeFormat(locale, {
  dateStyle: "medium", timeStyle: "medium",
});
