/** Plays the recorded cases of tests/conformance to the SDK, over a fake network. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Orbit } from "../../orbit/http/web/orbit.js";
import { FakeClock, FakeStorage, network } from "./kit.mjs";

const CASES = new URL("../conformance/cases/", import.meta.url);
const settle = () => new Promise((resolve) => setImmediate(resolve));
const plain = (value) => JSON.parse(JSON.stringify(value));

class Player {
  clock = new FakeClock();
  names = new Map(); // of the client's own refs and ops
  read = new Map(); // how many frames of each socket
  answers = new Map();
  events = [];
  signals = [];

  constructor() {
    Object.assign(this, network());
  }

  async play(lines) {
    for (const [at, line] of lines.entries()) {
      const name = Object.keys(line).find((key) => key in this.acts);
      assert.ok(name, `line ${at + 1} is unknown`);
      try {
        this.acts[name](line);
      } catch (error) {
        error.message = `line ${at + 1}, ${name}: ${error.message}`;
        throw error;
      }
      await settle();
    }
    this.sockets.forEach((_, at) => assert.deepEqual(this.unread(at + 1), []));
  }

  socket(number) {
    assert.ok(this.sockets.length >= number, `socket ${number} was not dialled`);
    return this.sockets[number - 1];
  }

  unread(number) {
    const said = this.socket(number).sent.filter(({ type }) => type !== "ping");
    return said.slice(this.read.get(number) ?? 0);
  }

  acts = {
    case: () => undefined,

    joins: ({ joins: { board, ghost, link } }) => {
      const [session, local] = [new FakeStorage(), new FakeStorage()];
      const WebSocket = this.FakeSocket;
      this.orbit = new Orbit({ url: "http://node", WebSocket, clock: this.clock, session, local, ghost });
      this.board = this.orbit.board(board, { link });
      this.board.on("reset", () => this.events.push(["reset", this.board.seq]));
      this.board.on("change", ({ seq }) => this.events.push(["change", seq]));
      this.board.on("signal", ({ do: verb, with: args }) => this.signals.push([verb, args]));
    },

    opens: ({ opens }) => this.socket(opens).open(),

    sends: ({ sends, frame }) => {
      const [said] = this.unread(sends);
      assert.ok(said, "it has sent nothing");
      this.read.set(sends, (this.read.get(sends) ?? 0) + 1);
      assert.deepEqual(Object.keys(said).sort(), Object.keys(frame).sort());
      for (const [key, expected] of Object.entries(frame)) {
        const isName = typeof expected === "string" && expected.startsWith("$");
        if (isName && !this.names.has(expected)) this.names.set(expected, said[key]);
        assert.deepEqual(said[key], isName ? this.names.get(expected) : expected);
      }
    },

    says: ({ says, frames }) => {
      const told = frames.map((frame) => ("ref" in frame ? { ...frame, ref: this.names.get(frame.ref) } : frame));
      this.socket(says).say(...told);
    },

    breaks: ({ breaks, code }) => this.socket(breaks).fail(code),
    ends: ({ ends }) => assert.equal(this.socket(ends).readyState, 3, "it has not closed it"),
    passes: ({ passes }) => this.clock.advance(passes * 1000),

    clock: ({ clock }) => assert.equal(this.orbit.time(), clock),

    tells: ({ tells, do: verb, with: args }) => {
      const answer = { value: null, error: null };
      this.answers.set(tells, answer);
      this.board.tell(verb, args).then(
        (value) => (answer.value = value),
        (error) => (answer.error = error),
      );
    },

    signals: ({ signals, with: args }) => this.board.signal(signals, args),
    answered: ({ answered, seq, id }) => assert.deepEqual(this.answers.get(answered).value, { seq, id }),
    refused: ({ refused, error }) => assert.equal(this.answers.get(refused).error?.code, error),

    shows: ({ shows }) => {
      const { items, error } = this.board;
      const there = Object.entries(plain(items)).filter(([, held]) => Object.keys(held).length);
      const computed = { items: Object.fromEntries(there), error: error?.code ?? null };
      for (const [name, expected] of Object.entries(shows)) {
        assert.deepEqual(name in computed ? computed[name] : this.board[name], expected, name);
      }
    },

    happened: ({ happened }) => assert.deepEqual(this.events.splice(0), happened),
    passed: ({ passed }) => assert.deepEqual(this.signals.splice(0), passed),
  };
}

const files = readdirSync(CASES).filter((name) => name.endsWith(".jsonl"));

test("there are cases to play", () => assert.ok(files.length >= 15));

for (const file of files) {
  test(`the SDK conforms: ${file}`, async () => {
    const text = readFileSync(new URL(file, CASES), "utf8");
    await new Player().play(text.trim().split("\n").map((line) => JSON.parse(line)));
  });
}
