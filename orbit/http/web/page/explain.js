// @ts-check
/** Why something was not done, in the page's language. */
import { text } from "../text.js";
import { plain, sentence } from "./plain.js";

/** @param {any} error  the server's, or whatever else was thrown */
export const explain = ({ code, message }) => sentence(text.refused(code, plain(message)));
