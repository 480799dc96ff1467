import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, drafts, filled } from "../../orbit/http/web/socket/drafts.js";
import { Talk } from "../../orbit/http/web/socket/talk.js";
import { network } from "./kit.mjs";

const spec = {
  operations: { tell: { action: "receive" }, here: { action: "send" } },
  components: {
    messages: {
      tell: {
        name: "tell", summary: "A command.",
        examples: [
          { name: "edit_note", payload: { type: "tell", ref: 1, board: "some board", op: "some op", do: "edit_note", with: { note: "some note", content: "x" } } },
          { name: "seal", payload: { type: "tell", ref: 1, board: "b", op: "o", do: "seal", with: {} } },
        ],
      },
      here: { name: "here" },
    },
    schemas: { EditNote: { description: "Say it otherwise." } },
  },
};
const place = { board: "b1", link: "", ghost: "g", log: "L", seq: 4, ref: 7, op: "op7", items: { note: { n1: {}, n2: {} } } };

test("what a client may say is offered, with what it is for", () => {
  assert.deepEqual(
    drafts(spec).map(({ name, type, about }) => [name, type, about]),
    [["edit_note", "tell", "Say it otherwise."], ["seal", "tell", "A command."]],
  );
});

test("a draft is filled in with our board, a new ref and op, and the latest item it names", () => {
  const [{ payload }] = drafts(spec);
  assert.deepEqual(filled(payload, place), {
    type: "tell", ref: 7, board: "b1", op: "op7", do: "edit_note", with: { note: "n2", content: "x" },
  });
  assert.equal(payload.ref, 1, "the example itself stays");
  assert.equal(filled(payload, { ...place, items: {} }).with.note, "some note");
});

test("hello, join and ping say who and where we are", () => {
  assert.deepEqual(filled({ type: "hello" }, place), { type: "hello", versions: [1], ghost: "g" });
  assert.deepEqual(filled({ type: "hello" }, { ...place, ghost: null }), { type: "hello", versions: [1] });
  assert.equal(filled({ type: "join", ref: 1, board: "x" }, { ...place, link: "key" }).link, "key");
  assert.deepEqual(filled({ type: "ping" }, place).seen, { b1: 4 });
});

test("frames are told in a few words", () => {
  assert.equal(brief({ type: "error", ref: 3, error: "forbidden", message: "no" }), "to 3: forbidden, no");
  assert.equal(brief({ type: "joined", seq: 9, items: [1, 2] }), "seq 9, 2 items");
  assert.equal(brief({ type: "news" }), "");
});

async function talking() {
  const { sockets, FakeSocket } = network();
  const talk = new Talk("ws://node/ws", FakeSocket);
  const frames = [];
  talk.on("frame", ({ out, frame }) => frames.push([out ? "out" : "in", frame.type]));
  const opened = talk.open();
  sockets[0].open();
  assert.equal(await opened, true);
  return { talk, frames, socket: sockets[0], sockets };
}

test("both sides of a conversation are told, and the board is followed", async () => {
  const { talk, frames, socket } = await talking();
  talk.board = "b1";
  talk.send({ type: "hello" });
  socket.say({ type: "welcome", ping: 25, me: { kind: "ghost" } });
  assert.equal(talk.state, "greeted");
  talk.send({ type: "join", ref: talk.place.ref, board: "b1" });
  socket.say(
    { type: "joined", board: "b1", log: "L", seq: 3, items: [["note", "n1", {}]] },
    { type: "changed", board: "b1", seq: 4, changes: [{ put: ["note", "n2", {}] }] },
    { type: "here", board: "b2", count: 3 },
  );
  assert.deepEqual(frames.map(([way, type]) => `${way} ${type}`), [
    "out hello", "in welcome", "out join", "in joined", "in changed", "in here",
  ]);
  assert.deepEqual([talk.log, talk.seq, Object.keys(talk.items.note)], ["L", 4, ["n1", "n2"]]);
  assert.equal(talk.place.ref, 2, "a ref is used once");
  talk.close();
});

test("the end of a socket is told with its code, and nothing is sent after it", async () => {
  const { talk, socket, frames } = await talking();
  let why = null;
  talk.on("closed", (said) => (why = said));
  socket.onclose({ code: 4408, reason: "say hello" });
  assert.deepEqual(why, { code: 4408, reason: "say hello" });
  assert.equal(talk.state, "closed");
  talk.send({ type: "hello" });
  assert.deepEqual([frames, socket.sent], [[], []]);
});
