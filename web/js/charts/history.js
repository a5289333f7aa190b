// SPDX-License-Identifier: MIT
// Throughput over time, a line a lane, from the results at hand.

import * as format from "../format.js";
import { MODELS, laneName, modelName, modelOf, throughput } from "../lanes.js";
import { axis, base, figure, line } from "./library.js";
import { reach, whiskers } from "./whiskers.js";

const SHOWN = 30;

function configure(colours, rows, lanes, model) {
  const datasets = lanes.map((lane) => {
    const cells = rows.map((result) => {
      const m = modelOf(result, lane, model);
      return m && m.samples_per_second > 0
        ? throughput(m, format.fact(result, "spec.batch") || 32) : null;
    });
    return {
      label: laneName(lane),
      data: cells.map((cell) => (cell ? cell.value : null)),
      intervals: cells.map((cell) => cell && cell.interval),
      ...line(colours, lane),
      spanGaps: true,
      clip: false,
    };
  });
  return {
    type: "line",
    data: { labels: rows.map((result) => format.day(format.dateOf(result))), datasets },
    options: {
      ...base(colours),
      scales: {
        x: axis(colours, { grid: false, ticks: { maxTicksLimit: 8, maxRotation: 0 } }),
        y: axis(colours, {
          title: "samples a second", beginAtZero: true, suggestedMax: reach(datasets) * 1.05,
          ticks: { callback: (v) => format.number(v) },
        }),
      },
    },
    plugins: [whiskers(colours)],
  };
}

function historyOf(results, model) {
  // Only what was asked alike can be set side by side.
  const batch = results[0] && format.fact(results[0], "spec.batch");
  const rows = results.filter((result) => format.fact(result, "spec.batch") === batch
    && (result.lanes || []).some((entry) => (entry.models || [])
    .some((m) => m.model === model && m.samples_per_second > 0))).slice(0, SHOWN).reverse();
  if (rows.length < 2) {
    return null;
  }
  const lanes = [...new Set(rows.flatMap((result) => result.lanes.map((entry) => entry.lane)))]
    .filter((lane) => rows.some((result) => modelOf(result, lane, model)));
  return figure({
    title: `${modelName(model)}, history`,
    sentence: `The last ${format.count(rows.length, "result")} with batch ${batch}, the oldest first.`,
    name: `history ${model}`,
    key: lanes.map((lane) => ({ lane, text: laneName(lane) })),
    configure: (colours) => configure(colours, rows, lanes, model),
    data: {
      columns: [{ label: "When", head: true },
        ...lanes.map((lane) => ({ label: `${laneName(lane)}, samples a second`, number: true }))],
      rows: rows.map((result) => [format.date(format.dateOf(result)), ...lanes.map((lane) => {
        const m = modelOf(result, lane, model);
        return m ? format.number(m.samples_per_second) : "–";
      })]),
    },
  });
}

export function historyCharts(results) {
  return Object.keys(MODELS).map((model) => historyOf(results, model)).filter(Boolean);
}
