/** What an organisation's page knows beforehand: who may what, and who cannot go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { called, givable, held, matching, reaches } from "../../orbit/http/web/organisations/roles.js";

const member = (role, name = "", more = {}) => ({ id: name, role, name, username: "", email: "", ...more });
const [ann, bob, cyd] = [member("ADMIN", "Ann"), member("ADMIN", "Bob"), member("MEMBER", "Cyd")];

test("nobody may give more than he is", () => {
  assert.deepEqual(givable("ADMIN"), ["ADMIN", "MANAGER", "MEMBER"]);
  assert.deepEqual(givable("MANAGER"), ["MANAGER", "MEMBER"]);
  assert.ok(reaches("MANAGER", "MANAGER") && !reaches("MEMBER", "MANAGER"));
});

for (const [why, members, isWhole, role, said] of [
  ["an admin who is alone in it deletes it instead", [ann], true, "ADMIN", "alone"],
  ["the only admin stays one", [ann, cyd], true, "ADMIN", "last"],
  ["one of two admins may go", [ann, bob, cyd], true, "ADMIN", ""],
  ["while others are not known, the server says it", [ann, cyd], false, "ADMIN", ""],
  ["whoever is less may always go", [ann, cyd], true, "MEMBER", ""],
]) {
  test(why, () => assert.equal(held(members, isWhole, role), said));
}

test("people are found by any part of what is known of them", () => {
  const dee = member("MEMBER", "Dörte Müller", { email: "dee@fence.example" });
  const all = [ann, cyd, dee];
  assert.deepEqual(matching(all, "müller D"), [dee]);
  assert.deepEqual(matching(all, "fence"), [dee]);
  assert.deepEqual(matching(all, " "), all);
  assert.deepEqual(matching(all, "ann cyd"), []);
});

test("whoever has said no name is called by what else is known", () => {
  assert.equal(called(member("MEMBER", "", { username: "eve", email: "e@x" })), "eve");
  assert.equal(called(member("MEMBER", "", { email: "e@x" })), "e@x");
});
