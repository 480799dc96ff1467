// @ts-check
/** The log: what was done that security rests on, the newest first. */
import { Component, html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { Dialog } from "../../views/dialog.js";
import { Icon } from "../../views/icons.js";
import { UNKNOWN, brief } from "../figures.js";
import { written } from "../place.js";
import { words as all } from "../text.js";
import { ago, whole } from "../when.js";
import { Listing } from "./listing.js";

const words = all.log;
const HOUR_MS = 3_600_000;
/** How far back, in hours. @type {Record<string, number>} */
const WITHIN = { hour: 1, day: 24, week: 7 * 24 };

export class Log extends Component {
  /** @type {{shown: any}} */ state = { shown: null };

  ask = ({ within, ...query }, signal) => {
    const hours = WITHIN[within];
    return this.props.staff.logs({ ...query, since: hours && new Date(Date.now() - hours * HOUR_MS).toISOString() }, signal);
  };

  render({ query, onQuery, onLive, onFailed }, { shown }) {
    const { account, ...rest } = query;
    return html`
      <h2 class="reader">${all.views.log}</h2>
      <${Listing} ask=${this.ask} query=${query} onQuery=${onQuery} onLive=${onLive} onFailed=${onFailed}
        search=${words.search} choices=${CHOICES} caption=${words.caption} columns=${COLUMNS} row=${this.row} none=${words.none}>
        ${account && html`
          <button type="button" class="button accent only" onClick=${() => onQuery(rest)}>
            <span class="clip">${words.only(account.includes("@") ? account : brief(account))}</span><${Icon} name="close" /></button>`}
      <//>
      ${shown && html`<${Entry} of=${shown} onClose=${() => this.setState({ shown: null })} />`}
    `;
  }

  row = (one) => ({
    key: one.seq,
    cells: {
      action: html`
        <button type="button" class="id who" aria-haspopup="dialog" onClick=${() => this.setState({ shown: one })}>
          <b>${called(one)}</b></button>`,
      actor: who(one.actor),
      path: one.path ? html`<code>${one.path}</code>` : UNKNOWN,
      ip: one.ip ? html`<code>${one.ip}</code>` : UNKNOWN,
      time: ago(one.time),
    },
  });
}

const CHOICES = [
  { name: "action", label: words.action, options: [["", words.anyAction], ...Object.entries(words.acts)] },
  { name: "within", label: words.within, options: [["", words.ever], ...Object.keys(WITHIN).map((name) => [name, words[name]])] },
];
const COLUMNS = /** @type {any} */ (Object.entries(words.columns));

/** What was done, in words. */
export const called = ({ action }) => words.acts[action] ?? action;
const who = (id) => (id ? html`<a href=${written("people", {}, id)}><code>${brief(id)}</code></a>` : html`<span class="soft">${words.nobody}</span>`);

/** A row, whole. */
const Entry = ({ of, onClose }) => {
  const field = (name, value) => value && html`<div key=${name}><dt>${words.fields[name] ?? name}</dt><dd>${value}</dd></div>`;
  return html`
    <${Dialog} title=${called(of)} onClose=${onClose}>
      <dl class="filled">
        ${field("time", whole(of.time))}
        ${field("actor", who(of.actor))}
        ${of.subject && field("subject", who(of.subject))}
        ${field("path", of.path && html`<code>${of.path}</code>`)}
        ${field("ip", of.ip && html`<code>${of.ip}</code>`)}
        ${Object.entries(of.metadata).map(([name, value]) => field(name, html`<span dir="auto">${plain(String(value))}</span>`))}
        ${field("seq", of.seq)}
      </dl>
    <//>
  `;
};
