// @ts-check
/** Makes a board of a file that another one was saved as. */
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { boardPath } from "../page/route.js";
import { text } from "../text.js";
import { keep } from "./fork.js";
import { Icon } from "./icons.js";

const words = text.import;

export class Import extends Component {
  /** @type {any} */ file = createRef();
  state = { busy: false, refusal: "" };

  read = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    this.setState({ busy: true, refusal: "" });
    try {
      await this.#make(JSON.parse(await file.text()));
    } catch (error) {
      const refusal = error instanceof SyntaxError ? words.noFile : explain(error);
      event.target.value = ""; // the same one may be chosen again
      this.setState({ busy: false, refusal });
    }
  };

  async #make(document) {
    const { orbit, go } = this.props;
    await orbit.ghost();
    const made = await orbit.importBoard(document);
    keep(made);
    go(boardPath(made.board.id));
  }

  render(_, { busy, refusal }) {
    return html`
      <div class="import">
        <input ref=${this.file} type="file" name="import" accept="application/json,.json" hidden
          onChange=${this.read} />
        <button type="button" class="button quiet" disabled=${busy}
          onClick=${() => this.file.current.click()}>
          <${Icon} name="file" />${busy ? words.busy : words.choose}
        </button>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
      </div>
    `;
  }
}
