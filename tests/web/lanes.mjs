// SPDX-License-Identifier: MIT
// Every lane of this machine, measured from the page: what is possible is done, checked, true
// to its name and compared in words; what is not says why.  It takes minutes, so it has a
// program of its own.  The TensorFlow is the one of TRILANE_TENSORFLOW, a virtual environment.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { closeBrowser, equal, go, ok, openBrowser, openPage, runAll, seeAll, settled, test } from "./harness.mjs";
import { get, reported, withServer } from "./server.mjs";

const RUN_MS = 600000;
const venv = process.env.TRILANE_TENSORFLOW || "";
const withTensorflow = existsSync(join(venv, "bin", "python"));
const environment = withTensorflow
  ? { PATH: `${join(venv, "bin")}:${process.env.PATH}` } : {};

const lane = (result, name) => result.lanes.find((entry) => entry.lane === name);

const pause = (ms) => new Promise((resolve) => {
  setTimeout(resolve, ms);
});

// Waits for the COUNTth result, and until the page has drawn it.
async function measured(page, url, name, count) {
  for (let waited = 0; (await get(url, "results")).results.length < count; waited += 1000) {
    ok(waited < RUN_MS, `no result after ${RUN_MS} ms`);
    await pause(1000);
  }
  await page.waitForSelector(`[data-lane=${name}]:not([data-state=running]):not([data-state=not_run])`,
    { timeout: 30000 });
  const [row] = (await get(url, "results")).results;
  return get(url, `results/${row.id}`);
}

// What was done must be what the lane is named for, and right.
function trueToItself(result, name) {
  const entry = lane(result, name);
  const { observed } = entry;
  ok(entry.state === "done", `${name} is ${entry.state}: ${entry.reason}`);
  equal(observed.translated, name === "translated", `${name} is translated`);
  equal(observed.engine, entry.requested.engine, `${name}'s engine`);
  ok(observed.device, `${name} has a device`);
  ok(entry.models.every((m) => m.checks.passed === true), `${name} passed its checks`);
  if (observed.images) {
    ok(entry.notes.some((note) => note.includes(`${observed.images} images only`)), "what was reduced is said");
  }
  if (observed.software_device) {
    ok(entry.notes.some((note) => note.includes("software device")), "a software device is no GPU");
  }
}

function compared(result) {
  for (const c of result.comparisons) {
    ok(c.ci95.length === 2 && c.ci95[0] <= c.ratio && c.ratio <= c.ci95[1], `an interval around ${c.ratio}`);
    ok(c.sentence.length > 20 && c.sentence.includes(":"), c.sentence);
  }
}

test("lanes: all that are possible are measured from the page, and the rest say why", () => withServer(
  async ({ url }) => {
    const opened = await openPage(url);
    const { page } = opened;
    await page.evaluate(() => localStorage.setItem("trilane.settings",
      JSON.stringify({ quick: true, models: ["cnn"] })));
    await page.reload();
    await settled(page);
    await reported(page);
    const { lanes } = await get(url, "");
    const possible = lanes.filter((l) => l.possible).map((l) => l.lane);
    for (const l of lanes.filter((other) => !other.possible)) {
      ok(/\.$/.test(l.reason) && l.reason.length > 20, `${l.lane}: ${l.reason}`);
      console.log(`        not possible: ${l.lane}: ${l.reason}`);
    }
    // The three main ones together, then each other with native, as the tiles offer it.
    await page.click("[data-key='run main']");
    const main = await measured(page, url, "native", 1);
    let count = 1;
    const runs = [[main, ["native", "translated", "gpu"].filter((l) => possible.includes(l))]];
    for (const name of ["blas", "tensorflow", "tensorflow-gpu"].filter((l) => possible.includes(l))) {
      await page.click(`[data-lane=${name}] footer button`);
      count += 1;
      runs.push([await measured(page, url, name, count), ["native", name]]);
    }
    for (const [result, names] of runs) {
      names.forEach((name) => trueToItself(result, name));
      equal(result.comparisons.length, (names.length * (names.length - 1)) / 2, "pairs compared");
      compared(result);
      result.comparisons.forEach((c) => console.log(`        ${c.sentence}`));
    }
    await go(page, `#/results/${main.id}`);
    await seeAll(page);
    await opened.done();
  }, environment));

if (!withTensorflow) {
  console.log("left out: the TensorFlow lane (TRILANE_TENSORFLOW names no virtual environment)");
}
await openBrowser();
const failed = await runAll();
await closeBrowser();
process.exit(failed === 0 ? 0 : 1);
