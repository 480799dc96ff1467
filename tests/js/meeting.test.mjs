import assert from "node:assert/strict";
import { test } from "node:test";
import { meaning } from "../../orbit/http/web/canvas/keys.js";
import { LANE, freeInLane, inLane, lane, laneAt } from "../../orbit/http/web/canvas/lanes.js";
import {
  PHASES, Skew, face, isClosed, isOn, mark, secondsLeft, stepped, votesLeft,
} from "../../orbit/http/web/page/meeting.js";
import { text } from "../../orbit/http/web/text.js";

const board = (card, { may = ["add_note", "toggle_upvote"], upvote } = {}) =>
  ({ may, items: { board: { board: card }, upvote } });

test("lanes lie side by side around the middle", () => {
  assert.deepEqual([0, 1, 2].map((i) => lane(i, 3)), [
    { left: -1.5 * LANE, right: -0.5 * LANE }, { left: -0.5 * LANE, right: 0.5 * LANE },
    { left: 0.5 * LANE, right: 1.5 * LANE },
  ]);
  assert.deepEqual(lane(0, 2), { left: -LANE, right: 0 });
});

test("every x has a lane, the nearest one beyond the sides; without columns there is none", () => {
  for (const n of [1, 2, 3, 8]) {
    for (let i = 0; i < n; i += 1) {
      const { left, right } = lane(i, n);
      assert.deepEqual([left, left + 1, right - 1].map((x) => laneAt(x, n)), [i, i, i]);
    }
    assert.deepEqual([-1e6, 1e6].map((x) => laneAt(x, n)), [0, n - 1]);
  }
  assert.equal(laneAt(7, 0), -1);
});

test("a note is put whole into one lane", () => {
  const { left, right } = lane(1, 2);
  assert.equal(inLane(left + 3, 2), left + 124);
  assert.equal(inLane(right - 3, 2), right - 124);
  assert.equal(inLane(left + 200, 2), left + 200);
  assert.equal(inLane(3, 0), 3);
});

test("new notes fill the lane that one looks at, two abreast, downwards, none on another", () => {
  const places = [];
  for (let i = 0; i < 20; i += 1) places.push(freeInLane({ x: -LANE, y: 40 }, 3, places));
  const { left, right } = lane(0, 3);
  assert.ok(places.every(({ x }) => x - 112 > left && x + 112 < right));
  assert.deepEqual(places.slice(0, 3).map(({ y }) => y), [40, 40, 230]);
  assert.equal(new Set(places.map(({ x, y }) => `${x} ${y}`)).size, 20);
});

test("a phase closes its verbs to all but those who run the board", () => {
  const card = { phase: "vote", closed: ["add_note"] };
  assert.equal(isClosed(board(card), "add_note"), true);
  assert.equal(isClosed(board(card), "toggle_upvote"), false);
  assert.equal(isClosed(board(card, { may: ["add_note", "edit_board"] }), "add_note"), false);
  assert.equal(isClosed({ may: [], items: {} }, "add_note"), false);
});

test("phases are a ring, with none before the first and after the last", () => {
  const ring = [null, ...PHASES, null];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    assert.equal(stepped(ring[i], 1), ring[i + 1]);
    assert.equal(stepped(ring[i + 1], -1), ring[i]);
  }
});

test("votes left are those given to each without mine; without a bound there is no number", () => {
  const upvote = { u1: { note: "a" }, u2: { note: "b" } };
  assert.equal(votesLeft(board({ votes_each: 3 }, { upvote })), 1);
  assert.equal(votesLeft(board({ votes_each: 1 }, { upvote })), 0);
  assert.equal(votesLeft(board({ votes_each: 2 })), 2);
  assert.equal(votesLeft(board({ votes_each: 0 }, { upvote })), null);
});

test("there is a meeting as soon as anything of it is set", () => {
  const none = { phase: null, ends_at: null, concealed: false, votes_each: 0 };
  assert.equal(isOn(none), false);
  assert.equal(isOn(undefined), false);
  for (const some of [{ phase: "vote" }, { ends_at: "x" }, { concealed: true }, { votes_each: 1 }]) {
    assert.equal(isOn({ ...none, ...some }), true);
  }
});

test("a countdown shows whole seconds, and ends at 0", () => {
  const end = "2030-01-01T12:00:00Z";
  const left = (ms) => secondsLeft(end, Date.parse(end) - ms);
  assert.deepEqual([90_000, 89_001, 1, 0, -5000].map(left), [90, 90, 1, 0, 0]);
  assert.deepEqual([9, 65, 600, 3723].map(face), ["0:09", "1:05", "10:00", "1:02:03"]);
});

test("of the time left little is said, and nothing twice", () => {
  const said = [];
  for (let s = 75; s > 0; s -= 1) if (mark(s, s - 1)) said.push(mark(s, s - 1));
  assert.deepEqual(said, [60, 10]);
  assert.equal(mark(75, 5), 10); // the page slept
  assert.equal(mark(75, 0), null);
});

test("the server's clock is known by its greeting, and better by its news", () => {
  const skew = new Skew();
  skew.heard(5000, 1000);
  assert.deepEqual([skew.ahead, skew.known], [0, false]); // who knows how old that was
  skew.asked(null, 1000);
  assert.equal(skew.known, false);
  skew.asked(5000, 1000);
  assert.deepEqual([skew.ahead, skew.known], [4000, true]);
  skew.heard(6000, 9000);
  assert.equal(skew.ahead, 4000);
  skew.heard(6300, 2000);
  assert.equal(skew.ahead, 4300);
});

test("a meeting is run by keys, wherever the focus is, and never while one types a shortcut", () => {
  const key = (name, more = {}) => meaning({ key: name, ...more }, "elsewhere");
  assert.deepEqual([".", ",", "t", "m", "L"].map((name) => key(name)), [
    ["phase", 1], ["phase", -1], ["timer"], ["meeting"], ["point"],
  ]);
  assert.equal(key("t", { ctrlKey: true }), null);
});

test("a template is what the server takes, and each but the blank one tells how it goes", () => {
  for (const [name, { columns, votes, agenda }] of Object.entries(text.templates.all)) {
    assert.ok(columns.length <= 8 && columns.every((title) => title.trim() && title.length <= 60));
    assert.ok(votes >= 0 && votes <= 100);
    assert.equal(agenda.length > 0, name !== "blank");
  }
});

test("every phase has a name, and says what it closes", () => {
  for (const phase of PHASES) assert.ok(text.meeting.phases[phase] && text.meeting.closed[phase]);
});
