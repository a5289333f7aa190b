// SPDX-License-Identifier: MIT
// Throughput of one result: a chart a model, a bar a lane; and all of it against native.

import * as format from "../format.js";
import { MODELS, againstNative, fastestLane, laneName, lanesWith, modelName, modelOf, throughput }
  from "../lanes.js";
import { axis, figure } from "./library.js";
import { rates } from "./rates.js";

const barLook = (colour, maxBarThickness) => ({
  backgroundColor: colour, hoverBackgroundColor: colour, borderRadius: 3, maxBarThickness,
});

const bars = (colours, labels, datasets, ...more) => rates("bar", colours, { labels, datasets },
  axis(colours, { grid: false }), ...more);

function perModel(result, model) {
  const lanes = lanesWith(result, model);
  if (lanes.length === 0) {
    return null;
  }
  const batch = format.fact(result, "spec.batch") || 32;
  const rows = lanes.map((lane) => throughput(modelOf(result, lane, model), batch));
  const best = fastestLane(result, model);
  const said = best ? `${laneName(best)} is the fastest. `
    : lanes.length > 1 ? "Which lane is the fastest, the run cannot tell. " : "";
  return figure({
    title: `${modelName(model)}, throughput`,
    sentence: `${said}Whiskers: 95 % interval of the median; a dot a block.`,
    name: `throughput ${model} ${result.id}`,
    configure: (colours) => bars(colours, lanes.map(laneName), [{
      data: rows.map((row) => row.value),
      intervals: rows.map((row) => row.interval),
      dots: rows.map((row) => row.samples),
      ...barLook(lanes.map(colours.lane), 56),
    }]),
    data: {
      columns: [{ label: "Lane", head: true }, { label: "Samples a second", number: true },
        { label: "95 % interval", number: true }, { label: "Blocks", number: true }],
      rows: lanes.map((lane, i) => [laneName(lane), format.number(rows[i].value),
        format.interval(rows[i].interval, format.number), String(rows[i].samples.length)]),
    },
  });
}

// Block by block: both lanes' samples of one block make one ratio.
function blockRatios(result, lane, model) {
  const samples = (l) => {
    const m = modelOf(result, l, model);
    return (m && m.step_ns && m.step_ns.samples) || [];
  };
  const own = samples(lane);
  const native = samples("native");
  return own.length === native.length
    ? own.map((ns, i) => native[i] / ns).filter((r) => Number.isFinite(r) && r > 0) : [];
}

function relative(result) {
  const models = Object.keys(MODELS).filter((m) => lanesWith(result, m).includes("native"));
  const lanes = (result.lanes || []).map((entry) => entry.lane)
    .filter((lane) => models.some((m) => againstNative(result, lane, m)));
  if (lanes.length === 0) {
    return null;
  }
  const pair = (lane, model) => againstNative(result, lane, model) || {};
  return figure({
    title: "Against native",
    sentence: "How many times as fast as the native lane, block by block.",
    name: `relative ${result.id}`,
    lanes,
    configure: (colours) => bars(colours, models.map(modelName), lanes.map((lane) => ({
      label: laneName(lane),
      data: models.map((m) => pair(lane, m).ratio ?? null),
      intervals: models.map((m) => pair(lane, m).interval || null),
      dots: models.map((m) => blockRatios(result, lane, m)),
      ...barLook(colours.lane(lane), 56),
    })), "× native", format.ratio),
    data: {
      columns: [{ label: "Lane", head: true }, { label: "Model" }, { label: "× native", number: true },
        { label: "95 % interval", number: true }, { label: "Verdict" }],
      rows: lanes.flatMap((lane) => models.filter((m) => pair(lane, m).ratio).map((m) => [
        laneName(lane), modelName(m), format.ratio(pair(lane, m).ratio),
        format.interval(pair(lane, m).interval, format.ratio),
        format.words(pair(lane, m).verdict)])),
    },
  });
}

export function throughputCharts(result) {
  return [...Object.keys(MODELS).map((model) => perModel(result, model)), relative(result)]
    .filter(Boolean);
}
