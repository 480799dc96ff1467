// @ts-check
/** Writing a note, in its place and its colour; on a phone above the keyboard. */
import { Component, createRef, html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { text } from "../text.js";
import { Swatches } from "./swatches.js";

const words = text.editor;
const LIMIT = 4000;
const NEAR_LIMIT = 200;

/**
 * Properties: `draft` {content, colour}; `isNew`: also asks how it is signed;
 * `onSave({content, colour, anonymous, name})`, `onCancel`; `box`: a ref to be set;
 * `onSize`: it has perhaps another size.
 */
export class Editor extends Component {
  /** @type {any} */ field = createRef();

  constructor(props) {
    super(props);
    const { named, name } = memory.author();
    const { content, colour } = props.draft;
    this.state = { named, name, content, colour };
  }

  componentDidMount() {
    const field = this.field.current;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    this.#grow();
  }

  componentDidUpdate() {
    this.props.onSize(); // a name field, a longer text: it needs another place
  }

  #grow() {
    const field = this.field.current;
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  }

  input = (event) => {
    this.setState({ content: event.target.value });
    this.#grow();
  };

  keys = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") this.props.onCancel();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save(event);
  };

  save = (event) => {
    event.preventDefault();
    const { content, colour, named, name } = this.state;
    const signed = named && name.trim() !== "";
    if (!content.trim()) return this.field.current.focus();
    if (this.props.isNew) memory.keepAuthor({ named, name, colour });
    this.props.onSave({ content: content.trim(), colour, anonymous: !signed, name: name.trim() });
  };

  render({ isNew, onCancel, box }, { content, colour }) {
    const left = LIMIT - content.length;
    return html`
      <form class="editor" ref=${box} data-colour=${colour} onSubmit=${this.save}
        onKeyDown=${this.keys} aria-label=${isNew ? words.add : words.edit}>
        <textarea ref=${this.field} class="editor-text" rows="4" maxlength=${LIMIT} dir="auto"
          placeholder=${words.placeholder} aria-label=${words.content} value=${content}
          onInput=${this.input}></textarea>
        ${left < NEAR_LIMIT && html`<p class="editor-left">${words.left(left)}</p>`}
        ${isNew && this.#signature()}
        <div class="editor-foot">
          ${isNew && html`
            <${Swatches} chosen=${colour} label=${words.colour}
              onChoose=${(chosen) => this.setState({ colour: chosen })} />`}
          <span class="grow"></span>
          <button type="button" class="button ghost" onClick=${onCancel}>${words.cancel}</button>
          <button class="button solid" title=${words.keys}>${isNew ? words.post : words.save}</button>
        </div>
      </form>
    `;
  }

  #signature() {
    const { named, name } = this.state;
    const pick = (value) => () => this.setState({ named: value });
    return html`
      <fieldset class="signature">
        <legend class="reader">${words.as}</legend>
        <label><input type="radio" name="as" checked=${!named} onChange=${pick(false)} />
          <span>${words.anonymous}</span></label>
        <label><input type="radio" name="as" checked=${named} onChange=${pick(true)} />
          <span>${words.named}</span></label>
        ${named && html`
          <input class="signature-name" name="name" required maxlength="80" value=${name}
            dir="auto" placeholder=${words.name} aria-label=${words.name} autocomplete="nickname"
            onInput=${(event) => this.setState({ name: event.target.value })} />`}
      </fieldset>
    `;
  }
}
