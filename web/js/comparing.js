// SPDX-License-Identifier: MIT
// Two documents side by side, in the browser: results, reports or recordings of any machines.
// Pure.  Results are judged as the server judges saved ones (trilane/compare.h): samples in
// the order of measuring make pairs, the median of their log-ratios has an exact interval of
// order statistics, and a verdict needs it beyond a margin of 1 %.

import * as format from "./format.js";
import { modelOf, throughput } from "./lanes.js";

const MARGIN = 0.01;
const BLOCKS_MIN = 6;

export function kindOf(document) {
  const schema = document && typeof document === "object" ? String(document.schema || "") : "";
  const found = /^trilane\/(result|report|recording)\/1$/.exec(schema);
  return found ? found[1] : null;
}

// --- results -------------------------------------------------------------------------------

function verdictOf([low, high]) {
  if (low > 1 + MARGIN) {
    return "faster";
  }
  if (high < 1 - MARGIN) {
    return "slower";
  }
  return low > 1 - MARGIN && high < 1 + MARGIN ? "no_difference" : "cannot_tell";
}

// P(Bin(n, 1/2) < k)
function below(n, k) {
  let term = 0.5 ** n;
  let sum = 0;
  for (let i = 0; i < k; i += 1) {
    sum += term;
    term *= (n - i) / (i + 1);
  }
  return sum;
}

// The order statistics that hold the median with 95 %; null below six values.
export function exactInterval(sorted) {
  const n = sorted.length;
  if (n < BLOCKS_MIN) {
    return null;
  }
  let k = 1;
  while (k + 1 <= n / 2 && 1 - 2 * below(n, k + 1) >= 0.95) {
    k += 1;
  }
  return [sorted[k - 1], sorted[n - k]];
}

const median = (sorted) => {
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
};

// How B's throughput stands to A's: B is RATIO times as fast.
function againstEachOther(a, b) {
  const n = Math.min(a.samples.length, b.samples.length);
  if (n === 0) {
    return a.value > 0 && b.value > 0
      ? { ratio: b.value / a.value, interval: null, verdict: "cannot_tell" } : null;
  }
  const logs = Array.from({ length: n }, (_, i) => Math.log(b.samples[i] / a.samples[i]))
    .sort((x, y) => x - y);
  const found = exactInterval(logs);
  const interval = found && found.map(Math.exp);
  return {
    ratio: Math.exp(median(logs)), interval,
    verdict: interval ? verdictOf(interval) : "cannot_tell",
  };
}

export function compareResults(a, b) {
  const rows = [];
  const lanes = [...new Set([...(a.lanes || []), ...(b.lanes || [])].map((entry) => entry.lane))];
  for (const lane of lanes) {
    for (const model of ["mlp", "cnn"]) {
      const one = modelOf(a, lane, model);
      const other = modelOf(b, lane, model);
      if (one || other) {
        const rate = (result, m) => (m
          ? throughput(m, format.fact(result, "spec.batch") || 32) : { value: NaN, samples: [] });
        const [left, right] = [rate(a, one), rate(b, other)];
        rows.push({ lane, model, a: left, b: right, ...againstEachOther(left, right) });
      }
    }
  }
  return rows;
}

const COUNTED = [["faster", "faster in"], ["slower", "slower in"],
  ["no_difference", "no different in"], ["cannot_tell", "not to be told apart in"]];

// All rows in one sentence.
export function summaryOf(rows) {
  const judged = rows.filter((row) => row.ratio);
  if (judged.length === 0) {
    return "Nothing was measured in both";
  }
  const counts = COUNTED.map(([verdict, words]) => [words, judged.filter((r) => r.verdict === verdict).length])
    .filter(([, n]) => n > 0);
  if (counts.length === 1 && judged.length > 1) {
    return `B is ${counts[0][0]} all ${judged.length}`;
  }
  return `B is ${format.listed(counts.map(([words, n]) => `${words} ${n}`))}`;
}

// --- any two documents: what differs ---------------------------------------------------------

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Two maps of path to what is there as rows { path, a, b, differs }, those that differ first.
function sides(left, right) {
  return [...new Set([...left.keys(), ...right.keys()])].map((path) => {
    const [a, b] = [left.get(path), right.get(path)];
    return { path, a, b, differs: !same(a, b) };
  }).sort((x, y) => Number(y.differs) - Number(x.differs));
}

// Leaf by leaf, without the branches in SKIP.
export function differences(a, b, skip = []) {
  const [left, right] = [a, b].map((side) => new Map(format.leaves(side || {}, new Set(skip))));
  return sides(left, right);
}

// What changes by itself between two readings says nothing about the machines.
const PASSING = ["memory.available_bytes", "memory.swap_used_bytes", "sources", "isa_meaning"];

const stackOf = (i) => {
  const packages = format.known(i.packages, {});
  return Object.fromEntries(["tensorflow", "tensorflow-macos", "tensorflow-metal", "keras", "numpy"]
    .filter((n) => packages[n]).map((n) => [n, format.known(packages[n].version, "?")]));
};

function interpreterRows(a, b) {
  const gist = (i) => ({
    version: format.known(i.version), archs: format.known(i.archs),
    verdict: format.fact(i, "verdict.state"), ...stackOf(i),
  });
  const by = (report) => new Map((report.interpreters || []).map((i) => [i.path, gist(i)]));
  return sides(by(a), by(b));
}

function findingRows(a, b) {
  const key = (f) => `${f.id}\n${f.subject}`;
  const by = (report) => new Map((report.findings || []).map((f) => [key(f), f]));
  const [left, right] = [by(a), by(b)];
  return [...new Set([...left.keys(), ...right.keys()])].map((k) => ({
    finding: left.get(k) || right.get(k), a: left.has(k), b: right.has(k),
  })).sort((x, y) => Number(x.a && x.b) - Number(y.a && y.b));
}

export function compareReports(a, b) {
  return {
    machine: differences(a.machine, b.machine, PASSING),
    interpreters: interpreterRows(a, b),
    findings: findingRows(a, b),
  };
}

export function compareRecordings(a, b) {
  return {
    machine: differences(a.machine, b.machine),
    environments: sides(new Map(Object.entries(a.environments)), new Map(Object.entries(b.environments))),
  };
}
