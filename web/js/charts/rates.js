// SPDX-License-Identifier: MIT
// Charts of throughputs: on each point or bar its 95 % interval as a whisker and its raw samples
// as dots.  A dataset brings `intervals` [[low, high] or null] and `dots` [[value…]].

import * as format from "../format.js";
import { axis, base } from "./library.js";

function dot(context, x, y) {
  context.beginPath();
  context.arc(x, y, 1.7, 0, 2 * Math.PI);
  context.fill();
}

function whisker(context, x, low, high, half) {
  context.beginPath();
  context.moveTo(x, low);
  context.lineTo(x, high);
  context.moveTo(x - half, low);
  context.lineTo(x + half, low);
  context.moveTo(x - half, high);
  context.lineTo(x + half, high);
  context.stroke();
}

function drawElement(context, scale, element, interval, dots, colours) {
  const width = Math.min(element.width || 12, 60);
  context.fillStyle = colours.ink;
  context.globalAlpha = 0.38;
  (dots || []).forEach((value, i) => {
    // Spread in the order of the blocks, so that a drift shows.
    const at = dots.length > 1 ? i / (dots.length - 1) - 0.5 : 0;
    dot(context, element.x + at * width * 0.62, scale.getPixelForValue(value));
  });
  context.globalAlpha = 1;
  if (interval) {
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    whisker(context, element.x, scale.getPixelForValue(interval[0]),
      scale.getPixelForValue(interval[1]), Math.min(8, width / 4));
  }
}

function whiskers(colours) {
  return {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const { ctx: context } = chart;
      context.save();
      chart.data.datasets.forEach((dataset, i) => {
        const meta = chart.getDatasetMeta(i);
        if (!dataset.intervals || !chart.isDatasetVisible(i)) {
          return;
        }
        meta.data.forEach((element, j) => drawElement(context, chart.scales.y, element,
          dataset.intervals[j], dataset.dots && dataset.dots[j], colours));
      });
      context.restore();
    },
  };
}

// The highest value that must fit on the scale.
function reach(datasets) {
  return Math.max(0, ...datasets.flatMap((d) => [
    ...d.data.map((p) => (typeof p === "number" ? p : (p && p.y) || 0)),
    ...(d.intervals || []).flatMap((i) => i || []),
    ...(d.dots || []).flat(),
  ]));
}

// Chart.js' configuration of a TYPE of chart, with the axis X and one for what TITLE names.
export function rates(type, colours, data, x, title = "samples a second", form = format.number) {
  return {
    type, data,
    options: {
      ...base(colours),
      scales: {
        x,
        y: axis(colours, {
          title, beginAtZero: true, suggestedMax: reach(data.datasets) * 1.05,
          ticks: { callback: (v) => form(v) },
        }),
      },
    },
    plugins: [whiskers(colours)],
  };
}
