// @ts-check
/** One's account: who one is, how and where one signs in, and the way out. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { Page } from "../portal/page.js";
import { Factor } from "./factor.js";
import { Password } from "./password.js";
import { Address, Profile } from "./profile.js";
import { Sessions } from "./sessions.js";
import { TakeOver } from "./take-over.js";
import { words } from "./text.js";

/** `orbit` (signed in), `go`. */
export class AccountPage extends Component {
  /** @type {{user: any, apart: number, version: number, refusal: string}} */
  state = { user: null, apart: 0, version: 0, refusal: "" };

  async componentDidMount() {
    const { orbit } = this.props;
    try {
      const user = await orbit.accounts.me();
      this.setState({ user });
      if (user.email_verified) this.setState({ apart: (await orbit.apart()).length });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  /** What is changed there ends sign-ins elsewhere. */
  cut = () => this.setState({ version: this.state.version + 1 });

  signOut = async () => {
    this.props.go(PATHS.home);
    await this.props.orbit.signOut();
  };

  render({ orbit, go }, { user, apart, version, refusal }) {
    const out = html`<button type="button" class="button" onClick=${this.signOut}>${words.mine.signOut}</button>`;
    return html`
      <${Page} orbit=${orbit} go=${go} at="account" title=${words.mine.title} beside=${out}>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        ${user && html`
          <${TakeOver} orbit=${orbit} apart=${apart} />
          <${Profile} orbit=${orbit} user=${user} onChange=${(other) => this.setState({ user: other })} />
          <${Address} orbit=${orbit} user=${user} />
          <${Password} orbit=${orbit} user=${user} onChange=${this.cut} />
          <${Factor} orbit=${orbit} user=${user} />
          <${Sessions} orbit=${orbit} version=${version} onOut=${() => go(PATHS.signIn)} />`}
      <//>
    `;
  }
}
