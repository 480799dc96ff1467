import assert from "node:assert/strict";
import { test } from "node:test";
import { History, age, count, decimal, short, size } from "../../orbit/http/web/console/figures.js";
import { Room } from "../../orbit/http/web/console/room.js";

test("numbers are shown as people read them", () => {
  assert.deepEqual([0, 1234, null].map(count), ["0", "1,234", "–"]);
  assert.deepEqual([0, 1.26, 99.96, 1234.5].map(decimal), ["0", "1.3", "100", "1,235"]);
  assert.deepEqual([0, 1023, 1024, 300 << 20, 3 * 2 ** 30, null].map(size),
    ["0 B", "1,023 B", "1 KiB", "300 MiB", "3 GiB", "–"]);
  assert.deepEqual(["host:/srv/orbit#1", "host"].map(short), ["host:orbit#1", "host"]);
  const now = Date.parse("2026-11-21T12:00:00Z");
  assert.equal(age("2026-11-21T11:58:30Z", now), "90 s");
  assert.equal(age("2026-11-21T09:00:00Z", now), "3 h");
  assert.equal(age("2026-11-21T12:00:09Z", now), "0 s");
});

const node = (inc, commands, deliveries = 0) =>
  ({ inc, numbers: { commands_total: commands, deliveries_total: deliveries } });

test("two looks at totals come to a rate", () => {
  const history = new History();
  history.see([node("a", 10), node("b", 0, 7)], 0);
  assert.equal(history.sum("commands"), 0);
  assert.ok(!history.isBegun);
  history.see([node("a", 30), node("b", 0, 17)], 2000);
  assert.ok(history.isBegun);
  assert.deepEqual(history.of("a").commands, [10]);
  assert.equal(history.sum("commands"), 10);
  assert.equal(history.sum("deliveries"), 5);
});

test("who does not answer, or begins anew, has no wrong rate", () => {
  const history = new History();
  history.see([node("a", 100)], 0);
  history.see([node("a", 120)], 2000);
  history.see([{ inc: "a", numbers: null }], 4000);
  assert.equal(history.sum("commands"), 0);
  history.see([node("a", 140)], 4000);
  assert.deepEqual(history.of("a").commands, [10, 10]);
  history.see([node("a", 0)], 6000);
  assert.deepEqual(history.of("a").commands, [10, 10, 0]);
  for (let at = 1; at < 100; at++) history.see([node("a", at)], 6000 + at * 1000);
  assert.equal(history.of("a").commands.length, 60);
});

/** A room whose node answers each call with the next of these. */
function room(...answers) {
  const asked = [];
  const fetch = async (url, given) => {
    asked.push({ url, ...given });
    return answers.shift();
  };
  return { asked, room: new Room("the key", { url: "http://node", fetch }) };
}

const json = (body, status = 200) => new Response(JSON.stringify(body), { status });

test("each call shows the key, and says what it means", async () => {
  const { asked, room: it } = room(json({ nodes: [] }), json({ done: true }));
  await it.nodes();
  assert.equal(asked[0].url, "http://node/api/v1/node/nodes/");
  assert.equal(asked[0].headers.Authorization, "Bearer the key");
  await it.move("b/1", "n2");
  assert.equal(asked[1].url, "http://node/api/v1/node/boards/b%2F1/move/");
  assert.deepEqual([asked[1].method, asked[1].body], ["POST", '{"node":"n2"}']);
});

test("a refusal has its code, its sentence and its status", async () => {
  const { room: it } = room(json({ error: "not_found", message: "there is none" }, 404), new Response("?", { status: 502 }));
  await assert.rejects(it.kill("x"), { code: "not_found", message: "there is none", status: 404 });
  await assert.rejects(it.kill("x"), { code: "internal", status: 502 });
});

test("a trace is read line by line, wherever it is cut", async () => {
  const parts = ['\n{"seq":1}\n{"se', 'q":2,"who":"', "é", '"}\n\n', '{"seq":3}\n'];
  const bytes = new TextEncoder().encode(parts.join(""));
  const body = new ReadableStream({
    start(to) {
      for (const byte of bytes) to.enqueue(new Uint8Array([byte]));
      to.close();
    },
  });
  const { asked, room: it } = room(new Response(body));
  const seen = [];
  for await (const event of it.trace("b1", { content: false, since: 0 })) seen.push(event);
  assert.deepEqual(seen, [{ seq: 1 }, { seq: 2, who: "é" }, { seq: 3 }]);
  assert.match(asked[0].url, /boards\/b1\/trace\/\?content=false&since=0$/);
});
