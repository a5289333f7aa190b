// SPDX-License-Identifier: MIT
// All results, and one in full.

import * as api from "../api.js";
import { h, redraw } from "../dom.js";
import * as format from "../format.js";
import { curveCharts } from "../charts/curves.js";
import { historyCharts } from "../charts/history.js";
import { sweepCharts } from "../charts/sweep.js";
import { throughputCharts } from "../charts/throughput.js";
import { laneName, modelName } from "../lanes.js";
import { loadResult, model, results } from "../model.js";
import { go, to } from "../router.js";
import { empty, facts, part, shown, table, when } from "../parts/basics.js";
import { findingCard } from "../parts/finding.js";

function best(result) {
  const cells = [];
  for (const entry of result.lanes || []) {
    for (const m of entry.models || []) {
      if (m.samples_per_second > 0) {
        cells.push(`${laneName(entry.lane)} ${modelName(m.model)} ${format.number(m.samples_per_second)}`);
      }
    }
  }
  return cells.join(" · ");
}

const lanesOf = (result) => format.listed((result.lanes || []).map((e) => laneName(e.lane)
  + (e.state === "done" ? "" : ` (${String(e.state).replaceAll("_", " ")})`)));

// The list's own summary, where the whole result is not at hand.
const summaryOf = (item) => ({ ...item, lanes: item.summary || [], trust: { grade: item.trust } });

function rowOf(item, picked, onPick) {
  const result = model.whole.get(item.id) || summaryOf(item);
  const box = h("input", {
    type: "checkbox", checked: picked.has(item.id), "aria-label": `Pick the result of ${format.date(format.dateOf(item))}`,
  });
  box.addEventListener("change", () => onPick(item.id, box.checked));
  return [box, [h("a", { href: to("results", item.id) }, format.date(format.dateOf(item))),
    h("span", { class: "quiet" }, when(format.dateOf(item)))],
  lanesOf(result) || "–", h("span", {}, best(result) || "–"),
  [format.fact(result, "trust.grade") || "–", format.fact(result, "spec.quick") === true
    && h("span", { class: "quiet" }, "quick")]];
}

export function list(host, parameters, scope) {
  scope.title("Results");
  const picked = new Set();
  const compare = h("button", { type: "button", class: "main", disabled: true }, "Compare two");
  compare.addEventListener("click", () => {
    const [a, b] = [...picked].sort();
    go("compare", a, b);
  });
  const body = h("div", { class: "part" });
  const pick = (id, on) => {
    picked[on ? "add" : "delete"](id);
    compare.disabled = picked.size !== 2;
  };
  const update = () => {
    const items = model.results || [];
    if (items.length === 0) {
      redraw(body, empty("There are no results yet. A quick run takes about a minute.",
        h("a", { class: "button main", href: "#/" }, "Go and run one")));
      return;
    }
    redraw(body, table({
      caption: "Results, newest first", cards: true,
      columns: [{ label: "Pick" }, { label: "When", head: true }, { label: "Lanes" },
        { label: "Samples a second" }, { label: "Trust" }],
      rows: items.map((item) => rowOf(item, picked, pick)),
    }));
  };
  const charts = h("div");
  const drawCharts = () => {
    const drawn = [...historyCharts(results()), ...sweepCharts(results())];
    charts.replaceChildren(...(drawn.length > 0
      ? [part("over-time", "Over time", {}, h("div", { class: "charts" }, drawn))] : []));
  };
  update();
  drawCharts();
  scope.watch(["results"], () => {
    update();
    drawCharts();
  });
  host.append(h("h1", { tabindex: "-1" }, "Results"),
    h("div", { class: "row part-row" }, compare,
      h("span", { class: "quiet" }, "Pick two of them, or drop files on ", h("a", { href: "#/compare" }, "Compare"), ".")),
    body, charts);
}

// --- one ---------------------------------------------------------------------------------------

function checks(m) {
  const c = format.known(m.checks);
  if (!c) {
    return "–";
  }
  return c.passed === true ? "passed" : h("b", {}, "not passed");
}

function lanesTable(result) {
  const rows = [];
  for (const entry of result.lanes || []) {
    const observed = entry.observed || {};
    const device = [observed.device, observed.isa, observed.arch && format.arch(observed.arch)]
      .filter((v) => v && !format.isAbsent(v)).join(", ");
    const where = [laneName(entry.lane), h("span", { class: "quiet" }, device || entry.engine || "",
      observed.translated === true ? ", translated" : ""), (entry.notes || []).map((note) =>
      h("span", { class: "quiet" }, note))];
    if ((entry.models || []).length === 0) {
      rows.push([where, "–", h("span", {}, h("b", {}, `${format.capital(String(entry.state).replaceAll("_", " "))}. `),
        entry.reason || ""), "", "", "", "", ""]);
    }
    for (const m of entry.models || []) {
      const step = m.step_ns || {};
      rows.push([where, modelName(m.model), shown(m.samples_per_second, format.number),
        [shown(step.median, format.duration), Array.isArray(step.ci95)
          && h("span", { class: "quiet" }, step.ci95.map(format.duration).join(" – "))],
        shown(m.cold_ns, format.duration),
        shown(format.isAbsent(m.training) ? m.training : m.training.test_accuracy, (v) => format.percent(v, 2)),
        shown(m.peak_memory_bytes, format.bytes), checks(m)]);
    }
  }
  return table({
    caption: "Lanes and models", cards: true,
    columns: [{ label: "Lane", head: true }, { label: "Model" }, { label: "Samples a second" },
      { label: "Step, 95 %" }, { label: "Cold start" }, { label: "Test accuracy" },
      { label: "Memory" }, { label: "Checks" }],
    rows,
  });
}

function flat(value, prefix = "") {
  if (value && typeof value === "object" && !Array.isArray(value) && !format.isAbsent(value)) {
    return Object.entries(value).flatMap(([k, v]) => flat(v, prefix ? `${prefix}.${k}` : k));
  }
  return [[prefix, value]];
}

const plain = (v) => (v && typeof v === "object" ? JSON.stringify(v) : String(v));

function documents(result) {
  const base = `api/v1/results/${encodeURIComponent(result.id)}`;
  return h("p", { class: "row" }, h("span", { class: "quiet" }, "Take it with you:"),
    [["json", "JSON"], ["csv", "CSV"], ["md", "Markdown"], ["ndjson", "NDJSON"]].map(([end, name]) => h("a",
      { href: `${base}.${end}`, download: `trilane-${result.id}.${end}` }, name)));
}

function compareWith(result) {
  const others = (model.results || []).filter((r) => r.id !== result.id);
  if (others.length === 0) {
    return null;
  }
  const choice = h("select", { "aria-label": "Compare with" }, others.map((r) => h("option",
    { value: r.id }, format.date(format.dateOf(r)))));
  return h("div", { class: "row" }, h("span", { class: "quiet" }, "Compare with"), choice,
    h("button", { type: "button", class: "small", onclick: () => go("compare", choice.value, result.id) }, "Compare"));
}

export function trustLine(result) {
  const grade = format.fact(result, "trust.grade");
  if (!grade) {
    return null;
  }
  const reasons = format.fact(result, "trust.reasons") || [];
  return h("p", { class: "row" }, h("span", { class: "grade", role: "img", "aria-label": `Trust grade ${grade}` }, grade),
    h("span", {}, reasons.length > 0 ? format.capital(reasons.join("; ")) : "Nothing disturbed this run."));
}

export async function one(host, { id }, scope) {
  scope.title("Result");
  const result = await loadResult(id).catch((error) => {
    if (error.status === 404) {
      throw new api.Problem(404, "This result is not there.", "It may be of another machine, or its history was removed.",
        "Look at the list of results.");
    }
    throw error;
  });
  const date = format.dateOf(result);
  scope.title(`Result of ${format.date(date)}`);
  const sentences = (result.comparisons || []).map((c) => c.sentence).filter(Boolean);
  const charts = [...throughputCharts(result), ...curveCharts(result), ...sweepCharts([result])];
  const findings = result.findings || [];
  host.append(h("p", { class: "crumbs" }, h("a", { href: "#/results" }, "Results")),
    h("header", { class: "stack" },
      h("h1", { tabindex: "-1" }, `Benchmark of ${format.date(date)}`),
      sentences.length > 0 && h("div", { class: "lead stack" }, sentences.map((s) => h("p", {}, s))),
      trustLine(result), documents(result), compareWith(result)),
    part("lanes", "Lanes", {}, lanesTable(result)),
    findings.length > 0 ? part("findings", "What it shows", {},
      h("div", { class: "findings" }, findings.map((f) => findingCard(f, { link: false })))) : "",
    charts.length > 0 ? part("charts", "Charts", {}, h("div", { class: "charts" }, charts)) : "",
    part("asked", "What was asked", {}, facts(flat(result.spec || {}).map(([k, v]) => [k, shown(v, plain)]))),
    part("environment", "Where it ran", {}, facts(flat(result.environment || {})
      .map(([k, v]) => [k.replaceAll("_", " "), shown(v, plain)]))));
}

