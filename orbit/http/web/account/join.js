// @ts-check
/** An invite to an organisation is taken, by a mailed link: for whoever has signed in with the address that it was sent to. */
import { html } from "../page/html.js";
import { plain } from "../page/plain.js";
import { PATHS, organisationPath } from "../page/route.js";
import { Form } from "../views/form.js";
import { Mailed } from "./mailed.js";
import { SignIn } from "./sign-in.js";
import { words as all } from "./text.js";

const words = all.join;
const ACCOUNT = [PATHS.account, all.verify.account];

/** @param {{orbit: any, go: (path: string, event?: MouseEvent) => void}} props */
export const Join = ({ orbit, go }) => {
  const { account } = orbit;
  const ask = (act) => (account ? sure(account, act) : html`
    <${SignIn} orbit=${orbit} mode="signIn" onMode=${(mode) => go(PATHS[mode])} onIn=${() => {}} />`);
  const spoken = account ? words : { ...words, open: words.outside };
  return html`
    <${Mailed} words=${spoken} act=${(token) => orbit.organisations.join(token)} ask=${ask} go=${go}
      told=${({ name }) => words.given(plain(name))}
      read=${(token) => orbit.organisations.readInvite(token)} named=${({ name }) => words.to(plain(name))}
      onward=${{ open: account && ACCOUNT, done: ({ id }) => [organisationPath(id), words.onward], void: account && ACCOUNT }} />`;
};

const sure = (account, act) => html`
  <div class="stack">
    <p>${all.verify.signedIn(account.email)}</p>
    <${Form} look="primary big" act=${act} refused=${why} send=${words.send} />
  </div>
`;

/** @param {any} error */
const why = ({ code, details }) => (code !== "forbidden" ? "" : details?.email ? words.unverified : words.other);
