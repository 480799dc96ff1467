// @ts-check
/**
 * Fingers, mouse and wheel on the canvas, told as what they mean.
 *
 * @typedef {{x: number, y: number}} Point
 * @typedef {object} Meanings
 * @property {(at: Point) => string | null} noteAt  for notes without an element
 * @property {(id: string, isTouch: boolean) => boolean} canDrag
 * @property {(dx: number, dy: number) => void} pan
 * @property {(at: Point, factor: number) => void} zoom
 * @property {(id: string, dx: number, dy: number) => void} drag  from where it was taken
 * @property {(id: string) => void} drop
 * @property {(id: string) => void} cancelDrag
 * @property {(id: string | null, at: Point) => void} tap
 * @property {(id: string | null, at: Point) => void} doubleTap
 * @property {(moving: boolean) => void} moving
 */

const STILL_PX = 4;

export class Gestures {
  /** @type {Map<number, Point>} */ #down = new Map();
  /** @type {{id: string | null, from: Point, mode: "unsure" | "drag" | "pan"} | null} */
  #act = null;
  #abort = new AbortController();

  /** @param {HTMLElement} root @param {Meanings} meanings */
  constructor(root, meanings) {
    this.root = root;
    this.meanings = meanings;
    const { signal } = this.#abort;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ fn, more = {}) =>
      root.addEventListener(type, fn, { signal, ...more });
    on("pointerdown", (event) => this.#start(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#end(event));
    on("pointercancel", (event) => this.#cancel(event));
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("dblclick", (event) => this.#double(event));
    on("gesturestart", (event) => event.preventDefault());
  }

  stop() {
    this.#abort.abort();
  }

  /** Where on the canvas an event happened. */
  #at(/** @type {MouseEvent} */ event) {
    const box = this.root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #start(/** @type {PointerEvent} */ event) {
    if (event.button > 1 || isControl(event)) return;
    if (event.button === 1) event.preventDefault(); // no autoscroll
    this.#down.set(event.pointerId, this.#at(event));
    this.root.setPointerCapture(event.pointerId);
    if (this.#down.size > 1) return this.#giveUp("pan");
    const from = this.#at(event);
    const id = event.button === 1 ? null : noteOf(event) ?? this.meanings.noteAt(from);
    this.#act = { id, from, mode: "unsure" };
  }

  #move(/** @type {PointerEvent} */ event) {
    const before = this.#down.get(event.pointerId);
    if (!before || !this.#act) return;
    const now = this.#at(event);
    if (this.#down.size === 2) this.#pinch(event.pointerId, before, now);
    else this.#slide(before, now, event.pointerType === "touch");
    this.#down.set(event.pointerId, now);
  }

  #slide(/** @type {Point} */ before, /** @type {Point} */ now, /** @type {boolean} */ isTouch) {
    const act = this.#act;
    if (!act) return;
    const { from, id } = act;
    if (act.mode === "unsure") {
      if (Math.hypot(now.x - from.x, now.y - from.y) < STILL_PX) return;
      act.mode = id && this.meanings.canDrag(id, isTouch) ? "drag" : "pan";
      this.meanings.moving(true);
      before = from;
    }
    if (act.mode === "drag" && id) this.meanings.drag(id, now.x - from.x, now.y - from.y);
    else this.meanings.pan(now.x - before.x, now.y - before.y);
  }

  #pinch(/** @type {number} */ finger, /** @type {Point} */ before, /** @type {Point} */ now) {
    const [[, other]] = [...this.#down].filter(([id]) => id !== finger);
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    this.meanings.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    if (was > 0) this.meanings.zoom(middle, is / was);
  }

  #end(/** @type {PointerEvent} */ event) {
    if (!this.#down.delete(event.pointerId) || this.#down.size) return;
    const act = this.#act;
    this.#act = null;
    this.meanings.moving(false);
    if (act?.mode === "unsure") this.meanings.tap(act.id, act.from);
    else if (act?.mode === "drag" && act.id) this.meanings.drop(act.id);
  }

  #cancel(/** @type {PointerEvent} */ event) {
    this.#giveUp("pan");
    this.#down.delete(event.pointerId);
    if (!this.#down.size) this.#act = null;
  }

  /** A second finger came, or the system took over: nothing is dragged any more. */
  #giveUp(/** @type {"pan"} */ mode) {
    const act = this.#act;
    if (act?.mode === "drag" && act.id) this.meanings.cancelDrag(act.id);
    if (act) act.mode = mode;
    this.meanings.moving(this.#down.size > 0);
  }

  #wheel(/** @type {WheelEvent} */ event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 400 : 1;
    if (event.ctrlKey || event.metaKey) {
      const step = Math.max(-60, Math.min(60, event.deltaY * unit));
      return this.meanings.zoom(this.#at(event), Math.exp(-step / 160));
    }
    const [dx, dy] = event.shiftKey && !event.deltaX
      ? [event.deltaY, 0]
      : [event.deltaX, event.deltaY];
    this.meanings.pan(-dx * unit, -dy * unit);
  }

  #double(/** @type {MouseEvent} */ event) {
    if (isControl(event)) return;
    const at = this.#at(event);
    this.meanings.doubleTap(noteOf(event) ?? this.meanings.noteAt(at), at);
  }
}

/** The note, or the group by its head. @param {Event} event */
function noteOf(event) {
  const element = /** @type {Element | null} */ (event.target);
  const found = /** @type {HTMLElement | null} */ (element?.closest?.("[data-note], [data-group]"));
  return found?.dataset.note ?? found?.dataset.group ?? null;
}

/** @param {Event} event */
function isControl(event) {
  return !!(/** @type {Element | null} */ (event.target)?.closest?.("button, a, input, textarea"));
}
