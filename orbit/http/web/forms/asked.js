// @ts-check
/** What each form asks for, and where it is sent.  Pure: the words are given. */

/** The forms by the path of their page, with the path that they are sent to. */
export const FORMS = {
  waitlist: "/waitlist/", contact: "/contact/", investors: "/investor_interest/", pilot: "/pilot_request/",
};

/** @typedef {keyof typeof FORMS} Form */

/** @param {string} pathname @returns {Form | undefined} */
export const at = (pathname) =>
  /** @type {Form[]} */ (Object.keys(FORMS)).find((form) => pathname.replace(/\/$/, "") === `/${form}`);

const LINE = 200;
const LONG = 5000;
const ASKED = {
  waitlist: ["email", "name", "organization", "use_case"],
  contact: ["name", "email", "subject", "message"],
  investors: ["name", "email", "organization", "amount", "message"],
  pilot: ["name", "email", "organization", "team_size", "timeline", "use_case"],
};
const NEEDED = {
  waitlist: ["email"], contact: ["email", "message"], investors: ["name", "email"], pilot: ["name", "email", "organization"],
};
/** What an input is beside its words. @type {Record<string, any>} */
const KINDS = {
  email: { type: "email", autocomplete: "email", dir: "ltr", autocapitalize: "none", spellcheck: false, maxlength: 254 },
  name: { autocomplete: "name", dir: "auto", maxlength: LINE },
  organization: { autocomplete: "organization", dir: "auto", maxlength: LINE },
  message: { rows: 5, dir: "auto", maxlength: LONG },
  use_case: { rows: 3, dir: "auto", maxlength: LONG },
};
const OTHER = { dir: "auto", maxlength: LINE, autocomplete: "off" };
/** Programs fill in all that they find; people neither see this nor come to it. */
const TRAP = { name: "website", label: "Website", hidden: true, tabindex: -1, autocomplete: "off" };

/**
 * The fields of a form.
 * @param {Form} form
 * @param {{labels: Record<string, any>, optional: (label: string) => string}} words  a label is of all forms, or by form
 * @param {Record<string, string>} known  of who has signed in
 */
export function fields(form, { labels, optional }, known = {}) {
  const shown = ASKED[form].map((name) => {
    const label = labels[name][form] ?? labels[name];
    const required = NEEDED[form].includes(name);
    return { name, label: required ? label : optional(label), required, defaultValue: known[name], ...(KINDS[name] ?? OTHER) };
  });
  return [...shown, TRAP];
}

/** What is sent: without what was left blank. @param {Record<string, any>} values */
export function told(values) {
  const trimmed = Object.entries(values).map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(trimmed.filter(([, value]) => value));
}
