// SPDX-License-Identifier: MIT
// What a run is asked for, and asking for it.

import { h } from "../dom.js";
import { model as known, startBenchmark } from "../model.js";
import * as settings from "../settings.js";
import { fact } from "../format.js";
import { MODELS, MODELS_ARE } from "../lanes.js";
import { able } from "../summary.js";

// The interpreters whose TensorFlow can be measured.
const pythons = () => able(known.report);

const dataSets = () => (known.service && known.service.data) || [];

// The request for LANES under the settings; members at their defaults stay out.
function requestFor(lanes, extra = {}) {
  const { quick, threads, batch, models, interpreter, data } = settings.get();
  const request = { lanes, models, quick };
  if (threads > 0) {
    request.threads = threads;
  }
  if (batch !== 32) {
    request.batch = batch;
  }
  if (lanes.some((lane) => lane.startsWith("tensorflow")) && pythons().some((i) => i.id === interpreter)) {
    request.interpreter = interpreter;
  }
  if (data && dataSets().includes(data)) {
    request.data = data;
  }
  return { ...request, ...extra };
}

// A quick run that goes through the batch sizes too.
export function sweep(lanes) {
  return startBenchmark(requestFor(lanes, { quick: true, sweep: true }));
}

export function run(lanes, extra) {
  return startBenchmark(requestFor(lanes, extra));
}

function bounded(input, low, high) {
  const value = Math.round(Number(input.value));
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}

function modelBoxes() {
  const { models } = settings.get();
  return h("fieldset", {}, h("legend", {}, "Models"),
    h("div", { class: "row" }, Object.entries(MODELS).map(([id, name]) => {
      const box = h("input", {
        type: "checkbox", checked: models.includes(id), "data-key": `model ${id}`,
      });
      box.addEventListener("change", () => {
        const now = settings.get().models.filter((m) => m !== id);
        const next = box.checked ? Object.keys(MODELS).filter((m) => m === id || now.includes(m)) : now;
        if (next.length === 0) {
          box.checked = true; // a run needs one
          return;
        }
        settings.set({ models: next });
      });
      return h("label", { class: "check" }, box, name);
    })), h("p", { class: "quiet" }, MODELS_ARE));
}

// A choice among NAMES [[value, text]] that is kept as SETTING; nothing for a single one.
function choice(label, setting, names) {
  if (names.length < 2) {
    return null;
  }
  const field = h("select", {}, names.map(([value, text]) => h("option",
    { value, selected: settings.get()[setting] === value }, text)));
  field.addEventListener("change", () => settings.set({ [setting]: field.value }));
  return h("label", {}, label, field);
}

// The fields that the settings dialog and the overview share.
export function options() {
  const { quick, threads, batch } = settings.get();
  const cores = fact(known.report, "machine.cores.total") || 256;
  const quickBox = h("input", { type: "checkbox", checked: quick });
  quickBox.addEventListener("change", () => settings.set({ quick: quickBox.checked }));
  const threadsField = h("input", { type: "number", min: 0, max: 256, value: threads });
  threadsField.addEventListener("change", () => {
    threadsField.value = bounded(threadsField, 0, Math.min(256, cores * 2));
    settings.set({ threads: Number(threadsField.value) });
  });
  const batchField = h("input", { type: "number", min: 1, max: 4096, value: batch });
  batchField.addEventListener("change", () => {
    batchField.value = bounded(batchField, 1, 4096);
    settings.set({ batch: Number(batchField.value) });
  });
  return h("div", { class: "fields" },
    h("label", {}, "Threads (0: all)", threadsField),
    h("label", {}, "Batch size", batchField),
    modelBoxes(),
    h("fieldset", {}, h("legend", {}, "Length"),
      h("label", { class: "check" }, quickBox, "Quick: one pass over the data, six blocks of samples")),
    choice("Data", "data", dataSets().map((name) => [name, name])),
    choice("TensorFlow of", "interpreter", pythons().map((i) => [i.id, i.path])));
}

export function optionsLine() {
  const { quick, threads, batch, models } = settings.get();
  return [quick ? "quick" : "full: 10 epochs, 20 blocks",
    threads > 0 ? `${threads} threads` : "all threads", `batch ${batch}`,
    models.map((m) => MODELS[m]).join(" and ")].join(" · ");
}
