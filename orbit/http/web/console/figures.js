// @ts-check
/** How numbers are shown, and what two looks at totals come to.  Pure. */

import { language } from "../page/language.js";

export const UNKNOWN = "–";

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

/** @param {number | null | undefined} value */
export const count = (value) => (value === null || value === undefined ? UNKNOWN : whole.format(value));

/** A rate, or a length in ms. @param {number} value */
export const decimal = (value) => (Math.abs(value) >= 100 ? whole : tenths).format(value);

/** @param {number | null | undefined} bytes */
export function size(bytes) {
  if (bytes === null || bytes === undefined) return UNKNOWN;
  const units = ["B", "KiB", "MiB", "GiB"];
  let [value, at] = [bytes, 0];
  while (value >= 1024 && at < units.length - 1) [value, at] = [value / 1024, at + 1];
  return `${at < 3 ? whole.format(value) : tenths.format(value)} ${units[at]}`;
}

/** @param {string} at  @param {number} now  ms */
export function age(at, now) {
  const seconds = Math.max((now - Date.parse(at)) / 1000, 0);
  for (const [unit, of] of /** @type {[string, number][]} */ ([["d", 86400], ["h", 3600], ["min", 60]])) {
    if (seconds >= 2 * of) return `${whole.format(seconds / of)} ${unit}`;
  }
  return `${whole.format(seconds)} s`;
}

/** A node's name without the path to its data folder. @param {string} name */
export function short(name) {
  const [, host, path] = /^([^:]*):(.*)$/.exec(name) ?? [];
  return path === undefined ? name : `${host}:${path.split("/").pop()}`;
}

/** @param {string | null | undefined} inc */
export const brief = (inc) => (inc ?? "").slice(0, 8);

const KEPT = 60;

/** What each node did between two looks, for a curve of the last of them. */
export class History {
  /** @type {Map<string, {at: number, commands: number, deliveries: number}>} */ #last = new Map();
  /** @type {Map<string, {commands: number[], deliveries: number[]}>} */ #rates = new Map();
  /** @type {string[]} */ #here = [];

  /** @param {any[]} nodes  @param {number} now  ms */
  see(nodes, now) {
    const answered = nodes.filter(({ numbers }) => numbers);
    this.#here = answered.map(({ inc }) => inc);
    for (const { inc, numbers } of answered) {
      const seen = { at: now, commands: numbers.commands_total, deliveries: numbers.deliveries_total };
      const before = this.#last.get(inc);
      this.#last.set(inc, seen);
      if (!before || now <= before.at) continue;
      const rates = this.of(inc);
      for (const what of /** @type {const} */ (["commands", "deliveries"])) {
        const rate = ((seen[what] - before[what]) * 1000) / (now - before.at);
        rates[what] = [...rates[what], Math.max(rate, 0)].slice(-KEPT);
      }
      this.#rates.set(inc, rates);
    }
  }

  /** Whether there are rates. */
  get isBegun() {
    return this.#rates.size > 0;
  }

  /** @param {string} inc */
  of(inc) {
    return this.#rates.get(inc) ?? { commands: [], deliveries: [] };
  }

  /** The last rate of all who answer. @param {"commands" | "deliveries"} what */
  sum(what) {
    return this.#here.reduce((sum, inc) => sum + (this.of(inc)[what].at(-1) ?? 0), 0);
  }
}
