// @ts-check
/**
 * What went wrong, as the server says it: a code for programs, a sentence for people.
 */

export class OrbitError extends Error {
  /**
   * @param {string} code  one of the catalogue: `forbidden`, `busy`, `unknown`, ...
   * @param {string} message  a sentence for people
   * @param {{details?: any, retry?: boolean, after?: number, status?: number}} [more]
   */
  constructor(code, message, more = {}) {
    super(message);
    this.name = "OrbitError";
    this.code = code;
    this.details = more.details ?? null;
    /** Passing trouble: the same thing may be asked again. */
    this.retry = more.retry ?? false;
    /** Seconds to wait before that, if the server said so. */
    this.after = more.after ?? null;
    this.status = more.status ?? null;
  }

  /** What another node's copy left in doubt, when it has been in doubt for long enough. */
  get settled() {
    const { reason, message, ...details } = this.details ?? {};
    if (this.code !== "unknown" || !message) return this;
    return new OrbitError(reason, message, { details });
  }

  /**
   * @param {any} frame  an `error` frame, or the body of a refused REST call
   * @param {number} [status]
   */
  static from(frame, status) {
    const { error = "internal", message = "something went wrong" } = frame ?? {};
    const { details, retry, after } = frame ?? {};
    return new OrbitError(error, message, { details, retry, after, status });
  }
}
