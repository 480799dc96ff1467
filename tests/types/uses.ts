/** What a front-end developer writes; each line under `@ts-expect-error` must be one. */
import { Orbit, OrbitError, fold, gather } from "../../orbit/http/web/orbit.js";
import type { NoteItem, ServerFrame } from "../../orbit/http/web/orbit.js";

export async function retro(): Promise<string[]> {
  const orbit = new Orbit({ url: "http://localhost:8080" });
  await orbit.ghost();
  const { board, admin_token } = await orbit.makeBoard({ title: "Retro" });
  const live = orbit.board(board.id, { link: admin_token });
  live.on("change", ({ event, seq }) => console.log(event.toUpperCase(), seq.toFixed()));
  live.on("signal", (signal) => {
    if (signal.do === "drag") console.log(signal.with.note, signal.with.x.toFixed());
  });
  live.on("refused", ({ error }) => console.log(error instanceof OrbitError, error.code));
  const { id } = await live.tell("add_note", { content: "hello", colour: "COOL" });
  await live.tell("toggle_upvote", { note: id });
  await live.tell("edit_board");
  live.signal("drag", { note: id, x: 1, y: 2 });
  const notes: NoteItem[] = Object.values(live.items.note ?? {});
  return notes.map(({ content, author }) => `${content} (${author ?? "anonymous"})`);
}

export function read(frame: ServerFrame): number {
  switch (frame.type) {
    case "welcome":
      return frame.ping;
    case "joined":
      return "items" in frame ? frame.items.length : frame.changes.length;
    case "changed":
      return fold(gather([]), frame.changes) ? frame.seq : 0;
    case "error":
      return frame.after ?? 0;
    default:
      return 0;
  }
}

export function wrong(orbit: Orbit): void {
  const board = orbit.board("b");
  // @ts-expect-error: it has no content
  board.tell("add_note", {});
  // @ts-expect-error: it has no arguments
  board.tell("edit_note");
  // @ts-expect-error: there is no such command
  board.tell("burn_note", { note: "n" });
  // @ts-expect-error: there is no such colour
  board.tell("add_note", { content: "x", colour: "PLAID" });
  // @ts-expect-error: a signal is no command
  board.tell("drag", { note: "n", x: 1, y: 2 });
  // @ts-expect-error: nobody listens to that
  board.on("explode", () => undefined);
  // @ts-expect-error: a note has no secret
  board.items.note?.["n"]?.secret;
}
