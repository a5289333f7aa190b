// SPDX-License-Identifier: MIT
// The lanes, and which of the five states each is in: value, running, not run yet, not
// possible, failed.  A number is never invented: where there is none, there is a sentence.

import { arch, fact } from "./format.js";

export const LANES = {
  native: { name: "Native", what: "CPU, as built for this machine" },
  translated: { name: "Translated", what: "CPU, through a translator" },
  "translated-avx": { name: "Translated, AVX", what: "CPU, through Rosetta 2 with AVX" },
  gpu: { name: "GPU", what: "graphics processor" },
  tensorflow: { name: "TensorFlow", what: "your own, as fit() runs it" },
  "tensorflow-gpu": { name: "TensorFlow, GPU", what: "your own, on its GPU" },
  blas: { name: "BLAS", what: "the platform's library" },
};

export const MAIN = ["native", "translated", "gpu"];
export const MODELS = { mlp: "MLP", cnn: "CNN" };
export const MODELS_ARE = "Two small networks that learn to read digits: the MLP of dense layers, "
  + "the CNN with a convolution.";

// A variant is a lane under another condition: AVX switched on, the GPU of one's own TensorFlow.
const VARIANT = /-(avx|gpu)$/;

export const isVariant = (lane) => VARIANT.test(lane);
export const baseLane = (lane) => (lane in LANES ? lane.replace(VARIANT, "") : null);

export const laneName = (lane) => (LANES[lane] ? LANES[lane].name : String(lane));
export const modelName = (model) => MODELS[model] || String(model);

export const TRANSLATORS = {
  rosetta: "Rosetta 2",
  "rosetta-linux": "Rosetta for Linux",
  "qemu-user": "QEMU",
};

// What the lane is on this machine, from the report: "arm64", "Rosetta 2", "Apple M2 GPU".
export function laneDetail(lane, report) {
  if (!report) {
    return LANES[lane].what;
  }
  if (lane === "native") {
    const name = fact(report, "machine.arch");
    return name ? `CPU, ${arch(name)}` : LANES.native.what;
  }
  if (lane === "translated") {
    return TRANSLATORS[fact(report, "machine.translator.kind")] || LANES.translated.what;
  }
  if (lane === "gpu") {
    const gpus = fact(report, "machine.gpus");
    return (Array.isArray(gpus) && gpus[0] && fact(gpus[0], "name")) || LANES.gpu.what;
  }
  return LANES[lane].what;
}

function entryOf(result, lane) {
  return (result.lanes || []).find((entry) => entry.lane === lane);
}

const hasNumbers = (entry) => entry.state === "done"
  && (entry.models || []).some((m) => m.samples_per_second > 0);

// Has a lane of RESULT come to its end with a number?
export const isMeasured = (result) => (result.lanes || []).some(hasNumbers);

const jobHasLane = (job, lane) => job.kind === "benchmark"
  && (job.request.lanes || ["native"]).includes(lane);

// What the server says of a lane before anything has run: { possible, reason, … }.
export function saidOf(lane, service) {
  return ((service && service.lanes) || []).find((entry) => entry.lane === lane) || null;
}

function findingOf(lane, report) {
  const findings = (report && report.findings) || [];
  const about = { translated: /rosetta|translat|qemu/, gpu: /metal|gpu|vulkan|plugin/ }[lane];
  const found = about && findings.find((f) => about.test(`${f.id} ${f.cause}`));
  return found ? found.id : null;
}

// What a lane's newest result tells, or else the server.
function lastState(lane, { results, report, service }) {
  const said = saidOf(lane, service);
  for (const result of results) {
    const entry = entryOf(result, lane);
    if (!entry || entry.state === "cancelled") {
      continue;
    }
    if (hasNumbers(entry)) {
      return { state: "value", entry, result };
    }
    if (entry.state === "failed") {
      return { state: "failed", reason: entry.reason || "no reason was given", result };
    }
    if (entry.state === "not_possible") {
      // What a run found counts, but the machine may have changed since.
      return { ...impossible(lane, entry, report), result, again: Boolean(said && said.possible) };
    }
  }
  if (said && said.possible === false) {
    return impossible(lane, said, report);
  }
  return { state: "not_run" };
}

// RESULTS are whole ones, newest first; JOBS the active ones.  While a lane is running, what was
// known of it before goes on with it.
export function laneState(lane, known) {
  const job = known.jobs.find((j) => jobHasLane(j, lane));
  const last = lastState(lane, known);
  return job ? { ...last, state: "running", job } : last;
}

function impossible(lane, { reason, remedy, finding }, report) {
  return {
    state: "not_possible",
    reason: reason || "the server gave no reason",
    remedy: remedy || null,
    finding: finding || findingOf(lane, report),
  };
}

// Half the width of a 95 % interval of step times, as a part of the median; null if unknown.
export function spread(model) {
  const step = model.step_ns || {};
  const interval = step.ci95;
  if (!Array.isArray(interval) || !(step.median > 0)) {
    return null;
  }
  return (interval[1] - interval[0]) / 2 / step.median;
}

// A model's throughput with its interval and raw samples, in samples a second.
export function throughput(model, batch) {
  const step = model.step_ns || {};
  const scale = model.samples_per_second > 0 && step.median > 0
    ? model.samples_per_second * step.median : batch * 1e9;
  const rate = (ns) => scale / ns;
  const interval = Array.isArray(step.ci95) && step.ci95[0] > 0
    ? [rate(step.ci95[1]), rate(step.ci95[0])] : null;
  const samples = Array.isArray(step.samples) ? step.samples.filter((ns) => ns > 0) : [];
  return { value: model.samples_per_second, interval, samples: samples.map(rate) };
}

const pair = (interval) => (Array.isArray(interval) ? interval : null);

export function modelOf(result, lane, model) {
  const entry = entryOf(result, lane);
  const found = entry && (entry.models || []).find((m) => m.model === model);
  return found || null;
}

// The comparison of LANE with OTHER for MODEL in RESULT, as "LANE is ratio × OTHER".
export function against(result, lane, other, model) {
  for (const c of result.comparisons || []) {
    if (c.model !== model) {
      continue;
    }
    if (c.a === lane && c.b === other) {
      return { ratio: c.ratio, interval: pair(c.ci95), verdict: c.verdict, sentence: c.sentence };
    }
    if (c.a === other && c.b === lane && c.ratio > 0) {
      const interval = pair(c.ci95) && [1 / c.ci95[1], 1 / c.ci95[0]];
      const turned = { faster: "slower", slower: "faster" };
      return {
        ratio: 1 / c.ratio, interval, verdict: turned[c.verdict] || c.verdict,
        sentence: c.sentence,
      };
    }
  }
  return null;
}

export const againstNative = (result, lane, model) => against(result, lane, "native", model);

// The lanes that have a number for MODEL in RESULT.
export const lanesWith = (result, model) => (result.lanes || []).map((entry) => entry.lane)
  .filter((lane) => (modelOf(result, lane, model) || {}).samples_per_second > 0);

// The lane of RESULT that is the fastest for MODEL; null where a comparison leaves that open.
export function fastestLane(result, model) {
  const lanes = lanesWith(result, model);
  const rate = (lane) => modelOf(result, lane, model).samples_per_second;
  const best = lanes.reduce((a, b) => (a === null || rate(b) > rate(a) ? b : a), null);
  const isShown = lanes.length > 1 && lanes.every((lane) => {
    const c = lane !== best && against(result, best, lane, model);
    return !c || c.verdict === "faster";
  });
  return isShown ? best : null;
}
