// @ts-check
/** Preact and htm, bound together once. */
import htm from "../vendor/htm.mjs";
import { h } from "../vendor/preact.mjs";

export { Component, Fragment, createRef, render } from "../vendor/preact.mjs";
export const html = htm.bind(h);
