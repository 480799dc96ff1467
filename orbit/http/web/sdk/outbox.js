// @ts-check
/**
 * Commands that were told and not yet answered, in the order they were told.
 *
 * A command keeps its `op` for life: told twice it is done once.  Unanswered ones are
 * written to `storage`, so that a reload of the page loses nothing.
 *
 * @typedef {object} Command
 * @property {string} op  the client's id of it
 * @property {string} do
 * @property {Record<string, any>} with
 * @property {number} attempt  how often it has been sent
 * @property {"waiting" | "sent" | "settling"} state  settling: done, not yet seen here
 * @property {number} refusals  passing refusals so far
 * @property {number} sentAt
 * @property {number} [seq]  where it stands in the journal
 *
 * @typedef {{getItem(key: string): string | null,
 *   setItem(key: string, value: string): void, removeItem(key: string): void}} Storage
 */

/** As many commands of one board as may be under way at once. */
const WINDOW = 16;

export class Outbox {
  /** @type {Command[]} */
  commands = [];
  #storage;
  #key;

  /** @param {string} key @param {Storage | null} storage */
  constructor(key, storage) {
    this.#key = key;
    this.#storage = storage;
    for (const { op, do: verb, with: args, attempt } of this.#load()) {
      this.commands.push(fresh(op, verb, args, attempt));
    }
  }

  /** @param {string} op @param {string} verb @param {Record<string, any>} args */
  add(op, verb, args) {
    const command = fresh(op, verb, args, 0);
    this.commands.push(command);
    this.#save();
    return command;
  }

  /** Those without an answer. */
  get waiting() {
    return this.commands.filter((command) => command.state !== "settling");
  }

  /**
   * What may be sent now, in order.  Two commands about one item are never under way
   * together: were the first refused for a moment, the second would overtake it.
   * @param {(command: Command) => string[]} targets  the items that a command names
   */
  *ready(targets) {
    const sent = this.commands.filter((command) => command.state === "sent");
    const taken = new Set(sent.flatMap(targets));
    let room = WINDOW - sent.length;
    for (const command of this.commands) {
      if (room <= 0) return;
      if (command.state !== "waiting") continue;
      const names = targets(command);
      if (!names.some((name) => taken.has(name))) {
        room -= 1;
        yield command;
      }
      for (const name of names) taken.add(name);
    }
  }

  /** @param {Command} command @param {number} now */
  sent(command, now) {
    command.state = "sent";
    command.sentAt = now;
    command.attempt += 1;
    this.#save();
  }

  /** Committed at `seq`; kept until the journal has been seen up to there. */
  answered(/** @type {Command} */ command, /** @type {number} */ seq) {
    command.state = "settling";
    command.seq = seq;
    this.#save();
  }

  /** @param {Command} command */
  remove(command) {
    this.commands = this.commands.filter((other) => other !== command);
    this.#save();
  }

  /** Forgets what is done and seen; says whether anything was. @param {number} seq */
  settle(seq) {
    const before = this.commands.length;
    this.commands = this.commands.filter(
      (command) => command.state !== "settling" || (command.seq ?? 0) > seq,
    );
    return this.commands.length < before;
  }

  /** The socket is gone: whatever was under way will be told again. */
  recall() {
    for (const command of this.commands) {
      if (command.state === "sent") command.state = "waiting";
    }
  }

  /** @returns {Command[]} */
  #load() {
    try {
      const kept = JSON.parse(this.#storage?.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => one?.op && one.do && one.with) : [];
    } catch {
      return []; // damaged or forbidden storage is an empty one
    }
  }

  #save() {
    try {
      if (!this.waiting.length) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(this.waiting));
    } catch {
      this.#storage = null; // full or forbidden: the page still works, a reload forgets
    }
  }
}

/** @returns {Command} */
function fresh(
  /** @type {string} */ op,
  /** @type {string} */ verb,
  /** @type {Record<string, any>} */ args,
  /** @type {number} */ attempt,
) {
  return {
    op, do: verb, with: args, attempt, state: "waiting", refusals: 0, sentAt: 0,
  };
}
