// @ts-check
/** The ways in, as pages: `/sign-in`, `/register`, `/forgot`. */
import { Component, html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { Centred } from "../views/centred.js";
import { SignIn } from "./sign-in.js";
import { words as all } from "./text.js";

const words = all.enter;

/** `orbit`, `go`, `mode`; `onIn(apart, isNew)`. */
export class Entrance extends Component {
  render({ orbit, go, mode, onIn }) {
    document.title = words.titles[mode];
    return html`
      <${Centred} title=${words.titles[mode]}>
        <div class="panel slip">
          <${SignIn} orbit=${orbit} mode=${mode} onMode=${(other) => go(PATHS[other])} onIn=${onIn} />
        </div>
        <a class="button quiet" href=${PATHS.home} onClick=${(event) => go(PATHS.home, event)}>${words.home}</a>
      <//>
    `;
  }
}
