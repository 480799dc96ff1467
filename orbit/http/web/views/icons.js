// @ts-check
/** Line icons, drawn on a grid of 20. */
import { html } from "../page/html.js";

const PATHS = {
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  fit: "M4 8V5a1 1 0 0 1 1-1h3M12 4h3a1 1 0 0 1 1 1v3M16 12v3a1 1 0 0 1-1 1h-3M8 16H5a1 1 0 0 1-1-1v-3",
  share: "M8.5 11.5 12 8M9 6l1.6-1.6a3.5 3.5 0 0 1 5 5L14 11M11 14l-1.6 1.6a3.5 3.5 0 0 1-5-5L6 9",
  menu: "M4 6h12M4 10h12M4 14h12",
  close: "M5 5l10 10M15 5 5 15",
  people: "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.5 16c0-2.8 2.2-4.5 5-4.5s5 1.7 5 4.5M13 9.2a2.3 2.3 0 1 0-.6-4.6M14.5 12c1.8.5 3 1.9 3 4",
  edit: "M4 16l.8-3.4L13 4.4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2 4 16Z",
  trash: "M4.5 6h11M8 6V4.5h4V6M6 6l.7 10h6.6L14 6M8.5 9v4M11.5 9v4",
  up: "M10 4.5 15.5 11H12v4.5H8V11H4.5L10 4.5Z",
  gear: "M10 12.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM10 2.8v2M10 15.2v2M2.8 10h2M15.2 10h2M4.9 4.9l1.4 1.4M13.7 13.7l1.4 1.4M15.1 4.9l-1.4 1.4M6.3 13.7l-1.4 1.4",
  help: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.9 8a2.2 2.2 0 1 1 3.2 2c-.8.4-1.1.9-1.1 1.6M10 13.9v.1",
  theme: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 3v14M10 6.5h3.6M10 10h6.8M10 13.5h3.6",
  home: "M3.5 9.5 10 4l6.5 5.5M5.5 8.2V16h9V8.2",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  lock: "M5.5 9h9v7h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9",
  seal: "M10 3l2 1.6 2.5-.2.8 2.4 2.1 1.5-.8 2.4.8 2.4-2.1 1.5-.8 2.4-2.5-.2L10 17.4l-2-1.6-2.5.2-.8-2.4-2.1-1.5.8-2.4-.8-2.4 2.1-1.5.8-2.4 2.5.2L10 3ZM7.5 10.2l1.8 1.8 3.4-3.8",
  globe: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM3 10h14M10 3c2.2 2 3 4.3 3 7s-.8 5-3 7c-2.2-2-3-4.3-3-7s.8-5 3-7Z",
  undo: "M7.5 5 4 8.5 7.5 12M4.5 8.5H12a4 4 0 0 1 0 8H9",
};

/** @param {{name: keyof typeof PATHS}} props */
export const Icon = ({ name }) => html`
  <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${PATHS[name]} /></svg>
`;

/** The mark: a note on its way around a centre. */
export const Mark = () => html`
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle class="mark-path" cx="16" cy="16" r="11" />
    <circle class="mark-sun" cx="16" cy="16" r="4.2" />
    <rect class="mark-note" x="19.5" y="3.5" width="8.5" height="8.5" rx="2.4" />
  </svg>
`;
