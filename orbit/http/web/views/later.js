// @ts-check
/** A page whose modules come when it is first shown. */
import { Component, html } from "../page/html.js";
import { text } from "../text.js";
import { Centred } from "./centred.js";
import { Notice } from "./notice.js";

/** `load()`: its view; what else is given is the view's. */
export class Later extends Component {
  /** @type {{View: any, failed: boolean}} */ state = { View: null, failed: false };

  async componentDidMount() {
    try {
      this.setState({ View: await this.props.load() });
    } catch {
      this.setState({ failed: true }); // the network is away, or the node is another by now
    }
  }

  render({ load: _, onHome, ...given }, { View, failed }) {
    if (failed) return html`<${Notice} code="unloaded" onHome=${onHome} />`;
    if (!View) return html`<div class="slow"><${Centred} title=${text.moment} waits /></div>`;
    return html`<${View} ...${given} />`;
  }
}
