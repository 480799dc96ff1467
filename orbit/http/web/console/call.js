// @ts-check
/** One request to this node: an answer that is good, or an `OrbitError`. It keeps nothing. */
import { OrbitError } from "../sdk/failure.js";

/**
 * @param {typeof fetch} fetch
 * @param {string} method @param {string} url
 * @param {{headers?: Record<string, string>, body?: any, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export async function call(fetch, method, url, { headers = {}, body, signal } = {}) {
  const given = /** @type {RequestInit} */ ({
    method, signal, cache: "no-store", body: body && JSON.stringify(body),
    headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
  });
  const answer = await fetch(url, given).catch((error) => {
    if (signal?.aborted) throw error;
    throw new OrbitError("offline", "the server cannot be reached", { retry: true });
  });
  if (answer.ok) return answer;
  const after = Number(answer.headers.get("Retry-After")) || undefined;
  throw OrbitError.from({ ...(await answer.json().catch(() => null)), after }, answer.status);
}
