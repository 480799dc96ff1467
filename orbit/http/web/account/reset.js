// @ts-check
/** A password is chosen anew, by a mailed link. */
import { html } from "../page/html.js";
import { memory } from "../page/memory.js";
import { PATHS } from "../page/route.js";
import { Form } from "../views/form.js";
import { newPassword } from "./fields.js";
import { Mailed } from "./mailed.js";
import { words as all } from "./text.js";

const words = all.reset;
const FIELDS = [{ ...newPassword("password"), autofocus: true }];
const ONWARD = { done: [PATHS.signIn, words.signIn], void: [PATHS.forgot, words.another] };

/** @param {{orbit: any, go: (path: string, event?: MouseEvent) => void}} props */
export const Reset = ({ orbit, go }) => {
  const choose = async (token, { password }) => {
    await orbit.accounts.reset(token, password);
    memory.keepHasPassword(true);
  };
  const ask = (act) => html`
    <${Form} look="primary big" fields=${FIELDS} act=${act} send=${words.send} sending=${words.sending} />`;
  return html`<${Mailed} words=${words} act=${choose} ask=${ask} onward=${ONWARD} go=${go} />`;
};
