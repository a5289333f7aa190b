// SPDX-License-Identifier: MIT
// Chart.js, fetched when the first chart comes into view.  Its versions 3.9 and 4 both do:
// the build takes what npm or the distribution has.

import { loader, Problem } from "../api.js";
import { h } from "../dom.js";
import { baseLane, isVariant, laneName } from "../lanes.js";
import { model, watch } from "../model.js";
import { problem, table } from "../parts/basics.js";
import * as settings from "../settings.js";

const fetchLibrary = loader("../vendor/chart.js");
let library = null;

function load() {
  library = library || fetchLibrary().then(() => globalThis.Chart.version
    && globalThis.Chart).catch(() => {
    library = null;
    throw new Problem(0, "The chart could not be drawn.",
      "The server did not give its drawing program.", "The table below has the same numbers.");
  });
  return library;
}

// The colours of the page as they are now.
function palette() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"), soft: colour("ink-2"), faint: colour("ink-3"), line: colour("line"),
    card: colour("card"), accent: colour("accent"),
    // A variant (translated-avx, tensorflow-gpu) has its lane's colour.
    lane: (lane) => colour(baseLane(lane) || "ink-2"),
  };
}

// What all charts share.
export function base(colours) {
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    color: colours.soft,
    font,
    interaction: { mode: "nearest", intersect: false, axis: "x" },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: colours.ink, titleColor: colours.card, bodyColor: colours.card,
        padding: 10, cornerRadius: 6, displayColors: false, titleFont: font, bodyFont: font,
      },
    },
  };
}

// An axis: version 3 draws its border as part of the grid, version 4 apart.
export function axis(colours, { title, grid = true, ...more } = {}) {
  return {
    grid: { color: colours.line, display: grid, drawBorder: false, drawTicks: false },
    border: { display: false },
    title: { display: Boolean(title), text: title, color: colours.faint, font: { size: 11 } },
    ...more,
    ticks: { color: colours.soft, padding: 8, maxTicksLimit: 6, ...(more.ticks || {}) },
  };
}

// How a lane's line differs from the others' without its colour.
// parts.css has the same shapes for the key.  A variant's are hollow.
const MARKS = { native: "circle", translated: "rect", gpu: "triangle", tensorflow: "rectRot", blas: "triangle" };
const DASHES = { translated: [6, 4], gpu: [2, 3], tensorflow: [10, 3, 2, 3], blas: [1, 4] };

// What all lines share; DASHED for those that may cover each other.
export function line(colours, lane, { dashed = false } = {}) {
  const colour = colours.lane(lane);
  return {
    borderColor: colour, backgroundColor: colour, borderWidth: 2, tension: 0,
    borderDash: (dashed && DASHES[baseLane(lane)]) || [],
    pointStyle: MARKS[baseLane(lane)] || "circle", pointRadius: 4,
    pointRotation: baseLane(lane) === "blas" ? 180 : 0,
    pointBackgroundColor: isVariant(lane) ? colours.card : colour,
  };
}

const drawn = new Set();

function drawAll(which = () => true) {
  for (const item of drawn) {
    if (which(item)) {
      item.draw();
    }
  }
}

settings.onChange(() => drawAll());
for (const [event, paper] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(event, () => {
    document.documentElement.classList.toggle("paper", paper);
    drawAll();
  });
}
watch(["online"], () => model.online && drawAll((item) => !item.chart));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll());

// A figure: heading, one sentence, the chart, and the same numbers as a table.
//   LANES are those that its key tells apart;
//   configure(colours) gives Chart.js its configuration; it is called again for each theme.
export function figure({ title, sentence, lanes, configure, data, name }) {
  const canvas = h("canvas", { role: "img", "aria-label": `${title}. ${sentence || ""}` });
  const box = h("div", { class: "canvas" }, canvas);
  const element = h("figure", { class: "card chart" },
    h("figcaption", {}, h("h3", {}, title), sentence && h("p", {}, sentence)),
    lanes && h("ul", { class: "key", "aria-hidden": "true" }, lanes.map((lane) => h("li",
      { class: `lane-${lane}${isVariant(lane) ? " variant" : ""}` }, laneName(lane)))),
    box,
    h("details", { "data-key": `table ${name || title}` },
      h("summary", { "aria-label": `Table: ${title}` }, "Table"),
      table({ caption: title, ...data })));
  const item = {
    chart: null,
    async draw() {
      if (!element.isConnected) {
        item.forget();
        return;
      }
      try {
        const Chart = await load();
        item.forget(false);
        box.replaceChildren(canvas);
        item.chart = new Chart(canvas, configure(palette()));
      } catch (error) {
        box.replaceChildren(problem(error));
      }
    },
    forget(wholly = true) {
      if (item.chart) {
        item.chart.destroy();
        item.chart = null;
      }
      if (wholly) {
        drawn.delete(item);
      }
    },
  };
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) {
      return;
    }
    seen.disconnect();
    drawn.add(item);
    item.draw();
  }, { rootMargin: "200px" });
  seen.observe(box);
  return element;
}
