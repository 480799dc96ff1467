// @ts-check
/** What a page is for: a headline, a few words, and what speaks for it. */
import { html } from "../page/html.js";

const COLOURS = ["YELLOW", "COOL", "FRESH"];

/** @param {{title: string, lead: string, points: string[][]}} props  a point is a word, and more about it */
export const Pitch = ({ title, lead, points }) => html`
  <section class="pitch">
    <h1>${title}</h1>
    <p class="lead">${lead}</p>
    <ul class="points">${points.map(([point, more], i) => html`
      <li><span class="dot" data-colour=${COLOURS[i]}></span><div><b>${point}</b><p>${more}</p></div></li>`)}
    </ul>
  </section>
`;
