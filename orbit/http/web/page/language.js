// @ts-check
/**
 * Which language the page speaks, settled once, before its first word: on a page of ours
 * what its visitor has chosen, or else what his browser says; inside somebody else's page
 * what that page, or the element in it, is written in.
 */
import { memory } from "./memory.js";

/** Every language that there is a catalogue in, by its own name. */
export const LANGUAGES = {
  en: { name: "English", dir: "ltr" },
  de: { name: "Deutsch", dir: "ltr" },
};

/** @typedef {keyof typeof LANGUAGES} Language */

const ORDER = /** @type {Language[]} */ (Object.keys(LANGUAGES));
const page = globalThis.document?.documentElement;
const isOurs = page?.dataset?.language === "visitor";

/** @param {string | null | undefined} tag  as in "de-AT" */
const base = (tag) => /** @type {Language} */ ((tag ?? "").split("-")[0].toLowerCase());

/** What is wanted, the dearest first; where there is no page, it is English. */
function wanted() {
  if (!page?.closest) return [];
  const said = (document.querySelector("orbit-board") ?? page).closest("[lang]");
  return [isOurs ? memory.language() : said?.getAttribute("lang"), ...navigator.languages];
}

export const language = wanted().map(base).find((each) => ORDER.includes(each)) ?? "en";
export const { dir } = LANGUAGES[language];

/** As a region writes it, if the browser names one: dates of "en-GB" are not of "en-US". */
export const locale = wanted().find((tag) => base(tag) === language) || language;

export const nextLanguage = ORDER[(ORDER.indexOf(language) + 1) % ORDER.length];

if (isOurs) Object.assign(page, { lang: language, dir });

/** Speaks another language from now on; words are read only once, so the page is, too. */
export function speak(/** @type {Language} */ chosen) {
  memory.keepLanguage(chosen);
  if (navigator.onLine) location.reload();
}

/**
 * The catalogue in the page's language.  Only that one is loaded.
 * @template T
 * @param {T} english
 * @param {Record<Exclude<Language, "en">, () => Promise<{text: T}>>} others
 * @returns {Promise<T>}
 */
export async function spoken(english, others) {
  return language === "en" ? english : (await others[language]()).text;
}

/** Counts in a language: the number as it is written there, with the word that it takes. */
export function counting(/** @type {Language} */ of) {
  const rules = new Intl.PluralRules(of);
  const figures = new Intl.NumberFormat(of);
  /** @param {number} n @param {string} one @param {string} many */
  return (n, one, many) => `${figures.format(n)} ${rules.select(n) === "one" ? one : many}`;
}
