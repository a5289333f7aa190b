// SPDX-License-Identifier: MIT
// The lanes' tiles, each in one of five states, each with its button.

import { h } from "../dom.js";
import * as format from "../format.js";
import { LANES, MAIN, againstNative, isVariant, laneDetail, laneState, modelName, saidOf, spread }
  from "../lanes.js";
import { activeJobs, cancelJob, model, results, startReport } from "../model.js";
import { to } from "../router.js";
import { able } from "../summary.js";
import { action, when } from "./basics.js";
import { run } from "./run.js";

const WORDS = {
  value: ["good", "Measured"],
  running: ["hint", "Running"],
  not_run: ["hollow", "Not run yet"],
  not_possible: ["hollow", "Not possible"],
  failed: ["bad", "Failed"],
};

function relative(result, lane, name) {
  if (lane === "native") {
    return null;
  }
  const c = againstNative(result, lane, name);
  if (!c) {
    return null;
  }
  return c.verdict === "cannot_tell" ? "cannot tell" : `${format.ratio(c.ratio)} × native`;
}

function figures(lane, { entry, result }) {
  return h("dl", { class: "figures" }, (entry.models || []).map((m) => {
    const part = spread(m);
    return [
      h("dt", {}, modelName(m.model)),
      h("dd", { class: "n", title: m.reason || null }, format.number(m.samples_per_second),
        part !== null && h("small", {}, part < 0.0005 ? "±<0.1\u202f%" : `±${format.percent(part)}`)),
      h("dd", { class: "r" }, relative(result, lane, m.model)),
    ];
  }));
}

// The newest word of a lane's worker.
function live(lane, job) {
  const event = (model.live.get(job.id) || new Map()).get(lane);
  if (!event) {
    return (job.step || "").startsWith(`${lane}, `)
      ? format.capital(format.step(job.step.slice(lane.length + 2))) : null;
  }
  const name = event.model ? modelName(event.model) : "";
  if (event.type === "epoch") {
    return `${name}: epoch ${event.epoch} of ${event.of}, loss ${format.number(event.loss)}, `
      + `accuracy ${format.percent(event.accuracy)}`;
  }
  if (event.type === "sample") {
    return `${name}: block ${event.block} of ${event.of}, a step in ${format.duration(event.step_ns)}`;
  }
  return [name, event.state && format.words(event.state), event.reason].filter(Boolean)
    .join(": ");
}

function software(entry) {
  const observed = entry.observed || {};
  return observed.software_device === true
    && h("p", { class: "quiet" }, "A software device: no GPU does this work.");
}

const BODIES = {
  value: (lane, s) => [
    figures(lane, s), h("p", { class: "quiet" }, `Samples trained a second, batch ${
      format.fact(s.result, "spec.batch") || 32}; ± is the 95\u00a0% interval`), software(s.entry),
  ],
  running(lane, s) {
    const now = live(lane, s.job) || "Waiting for its turn.";
    return s.entry ? [figures(lane, s), h("p", { class: "quiet" }, `The last run’s numbers. ${now}`)]
      : h("p", {}, now);
  },
  not_run: (lane) => h("p", {}, lane.startsWith("tensorflow")
    ? "Trains the same models with the TensorFlow of one of your Pythons."
    : "Nothing has been measured in this lane yet."),
  not_possible: (lane, { reason, remedy }) => [
    h("p", {}, "Not possible here, because ", lower(reason)),
    remedy && h("p", { class: "quiet" }, remedy),
  ],
  failed: (lane, { reason }) => h("p", {}, "The last run failed: ", lower(reason)),
};

// Sentences go on within a sentence; names and abbreviations keep their capitals.
function lower(text) {
  const ended = /[.!?]$/.test(text) ? text : `${text}.`;
  return /^(The|A|An|This|That|There|No|It|Its|Not|Nothing|Neither)\b/.test(ended)
    ? ended[0].toLowerCase() + ended.slice(1) : ended;
}

function foot(lane, s) {
  const start = (label, main) => action(label, () => run(lane === "native" ? ["native"]
    : ["native", lane]), {
    class: main ? "main small" : "small", "data-key": `run ${lane}`,
    "aria-label": `${label}: ${LANES[lane].name}`,
  });
  switch (s.state) {
    case "value":
      return [start("Run again"), h("span", { class: "quiet" },
        h("a", { href: to("results", s.result.id) }, when(format.dateOf(s.result))))];
    case "running":
      return action("Cancel", () => cancelJob(s.job.id), {
        class: "small", "data-key": `stop ${lane}`, "aria-label": `Cancel the run: ${LANES[lane].name}`,
      });
    case "not_possible":
      if (s.again) {
        return [start("Try again"), s.finding && h("a",
          { class: "quiet", href: to("findings", s.finding) }, "What would make it so")];
      }
      return s.finding
        ? h("a", { class: "button small", href: to("findings", s.finding) }, "What would make it so")
        : action("Look again", () => startReport(false), {
          class: "small", "aria-label": `Look again: ${LANES[lane].name}`,
        });
    case "failed":
      return [start("Try again"), h("a", { class: "quiet", href: to("results", s.result.id) },
        "Result")];
    default:
      return start("Run");
  }
}

function tile(lane, s) {
  const [tone, word] = WORDS[s.state];
  const off = s.state === "not_possible" || s.state === "not_run" ? " off" : "";
  const minor = !MAIN.includes(lane);
  const state = h("span", { class: `word ${tone}` }, word);
  const what = h("p", { class: "what" }, laneDetail(lane, model.report));
  return h("article", {
    class: `card tile lane-${lane}${off}${minor ? " minor" : ""}`, "aria-labelledby": `tile-${lane}`,
    "data-state": s.state, "data-lane": lane, "data-key": `lane ${lane}`, tabindex: "-1",
  },
  h("header", {}, h("h3", { id: `tile-${lane}` }, LANES[lane].name), minor ? what : state),
  minor ? state : what,
  h("div", { class: "body" }, BODIES[s.state](lane, s)),
  h("footer", {}, foot(lane, s)));
}

// TensorFlow and BLAS have a tile where the server knows them; a variant of a lane only where
// it is possible or a run has tried it.
function isShown(lane, { state, result }) {
  const said = saidOf(lane, model.service);
  return MAIN.includes(lane) || state === "running" || result !== undefined
    || (said && (said.possible || !isVariant(lane)))
    || (lane === "tensorflow" && able(model.report).length > 0);
}

export function laneStates() {
  const context = {
    jobs: activeJobs(), results: results(), report: model.report, service: model.service,
  };
  return Object.fromEntries(Object.keys(LANES).map((lane) => [lane, laneState(lane, context)]));
}

export function tiles() {
  const states = laneStates();
  return Object.keys(LANES).filter((lane) => isShown(lane, states[lane]))
    .map((lane) => tile(lane, states[lane]));
}
