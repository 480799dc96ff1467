import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../orbit/http/web/tokens.css", import.meta.url), "utf8");
const tokens = Object.fromEntries(
  [...css.split("@media")[0].matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    ([, name, light, dark]) => [name, { light, dark }],
  ),
);

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const light = (hex) => {
  const [r, g, b] = rgb(hex).map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
/** As `color-mix(in oklab)`, near enough: a mix of the encoded values. */
const mix = (a, b, share) =>
  "#" + rgb(a).map((v, i) => Math.round((v * share + rgb(b)[i] * (1 - share)) * 255)
    .toString(16).padStart(2, "0")).join("");

const READ = [
  ["ink", "paper"], ["ink", "surface"], ["ink", "raised"], ["ink-soft", "paper"],
  ["ink-soft", "surface"], ["ink-soft", "raised"], ["on-accent", "accent"],
  ["on-accent-soft", "accent-soft"], ["danger", "surface"], ["danger", "raised"],
  ["on-danger-soft", "danger-soft"], ["on-warn-soft", "warn-soft"], ["accent", "surface"],
  ["paper", "ink"],
  ...["yellow", "creative", "cool", "fresh", "royal"].map((name) => [`${name}-ink`, name]),
];

for (const theme of ["light", "dark"]) {
  for (const [front, back] of READ) {
    test(`${front} on ${back} can be read, ${theme}`, () => {
      const ratio = contrast(tokens[front][theme], tokens[back][theme]);
      assert.ok(ratio >= 4.5, `${ratio.toFixed(2)} : 1`);
    });
  }
  for (const name of ["yellow", "creative", "cool", "fresh", "royal"]) {
    test(`the small print of a ${name} note can be read, ${theme}`, () => {
      const [ink, back] = [tokens[`${name}-ink`][theme], tokens[name][theme]];
      assert.ok(contrast(mix(ink, back, 0.84), back) >= 4.5);
    });
  }
  for (const [front, back] of [["line-strong", "surface"], ["accent", "paper"], ["live", "surface"], ["waiting", "warn-soft"]]) {
    test(`${front} on ${back} can be seen, ${theme}`, () => {
      assert.ok(contrast(tokens[front][theme], tokens[back][theme]) >= 3);
    });
  }
}
