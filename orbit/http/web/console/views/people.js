// @ts-check
/** Everybody who has an account. */
import { html } from "../../page/html.js";
import { plain } from "../../page/plain.js";
import { UNKNOWN } from "../figures.js";
import { written } from "../place.js";
import { words as all } from "../text.js";
import { ago } from "../when.js";
import { Listing } from "./listing.js";
import { Chip } from "./parts.js";

const words = all.people;

export const People = ({ staff, query, onQuery, onLive, onFailed }) => html`
  <h2 class="reader">${all.views.people}</h2>
  <${Listing} ask=${staff.people} query=${query} onQuery=${onQuery} onLive=${onLive} onFailed=${onFailed}
    search=${words.search} choices=${CHOICES} caption=${words.caption} columns=${COLUMNS} row=${row} none=${words.none} />
`;

const CHOICES = [
  { name: "role", label: words.role, options: [["", words.anyRole], ["user", words.roles.user], ["dev", words.roles.dev]] },
  { name: "status", label: words.state, options: [["", words.anyState], ["active", words.states.fit], ["suspended", words.states.suspended]] },
];
const COLUMNS = /** @type {any} */ (Object.entries(words.columns));

/** How an account stands, as a chip. */
export const Standing = ({ user }) => {
  if (user.suspended_at) return html`<${Chip} state="silent">${words.states.suspended}<//>`;
  return html`<${Chip} state=${user.email_verified ? "fit" : "quiet"}>${user.email_verified ? words.states.fit : words.states.unverified}<//>`;
};

const row = (user) => ({
  key: user.id,
  cells: {
    who: html`
      <a class="id who" href=${written("people", {}, user.id)}><b dir="auto">${plain(user.name) || words.unnamed}</b>
        <span dir="ltr">${user.email}</span></a>`,
    role: words.roles[user.role] ?? user.role,
    state: html`<${Standing} user=${user} />`,
    made: ago(user.created_at),
    seen: user.last_seen_at ? ago(user.last_seen_at) : UNKNOWN,
  },
});
