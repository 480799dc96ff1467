"""What a page should not show: words of English, and words that do not fit."""

from playwright.async_api import Page

LEFT_OVER = r"""async (module) => {
  // Every string of a catalogue; of a function what it says beside its arguments.
  const leaves = (value) => {
    if (typeof value === "string") return [value];
    if (typeof value !== "function") return Object.values(value ?? {}).flatMap(leaves);
    try {
      return String(value(22, 22, 22)).split("22").map((part) => part.trim());
    } catch {
      return []; // it wants more than figures
    }
  };
  const { english, text, words: spoken = text } = await import(module);
  const own = new Set(leaves(spoken));
  const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const foreign = [...new Set(leaves(english))]
    .filter((words) => !own.has(words) && /\p{L}{3}/u.test(words))
    .map((words) => new RegExp(`(?<!\\p{L})${escaped(words)}(?!\\p{L})`, "u"));
  const names = ["aria-label", "aria-valuetext", "placeholder", "title"];
  // What is code, a path for one, is in no language.
  const said = [...document.querySelectorAll("body, body *")]
    .filter((at) =>
      at.checkVisibility({ visibilityProperty: true })
      && !at.closest("body [lang=en], code"))
    .flatMap((at) => [
      ...[...at.childNodes].map((node) => (node.nodeType === 3 ? node.data : "")),
      ...names.map((name) => at.getAttribute(name) ?? ""),
    ]);
  const plain = (words) => words.replace(/\s+/g, " ").trim();
  // What people have written is in any language, and stands in names of ours, too.
  const theirs = [...document.querySelectorAll("[dir=auto]")]
    .map((at) => plain(at.textContent)).filter((words) => words.length > 3)
    .sort((a, b) => b.length - a.length);
  const ours = (words) =>
    theirs.reduce((left, each) => left.replaceAll(each, ""), words);
  return [...new Set(said.map(plain).map(ours))].filter(
    (words) => words && !own.has(words) && foreign.some((sort) => sort.test(words)));
}"""
CUT_OFF = r"""() => {
  const told = (at) =>
    `${at.localName}.${at.className}: ${(at.ariaLabel ?? at.innerText).slice(0, 60)}`;
  // What people have written is as long as they like, and is clipped.
  const theirs = ".canvas, .title, .reader, [dir=auto]";
  const fits = `${theirs}, input, select, svg, [aria-hidden=true]`;
  const adorned = ":scope > [aria-hidden=true]"; // with a sky, or a badge
  const isHidden = (up) =>
    up && (getComputedStyle(up).clipPath !== "none" || isHidden(up.parentElement));
  const ours = [...document.querySelectorAll("body *")].filter((at) =>
    at.checkVisibility({ visibilityProperty: true }) && !at.closest(fits)
    && !isHidden(at) && !at.querySelector(adorned));
  const scrolls = (at) => /auto|scroll/.test(getComputedStyle(at).overflowX);
  const isWide = (at) =>
    at.clientWidth > 0 && at.scrollWidth > at.clientWidth + 1 && !scrolls(at);
  const isScrolledTo = (up) => up && (scrolls(up) || isScrolledTo(up.parentElement));
  const isOutside = (at) => {
    const { left, right, width } = at.getBoundingClientRect();
    const isBeyond = width > 0 && (left < -1 || right > innerWidth + 1);
    return isBeyond && !isScrolledTo(at.parentElement);
  };
  const page = document.documentElement;
  const isPageWide = page.scrollWidth > page.clientWidth;
  return [
    ...(isPageWide ? ["the page scrolls sideways"] : []),
    ...ours.filter((at) => isWide(at) || isOutside(at)).map(told),
  ];
}"""


async def left_over(page: Page, catalogue: str = "/text.js") -> list[str]:
    """Return what is said in English, though a catalogue has other words for it."""
    found: list[str] = await page.evaluate(LEFT_OVER, catalogue)
    return found


async def cut_off(page: Page) -> list[str]:
    """Return what is wider than its place, or outside of the page."""
    found: list[str] = await page.evaluate(CUT_OFF)
    return found
