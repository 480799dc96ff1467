// @ts-check
/** The web client's style, for an element in place of a page.  Pure. */

/**
 * What is said of the page is said of the element that holds it, and sizes of the window
 * are its sizes.
 * @param {string} css
 */
export function dressed(css) {
  return css
    .replace(/:root\[([^\]]+)\]/g, ":host([$1])")
    .replace(/:root\b/g, ":host")
    .replace(/\[data-theme=/g, "[theme=")
    .replace(/@media \((max|min)-width:/g, "@container ($1-width:")
    .replace(/(\d)d?vh\b/g, "$1cqh")
    .replace(/(\d)vw\b/g, "$1cqw");
}
