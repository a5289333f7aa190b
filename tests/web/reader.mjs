// SPDX-License-Identifier: MIT
// What a reader does beside pressing buttons: goes back, waits, prints, is not there when the
// server goes, has names of any length, and listens instead of looking.
import * as documents from "./documents.mjs";
import { accessible, equal, go, ok, openPage, seeAll, settled, test, texts } from "./harness.mjs";
import { ROOT, on } from "./fake-page.mjs";
import { fake } from "./fake-server.mjs";

const width = (page) => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

test("reader: a slow press on a button that is drawn again counts", () => on("fresh", async (page, server) => {
  server.world.pace = 120;
  server.world.steps = 200;
  await page.click("[data-key='run main']");
  await page.waitForSelector("#progress progress[value]:not([value='0'])");
  const place = () => page.$eval("#progress button", (e) => { // in one turn: it is drawn again at once
    const box = e.getBoundingClientRect();
    return [box.x + 5, box.y + 5];
  });
  let last = null;
  let now = await place();
  while (String(now) !== String(last)) { // what is above it may still grow
    await page.waitForTimeout(300);
    [last, now] = [now, await place()];
  }
  await page.mouse.move(...now);
  await page.mouse.down();
  await page.waitForTimeout(700); // several events come meanwhile
  await page.mouse.up();
  await page.waitForSelector("#progress", { state: "detached" });
  equal(server.world.jobs[0].state, "cancelled", "the job");
}));

test("reader: a run is told at its quarters, not at each event", () => on("fresh", async (page, server) => {
  server.world.pace = 60;
  server.world.steps = 60;
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById("announcer").textContent))
      .observe(document.getElementById("announcer"), { childList: true });
  });
  await page.click("[data-lane=native] footer button");
  await page.waitForSelector("[data-lane=native][data-state=value]", { timeout: 20000 });
  const said = await page.evaluate(() => window.said);
  equal([said[0], said.at(-1)], ["Benchmark started.", "Benchmark finished."], "first and last");
  ok(said.length <= 6, `${said.length} announcements: ${said.join(" ")}`);
}));

test("reader: one step back leads to the place one came from", () => on("full", async (page) => {
  await seeAll(page);
  await page.evaluate(() => scrollTo(0, 1500));
  await page.waitForTimeout(100);
  await go(page, "#/results");
  equal(await page.evaluate(() => scrollY), 0, "a link leads to the top");
  await page.goBack();
  await settled(page);
  await page.waitForFunction(() => Math.abs(scrollY - 1500) < 5);
  await go(page, "#/interpreters");
  await page.fill("#search", "ana");
  await page.fill("#search", "anaconda");
  await page.waitForFunction(() => /anaconda/.test(document.querySelector("h1").textContent));
  await page.evaluate(() => document.activeElement.blur());
  await page.goBack();
  await page.waitForFunction(() => location.hash === "#/interpreters");
  await page.waitForFunction(() => document.getElementById("search").value === "");
}));

test("reader: an anchor that is no address shows the first page", () => on("full", async (page) => {
  equal(await page.evaluate(() => location.hash), "#/", "the address");
}, {}, "#findings"));

test("reader: when the server is gone, what was written stays, and charts come later", async () => {
  const server = await fake({ state: "full", root: ROOT });
  const port = Number(new URL(server.url).port);
  const { page } = await openPage(server.url);
  await server.close();
  await page.waitForFunction(() => /does not answer/.test(document.querySelector("#notice").textContent), null, { timeout: 15000 });
  await seeAll(page);
  const words = await texts(page, ".canvas .problem");
  ok(words.length > 0 && words.every((w) => /The table below has the same numbers/.test(w) && !/module|http/.test(w)), words[0]);
  await page.fill("#log-text", "half a log");
  const again = await fake({ state: "full", port, root: ROOT });
  await page.waitForFunction(() => document.querySelector("#notice").textContent === "", null, { timeout: 30000 });
  equal(await page.inputValue("#log-text"), "half a log", "what was written");
  await page.waitForFunction(() => document.querySelectorAll(".canvas .problem").length === 0);
  await page.context().close();
  await again.close();
});

test("reader: a page that was not loaded before the server went says so, and comes", async () => {
  const server = await fake({ state: "full", root: ROOT });
  const port = Number(new URL(server.url).port);
  const { page } = await openPage(server.url);
  await server.close();
  await page.waitForFunction(() => /does not answer/.test(document.querySelector("#notice").textContent), null, { timeout: 15000 });
  await go(page, "#/diagnose");
  ok(/This page was not loaded/.test(await page.textContent("#main")), await page.textContent("#main"));
  const again = await fake({ state: "full", port, root: ROOT });
  await page.waitForSelector("#main #log-text", { timeout: 30000 });
  await page.context().close();
  await again.close();
});

for (const [name, viewport] of [["a desk", { width: 1280, height: 900 }], ["a phone", { width: 360, height: 740 }]]) {
  test(`reader: too much of everything fits on ${name}`, () => on("crowd", async (page) => {
    for (const hash of ["#/", "#/interpreters", "#/interpreters/000000000000b000", "#/findings", "#/results"]) {
      await go(page, hash);
      const [inner, outer] = await width(page);
      ok(inner <= outer, `${hash} is ${inner} wide on ${outer}`);
      // No table scrolls sideways for a name, and no path reads downwards.
      const bad = await page.$$eval("main .scroll", (all) => all.filter((e) => !e.closest("details:not([open])") && e.scrollWidth > e.clientWidth + 1).length);
      equal(bad, 0, `${hash}: tables too wide`);
    }
    await go(page, "#/");
    const words = await texts(page, "#pythons tbody .word");
    equal([words.length, new Set(words).size], [8, 1], "the first eight are of the gravest kind");
    await go(page, "#/interpreters");
    const [nav, room] = await page.$eval(".bar nav", (e) => [e.scrollWidth, e.clientWidth]);
    ok(nav <= room, `the pages' names take ${nav} of ${room} pixels`);
    const narrow = await page.$$eval("tbody th", (all) => Math.min(...all.map((e) => e.clientWidth)));
    ok(narrow > 200, `the paths have ${narrow} pixels`);
    ok(!/[\u202a-\u202e]/.test(await page.textContent("#main")), "a character turns the text around");
    ok(/‹U\+202E›/.test(await page.textContent("#main")), "and it is shown");
    await accessible(page, `crowd on ${name}`);
  }, { viewport }));
}

test("reader: older results are a button away, and stay when a run ends", () => on("crowd", async (page) => {
  await go(page, "#/results");
  const rows = () => page.$$eval("table.cards tbody tr", (all) => all.length);
  equal(await rows(), 50, "rows at first");
  await page.click("text=Show older results");
  await page.waitForFunction(() => document.querySelectorAll("table.cards tbody tr").length === 100);
  await go(page, "#/");
  await page.click("[data-lane=native] footer button");
  await page.waitForSelector("#progress");
  await page.waitForSelector("#progress", { state: "detached", timeout: 20000 });
  await go(page, "#/results");
  const ids = await page.$$eval("table.cards tbody th a", (all) => all.map((a) => a.hash));
  equal([ids.length, new Set(ids).size], [101, 101], "rows, each once");
}));

test("reader: on paper there is ink, and nothing to press", () => on("full", async (page) => {
  await page.evaluate(() => localStorage.setItem("trilane.settings", '{"theme":"dark"}'));
  await page.reload();
  await settled(page);
  await page.emulateMedia({ media: "print" });
  const seen = await page.$$eval("main :is(button, .button, textarea)", (all) => all.filter((e) => e.offsetParent).length);
  equal(seen, 0, "controls on paper");
  equal(await page.$eval("h1", (e) => getComputedStyle(e).color), "rgb(27, 26, 23)", "ink");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  equal(await page.evaluate(() => document.documentElement.classList.contains("paper")), true, "charts for paper");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  equal(await page.evaluate(() => document.documentElement.classList.contains("paper")), false, "and for the screen again");
}));

test("reader: a button says what it copies, and that it did", () => on("full", async (page) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const names = await page.$$eval("#findings .command button", (all) => all.map((b) => b.getAttribute("aria-label")));
  equal(new Set(names).size, names.length, "names of copy buttons");
  equal(names[0], "Copy the command conda create -n tf python=3.11", "the first");
  await page.click("#findings .command button");
  await page.waitForFunction(() => document.getElementById("announcer").textContent === "Copied the command conda create -n tf python=3.11.");
}));

test("reader: the key that leads to the search can be switched off", () => on("full", async (page) => {
  await page.click("[aria-label=Settings]");
  await page.click("dialog >> text=leads to the search");
  await page.click("dialog >> text=Done");
  await page.keyboard.press("/");
  ok(await page.evaluate(() => document.activeElement.id) !== "search", "the focus moved");
}));

test("reader: a run that starts or ends moves nothing, keeps the focus, and a double click starts one", async () => {
  for (const [state, viewport] of [["fresh", { width: 1440, height: 900 }], ["full", { width: 1440, height: 900 }],
    ["fresh", { width: 390, height: 844 }], ["full", { width: 390, height: 844 }]]) {
    await on(state, async (page, server) => {
      const places = () => page.$$eval("[data-lane=native], #findings, #pythons", (all) => all.map((e) => e.offsetTop));
      const before = await places();
      server.world.pace = 300;
      await page.dblclick("[data-key='run main']");
      await page.waitForFunction(() => document.querySelector("#progress progress")?.value > 0);
      equal(await places(), before, `${state} at ${viewport.width}`);
      ok(await page.evaluate(() => document.activeElement.closest(".verdict") !== null), "the focus went astray");
      await page.dblclick("[data-lane=gpu] footer button");
      await page.waitForSelector("#progress", { state: "detached" });
      equal([await places(), server.world.jobs.map((job) => job.state)], [before, ["cancelled"]], "after it");
    }, { viewport });
  }
});

test("reader: a run under way is not offered again, and one that failed says where it tells why", async () => {
  await on("fresh", async (page, server) => {
    server.world.pace = 1000;
    await page.click("[data-key='run main']");
    await page.waitForSelector("#progress progress");
    equal(await page.$$eval("[data-key='run main']", (all) => all.length), 0, "buttons");
    ok(/under way/.test(await page.textContent("#charts")), "what fills the charts");
  });
  await on("failed", async (page) => {
    equal(await page.getAttribute("#charts a.button", "href"), `#/results/${documents.partial.id}`, "the way to the reasons");
    equal(await page.$$eval("[data-state=failed]", (all) => all.length), 3, "tiles");
  });
});
