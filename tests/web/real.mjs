// SPDX-License-Identifier: MIT
// The page and the real program together: a run is started on the page, followed, reloaded
// during, cancelled; what it measured is then on the page, in the interface and in a file.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { get, reported, serve, withServer } from "./server.mjs";
import { accessible, equal, go, ok, openPage, openPlain, seeAll, settled, test, texts } from "./harness.mjs";

const RUN_MS = 180000; // a quick run on a slow machine

// Few and short: what is tested is the page.
async function chooseSmall(page) {
  await page.evaluate(() => localStorage.setItem("trilane.settings",
    JSON.stringify({ quick: true, models: ["mlp"], threads: 1, batch: 256 })));
  await page.reload();
  await settled(page);
}

test("real: the page shows this machine, and every view is there", () => withServer(async ({ url }) => {
  const opened = await openPage(url);
  const { page } = opened;
  await reported(page);
  const report = await get(url, "reports/latest");
  ok((await page.textContent(".verdict h1")).length > 10, "a verdict");
  equal((await texts(page, "#pythons tbody tr")).length, Math.min(8, report.interpreters.length), "Pythons");
  await accessible(page, "the real page");
  const views = ["#/interpreters", "#/results", "#/compare", "#/findings", "#/diagnose", "#/report", "#/compatibility", "#/nowhere"];
  if (report.interpreters.length > 0) {
    views.push(`#/interpreters/${report.interpreters[0].id}`);
  }
  if (report.findings.length > 0) {
    views.push(`#/findings/${report.findings[0].id}`);
  }
  for (const hash of views) {
    await go(page, hash);
    await accessible(page, `the real ${hash}`);
    ok(!/could not be shown/.test(await page.textContent("h1")), `${hash}: ${await page.textContent("main")}`);
  }
  await opened.done();
}));

test("real: everything comes compressed and weighs at most 120 kB", () => withServer(async ({ url }) => {
  const opened = await openPage(url);
  await reported(opened.page);
  await seeAll(opened.page);
  let bytes = 0;
  for (const request of opened.requests.filter((r) => !r.url().includes("/api/"))) {
    const response = await request.response();
    // The page itself is written anew each time, and the icon is too small to gain.
    if (!/^\/(favicon\.svg)?$/.test(new URL(request.url()).pathname)) {
      equal(await response.headerValue("content-encoding"), "gzip", request.url());
    }
    bytes += Number(await response.headerValue("content-length"));
  }
  console.log(`        ${(bytes / 1000).toFixed(1)} kB`);
  ok(bytes > 20000 && bytes <= 120000, `${bytes} bytes`);
  await opened.done();
}));

test("real: the first paint", () => withServer(async ({ url }) => {
  const opened = await openPage(url);
  const times = [];
  for (let i = 0; i < 5; i += 1) { // a figure to look at: time is no matter of pass or fail
    await opened.page.reload();
    await settled(opened.page);
    times.push(await opened.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
  }
  console.log(`        first contentful paint ${times.sort((a, b) => a - b).map(Math.round).join(", ")} ms`);
  await opened.done();
}));

test("real: without JavaScript everything that matters is there", () => withServer(async ({ url }) => {
  const report = await (async () => {
    for (;;) { // the first report is made while the server starts
      const found = await get(url, "reports/latest");
      if (found.machine) {
        return found;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    }
  })();
  const page = await openPlain(url);
  equal(await page.textContent("h1"), report.verdict.sentence, "the verdict");
  equal((await texts(page, "#main tbody tr")).length, report.interpreters.length, "Pythons");
  equal((await texts(page, ".finding h3")).length, report.findings.length, "findings");
  await page.context().close();
  // axe needs scripts: it looks at the same text in a page that has them, without its styles.
  const opened = await openPage(url);
  const html = await (await fetch(url)).text();
  await opened.page.goto("about:blank");
  await opened.page.setContent(html.replace(/<\/?noscript>|<script.*?<\/script>|<link.*?>/gs, ""));
  await accessible(opened.page, "the page without JavaScript");
  await opened.page.context().close();
}));

test("real: a run is started, reloaded during, and arrives with its charts", () => withServer(async ({ url }, folder) => {
  const opened = await openPage(url);
  const { page } = opened;
  await chooseSmall(page);
  await reported(page);
  await page.click("[data-lane=native] footer button");
  await page.waitForSelector("#progress progress");
  await page.waitForSelector("[data-lane=native][data-state=running]");
  await page.reload();
  await settled(page);
  if (await page.$("#progress")) { // it may have ended meanwhile
    equal(await page.getAttribute("[data-lane=native]", "data-state"), "running", "after a reload");
  }
  await page.waitForSelector("[data-lane=native][data-state=value]", { timeout: RUN_MS });
  await seeAll(page);
  ok((await page.$$("figure.chart canvas")).length >= 2, "throughput and loss");
  const [row] = (await get(url, "results")).results;
  const result = await get(url, `results/${row.id}`);
  equal(result.spec.quick, true, "quick");
  ok(result.lanes[0].models[0].checks.passed, "the checks passed");
  await go(page, `#/results/${row.id}`);
  await seeAll(page);
  await accessible(page, "a real result");
  // The same result as a file, against itself.
  const path = join(folder, "result.json");
  writeFileSync(path, JSON.stringify(result));
  await go(page, "#/compare");
  await page.setInputFiles("input[type=file][multiple]", path);
  await page.waitForSelector("#lanes table");
  ok(/no difference/.test((await texts(page, "#lanes tbody tr"))[0]), "equal to itself");
  await go(page, `#/compare/${row.id}/${row.id}`);
  await page.waitForSelector("#lanes table");
  await opened.done();
}));

test("real: a run is cancelled", () => withServer(async ({ url }) => {
  const opened = await openPage(url);
  const { page } = opened;
  await page.evaluate(() => localStorage.setItem("trilane.settings", JSON.stringify({ quick: false, models: ["mlp"] })));
  await page.reload();
  await settled(page);
  await reported(page);
  await page.click("[data-lane=native] footer button");
  await page.waitForFunction(() => /epoch|check|data|start|wait/i.test((document.querySelector("#progress") || document.body).textContent) && document.querySelector("#progress"));
  await page.click("#progress button");
  await page.waitForSelector("#progress", { state: "detached", timeout: 20000 });
  const { jobs } = await get(url, "jobs");
  equal(jobs.find((job) => job.kind === "benchmark").state, "cancelled", "the job");
  equal(await page.getAttribute("[data-lane=native]", "data-state"), "not_run", "the tile");
  await opened.done();
}));

test("real: a server that goes is missed, and found again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trilane-web-"));
  const server = await serve(folder);
  const opened = await openPage(server.url);
  await server.stop();
  await opened.page.waitForFunction(() => /does not answer/.test(document.querySelector("#notice").textContent), null, { timeout: 20000 });
  await opened.page.context().close();
  rmSync(folder, { recursive: true, force: true });
});

// The form is posted as a browser posts it, with what its page's policy lets it tell.
test("real: a browser signs in, looks, and is told what its token may not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trilane-web-"));
  const tokens = join(folder, "tokens");
  const token = "v".repeat(24);
  writeFileSync(tokens, `run ${"r".repeat(24)}\nview ${token}\n`, { mode: 0o600 });
  const server = await serve(folder, {}, ["--token-file", tokens]);
  const page = await openPlain(server.url);
  await page.fill("#token", "a wrong one");
  await page.click("button");
  await page.waitForSelector("text=This server does not know that token.");
  await page.fill("#token", token);
  await page.click("button");
  await page.waitForSelector(".verdict h1, #main h1");
  equal(new URL(page.url()).pathname, "/", "where the token leads");
  const state = await page.context().storageState();
  await page.context().close();
  const { page: whole } = await openPage(server.url, { storageState: state });
  await reported(whole);
  await whole.click("[data-lane=native] footer button");
  const words = await (await whole.waitForSelector("[data-lane=native] .problem")).textContent();
  ok(/^This token may look, but not start work\..*Sign in$/.test(words), words);
  await whole.context().clearCookies();
  await whole.click("[data-lane=native] footer button");
  await whole.waitForFunction(() => /wants a token/.test(document.querySelector("[data-lane=native] .problem")?.textContent));
  equal(await whole.getAttribute(".problem a", "href"), "login", "the way in");
  await whole.context().addCookies(state.cookies);
  await accessible(whole, "the page of who is signed in");
  await whole.click("text=Sign out");
  await whole.waitForSelector("#token");
  equal((await whole.context().cookies()).length, 0, "the cookie");
  await whole.context().close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
