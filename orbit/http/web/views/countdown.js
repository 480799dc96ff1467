// @ts-check
/**
 * How long the timer still runs.  It counts by itself and is no live region: that would
 * speak every second.  What is to be said of it, seldom, goes to `onMark`.
 */
import { Component, html } from "../page/html.js";
import { face, mark, secondsLeft } from "../page/meeting.js";
import { text } from "../text.js";

/** Properties: `endsAt`, `now()` by the server's clock in ms, `isRough`, `onMark(seconds)`? */
export class Countdown extends Component {
  /** @type {any} */ timer = null;
  shown = secondsLeft(this.props.endsAt, this.props.now());

  componentDidMount() {
    this.tick();
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  tick = () => {
    const { endsAt, now, onMark } = this.props;
    const left = secondsLeft(endsAt, now());
    const due = mark(this.shown, left);
    if (due) onMark?.(due);
    if (left !== this.shown) this.setState({});
    this.shown = left;
    const rest = (Date.parse(endsAt) - now()) % 1000;
    this.timer = setTimeout(this.tick, (rest > 0 ? rest : 1000) + 5);
  };

  render({ endsAt, now, isRough }) {
    const left = secondsLeft(endsAt, now());
    const shown = face(left);
    return html`
      <span class="countdown ${left <= 10 ? "soon" : ""}" role="timer" dir="ltr"
        aria-label=${text.meeting.running(shown)} title=${isRough ? text.meeting.rough : null}>${shown}</span>
    `;
  }
}
