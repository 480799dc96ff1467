// @ts-check
/** Light, dark, or as the system says. */
import { memory } from "./memory.js";

const NEXT = { auto: "light", light: "dark", dark: "auto" };

/** @returns {"auto" | "light" | "dark"} */
export function theme() {
  return memory.theme() ?? "auto";
}

export function applyTheme() {
  const chosen = memory.theme();
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  dispatchEvent(new Event("orbit-theme"));
}

export function nextTheme() {
  const next = NEXT[theme()];
  memory.keepTheme(next === "auto" ? null : /** @type {"light" | "dark"} */ (next));
  applyTheme();
}

/** @type {MediaQueryList | undefined} it follows the system by itself, and is asked in each frame */
let stillness;

export function motionIsReduced() {
  stillness ??= matchMedia("(prefers-reduced-motion: reduce)");
  return stillness.matches;
}
