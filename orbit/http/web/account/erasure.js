// @ts-check
/** Erasing the account: what goes is shown first, and then it is asked once more. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { Dialog } from "../views/dialog.js";
import { Form } from "../views/form.js";
import { words as all } from "./text.js";

const words = all.erasure;

/** `orbit`, `onGone()`. */
export class Erasure extends Component {
  state = { asks: false };

  render({ orbit, onGone }, { asks }) {
    const close = () => this.setState({ asks: false });
    return html`
      <section class="panel stack" aria-labelledby="erasure">
        <h2 id="erasure">${words.title}</h2>
        <p class="soft">${words.hint}</p>
        <div class="row"><button type="button" class="button danger" aria-haspopup="dialog"
          onClick=${() => this.setState({ asks: true })}>${words.ask}</button></div>
        ${asks && html`<${Sure} orbit=${orbit} onGone=${onGone} onClose=${close} />`}
      </section>
    `;
  }
}

class Sure extends Component {
  /** @type {{own: any, refusal: string}} */ state = { own: null, refusal: "" };

  async componentDidMount() {
    try {
      this.setState({ own: await this.props.orbit.accounts.belongings() });
    } catch (error) {
      this.setState({ refusal: explain(error) });
    }
  }

  erase = async () => {
    await this.props.orbit.accounts.erase();
    this.props.onGone();
  };

  render({ orbit, onClose }, { own, refusal }) {
    return html`
      <${Dialog} title=${words.title} onClose=${onClose}>
        <p>${words.sure(orbit.account?.email ?? "")}</p>
        ${own?.boards.length > 0 && html`<p role="status">${words.goes(own.boards.length, own.notes, own.upvotes)}</p>`}
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
        <div class="row wrap">
          <button type="button" class="button primary" onClick=${onClose}>${words.keep}</button>
          <${Form} look="danger" act=${this.erase} send=${words.erase} sending=${words.erasing} />
        </div>
      <//>
    `;
  }
}
