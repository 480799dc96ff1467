// @ts-check
/** What visitors filled in: four lists, each row whole when it is pressed, and all as a file. */
import { explain } from "../../page/explain.js";
import { Component, createRef, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { save } from "../../page/save.js";
import { Dialog } from "../../views/dialog.js";
import { Icon } from "../../views/icons.js";
import { UNKNOWN } from "../figures.js";
import { written } from "../place.js";
import { LEADS } from "../staff.js";
import { words as all } from "../text.js";
import { ago, whole } from "../when.js";
import { Listing } from "./listing.js";
import { Sure } from "./parts.js";

const words = all.leads;

export class Leads extends Component {
  /** @type {any} */ heading = createRef();
  /** @type {{shown: any, said: string, refusal: string, version: number}} */
  state = { shown: null, said: "", refusal: "", version: 0 };

  get #list() {
    const { list } = this.props.query;
    return LEADS.find((each) => each === list) ?? LEADS[0];
  }

  ask = ({ list: _, ...query }, signal) => this.props.staff.leads(this.#list, query, signal);

  download = async () => {
    const { list: _, page: __, ...query } = this.props.query;
    try {
      save(await this.props.staff.csv(this.#list, query), `orbit-${this.#list}.csv`);
      this.setState({ refusal: "" });
    } catch (error) {
      this.setState({ refusal: explain(/** @type {any} */ (error)) });
    }
  };

  forget = async () => {
    const { shown, version } = this.state;
    this.setState({ shown: null, said: "" });
    try {
      await this.props.staff.forget(shown.id);
      this.setState({ said: words.gone(shown.email), refusal: "", version: version + 1 }, () => this.heading.current?.focus());
    } catch (error) {
      this.setState({ refusal: explain(/** @type {any} */ (error)) });
    }
  };

  render({ query, onQuery, onLive, onFailed }, { shown, said, refusal, version }) {
    const list = this.#list;
    return html`
      <h2 class="reader" tabindex="-1" ref=${this.heading}>${all.views.leads}</h2>
      <fieldset class="segments">
        <legend class="reader">${words.which}</legend>
        ${LEADS.map((each) => html`
          <label key=${each}><input type="radio" name="list" checked=${each === list}
            onChange=${() => onQuery({ list: each })} /><span>${words.lists[each]}</span></label>`)}
      </fieldset>
      <p role="status" class=${said ? "said" : "reader"}>${said}</p>
      ${refusal && html`<p class="refusal" role="alert">${refusal}</p>`}
      <${Listing} key="${list} ${version}" ask=${this.ask} query=${query} kept=${{ list }} onQuery=${onQuery} onLive=${onLive} onFailed=${onFailed}
        search=${words.search} caption=${words.lists[list]} columns=${COLUMNS} row=${this.row} none=${words.none}>
        <button type="button" class="button" onClick=${this.download}><${Icon} name="file" />${words.csv}</button>
      <//>
      ${shown && html`<${Lead} lead=${shown} onForget=${this.forget} onClose=${() => this.setState({ shown: null })} />`}
    `;
  }

  row = (lead) => ({
    key: lead.id,
    cells: {
      who: html`
        <button type="button" class="id who" aria-haspopup="dialog" onClick=${() => this.setState({ shown: lead, said: "" })}>
          <b dir="auto">${plain(lead.name) || words.unnamed}</b><span dir="ltr">${lead.email}</span></button>`,
      organization: html`<span dir="auto">${plain(lead.organization) || UNKNOWN}</span>`,
      said: html`<span class="excerpt" dir="auto">${plain(lead.message || lead.use_case) || UNKNOWN}</span>`,
      at: ago(lead.created_at),
    },
  });
}

const COLUMNS = /** @type {any} */ (Object.entries(words.columns));
const APART = new Set(["id", "created_at"]);

/** All that somebody filled in. */
const Lead = ({ lead, onForget, onClose }) => {
  const fields = Object.entries(lead).filter(([name, value]) => value && !APART.has(name));
  return html`
    <${Dialog} title=${plain(lead.name) || lead.email} onClose=${onClose}>
      <dl class="filled">${fields.map(([name, value]) => html`
        <div key=${name}><dt>${words.fields[name] ?? name}</dt><dd dir="auto">${plain(String(value))}</dd></div>`)}
        <div><dt>${words.columns.at}</dt><dd>${whole(lead.created_at)}</dd></div>
      </dl>
      <div class="row wrap">
        <a class="button primary" href=${written("mail", { to: lead.email })}>${words.write}</a>
        <${Sure} act=${onForget} label=${words.forget} question=${words.forgetSure}>${words.forget}<//>
      </div>
    <//>
  `;
};
