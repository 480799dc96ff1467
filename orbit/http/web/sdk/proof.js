// @ts-check
/**
 * Work that shows that somebody means it: SHA-256, by hand, because a page over plain
 * http has no `crypto.subtle`.  Source: FIPS 180-4; docs/reference/protocol.md.
 */

const SLICE = 2_000; // hashes between two breaths of the page
const utf8 = new TextEncoder();
const K = constants();

/**
 * A text that begins with the challenge and whose hash begins with `bits` zeros.
 * @param {{challenge: string, bits: number}} task
 * @param {() => Promise<any>} breathe  lets the page do something else
 */
export async function solve({ challenge, bits }, breathe) {
  for (let n = 0; ; n += 1) {
    const proof = `${challenge}:${n.toString(36)}`;
    if (zeros(sha256(utf8.encode(proof))) >= bits) return proof;
    if (n % SLICE === SLICE - 1) await breathe();
  }
}

/** How many bits a hash has before its first 1. @param {Uint32Array} words */
export function zeros(words) {
  let count = 0;
  for (const word of words) {
    count += Math.clz32(word);
    if (word) break;
  }
  return count;
}

/** @param {Uint8Array} bytes  of any length @returns {Uint32Array}  eight words */
export function sha256(bytes) {
  const length = ((bytes.length + 8) >> 6) + 1; // in blocks
  const padded = new Uint8Array(length * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const hash = Uint32Array.from(FIRST);
  for (let at = 0; at < padded.length; at += 64) compress(hash, view, at);
  return hash;
}

const FIRST = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const w = new Int32Array(64);

/** One block (FIPS 180-4, 6.2.2). */
function compress(/** @type {Uint32Array} */ hash, /** @type {DataView} */ view, /** @type {number} */ at) {
  for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15];
    const y = w[t - 2];
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let t = 0; t < 64; t += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (hash[i] += word));
}

const turn = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
function constants() {
  const found = new Int32Array(64);
  for (let n = 2, i = 0; i < 64; n += 1) {
    let prime = true;
    for (let by = 2; by * by <= n; by += 1) prime &&= n % by !== 0;
    if (prime) found[i++] = ((Math.cbrt(n) % 1) * 2 ** 32) | 0;
  }
  return found;
}
