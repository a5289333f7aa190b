// SPDX-License-Identifier: MIT
// The smallest of test runners, and a browser that notices what a page must not do.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const packages = createRequire(join(process.env.TRILANE_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");

const tests = [];
let only = process.env.TRILANE_WEB_ONLY || "";

export function test(name, body) {
  tests.push({ name, body });
}

// Runs them in order and prints what happened; the number of failures.
export async function runAll() {
  let failed = 0;
  let passed = 0;
  for (const { name, body } of tests.filter((t) => t.name.includes(only))) {
    try {
      await body();
      passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${String(error.stack || error).replace(/^/gm, "        ")}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed;
}

export function equal(actual, expected, what = "") {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) {
    throw new Error(`${what} is ${a}, expected ${b}`);
  }
}

export function ok(condition, what) {
  if (!condition) {
    throw new Error(what);
  }
}

// --- browser -----------------------------------------------------------------------------------

let browser = null;

export async function openBrowser() {
  browser = await chromium.launch({
    executablePath: process.env.TRILANE_CHROMIUM,
    args: process.getuid && process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
}

export const closeBrowser = () => browser && browser.close();

// A page with a record of its sins: errors, refusals of the security policy, requests to
// other hosts.  An answer of 4xx is no error of the page.
export async function openPage(url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, colorScheme: "light", reducedMotion: "reduce", ...options,
  });
  const page = await context.newPage();
  const sins = [];
  const requests = [];
  page.on("console", (message) => {
    if ((message.type() === "error" || message.type() === "warning")
        && !/Failed to load resource/.test(message.text())) {
      sins.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => sins.push(`exception: ${error.stack}`));
  page.on("request", (request) => {
    requests.push(request);
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) {
      sins.push(`request to another host: ${request.url()}`);
    }
  });
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(
      `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  });
  await page.goto(url);
  await settled(page);
  return {
    page, requests,
    async done() {
      const violations = await page.evaluate(() => window.violations);
      const hacked = await page.evaluate(() => window.hacked);
      await context.close();
      equal([...sins, ...violations, ...(hacked ? ["text ran as script"] : [])], [], "what the page must not do");
    },
    async failures() {
      return sins;
    },
  };
}

// A page whose own scripts do not run.
export async function openPlain(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#main").getAttribute("aria-busy") === "false"
    && document.querySelector("#main h1"));
}

export async function go(page, hash) {
  await page.evaluate((h) => {
    location.hash = h;
  }, hash);
  await page.waitForTimeout(150);
  await settled(page);
}

// Scrolls through, so that every chart is drawn.
export async function seeAll(page) {
  await page.evaluate(async () => {
    document.documentElement.style.scrollBehavior = "auto";
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      scrollTo(0, y);
      await new Promise((resolve) => {
        setTimeout(resolve, 60);
      });
    }
    scrollTo(0, 0);
  });
  await page.waitForTimeout(250);
}

export async function accessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const words = found.violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 4).map((n) => `    ${n.html.slice(0, 160)}\n    ${n.failureSummary.replace(/\n/g, " ").slice(0, 300)}`).join("\n")}`);
  ok(words.length === 0, `${where}: axe found\n${words.join("\n")}`);
}

export const texts = (page, selector) => page.$$eval(selector, (all) => all.map((e) => e.textContent.trim()));
