import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dressed } from "../../orbit/http/web/embed/dress.js";

const css = (name) => readFileSync(new URL(`../../orbit/http/web/${name}`, import.meta.url), "utf8");

test("what is said of a page is said of the element, by its own size", () => {
  assert.equal(dressed(":root { --a: b }"), ":host { --a: b }");
  assert.equal(dressed(':root[data-theme="dark"] { x: y }'), ':host([theme="dark"]) { x: y }');
  assert.equal(dressed("@media (max-width: 640px) {"), "@container (max-width: 640px) {");
  assert.equal(dressed("max-block-size: 42dvh; inline-size: calc(100vw - 24px)"),
    "max-block-size: 42cqh; inline-size: calc(100cqw - 24px)");
  assert.equal(dressed("@media (prefers-contrast: more) {"), "@media (prefers-contrast: more) {");
});

test("nothing in the client's sheets still means the page or the window", () => {
  for (const name of ["tokens.css", "app.css", "embed/embed.css"]) {
    const all = dressed(css(name));
    assert.deepEqual(all.match(/:root|\d[ds]?v[hw]\b|data-theme|@media[^{]*-(?:width|height)/g), null, name);
  }
});
