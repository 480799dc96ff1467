// @ts-check
/** Asks again and again while somebody looks, and says how that goes. */

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
