// @ts-check
/** In a header: the way to one's notices, and how many are not read, as it happens. */
import { Component, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { text } from "../text.js";
import { Icon } from "./icons.js";

const MOST = 99; // that are counted where there is so little room

/** `orbit`; `go`, where pages are one.  For whoever has signed in; nobody else has any. */
export class Bell extends Component {
  /** @type {(() => void)[]} */ offs = [];
  end = () => {};
  #isFollowing = false;

  componentDidMount() {
    const { orbit } = this.props;
    document.addEventListener("visibilitychange", this.back);
    this.offs = [orbit.on("account", this.follow), orbit.notices.on("change", () => this.forceUpdate())];
    this.follow();
  }

  componentWillUnmount() {
    document.removeEventListener("visibilitychange", this.back);
    for (const off of this.offs) off();
    this.end();
  }

  /** What was read elsewhere nobody tells. */
  back = () => {
    if (document.visibilityState === "visible" && this.#isFollowing) this.props.orbit.notices.look();
  };

  follow = () => {
    const { orbit } = this.props;
    if (Boolean(orbit.account) !== this.#isFollowing) {
      this.end();
      this.#isFollowing = Boolean(orbit.account);
      this.end = this.#isFollowing ? orbit.notices.follow() : () => {};
    }
    this.forceUpdate();
  };

  render({ orbit, go }) {
    if (!orbit.account) return null;
    const { unread } = orbit.notices;
    const label = text.account.notices(unread);
    return html`
      <a class="button quiet icon-only badged" href=${PATHS.notices} aria-label=${label} title=${label}
        onClick=${go && ((event) => go(PATHS.notices, event))}>
        <${Icon} name="bell" />
        ${unread > 0 && html`<span class="count" aria-hidden="true">${unread > MOST ? `${MOST}+` : unread}</span>`}
      </a>
    `;
  }
}
