// SPDX-License-Identifier: MIT
// Throughput run by run, a line a lane, from the results at hand.

import * as format from "../format.js";
import { MODELS, laneName, lanesWith, modelName, modelOf, throughput } from "../lanes.js";
import { axis, figure, line } from "./library.js";
import { rates } from "./rates.js";

const SHOWN = 50;

function configure(colours, rows, lanes, model) {
  const datasets = lanes.map((lane) => {
    const cells = rows.map((result) => {
      const m = modelOf(result, lane, model);
      return m && m.samples_per_second > 0 ? throughput(m, result.spec.batch) : {};
    });
    return {
      label: laneName(lane),
      data: cells.map((cell) => cell.value ?? null),
      intervals: cells.map((cell) => cell.interval),
      ...line(colours, lane),
      ...(rows.length > 20 ? { pointRadius: 2 } : {}),
      spanGaps: true,
      clip: false,
    };
  });
  const labels = rows.map((result) => format.date(format.dateOf(result)).split(", "));
  return rates("line", colours, { labels, datasets }, axis(colours, {
    title: "one run a step, however long between them", grid: false,
    ticks: { maxTicksLimit: 5, maxRotation: 0 },
  }));
}

// Only what was asked alike can be set side by side.
const asked = ({ spec = {} }) => [spec.batch, spec.threads, spec.data].join();

// The newest results for MODEL that were asked alike, the oldest first.
function alike(results, model) {
  const measured = results.filter((result) => lanesWith(result, model).length > 0);
  const like = (result) => measured.filter((other) => asked(other) === asked(result));
  const newest = measured.find((result) => like(result).length > 1);
  return newest ? like(newest).slice(0, SHOWN).reverse() : [];
}

function historyOf(results, model) {
  const rows = alike(results, model);
  if (rows.length === 0) {
    return null;
  }
  const { batch, threads } = rows[0].spec;
  const lanes = [...new Set(rows.flatMap((result) => result.lanes.map((entry) => entry.lane)))]
    .filter((lane) => rows.some((result) => modelOf(result, lane, model)));
  return figure({
    title: `${modelName(model)}, history`,
    sentence: `The last ${rows.length} runs with batch ${batch}${
      threads > 0 ? ` and ${format.count(threads, "thread")}` : ""}, the oldest first.`,
    name: `history ${model}`,
    lanes,
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
