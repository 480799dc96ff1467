/** The forms for visitors: what is asked, what is told, and what programs alone fill in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FORMS, at, fields, told } from "../../orbit/http/web/forms/asked.js";
import { text as german } from "../../orbit/http/web/forms/text.de.js";
import { english } from "../../orbit/http/web/forms/text.js";

for (const [language, words] of Object.entries({ english, german })) {
  for (const form of Object.keys(FORMS)) {
    test(`each field of ${form} is called something in ${language}`, () => {
      const shown = fields(form, words);
      assert.deepEqual(shown.map(({ label }) => typeof label), shown.map(() => "string"));
      const labels = shown.filter(({ hidden }) => !hidden).map(({ label }) => label);
      assert.equal(new Set(labels).size, labels.length);
    });
  }
}

test("people neither see nor come to what programs fill in", () => {
  for (const form of Object.keys(FORMS)) {
    const hidden = fields(form, english).filter((field) => field.hidden);
    assert.deepEqual(hidden.map(({ name, tabindex }) => [name, tabindex]), [["website", -1]]);
  }
});

test("who has signed in is known", () => {
  const [email, name] = fields("waitlist", english, { email: "ann@example.org" });
  assert.deepEqual([email.defaultValue, name.defaultValue], ["ann@example.org", undefined]);
});

test("what is left blank is not told", () => {
  const values = { email: " ann@example.org ", name: " ", message: "\n two\nlines ", website: "" };
  assert.deepEqual(told(values), { email: "ann@example.org", message: "two\nlines" });
  assert.equal(told({ website: "https://spam.example" }).website, "https://spam.example");
});

test("a form is where its path says", () => {
  assert.deepEqual(["/pilot", "/contact/", "/", "/pilots"].map(at), ["pilot", "contact", undefined, undefined]);
});
