// @ts-check
/** What there is of one: all of it as a file, how long it is kept, and its end. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { save } from "../page/save.js";
import { Guarded } from "../account/guarded.js";
import { text } from "../text.js";
import { Erasure } from "./erasure.js";
import { Page } from "./page.js";
import { words as all } from "./text.js";

const words = all.privacy;

/** `orbit` (signed in), `go`. */
export class Privacy extends Component {
  /** @type {{prospect: any, refusal: string}} */ state = { prospect: null, refusal: "" };

  async componentDidMount() {
    try {
      this.setState({ prospect: await this.props.orbit.accounts.foreseeErasure() });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  download = async ({ password = "" }) => {
    const file = await this.props.orbit.accounts.exportAll(password);
    save(file, `orbit-${new Date().toISOString().slice(0, 10)}.json`);
    return words.file.done;
  };

  render({ orbit, go }, { prospect, refusal }) {
    return html`
      <${Page} orbit=${orbit} go=${go} at="privacy" title=${words.title}>
        <p class="soft">${words.hint}</p>
        <section class="panel stack" aria-labelledby="file">
          <h2 id="file">${words.file.title}</h2>
          <p class="soft">${words.file.hint}</p>
          <${Guarded} act=${this.download} send=${words.file.send} sending=${words.file.sending} />
        </section>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        ${!prospect && !refusal && html`<p class="soft" role="status">${text.moment}</p>`}
        ${prospect && html`
          ${kept(prospect)}
          <${Erasure} orbit=${orbit} go=${go} prospect=${prospect} onGone=${() => go(PATHS.home)} />`}
      <//>
    `;
  }
}

const kept = ({ kept: { trail } }) => html`
  <section class="panel stack" aria-labelledby="kept">
    <h2 id="kept">${words.kept.title}</h2>
    <dl class="terms">${words.kept.all(trail).map(([what, how]) => html`<div><dt>${what}</dt><dd>${how}</dd></div>`)}</dl>
  </section>
`;
