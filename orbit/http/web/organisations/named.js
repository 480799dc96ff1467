// @ts-check
/** What people and organisations are called on a page, whatever they have said. */
import { plain } from "../page/plain.js";
import { called } from "./roles.js";
import { words } from "./text.js";

/** @param {import("./roles.js").Member} member */
export const nameOf = (member) => plain(called(member)) || words.members.unnamed;

/** The letter that stands for a name. @param {string} name */
export const initial = (name) => [...plain(name).trim()][0]?.toLocaleUpperCase() ?? "?";
