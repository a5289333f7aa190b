// SPDX-License-Identifier: MIT
// The first sentence: what this machine's TensorFlow set-up can do, and the next step.
// Pure: documents in, words out.

import { bytes, capital, count, ended, fact, isAbsent, listed, ratio, sentence, system } from "./format.js";
import { MODELS, againstNative, fastestLane, isMeasured, laneName, lanesWith, modelName } from "./lanes.js";

const RANK = { blocker: 0, warning: 1, hint: 2, info: 3 };

export function ranked(findings) {
  return (findings || []).map((finding, i) => ({ finding, i }))
    .sort((a, b) => (RANK[a.finding.severity] ?? 3) - (RANK[b.finding.severity] ?? 3) || a.i - b.i)
    .map(({ finding }) => finding);
}

// The ranked findings, those of one rule together: [[finding, more like it…]…].
export function grouped(findings) {
  const groups = new Map();
  for (const finding of ranked(findings)) {
    const key = `${finding.id} ${finding.severity}`;
    groups.set(key, [...(groups.get(key) || []), finding]);
  }
  return [...groups.values()];
}

const ABLE = new Set(["ready", "works-with-limits"]);

// The interpreters whose TensorFlow works, if with limits.
export const able = (report) => ((report && report.interpreters) || [])
  .filter((interpreter) => ABLE.has(fact(interpreter, "verdict.state")));

// "Apple M2 Pro · macOS 15.1 · 12 cores · 32 GiB": what is known of it.
export function machineLine(report) {
  const machine = report.machine || {};
  const cores = fact(machine, "cores.total");
  const memory = fact(machine, "memory.total_bytes");
  const container = machine.container;
  return [
    fact(machine, "chip") || fact(machine, "model"), system(machine.os),
    cores ? count(cores, "core") : null,
    memory ? bytes(memory) : null,
    isAbsent(container) || container === false || container === "none" ? null : "container",
    machine.translated === true ? "running translated" : null,
  ].filter(Boolean).join(" · ");
}

const first = (text) => (/^[\s\S]*?[.!?](?=\s|$)/.exec(text || "") || [text || ""])[0];

function nextOf(finding) {
  const remedy = finding.remedy || {};
  return {
    kind: "finding",
    id: finding.id,
    about: ended(finding.title || finding.id),
    text: first(remedy.text) || first(finding.explanation) || "See what was found.",
  };
}

const measure = {
  kind: "run",
  text: "Measure how fast it trains: a quick run takes a minute or two.",
};

// "It works in X (3 ready, 2 broken)." as two sentences: what counts, and the counts.
function parted(text) {
  const tail = /^(.*?) \(([^()]+)\)\.?$/.exec(text);
  return tail ? [tail[1], sentence(capital(tail[2]))] : [text, null];
}

// The server's own words, with the finding that they are about.
function inItsWords(report, working, measured) {
  const worst = ranked(report.findings)[0];
  const grave = worst && (worst.severity === "blocker" || worst.severity === "warning");
  const text = fact(report, "verdict.next");
  const tone = grave ? (working === 0 && worst.severity === "blocker" ? "bad" : "warn")
    : working > 0 ? "good" : "plain";
  const [said, counted] = parted(fact(report, "verdict.sentence"));
  let next = null;
  if (grave) {
    next = { ...nextOf(worst), ...(text ? { text: first(text) } : {}) };
  } else if (working === 0 && text) {
    next = { kind: "text", text };
  } else if (!measured) {
    next = measure;
  }
  return { tone, sentence: ended(said), detail: counted, next };
}

// { tone: good|warn|bad|plain, sentence, detail, next: { kind, text, id } | null }
// LOOKING: the first report is being made.
export function verdict(report, results, looking = false) {
  if (report) {
    return inItsWords(report, able(report).length, results.some(isMeasured));
  }
  return looking ? { tone: "plain", sentence: "Looking at this machine.", next: null } : {
    tone: "plain",
    sentence: "This machine has not been looked at yet.",
    next: { kind: "look", text: "Read its facts and find its Pythons: a second, nothing is run." },
  };
}

// Which lane is the fastest for each model, from the newest result that compares some:
// "Fastest here: native for the MLP, GPU for the CNN (1.48 × native)."
export function fastest(results) {
  const result = results.find((r) => (r.comparisons || []).length > 0);
  if (!result) {
    return null;
  }
  const parts = Object.keys(MODELS).map((model) => {
    if (lanesWith(result, model).length < 2) {
      return null;
    }
    const best = fastestLane(result, model);
    if (!best) {
      return `no lane beyond doubt for the ${modelName(model)}`;
    }
    const stands = againstNative(result, best, model);
    return `${laneName(best)} for the ${modelName(model)}`
      + (stands ? ` (${ratio(stands.ratio)} × native)` : "");
  }).filter(Boolean);
  return parts.length > 0 ? `Fastest when measured: ${listed(parts)}.` : null;
}
