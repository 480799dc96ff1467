// @ts-check
/** The words that only an embedded board says. */

export const words = {
  open: "Open in Orbit",
  board: "Orbit board",
};
