// @ts-check
/** What a mail is made of, as it is typed.  Pure. */

/** The addresses in a line, or in lines: each once. @param {string} text */
export const addresses = (text) => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** A text as it is read: a blank line begins another paragraph. @param {string} text */
export const paragraphs = (text) => text.trim().split(/\n\s*\n/).filter(Boolean);
