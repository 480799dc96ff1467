// @ts-check
/** Starting and stopping the board's timer. */
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Countdown } from "./countdown.js";
import { Dialog } from "./dialog.js";

const words = text.meeting;
const PRESETS = [1, 3, 5, 10];
const USUAL = 5; // so that T and Enter start it
const MOST = 24 * 60;

/** Properties: `endsAt` or null, `clock` as a Countdown's, `onStart(seconds)`, `onStop`, `onClose`. */
export class Timer extends Component {
  state = { own: "" };

  start = (/** @type {number} */ minutes) => {
    this.props.onStart(Math.max(1, Math.round(minutes * 60)));
    this.props.onClose();
  };

  submit = (event) => {
    event.preventDefault();
    this.start(Number(this.state.own));
  };

  stop = () => {
    this.props.onStop();
    this.props.onClose();
  };

  render({ endsAt, clock, onClose }, { own }) {
    return html`
      <${Dialog} title=${words.timer} onClose=${onClose}>
        ${endsAt && html`
          <div class="timer-face">
            <${Countdown} key=${endsAt} endsAt=${endsAt} now=${clock.now} isRough=${clock.isRough} />
            <button type="button" class="button danger" onClick=${this.stop}>${words.stop}</button>
          </div>`}
        <div class="presets" role="group" aria-label=${words.timer}>${PRESETS.map((minutes) => html`
          <button type="button" class="button" autofocus=${minutes === USUAL}
            onClick=${() => this.start(minutes)}>
            ${words.minutes(minutes)}
          </button>`)}
        </div>
        <form class="row" onSubmit=${this.submit}>
          <label class="field grow"><span>${words.own}</span>
            <input class="input" type="number" name="minutes" required inputmode="decimal"
              min="0.05" max=${MOST} step="any" value=${own}
              onInput=${(event) => this.setState({ own: event.target.value })} />
          </label>
          <button class="button primary timer-start">${words.start}</button>
        </form>
        ${clock.isRough && html`<p class="soft">${words.rough}</p>`}
      <//>
    `;
  }
}
