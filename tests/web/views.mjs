// SPDX-License-Identifier: MIT
// Every view in Chromium, against the fake server.
import { gzipSync } from "node:zlib";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { tarOf, zipOf } from "./archives.mjs";
import * as documents from "./documents.mjs";
import { accessible, equal, go, ok, openPage, seeAll, settled, test, texts } from "./harness.mjs";
import { ROOT, on } from "./fake-page.mjs";
import { fake } from "./fake-server.mjs";

const LIMIT_BYTES = 120 * 1000;

const tileStates = (page) => page.$$eval("[data-lane]", (all) => Object.fromEntries(
  all.map((e) => [e.dataset.lane, e.dataset.state])));

const VIEWS = ["#/", "#/interpreters", "#/interpreters/00000000000000a1", "#/interpreters/00000000000000a2",
  "#/interpreters/none", "#/results", `#/results/${documents.results[0].id}`, "#/results/none", "#/compare",
  `#/compare/${documents.results[4].id}/${documents.results[0].id}`, "#/findings",
  "#/findings/x86-tensorflow-under-rosetta", "#/findings/none", "#/diagnose", "#/report", "#/compatibility",
  "#/search", "#/search/rosetta", "#/search/zzz", "#/nowhere"];

test("the page needs Chart.js from the build", () => {
  ok(existsSync(join(ROOT, "vendor", "chart.js")), `there is no vendor/chart.js in ${ROOT}`);
});

test("nothing in the sources parses HTML or styles inline", () => {
  const web = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "web");
  const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory()
    ? files(join(folder, entry.name)) : [join(folder, entry.name)]));
  for (const file of files(join(web, "js"))) {
    const text = readFileSync(file, "utf8");
    ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser/.test(text), file);
    ok(/^\/\/ SPDX-License-Identifier: MIT\n/.test(text), `${file}: no licence line`);
  }
  ok(!/ style=| on[a-z]+=/.test(readFileSync(join(web, "index.html"), "utf8")), "index.html has inline code");
});

for (const scheme of ["light", "dark"]) {
  test(`every view is accessible, ${scheme}`, () => on("full", async (page) => {
    for (const hash of VIEWS) {
      await go(page, hash);
      await seeAll(page);
      await page.$$eval("#main details", (all) => all.forEach((d) => {
        d.open = true;
      }));
      await accessible(page, `${hash}, ${scheme}`);
    }
  }, { colorScheme: scheme }));

  test(`the other states are accessible, ${scheme}`, async () => {
    for (const state of ["empty", "fresh", "partial"]) {
      await on(state, async (page) => {
        for (const hash of ["#/", "#/interpreters", "#/results", "#/findings"]) {
          await go(page, hash);
          await accessible(page, `${state} ${hash}, ${scheme}`);
        }
      }, { colorScheme: scheme });
    }
  });
}

test("a phone needs no sideways scrolling, and stays accessible", () => on("full", async (page) => {
  for (const hash of VIEWS) {
    await go(page, hash);
    await seeAll(page);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    ok(inner <= outer, `${hash} is ${inner} wide on ${outer}`);
  }
  await go(page, "#/");
  await accessible(page, "phone");
}, { viewport: { width: 360, height: 740 } }));

test("forced colours keep what matters", () => on("full", async (page) => {
  for (const hash of ["#/", "#/interpreters", `#/results/${documents.results[0].id}`, "#/report"]) {
    await go(page, hash);
    await accessible(page, `forced colours, ${hash}`);
  }
}, { forcedColors: "active" }));

test("everything weighs at most 120 kB, and the first screen no chart library", () => on("full", async (page, server, opened) => {
  const weigh = async () => {
    const seen = new Set(opened.requests.map((r) => r.url()).filter((u) => !u.includes("/api/")));
    let bytes = 0;
    for (const url of seen) {
      bytes += gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer()), { level: 9 }).length;
    }
    return bytes;
  };
  ok(!opened.requests.some((r) => r.url().includes("chart.js")), "Chart.js was asked for on the first screen");
  const first = await weigh();
  await seeAll(page);
  await page.waitForFunction(() => globalThis.Chart);
  const all = await weigh();
  console.log(`        first screen ${(first / 1000).toFixed(1)} kB gzip, with charts ${(all / 1000).toFixed(1)} kB`);
  ok(all <= LIMIT_BYTES, `${all} bytes`);
}));

test("the tiles show every state", async () => {
  await on("full", async (page) => {
    equal(await tileStates(page), { native: "value", translated: "value", gpu: "value", tensorflow: "not_run" }, "full");
  });
  await on("partial", async (page) => {
    equal(await tileStates(page), { native: "value", translated: "not_possible", gpu: "failed", tensorflow: "not_run" }, "partial");
    const [why] = await texts(page, "[data-lane=translated] .body");
    equal(why, "Not possible here, because Rosetta 2 is not installed.");
    equal(await page.getAttribute("[data-lane=translated] footer a", "href"), "#/findings/rosetta-end");
  });
  await on("fresh", async (page) => {
    equal(await tileStates(page), { native: "not_run", translated: "not_run", gpu: "not_run", tensorflow: "not_run" }, "fresh");
    for (const button of await page.$$("[data-lane] footer :is(button, a)")) {
      ok(await button.isEnabled(), "each tile has its button");
    }
  });
});

test("the first page reads and starts nothing", () => on("full", async (page, server, opened) => {
  for (const hash of VIEWS) {
    await go(page, hash);
  }
  ok(opened.requests.every((r) => r.method() === "GET"), "a view sent something");
}));

test("a run is started, followed and cancelled; a reload changes nothing", () => on("fresh", async (page, server) => {
  server.world.pace = 1000; // it must not end by itself
  await page.click("[data-key='run main']");
  await page.waitForSelector("#progress progress");
  await page.waitForFunction(() => /gradients|mlp/i.test(document.querySelector("#progress").textContent));
  equal(server.world.requests[0].quick, true, "quick");
  equal(server.world.requests[0].lanes, ["native", "translated", "gpu"], "lanes");
  equal((await tileStates(page)).gpu, "running", "the tile");
  await page.reload();
  await settled(page);
  await page.waitForSelector("#progress");
  equal((await tileStates(page)).gpu, "running", "the tile after a reload");
  await page.click("#progress button");
  await page.waitForSelector("#progress", { state: "detached" });
  equal(server.world.jobs[0].state, "cancelled", "the job");
}));

test("a finished run appears by itself", () => on("fresh", async (page) => {
  await page.click("[data-lane=native] footer button");
  await page.waitForSelector("[data-lane=native][data-state=value]", { timeout: 10000 });
  await page.waitForSelector("#charts canvas");
}));

test("a refusal says what to do", () => on("fresh", async (page, server) => {
  server.world.refuse = { title: "Too many runs wait", status: 429, detail: "Eight runs wait already.", hint: "Cancel one." };
  await page.click("[data-key='run main']");
  const [words] = await (await page.waitForSelector(".verdict .problem")).evaluate((e) => [e.textContent]);
  ok(/Too many runs wait.*Cancel one\..*Try again in 30 seconds/.test(words), words);
}));

test("a server that goes is missed, and found again", async () => {
  const server = await fake({ state: "full", root: ROOT });
  const port = Number(new URL(server.url).port);
  const opened = await openPage(server.url);
  await server.close();
  await opened.page.waitForFunction(() => /does not answer/.test(document.querySelector("#notice").textContent), null, { timeout: 15000 });
  const again = await fake({ state: "partial", port, root: ROOT });
  await opened.page.waitForFunction(() => document.querySelector("#notice").textContent === "", null, { timeout: 30000 });
  await opened.page.waitForSelector("[data-lane=gpu][data-state=failed]");
  await opened.page.context().close();
  await again.close();
});

test("findings are ranked, folded, copied and never run", () => on("full", async (page) => {
  equal((await texts(page, "#findings .sev .word")).slice(0, 4), ["Blocker", "Warning", "Hint", "Note"], "order");
  equal(await page.$$eval("#findings .finding > details", (all) => all.map((d) => d.open)),
    [true, false, false, false, false], "only the first is unfolded");
  equal(await page.$$eval("#findings .proof[open]", (all) => all.length), 0, "evidence unfolded at first");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.click("#findings .command button");
  equal(await page.evaluate(() => navigator.clipboard.readText()), "conda create -n tf python=3.11", "copied");
  equal(await texts(page, "#findings .finding button"), ["Copied", "Copy", "Copy"], "buttons");
  equal(await page.$$eval("#findings a.out", (all) => all.map((a) => a.href)), ["https://www.tensorflow.org/install/pip"], "links");
}));

test("names of the machine stay text", () => on("full", async (page) => {
  for (const hash of ["#/interpreters", "#/interpreters/00000000000000a2", "#/interpreters/00000000000000a3", `#/search/${encodeURIComponent(documents.HOSTILE)}`]) {
    await go(page, hash);
    equal(await page.$$eval("#main img, #main script", (all) => all.length), 0, hash);
  }
}));

test("the log box finds the cause", () => on("full", async (page) => {
  await go(page, "#/diagnose");
  await page.fill("#log-text", "zsh: illegal hardware instruction  python");
  await page.click("text=Find the cause");
  await page.waitForSelector(".finding h3");
  await page.fill("#log-text", "all is well");
  await page.click("text=Find the cause");
  await page.waitForFunction(() => /No cause that Trilane knows/.test(document.querySelector("#main").textContent));
  await page.fill("#log-text", "");
  await page.click("text=Find the cause");
  await page.waitForSelector(".problem");
}));

test("a list of requirements is judged, on this machine if asked", () => on("full", async (page) => {
  await go(page, "#/diagnose");
  await page.fill("#log-text", "protobuf==4.25.3");
  await page.click("text=Find the cause");
  await page.waitForSelector("text=Read as requirements.txt.");
  await page.click("text=Judge it on this machine");
  await page.waitForSelector(".finding h3");
}));

test("search finds while one types, and / leads to it", () => on("full", async (page) => {
  await page.keyboard.press("/");
  await page.keyboard.type("anaconda");
  await page.waitForFunction(() => /for “anaconda”/.test(document.querySelector("h1").textContent));
  equal(await page.evaluate(() => document.activeElement.id), "search", "focus");
  ok((await texts(page, ".finding h3")).length >= 2, "findings");
}));

test("settings stay in this browser", () => on("fresh", async (page, server) => {
  await page.click("[aria-label=Settings]");
  await accessible(page, "settings");
  await page.selectOption("#theme", "dark");
  await page.fill("dialog input[type=number] >> nth=0", "3");
  await page.press("dialog input[type=number] >> nth=0", "Tab");
  await page.click("dialog >> text=Done");
  await page.reload();
  await settled(page);
  equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark", "theme");
  await page.click("[data-lane=native] footer button");
  await page.waitForSelector("#progress");
  equal(server.world.requests[0].threads, 3, "threads");
}));

async function give(page, files) {
  const folder = mkdtempSync(join(tmpdir(), "trilane-web-"));
  const paths = files.map(([name, document]) => {
    const path = join(folder, name);
    writeFileSync(path, typeof document === "string" ? document : JSON.stringify(document));
    return path;
  });
  await page.setInputFiles("input[type=file][multiple]", paths);
}

test("dropped files are compared in the browser", () => on("full", async (page, server, opened) => {
  await go(page, "#/compare");
  await give(page, [["a.json", documents.results[4]], ["b.json", documents.results[0]]]);
  await page.waitForSelector("#lanes table");
  equal((await texts(page, "#lanes tbody tr")).length, 6, "rows");
  await accessible(page, "compared results");
  await give(page, [["c.json", documents.report], ["d.json", { ...documents.report, machine: { ...documents.report.machine, chip: "Apple M2" }, findings: [] }]]);
  await page.waitForSelector("#machine tr.changed");
  ok((await texts(page, "#machine tr.changed"))[0].startsWith("chip"), "the chip differs");
  await give(page, [["e.json", "no json"]]);
  ok(/It is not JSON/.test(await (await page.waitForSelector(".problem")).textContent()), "refused with a reason");
  ok(opened.requests.every((r) => r.method() === "GET"), "files were sent somewhere");
}));

test("a recording is read in the browser", () => on("full", async (page) => {
  await go(page, "#/compare");
  const folder = mkdtempSync(join(tmpdir(), "trilane-web-"));
  for (const [name, chip] of [["one", "Apple M1"], ["two", "Apple M4"]]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "recording.json"), '{"schema":"trilane/recording/1","os":"macOS","arch":"arm64","taken":"2026-01-01T00:00:00Z"}');
    writeFileSync(join(folder, name, "sysctl.txt"), `machdep.cpu.brand_string: ${chip}\n`);
    await page.setInputFiles("input[type=file][webkitdirectory]", join(folder, name));
    await page.waitForTimeout(200);
  }
  await page.waitForSelector("#recordings tr.changed");
  await accessible(page, "compared recordings");
  ok((await texts(page, "#recordings tr.changed"))[0].includes("Apple M4"), "the chip differs");
}));

test("the report is previewed with what was removed", () => on("full", async (page) => {
  await go(page, "#/report");
  await page.waitForSelector("mark");
  ok((await texts(page, "mark")).length >= 2, "marks");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.click("text=Copy as Markdown");
  await page.waitForSelector("text=Copied");
  equal(await page.evaluate(() => navigator.clipboard.readText()), documents.markdown.redacted, "copied");
}));

test("the keyboard reaches everything, visibly", () => on("full", async (page) => {
  await page.keyboard.press("Tab");
  equal(await page.evaluate(() => document.activeElement.id), "skip", "the skip link comes first");
  await page.keyboard.press("Enter");
  equal(await page.evaluate(() => document.activeElement.id), "main", "it leads to the content");
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  equal(outline, "solid", "focus is seen");
  await go(page, "#/interpreters");
  equal(await page.evaluate(() => document.activeElement.tagName), "H1", "a new view is announced by its heading");
}));

test("charts have their numbers as tables", () => on("full", async (page) => {
  await seeAll(page);
  const figures = await page.$$("figure.chart");
  ok(figures.length >= 9, `${figures.length} charts`);
  for (const figure of figures) {
    ok(await figure.$("details table tbody td"), "a table behind each");
    ok(await figure.$eval("canvas", (c) => c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)), "it is drawn");
  }
}));

test("the page has a place for what the server tells without JavaScript", async () => {
  const server = await fake({ state: "full", root: ROOT });
  const html = await (await fetch(server.url)).text();
  await server.close();
  ok(/<noscript>\s*<!--trilane:summary-->[\s\S]*trilane probe[\s\S]*<\/noscript>/.test(html), "the mark and a text");
});

// Drops a file with NAME and TEXT on the middle of the page.
const drop = (page, name, text) => page.evaluate(([n, t]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([t], n));
  document.querySelector("h1").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}, [name, text]);

test("what is dropped anywhere goes where it can be shown", () => on("full", async (page, server, opened) => {
  await go(page, "#/results");
  await drop(page, "a.json", JSON.stringify(documents.results[4]));
  await page.waitForSelector("#lanes table");
  equal(await page.evaluate(() => location.hash), "#/compare", "a result is compared with this machine's");
  const [first] = await texts(page, "#lanes h2");
  await drop(page, "b.json", JSON.stringify(documents.results[3]));
  await page.waitForSelector("[data-key=exchange]");
  await page.click("[data-key=exchange]");
  await page.waitForFunction(() => /A: b\.json/.test(document.querySelector("#main").textContent));
  equal(first, "B is slower in all 6", "the verdict");
  await drop(page, "no.json", "{");
  await page.waitForSelector(".problem");
  await drop(page, "build.log", "zsh: illegal hardware instruction  python");
  await page.waitForFunction(() => location.hash === "#/diagnose" && /illegal/.test(document.querySelector("#log-text")?.value));
  ok(opened.requests.every((r) => r.method() === "GET"), "files were sent somewhere");
}));

test("an archive of a recording is read", () => on("full", async (page) => {
  await go(page, "#/compare");
  const files = new Map([["mine/recording.json", '{"schema":"trilane/recording/1","os":"Linux","arch":"arm64"}']]);
  for (const [name, buffer] of [["mine.tar.gz", tarOf(files)], ["mine.zip", zipOf(files)]]) {
    await page.reload();
    await page.setInputFiles("input[type=file][multiple]", [{ name, mimeType: "application/octet-stream", buffer }]);
    await page.waitForFunction((read) => document.querySelector("#main").textContent.includes(read), `${name} was read`);
  }
  await page.setInputFiles("input[type=file][multiple]", [{ name: "bad.zip", mimeType: "application/zip", buffer: Buffer.from("no zip") }]);
  ok(/cannot be unpacked/.test(await (await page.waitForSelector(".problem")).textContent()), "refused with a reason");
}));

test("twice as large, it still needs no sideways scrolling", () => on("full", async (page) => {
  for (const hash of VIEWS) {
    await go(page, hash);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    ok(inner <= outer, `${hash} is ${inner} wide on ${outer}`);
  }
}, { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }));
