// SPDX-License-Identifier: MIT
// Loss and accuracy over the epochs of one result, a line a lane.

import * as format from "../format.js";
import { MODELS, laneName, modelName, modelOf } from "../lanes.js";
import { axis, base, figure, line } from "./library.js";

const epochsOf = (result, lane, model) => {
  const m = modelOf(result, lane, model);
  return (m && m.training && m.training.epochs) || [];
};

const MEASURES = {
  loss: { title: "loss", form: (v) => v.toFixed(4), sentence: "Mean training loss of each epoch. Lines that cover each other agree." },
  accuracy: {
    title: "accuracy", form: (v) => format.percent(v, 2), sentence: "Training accuracy of each epoch.",
  },
};

// A slow lane trains on part of the data: then its curve is not the others'.
function partly(result, lanes) {
  const words = lanes.map((lane) => {
    const entry = result.lanes.find((e) => e.lane === lane);
    const images = format.fact(entry, "requested.images");
    return images ? `${laneName(lane)} trained on ${format.number(images)} images only` : null;
  });
  const some = format.listed(words);
  return some ? ` ${some}: its curve is another.` : "";
}

function lines(colours, lanes, curves, measure) {
  const longest = Math.max(...curves.map((c) => c.length));
  return {
    type: "line",
    data: {
      labels: Array.from({ length: longest }, (_, i) => String(i + 1)),
      datasets: lanes.map((lane, i) => ({
        label: laneName(lane),
        data: curves[i].map((epoch) => epoch[measure]),
        ...line(colours, lane, { dashed: true }),
        ...(longest > 20 ? { pointRadius: 0 } : {}),
      })),
    },
    options: {
      ...base(colours),
      scales: {
        x: axis(colours, { title: "epoch", grid: false, ticks: { maxTicksLimit: 12 } }),
        y: axis(colours, {
          title: MEASURES[measure].title,
          ticks: { callback: (v) => (measure === "loss" ? format.number(v) : format.percent(v, 0)) },
        }),
      },
    },
  };
}

function curve(result, model, measure) {
  const lanes = (result.lanes || []).map((entry) => entry.lane)
    .filter((lane) => epochsOf(result, lane, model).length > 0);
  if (lanes.length === 0) {
    return null;
  }
  const curves = lanes.map((lane) => epochsOf(result, lane, model));
  const { sentence, form } = MEASURES[measure];
  const ends = lanes.map((lane) => {
    const accuracy = format.fact(modelOf(result, lane, model), "training.test_accuracy");
    return typeof accuracy === "number" ? `${laneName(lane)} ${format.percent(accuracy, 2)}` : null;
  });
  const tested = format.listed(ends);
  return figure({
    title: `${modelName(model)}, ${measure}`,
    sentence: (measure === "accuracy" && tested ? `${sentence} On unseen digits: ${tested}.` : sentence)
      + partly(result, lanes),
    name: `${measure} ${model} ${result.id}`,
    lanes,
    configure: (colours) => lines(colours, lanes, curves, measure),
    data: {
      columns: [{ label: "Epoch", head: true },
        ...lanes.map((lane) => ({ label: laneName(lane), number: true }))],
      rows: Array.from({ length: Math.max(...curves.map((c) => c.length)) }, (_, i) => [
        String(i + 1),
        ...curves.map((c) => (c[i] && typeof c[i][measure] === "number" ? form(c[i][measure]) : "–")),
      ]),
    },
  });
}

export function curveCharts(result, measures = Object.keys(MEASURES)) {
  return Object.keys(MODELS).flatMap((model) => measures.map((measure) => curve(result, model, measure)))
    .filter(Boolean);
}
