/** Boards as files, and boards of boards: what the SDK asks for. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { live } from "./kit.mjs";

const real = globalThis.fetch;
afterEach(() => (globalThis.fetch = real));

/** Answers with what is given; returns the calls. */
function server(body, type = "application/json") {
  const calls = [];
  globalThis.fetch = async (url, { method, headers, body: sent }) => {
    calls.push({ url, method, link: headers.get("X-Admin-Token"), sent: sent && JSON.parse(sent) });
    return new Response(body, { status: 200, headers: { "Content-Type": type } });
  };
  return calls;
}

test("a file comes as it is, whatever is in it", async () => {
  const { orbit, board } = live({ ghost: "g" });
  board.link = "key";
  const calls = server("\ufeffid,content\r\n", "text/csv");
  const file = await orbit.exportBoard(board, "csv");
  assert.equal((await file.arrayBuffer()).byteLength, 15);
  assert.deepEqual(calls[0], {
    url: "http://node/api/v1/boards/b1/export/?format=csv", method: "GET", link: "key", sent: undefined,
  });
});

test("a refusal of a file is an error all the same", async () => {
  const { orbit, board } = live({ ghost: "g" });
  globalThis.fetch = async () =>
    new Response(JSON.stringify({ error: "forbidden", message: "no" }), { status: 403 });
  await assert.rejects(orbit.exportBoard(board), { code: "forbidden", status: 403 });
});

test("a board is forked and imported with what is wished for, and compared", async () => {
  const { orbit, board } = live({ ghost: "g" });
  const calls = server("{}");
  await orbit.fork(board, { seq: 7, title: "t" });
  await orbit.importBoard({ format: "orbit-board" });
  await orbit.compare(board, { from: 3 });
  assert.deepEqual(calls.map(({ method, url, sent }) => [method, url.split("/v1")[1], sent]), [
    ["POST", "/boards/b1/fork/", { seq: 7, title: "t" }],
    ["POST", "/boards/import/", { format: "orbit-board" }],
    ["GET", "/boards/b1/compare/?from=3", undefined],
  ]);
});
