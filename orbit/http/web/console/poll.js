// @ts-check
/** Asks again and again while somebody looks, and says how that goes. */
import { sentence } from "../page/plain.js";

const LATE_MS = 3000;

export class Poll {
  #timer = 0;
  /** @type {AbortController | null} */ #asking = null;

  /**
   * @param {(signal: AbortSignal) => Promise<any>} ask
   * @param {{told: (answer: any) => void, failed: (error: Error) => void, every: number | (() => number)}} on
   */
  constructor(ask, on) {
    this.ask = ask;
    this.on = on;
  }

  start() {
    document.addEventListener("visibilitychange", this.#seen);
    this.#round();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#seen);
    this.#rest();
  }

  /** Asks at once: something has changed. */
  again() {
    this.#rest();
    this.#round();
  }

  #seen = () => (document.hidden ? this.#rest() : this.again());

  #rest() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
  }

  async #round() {
    const asking = new AbortController();
    this.#asking = asking;
    let wait = LATE_MS;
    try {
      const answer = await this.ask(asking.signal);
      const { told, every } = this.on;
      if (!asking.signal.aborted) told(answer);
      wait = typeof every === "function" ? every() : every;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.on.failed(/** @type {Error} */ (error));
    }
    if (!asking.signal.aborted) this.#timer = setTimeout(() => this.#round(), wait);
  }
}

/**
 * The poll of a view: what it is told is its state, by `as`.  A view of one thing has a
 * place for `lost`: if there is no such thing, that is said there, and not asked again.
 * @param {any} view  with `onLive()` and `onFailed(error)`
 * @param {(signal: AbortSignal) => Promise<any>} ask
 * @param {{every: number | (() => number), as?: (told: any) => object}} how
 */
export function watching(view, ask, { every, as = (told) => ({ told }) }) {
  const isOne = "lost" in view.state;
  const poll = new Poll(ask, {
    every,
    told: (told) => {
      view.props.onLive();
      view.setState({ ...as(told), ...(isOne && { lost: "" }) });
    },
    failed: (error) => {
      const { status, message } = /** @type {any} */ (error);
      if (status !== 404 || !isOne) return view.props.onFailed(error);
      poll.stop();
      view.props.onLive();
      view.setState({ lost: sentence(message) });
    },
  });
  return poll;
}
