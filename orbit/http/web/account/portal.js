// @ts-check
/** One's account: who one is, how and where one signs in, and the way out. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { text } from "../text.js";
import { Masthead } from "../views/masthead.js";
import { Erasure } from "./erasure.js";
import { Factor } from "./factor.js";
import { Organisations } from "./organisations.js";
import { Password } from "./password.js";
import { Address, Profile } from "./profile.js";
import { Sessions } from "./sessions.js";
import { TakeOver } from "./take-over.js";
import { words } from "./text.js";

/** `orbit` (signed in), `go`. */
export class Portal extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{user: any, apart: number, version: number, refusal: string}} */
  state = { user: null, apart: 0, version: 0, refusal: "" };

  async componentDidMount() {
    document.title = `${words.mine.title} · ${text.name}`;
    this.heading.current?.focus();
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
    return html`
      <div class="home">
        <div class="sky" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <${Masthead} orbit=${orbit} onHome=${(event) => go(PATHS.home, event)} />
        <main class="portal">
          <div class="row wrap portal-top">
            <h1 class="grow" tabindex="-1" ref=${this.heading}>${words.mine.title}</h1>
            <button type="button" class="button" onClick=${this.signOut}>${words.mine.signOut}</button>
          </div>
          ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
          ${user && html`
            <${TakeOver} orbit=${orbit} apart=${apart} />
            <${Profile} orbit=${orbit} user=${user} onChange=${(other) => this.setState({ user: other })} />
            <${Address} orbit=${orbit} user=${user} />
            <${Organisations} orbit=${orbit} />
            <${Password} orbit=${orbit} user=${user} onChange=${this.cut} />
            <${Factor} orbit=${orbit} user=${user} />
            <${Sessions} orbit=${orbit} version=${version} onOut=${() => go(PATHS.signIn)} />
            <${Erasure} orbit=${orbit} onGone=${() => go(PATHS.home)} />`}
        </main>
      </div>
    `;
  }
}
