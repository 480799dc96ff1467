// @ts-check
/**
 * People and reports: what an admin is asked, and answers.  All of it is items, so it
 * is as live as the board.  Nobody has a name here: admins do not learn who is who.
 */
import { shown } from "../canvas/shown.js";
import { explain } from "../page/explain.js";
import { Component, createRef, html } from "../page/html.js";
import { locale } from "../page/language.js";
import { isMutable, reported, requests } from "../page/moderation.js";
import { plain } from "../page/plain.js";
import { text } from "../text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { Invites } from "./invites.js";

const words = text.people;
const SINCE = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** `orbit`, `board`, `onNote(id)`, `onClose`. */
export class People extends Component {
  /** @type {any} */ box = createRef();
  state = { said: "" };

  componentDidUpdate() {
    const isLost = document.activeElement === document.body; // with what was answered
    if (isLost) this.box.current?.focus({ preventScroll: true });
  }

  /** @param {string} verb @param {any} args @param {string} done */
  act = async (verb, args, done) => {
    try {
      await this.props.board.tell(verb, args);
      this.setState({ said: done });
    } catch (error) {
      this.setState({ said: explain(error) });
    }
  };

  render({ orbit, board, onClose }, { said }) {
    const { items } = board;
    const asked = requests(items);
    const notes = reported(items);
    const mutes = Object.entries(items.mute ?? {});
    const members = Object.keys(items.member ?? {});
    const isQuiet = !asked.length && !notes.length && !mutes.length && !members.length;
    return html`
      <${Dialog} title=${words.title} kind="people" onClose=${onClose}>
        <div class="stack roomy" tabindex="-1" ref=${this.box}>
          <p role="status" class="outcome">${said}</p>
          ${isQuiet && html`<p class="soft">${words.quiet}</p>`}
          ${list(words.requests, asked, this.#request)}
          ${list(words.reports, notes, this.#report)}
          <${Invites} orbit=${orbit} board=${board} members=${members.length} />
          ${list(words.mutes, mutes, this.#mute)}
          ${list(words.members, members, this.#member)}
        </div>
      <//>
    `;
  }

  /** @param {[string, any]} request */
  #request = ([id, { message, at }]) => {
    const answer = (approve, done) => () => this.act("answer_request", { request: id, approve }, done);
    return html`
      <li key=${id}>
        <p class="said" dir="auto">${plain(message) || html`<i class="soft">${words.noMessage}</i>`}</p>
        <small class="soft">${number(id)} · ${SINCE.format(new Date(at))}</small>
        <div class="row wrap">
          <button type="button" class="button primary" onClick=${answer(true, words.done.letIn)}>
            <${Icon} name="check" />${words.letIn}</button>
          <button type="button" class="button" onClick=${answer(false, words.done.refused)}>${words.refuse}</button>
        </div>
      </li>
    `;
  };

  /** @param {import("../page/moderation.js").Reported} one */
  #report = ({ note, reasons, hidden, muted }) => {
    const { board } = this.props;
    const may = (verb) => board.may.includes(verb);
    const tell = (verb, done) => () => this.act(verb, { note }, done);
    const given = reasons.filter(Boolean);
    return html`
      <li key=${note}>
        ${this.#quote(note)}
        <p class="soft">${words.count(reasons.length)}${hidden && ` · ${text.note.hidden}`}</p>
        ${given.length > 0 && html`
          <ul class="reasons">${given.map((reason) => html`<li dir="auto">${plain(reason)}</li>`)}</ul>`}
        <div class="row wrap">
          ${this.#goTo(note)}
          ${may("hide_note") && (hidden
            ? html`<button type="button" class="button" onClick=${tell("show_note", words.done.shown)}>
                <${Icon} name="shown" />${words.show}</button>`
            : html`<button type="button" class="button" onClick=${tell("hide_note", words.done.hidden)}>
                <${Icon} name="hidden" />${words.hide}</button>`)}
          ${may("mute_author") && isMutable(board.items, note) && html`
            <button type="button" class="button danger" disabled=${muted}
              onClick=${tell("mute_author", words.done.muted)}>
              <${Icon} name="mute" />${muted ? words.muted : words.mute}</button>`}
          ${may("dismiss_reports") && html`
            <button type="button" class="button" onClick=${tell("dismiss_reports", words.done.dismissed)}>
              ${words.dismiss}</button>`}
        </div>
      </li>
    `;
  };

  /** @param {[string, {note: string}]} mute */
  #mute = ([id, { note }]) => html`
    <li key=${id}>
      <p class="soft">${words.mutedBy}</p>
      ${this.#quote(note)}
      <div class="row wrap">
        ${this.#goTo(note)}
        ${this.props.board.may.includes("unmute_author") && html`
          <button type="button" class="button"
            onClick=${() => this.act("unmute_author", { mute: id }, words.done.unmuted)}>${words.unmute}</button>`}
      </div>
    </li>
  `;

  /** @param {string} id */
  #member = (id) => html`
    <li key=${id} class="row">
      <span class="grow">${words.member(number(id))}</span>
      <button type="button" class="button" aria-label="${words.remove}: ${words.member(number(id))}"
        onClick=${() => this.act("remove_member", { member: id }, words.done.removed)}>${words.remove}</button>
    </li>
  `;

  /** What a note says, or why that is not to be read. @param {string} id */
  #quote(id) {
    const note = shown(id, this.props.board.items, [], { voted: false });
    const said = note && plain(note.content);
    return html`
      <p class="quote" data-colour=${note?.colour} dir="auto">
        <span class="dot" aria-hidden="true"></span>
        <span class="said">${said || html`<i class="soft">${note ? text.note.concealed : words.gone}</i>`}</span>
      </p>
    `;
  }

  /** @param {string} id */
  #goTo(id) {
    const { items } = this.props.board;
    if (!items.note?.[id] && !items.veil?.[id]) return null;
    return html`
      <button type="button" class="button" onClick=${() => this.props.onNote(id)}>
        <${Icon} name="aim" />${words.goTo}</button>
    `;
  }
}

/** Four characters of its own: the same that a note is known by. @param {string} id */
const number = (id) => `#${id.slice(-4)}`;

/** @template T @param {string} title @param {T[]} all @param {(one: T) => any} row */
const list = (title, all, row) => all.length > 0 && html`
  <section class="stack" aria-label=${title}>
    <h3>${title} <span class="count">${all.length}</span></h3>
    <ul class="cards">${all.map(row)}</ul>
  </section>
`;
