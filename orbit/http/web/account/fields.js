// @ts-check
/** Fields that several forms have, each called what password managers know it by. */
import { words } from "./text.js";

const LEAST = 8;

/** @param {string} value */
export const email = (value) => ({
  name: "email", type: "email", label: words.email, placeholder: words.emailHint,
  autocomplete: "username", required: true, defaultValue: value, dir: "ltr", autocapitalize: "none", spellcheck: false,
});

/** @param {string} name @param {string} [label] */
export const newPassword = (name, label = words.newPassword) => ({
  name, type: "password", label, hint: words.passwordHint(LEAST),
  autocomplete: "new-password", required: true, minlength: LEAST, maxlength: 128,
});

/** @param {string} name @param {string} label */
export const password = (name, label) => ({
  name, type: "password", label, autocomplete: "current-password", required: true, maxlength: 128,
});

/** @param {string} label */
export const factorCode = (label) => ({
  name: "code", label, autocomplete: "one-time-code", inputmode: "numeric", pattern: "[0-9 ]{6,8}", wrong: words.notSix,
  maxlength: 8, required: true, dir: "ltr", class: "digits", autofocus: true,
});
