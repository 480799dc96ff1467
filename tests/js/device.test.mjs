/** A device is called what its owner calls it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { device } from "../../orbit/http/web/account/device.js";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";
for (const [agent, browser, system] of [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0 Safari/537.36`, "Chrome", "Windows"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0`, "Edge", "Windows"],
  [`Mozilla/5.0 (Linux; Android 15) ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36`, "Samsung Internet", "Android"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile Safari/604.1", "Safari", "iPhone"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15", "Safari", "macOS"],
  ["curl/8.14.1", "curl", ""],
  ["orbit-client", "orbit-client", ""],
  ["", "", ""],
]) {
  test(`${browser || "nothing"} on ${system || "whatever"}`, () => {
    assert.deepEqual(device(agent), { browser, system });
  });
}
