// @ts-check
/**
 * What one who is on a board hears of its meeting: phases, the timer, where to look.  It
 * is said to those, too, who do not see it.  What is drawn of it is a view's affair.
 *
 * @typedef {object} Ear  whom it is told to
 * @property {(words: string) => void} say  to a screen reader
 * @property {(toast: any) => void} toast
 * @property {() => void} soon  draws again
 * @property {() => boolean} busy  something lies over the canvas
 * @property {() => import("../canvas/desk.js").Desk | null} desk  while the board is shown as it is
 */
import { text } from "../text.js";
import { Skew, card, face, isOn, runs, secondsLeft } from "./meeting.js";
import { memory } from "./memory.js";

const words = text.meeting;
const OVER_MS = 10_000; // so long the end of a timer is shown

export class Attendance {
  isOver = false; // the timer, a moment ago
  #skew = new Skew();
  /** @type {boolean | null} whether who runs it wants to see it; null: where there is one */ #wish = null;
  #wasPointed = false;
  /** @type {any} */ #timer = null;
  /** @type {(() => void)[]} */ #offs;

  /**
   * @param {import("../sdk/board.js").Board} board
   * @param {import("../orbit.js").Orbit} orbit
   * @param {Ear} ear
   */
  constructor(board, orbit, ear) {
    this.board = board;
    this.ear = ear;
    this.#offs = [
      board.on("change", (frame) => this.#changed(frame)),
      board.on("signal", ({ do: verb, with: at }) => verb === "focus" && this.#pointed(at)),
      orbit.wire.on("welcome", () => this.#greeted(orbit.time())),
    ];
    this.#skew.asked(orbit.time(), Date.now());
  }

  #greeted(/** @type {number | null} */ time) {
    this.#skew.asked(time, Date.now());
    this.ear.soon();
  }

  stop() {
    clearTimeout(this.#timer);
    for (const off of this.#offs) off();
  }

  /** Whether it is to be drawn. */
  get isShown() {
    const shown = card(this.board);
    if (!runs(this.board)) return isOn(shown) || this.#wasPointed || this.isOver;
    return this.#wish ?? (isOn(shown) || Boolean(shown?.columns?.length) || this.isOver);
  }

  toggle() {
    this.#wish = !this.isShown;
  }

  /** What a Countdown goes by. */
  get clock() {
    const onMark = (/** @type {number} */ seconds) => this.ear.say(words.said.left(seconds));
    return { now: this.#now, isRough: !this.#skew.known, onMark };
  }

  /** The server's time, as far as it is known, in ms. */
  #now = () => Date.now() + this.#skew.ahead;

  #changed(/** @type {import("../sdk/fold.js").Changed} */ { at, event }) {
    this.#skew.heard(Date.parse(at), Date.now());
    if (!this.ear.desk()) return;
    const { said, phases } = words;
    const { phase, ends_at: endsAt } = card(this.board) ?? {};
    if (event === "timer_started") this.isOver = false;
    switch (event) {
      case "phase_set": return this.ear.say(said.phase(...phases[phase ?? ""]));
      case "timer_started": return this.ear.say(said.started(face(secondsLeft(endsAt, this.#now()))));
      case "timer_stopped": return this.ear.say(said.stopped);
      case "timer_ended": return this.#over();
      case "notes_concealed": return this.ear.say(said.concealed);
      case "notes_revealed": return this.ear.say(said.revealed);
      default: return undefined;
    }
  }

  #over() {
    this.isOver = true;
    this.ear.say(words.over);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isOver = false;
      this.ear.soon();
    }, OVER_MS);
  }

  /** One is asked to come, or has asked to be taken there. */
  #pointed(/** @type {any} */ at) {
    const desk = this.ear.desk();
    const isPlace = Number.isFinite(at?.x) && Number.isFinite(at?.y);
    if (!desk || !isPlace || desk.pointedAt(at)) return;
    this.#wasPointed = true;
    desk.scene.beacon(at);
    const before = desk.scene.camera;
    const go = { label: words.goThere, act: () => desk.scene.show(at) };
    const back = { label: words.back, act: () => desk.scene.look(before) };
    const stays = !memory.follows() || this.ear.busy();
    if (!stays) desk.scene.show(at);
    this.ear.toast({ words: stays ? words.look : words.taken, kind: "done", action: stays ? go : back });
  }
}
