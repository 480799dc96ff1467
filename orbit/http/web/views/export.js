// @ts-check
/** The board as a file, for its admins. */
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { save } from "../page/save.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";

const words = text.export;

export class Export extends Component {
  state = { busy: "", said: "" };

  take = async (format) => {
    const { orbit, board } = this.props;
    this.setState({ busy: format, said: "" });
    try {
      const title = plain(board.items.board?.board?.title) || text.name;
      save(await orbit.exportBoard(board, format), `${title}.${format}`);
      this.setState({ busy: "", said: words.done });
    } catch (error) {
      const said = explain(error);
      this.setState({ busy: "", said });
    }
  };

  render({ onClose }, { busy, said }) {
    return html`
      <${Dialog} title=${words.title} onClose=${onClose}>
        <ul class="menu-list files">${words.formats.map(([format, name, hint]) => html`
          <li key=${format}><button type="button" class="menu-entry" disabled=${busy !== ""}
            onClick=${() => this.take(format)}>
            <${Icon} name="file" /><span><b>${name}</b><small>${hint}</small></span>
          </button></li>`)}
        </ul>
        <p class="soft">${words.hint}</p>
        <p role="status" class="outcome">${busy ? words.busy : said}</p>
      <//>
    `;
  }
}
