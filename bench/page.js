// What a page is watched with: frames, long tasks, the socket's opening, the first paint.
const seen = (window.__seen = { frames: [], tasks: [], socketAt: null, paintedAt: null, places: null });

const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(...args) {
    super(...args);
    seen.socketAt ??= performance.now();
  }
};

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) seen.tasks.push(duration);
}).observe({ type: "longtask", buffered: true });

let looked = ""; // what looking finds is the page's work, and looking not

/** Whether all notes that lie in view have an element. */
function isWhole(places) {
  const layer = document.querySelector(".layer");
  const there = `${document.getElementsByClassName("note").length} ${layer?.style.transform}`;
  if (!layer || there === looked) return false;
  looked = there;
  const { a: k, e: dx, f: dy } = new DOMMatrix(layer.style.transform);
  const { width, height } = document.querySelector("main").getBoundingClientRect();
  const cards = new Set([...document.querySelectorAll("[data-note]")].map((card) => card.dataset.note));
  let inView = 0;
  for (const [id, [x, y]] of Object.entries(places)) {
    const [left, top] = [dx + (x - 112) * k, dy + (y - 60) * k];
    if (left > width || left + 224 * k < 0 || top > height || top + 120 * k < 0) continue;
    inView += 1;
    if (!cards.has(id)) return false;
  }
  return inView > 0;
}

requestAnimationFrame(function tick(now) {
  seen.frames.push(now);
  if (seen.wholeAt && !seen.paintedAt) seen.paintedAt = performance.now();
  if (seen.places && !seen.wholeAt && isWhole(seen.places)) seen.wholeAt = now;
  requestAnimationFrame(tick);
});
