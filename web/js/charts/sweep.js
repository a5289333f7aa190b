// SPDX-License-Identifier: MIT
// Throughput over the batch size, a line a lane: from one result's sweep, or else from the
// newest result of each batch size.

import * as format from "../format.js";
import { MODELS, laneName, modelName, throughput } from "../lanes.js";
import { axis, figure, line } from "./library.js";
import { rates } from "./rates.js";

// [{ lane, model, batch, value, interval }]
function fromSweep(result) {
  return (result.sweep || []).flatMap(({ model, points }) => (points || [])
    .flatMap(({ batch, lanes }) => (lanes || []).filter((m) => m.samples_per_second > 0)
      .map((m) => {
        const { value, interval } = throughput(m, batch);
        return { lane: m.lane, model, batch, value, interval };
      })));
}

function fromHistory(results) {
  const seen = new Set();
  const points = [];
  for (const result of results) {
    const batch = format.fact(result, "spec.batch");
    for (const entry of (batch && result.lanes) || []) {
      for (const m of entry.models || []) {
        const id = `${entry.lane} ${m.model} ${batch}`;
        if (!seen.has(id) && m.samples_per_second > 0) {
          seen.add(id);
          const { value, interval } = throughput(m, batch);
          points.push({ lane: entry.lane, model: m.model, batch, value, interval });
        }
      }
    }
  }
  return points;
}

function configure(colours, lanes, points) {
  const batches = points.map((p) => p.batch);
  const datasets = lanes.map((lane) => {
    const own = points.filter((p) => p.lane === lane);
    return {
      label: laneName(lane),
      data: own.map((p) => ({ x: p.batch, y: p.value })),
      intervals: own.map((p) => p.interval),
      ...line(colours, lane),
      clip: false,
    };
  });
  return rates("line", colours, { datasets }, axis(colours, {
    type: "logarithmic", title: "batch size", grid: false,
    min: Math.min(...batches) * 0.85, max: Math.max(...batches) * 1.15,
    afterBuildTicks: (scale) => {
      scale.ticks = [...new Set(batches)].map((value) => ({ value }));
    },
    ticks: { callback: String, maxTicksLimit: 16, autoSkip: true },
  }));
}

function sweepOf(model, all, sentences) {
  const points = all.filter((p) => p.model === model && p.batch > 0 && p.value > 0)
    .sort((a, b) => a.batch - b.batch);
  const batches = [...new Set(points.map((p) => p.batch))];
  if (batches.length < 2) {
    return null;
  }
  const lanes = [...new Set(points.map((p) => p.lane))];
  const cell = (lane, batch) => {
    const point = points.find((p) => p.lane === lane && p.batch === batch);
    return point ? format.number(point.value) : "–";
  };
  return figure({
    title: `${modelName(model)}, batch sweep`,
    sentence: format.named(sentences.get(model) || "") || "Throughput over the batch size.",
    name: `sweep ${model}`,
    lanes,
    configure: (colours) => configure(colours, lanes, points),
    data: {
      columns: [{ label: "Batch", head: true },
        ...lanes.map((lane) => ({ label: `${laneName(lane)}, samples a second`, number: true }))],
      rows: batches.map((batch) => [String(batch), ...lanes.map((lane) => cell(lane, batch))]),
    },
  });
}

export function sweepCharts(results) {
  const swept = results.find((result) => (result.sweep || []).length > 0);
  const all = swept ? fromSweep(swept) : fromHistory(results);
  const sentences = new Map(((swept && swept.sweep) || []).map((s) => [s.model, s.sentence]));
  return Object.keys(MODELS).map((model) => sweepOf(model, all, sentences)).filter(Boolean);
}
