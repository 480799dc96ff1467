// @ts-check
/** An address is shown to be ours, by a mailed link: for whoever has signed in to the account that asked for it. */
import { html } from "../page/html.js";
import { PATHS } from "../page/route.js";
import { Form } from "../views/form.js";
import { Mailed } from "./mailed.js";
import { SignIn } from "./sign-in.js";
import { words as all } from "./text.js";

const words = all.verify;
const ACCOUNT = [PATHS.account, words.account];

/** @param {{orbit: any, go: (path: string, event?: MouseEvent) => void}} props */
export const Verify = ({ orbit, go }) => {
  const { account } = orbit;
  const ask = (act) => (account ? sure(account, act) : html`
    <${SignIn} orbit=${orbit} mode="signIn" byPassword onMode=${(mode) => go(PATHS[mode])} onIn=${() => {}} />`);
  const spoken = account ? words : { ...words, open: words.outside };
  return html`
    <${Mailed} words=${spoken} act=${(token) => orbit.accounts.verify(token)} ask=${ask} go=${go}
      onward=${{ open: account && ACCOUNT, done: ACCOUNT, void: ACCOUNT }} />`;
};

const sure = (account, act) => html`
  <div class="stack">
    <p>${all.verify.signedIn(account.email)}</p>
    <${Form} look="primary big" act=${act} refused=${why} send=${words.send} />
  </div>
`;

/** @param {any} error */
const why = ({ code }) => (code === "forbidden" ? words.other : code === "conflict" ? words.taken : "");
