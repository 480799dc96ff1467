// @ts-check
/** The first page: make a board, or go back to one. */
import { day } from "../page/ending.js";
import { explain } from "../page/explain.js";
import { Component, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { plain } from "../page/plain.js";
import { boardPath } from "../page/route.js";
import { text } from "../text.js";
import { Boards } from "./boards.js";
import { Dialog } from "./dialog.js";
import { Discover } from "./discover.js";
import { Feet } from "./feet.js";
import { Icon } from "./icons.js";
import { Import } from "./import.js";
import { Masthead } from "./masthead.js";
import { Pitch } from "./pitch.js";
import { Templates, wished } from "./templates.js";
import { Visibility } from "./visibility.js";

const words = text.home;
const CROWD = 5; // people among whom nobody is to be told apart

export class Home extends Component {
  state = { title: "", isPublic: true, strict: false, template: "blank", busy: false, refusal: "", going: null };

  componentDidMount() {
    document.title = text.name;
  }

  make = async (event) => {
    event.preventDefault();
    const { title, isPublic, strict, template } = this.state;
    this.setState({ busy: true, refusal: "" });
    try {
      const wish = { title: title.trim(), is_public: isPublic, strict: strict ? CROWD : 0 };
      await this.#make(wish, wished(template));
    } catch (error) {
      this.setState({ busy: false, refusal: explain(error) });
    }
  };

  async #make(wish, furniture) {
    const { orbit, go } = this.props;
    await orbit.ghost();
    const { board, admin_token: token } = await orbit.makeBoard(wish);
    memory.keepAdminToken(board.id, token);
    memory.see({ id: board.id, title: board.title, at: Date.now(), made: true });
    if (furniture) this.#furnish(board.id, token, furniture);
    go(boardPath(board.id));
  }

  /** Only kept here: told by the board's own page, however long the network is away. */
  #furnish(id, link, wish) {
    const board = this.props.orbit.board(id, { link });
    board.tell("edit_board", wish);
    board.leave();
  }

  /** With a board goes its admin token, of which there may be no other copy: we ask. */
  ask = (board) => {
    if (memory.adminToken(board.id)) this.setState({ going: board });
    else this.forget(board.id);
  };

  forget = (id) => {
    memory.forget(id);
    this.setState({ going: null });
  };

  render({ orbit, go }, state) {
    return html`
      <div class="home">
        <div class="sky" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <${Masthead} orbit=${orbit} go=${go} />
        <main class="home-main">
          <${Pitch} title=${words.headline} lead=${words.lead} points=${words.points} />
          <div class="stack">
            ${this.#form(state)}
            <${Import} orbit=${orbit} go=${go} />
            ${mine(orbit, go)}
            ${recent(memory.boards(), go, this.ask)}
            <${Discover} orbit=${orbit} go=${go} />
          </div>
        </main>
        ${state.going && this.#sure(state.going)}
        <div class="strip" aria-hidden="true">${words.samples.map(([colour, said, votes], i) => html`
          <div class="sample" data-colour=${colour} key=${i}><p>${said}</p><b>${votes}</b></div>`)}
        </div>
        <${Feet} />
      </div>
    `;
  }

  #sure({ id, title }) {
    const keep = () => this.setState({ going: null });
    return html`
      <${Dialog} title=${words.forget(plain(title))} onClose=${keep}>
        <p>${words.forgetHint}</p>
        <div class="row wrap">
          <button type="button" class="button primary" onClick=${keep}>${words.forgetNot}</button>
          <button type="button" class="button" onClick=${() => this.forget(id)}>
            ${words.forgetSure}
          </button>
        </div>
      <//>
    `;
  }

  #form({ title, isPublic, strict, template, busy, refusal }) {
    return html`
      <form class="panel stack" onSubmit=${this.make} aria-label=${words.make}>
        <label class="field">
          <span>${words.title}</span>
          <input class="input big" name="title" required maxlength="255" autocomplete="off"
            placeholder=${words.titleHint} value=${title} dir="auto"
            onInput=${(event) => this.setState({ title: event.target.value })} />
        </label>
        <${Templates} chosen=${template}
          onChoose=${(chosen) => this.setState({ template: chosen })} />
        <${Visibility} isPublic=${isPublic}
          onChange=${(value) => this.setState({ isPublic: value })} />
        <label class="choice">
          <input type="checkbox" name="strict" checked=${strict}
            onChange=${(event) => this.setState({ strict: event.target.checked })} />
          <${Icon} name="hidden" />
          <span><b>${words.strict}</b><small>${words.strictHint}</small></span>
        </label>
        <button class="button primary big" disabled=${busy}>
          ${busy ? words.making : words.make}
        </button>
        ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
      </form>
    `;
  }
}

/** What waits for me comes first; then what is my account's, wherever it was made. */
const mine = (orbit, go) => html`
  <${Boards} orbit=${orbit} go=${go} title=${text.invited.title}
    ask=${() => (orbit.isSomebody ? orbit.invited() : null)}
    about=${({ until }) => (until ? text.invited.until(day(Date.parse(until))) : text.invited.inside)} />
  <${Boards} orbit=${orbit} go=${go} title=${text.mine.title}
    ask=${() => (orbit.account ? orbit.mine() : null)}
    about=${({ expires_at: end }) => (end ? text.mine.until(day(Date.parse(end))) : text.mine.kept)} />
`;

const recent = (boards, go, forget) => boards.length > 0 && html`
  <section class="panel listing" aria-label=${words.recent}>
    <h2>${words.recent}</h2>
    <ul>${boards.map((board) => html`
      <li key=${board.id}>
        <a href=${boardPath(board.id)} onClick=${(event) => go(boardPath(board.id), event)}>
          <span class="clip" dir="auto">${plain(board.title)}</span>
          ${board.made && html`<small>${words.made}</small>`}
        </a>
        <button type="button" class="button quiet icon-only" onClick=${() => forget(board)}
          aria-label=${words.forget(plain(board.title))}><${Icon} name="close" /></button>
      </li>`)}
    </ul>
  </section>
`;
