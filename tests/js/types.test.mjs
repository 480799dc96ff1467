/** The types that are published name what the SDK has, and nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as sdk from "../../orbit/http/web/orbit.js";
import { live } from "./kit.mjs";

const source = readFileSync(new URL("../../orbit/http/web/orbit.d.ts", import.meta.url), "utf8");
/** What the wire and the board tell each other, and what every emitter has. */
const INSIDE = new Set([
  "constructor", "emit", "anew", "follow", "linked", "receive", "stateChanged", "tick", "unlinked",
]);

/** Names of the members that a class is said to have. */
function declared(name) {
  const body = new RegExp(`export (?:class|interface) ${name}\\b.*?{\\n(.*?)\\n}`, "s").exec(source)?.[1] ?? "";
  const members = body.matchAll(/^ {2}(?:readonly |static )*(\w+)\??[<(:]/gm);
  return new Set([...members].map(([, member]) => member).filter((member) => !INSIDE.has(member)));
}

/** Names of the public members that an object has. */
function present(object) {
  const names = new Set(Object.getOwnPropertyNames(object));
  for (let at = Object.getPrototypeOf(object); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (at === Error.prototype) break;
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return new Set([...names].filter((name) => !INSIDE.has(name)));
}

test("what the SDK exports is declared, and nothing else", () => {
  const said = [...source.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(said.sort(), Object.keys(sdk).sort());
});

const { orbit, board } = live();
const error = new sdk.OrbitError("busy", "wait");
for (const [name, object] of Object.entries({ Orbit: orbit, Accounts: orbit.accounts, Organisations: orbit.organisations, Notices: orbit.notices, Board: board })) {
  test(`${name} has the members that are declared, and no other`, () => {
    assert.deepEqual([...declared(name)].sort(), [...present(object)].sort());
  });
}

test("an error has what is declared", () => {
  for (const member of declared("OrbitError")) {
    assert.ok(member in error || member in sdk.OrbitError, member);
  }
});
