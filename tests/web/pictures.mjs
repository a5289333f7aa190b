// SPDX-License-Identifier: MIT
// Pictures of every view, to be looked at, and the one in the documentation:
//   run BINARY ASSETS pictures.mjs FOLDER [WORD…]     those whose name holds every WORD
//   run BINARY ASSETS pictures.mjs --documentation    docs/dashboard.png
// TRILANE_REPORT names a report to show instead of the fake server's ("trilane probe
// --recording DIR --json" makes one of any machine).
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as documents from "./documents.mjs";
import { ROOT } from "./fake-page.mjs";
import { fake } from "./fake-server.mjs";
import { closeBrowser, go, openBrowser, openPage, seeAll, settled } from "./harness.mjs";

const unfold = (page) => page.$$eval("#main details", (all) => all.forEach((d) => {
  d.open = true;
}));

async function running(page, server) {
  server.world.pace = 4000;
  await page.click("[data-key='run main']");
  await page.waitForSelector("#progress progress");
  await page.waitForTimeout(9000);
}

async function askTheLogBox(page) {
  await page.fill("#log-text", "$ python train.py\nzsh: illegal hardware instruction  python train.py\n");
  await page.click("text=Find the cause");
  await page.waitForSelector(".finding h3");
}

async function askNonsense(page) {
  await page.fill("#log-text", "asdf \u202E🦊 lorem ipsum ".repeat(40));
  await page.click("text=Find the cause");
  await page.waitForSelector("[aria-label=Diagnosis] p");
}

async function gone(page, server) {
  await server.close();
  await page.waitForFunction(() => document.querySelector("#notice").textContent !== "", null, { timeout: 15000 });
  await page.click("[data-key='run main']");
  await page.waitForSelector(".problem");
}

const give = (...files) => (page) => page.setInputFiles("input[type=file][multiple]", files.map(([name, document]) => ({
  name, mimeType: "application/json", buffer: Buffer.from(JSON.stringify(document)),
})));

async function refused(page, server) {
  server.world.refuse = { title: "Too many runs wait", status: 429, detail: "Eight runs wait already.", hint: "Let one finish, or cancel one." };
  await page.click("[data-key='run main']");
  await page.waitForSelector(".verdict .problem");
}

const [A, B] = [documents.results[4], documents.results[0]];
const other = { ...documents.report, machine: { ...documents.report.machine, chip: "Apple M2" }, findings: documents.report.findings.slice(1) };

// name, state of the fake server, address, and what happens before the picture is taken
const VIEWS = [
  ["home", "full", "#/"], ["home-fresh", "fresh", "#/"], ["home-empty", "empty", "#/"], ["home-partial", "partial", "#/"],
  ["running", "fresh", "#/", running], ["refused", "fresh", "#/", refused],
  ["findings", "full", "#/findings"], ["finding", "full", "#/findings/x86-tensorflow-under-rosetta"],
  ["finding-missing", "full", "#/findings/none"],
  ["pythons", "full", "#/interpreters"], ["python", "full", "#/interpreters/00000000000000a1", unfold],
  ["python-broken", "full", "#/interpreters/00000000000000a2", unfold],
  ["results", "full", "#/results"], ["results-empty", "fresh", "#/results"], ["result", "full", `#/results/${B.id}`],
  ["result-missing", "full", "#/results/none"],
  ["compare", "full", "#/compare"], ["compare-results", "full", "#/compare", give(["a.json", A], ["b.json", B])],
  ["compare-reports", "full", "#/compare", give(["mac.json", documents.report], ["other.json", other])],
  ["diagnose", "full", "#/diagnose"], ["diagnosed", "full", "#/diagnose", askTheLogBox],
  ["report", "full", "#/report"], ["compatibility", "full", "#/compatibility"],
  ["search", "full", "#/search/rosetta"], ["search-nothing", "full", "#/search/zzz"], ["nowhere", "full", "#/nowhere"],
  ["crowd", "crowd", "#/"], ["crowd-pythons", "crowd", "#/interpreters"], ["crowd-python", "crowd", "#/interpreters/000000000000b000", unfold],
  ["crowd-findings", "crowd", "#/findings", unfold], ["crowd-results", "crowd", "#/results"], ["home-failed", "failed", "#/"],
  ["nonsense", "full", "#/diagnose", askNonsense], ["gone", "full", "#/", gone],
  ["settings", "full", "#/", (page) => page.click("[aria-label=Settings]")],
];

const LOOKS = [
  ["light", {}], ["dark", { colorScheme: "dark" }],
  ["tablet", { viewport: { width: 768, height: 1024 } }], ["phone", { viewport: { width: 360, height: 740 } }],
  ["phone-dark", { viewport: { width: 360, height: 740 }, colorScheme: "dark" }],
  ["zoomed", { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }], // what 200 % makes of 1280
  ["wide", { viewport: { width: 2560, height: 1300 } }],
  ["forced", { forcedColors: "active" }], ["forced-dark", { forcedColors: "active", colorScheme: "dark" }],
];

// A given report stands in for the fake's, its results stay.
function given(state) {
  return process.env.TRILANE_REPORT && state !== "empty"
    ? { report: JSON.parse(readFileSync(process.env.TRILANE_REPORT, "utf8")) } : {};
}

async function picture(file, [, state, hash, before], options, whole = true) {
  const server = await fake({ state, root: ROOT, ...given(state) });
  const { page } = await openPage(server.url + hash, options);
  if (before) {
    await before(page, server);
    await page.waitForTimeout(200);
  }
  if (whole) {
    await seeAll(page);
  }
  await page.screenshot({ path: file, fullPage: whole && !await page.$("dialog") });
  await page.context().close();
  await server.close().catch(() => {});
}

async function all(folder, words) {
  mkdirSync(folder, { recursive: true });
  for (const [look, options] of LOOKS) {
    for (const view of VIEWS) {
      const name = `${view[0]}.${look}`;
      if (words.every((word) => name.includes(word))) {
        await picture(join(folder, `${name}.png`), view, options);
      }
    }
  }
}

const [folder, ...words] = process.argv.slice(2);
await openBrowser();
if (folder === "--documentation") {
  const docs = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs");
  await picture(join(docs, "dashboard.png"), VIEWS[0], { viewport: { width: 1280, height: 860 } }, false);
} else {
  await all(folder, words);
}
await closeBrowser();
