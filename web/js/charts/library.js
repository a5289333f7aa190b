// SPDX-License-Identifier: MIT
// Chart.js, fetched when the first chart comes into view.  Its versions 3.9 and 4 both do:
// the build takes what npm or the distribution has.

import { h } from "../dom.js";
import { baseLane } from "../lanes.js";
import { problem, table } from "../parts/basics.js";
import * as settings from "../settings.js";

let library = null;

function load() {
  library = library || import("../../vendor/chart.js").then(() => {
    const { Chart } = globalThis;
    if (!Chart) {
      throw new Error("Chart.js did not load.");
    }
    return Chart;
  }).catch((error) => {
    library = null;
    throw error;
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

const drawn = new Set();

function drawAll() {
  for (const chart of drawn) {
    chart.draw();
  }
}

settings.onChange(drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

// A figure: heading, one sentence, the chart, and the same numbers as a table.
//   configure(colours) gives Chart.js its configuration; it is called again for each theme.
export function figure({ title, sentence, key, configure, data, name }) {
  const canvas = h("canvas", { role: "img", "aria-label": `${title}. ${sentence || ""}` });
  const box = h("div", { class: "canvas" }, canvas);
  const element = h("figure", { class: "card chart" },
    h("figcaption", {}, h("h3", {}, title), sentence && h("p", {}, sentence)),
    key && h("ul", { class: "key", "aria-hidden": "true" }, key.map(({ lane, text }) => h("li",
      { class: `lane-${lane}` }, text))),
    box,
    h("details", { "data-key": `table ${name || title}` }, h("summary", {}, "Table"),
      table({ caption: title, ...data })));
  const item = {
    chart: null,
    async draw() {
      if (!element.isConnected) {
        item.forget();
        return;
      }
      const Chart = await load();
      item.forget(false);
      item.chart = new Chart(canvas, configure(palette()));
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
    item.draw().catch((error) => box.replaceChildren(problem(error)));
  }, { rootMargin: "200px" });
  seen.observe(box);
  return element;
}
