// @ts-check
/** Draws with the browser's next frame, once, however often it is asked to until then. */
export class Redraw {
  /** @type {number | null} */ #frame = null;
  #stopped = false;

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
  }

  soon = () => {
    if (!this.#stopped) this.#frame ??= requestAnimationFrame(this.#now);
  };

  #now = () => {
    this.#frame = null;
    this.draw();
  };

  /** For good. */
  stop() {
    this.#stopped = true;
    cancelAnimationFrame(this.#frame ?? 0);
  }
}
