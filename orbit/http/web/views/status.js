// @ts-check
/** How things stand with the server, said as they are. */
import { html } from "../page/html.js";
import { text } from "../text.js";

/** @param {{state: "live" | "catching up" | "offline", waiting: number}} props */
export const Status = ({ state, waiting }) => {
  const words = text.status[state];
  const late = waiting > 0 && state !== "live";
  return html`
    <span class="status" data-state=${state} role="status">
      <span class="status-dot"></span>
      <span class="status-words">${late ? text.status.waiting(words, waiting) : words}</span>
    </span>
  `;
};
