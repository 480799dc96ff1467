// @ts-check
/** What a browser says that it is, as far as somebody needs it to know his own. Pure. */

// The first that fits; many call themselves by the names of others, too.
const BROWSERS = [
  ["Edge", /\bEdg(?:e|A|iOS)?\//], ["Opera", /\bOPR\/|\bOpera\b/], ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\bFirefox\/|\bFxiOS\//], ["Chrome", /Chrome\/|\bCriOS\//], ["Safari", /\bSafari\//], ["curl", /^curl\//],
];
const SYSTEMS = [
  ["iPhone", /\biPhone\b/], ["iPad", /\biPad\b/], ["Android", /\bAndroid\b/], ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b|\bMacintosh\b/], ["ChromeOS", /\bCrOS\b/], ["Linux", /\bLinux\b/],
];

/** @param {any[][]} table @param {string} agent */
const first = (table, agent) => table.find(([, fits]) => fits.test(agent))?.[0];

/**
 * Its name and system; of one that is unknown what it says.
 * @param {string} agent @returns {{browser: string, system: string}}
 */
export function device(agent) {
  const browser = first(BROWSERS, agent) ?? agent.slice(0, 40).trim();
  return { browser, system: first(SYSTEMS, agent) ?? "" };
}
