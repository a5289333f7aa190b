// SPDX-License-Identifier: MIT
// All results, and one in full.

import * as api from "../api.js";
import { h, redraw } from "../dom.js";
import * as format from "../format.js";
import { curveCharts } from "../charts/curves.js";
import { historyCharts } from "../charts/history.js";
import { sweepCharts } from "../charts/sweep.js";
import { throughputCharts } from "../charts/throughput.js";
import { LANES, laneName, modelName } from "../lanes.js";
import { loadOlder, loadResult, model, results, summaries } from "../model.js";
import { go, to } from "../router.js";
import { action, copyButton, empty, facts, part, shown, table, verdicts, when } from "../parts/basics.js";
import { findingList } from "../parts/finding.js";
import { powerSource } from "../parts/machine.js";

// The models' throughputs of one lane in one result, or why there are none.
function laneCell(result, lane) {
  const entry = (result.lanes || []).find((e) => e.lane === lane);
  if (!entry) {
    return h("span", { class: "absent" }, "–");
  }
  const measured = (entry.models || []).filter((m) => m.samples_per_second > 0);
  return measured.length === 0 ? h("span", { class: "absent" }, format.words(entry.state))
    : measured.map((m) => h("div", { class: "pair" }, h("span", { class: "quiet" }, modelName(m.model)),
      " ", format.number(m.samples_per_second)));
}

function rowOf(result, lanes, box) {
  const { id, spec = {} } = result;
  const date = format.dateOf(result);
  return [box, [h("a", { href: to("results", id) }, format.date(date)),
    h("span", { class: "quiet" }, [when(date), ` · batch ${spec.batch}`, spec.quick && " · quick"])],
  ...lanes.map((lane) => laneCell(result, lane)),
  format.fact(result, "trust.grade") || "–"];
}

function resultTable(items, boxOf) {
  const held = new Set(items.flatMap((item) => item.lanes.map((e) => e.lane)));
  const lanes = Object.keys(LANES).filter((lane) => held.has(lane));
  return table({
    caption: "Results, newest first", cards: true,
    columns: [{ label: "Pick" }, { label: "When", head: true },
      ...lanes.map((lane) => ({ label: laneName(lane), number: true })), { label: "Trust", number: true }],
    rows: items.map((item) => rowOf(item, lanes, boxOf(item))),
  });
}

export function list(host, parameters, scope) {
  scope.title("Results");
  const picked = new Set();
  const compare = h("button", { type: "button", class: "main", disabled: true }, "Compare two");
  compare.addEventListener("click", () => go("compare", ...[...picked].sort()));
  const boxOf = (item) => {
    const box = h("input", {
      type: "checkbox", checked: picked.has(item.id), "data-key": `pick ${item.id}`,
      "aria-label": `Pick the result of ${format.date(format.dateOf(item))}`,
    });
    box.addEventListener("change", () => {
      picked[box.checked ? "add" : "delete"](item.id);
      compare.disabled = picked.size !== 2;
    });
    return box;
  };
  const head = h("div", { class: "row part-row" }, compare, h("span", { class: "quiet" },
    "Pick two of them, or drop files of other machines anywhere on the page."));
  const body = h("div", { class: "part-row" });
  const update = () => {
    const items = summaries();
    head.hidden = items.length === 0;
    redraw(body, items.length > 0 ? [h("p", { class: "quiet" }, "Samples trained a second. Trust: how undisturbed the run was, from A to D."),
      resultTable(items, boxOf),
      model.older && h("div", { class: "part-row" },
        action("Show older results", loadOlder, { "data-key": "older" }))]
      : empty("There are no results yet. A quick run takes a minute or two.",
        h("a", { class: "button main", href: "#/" }, "Go and run one")));
  };
  const charts = h("div");
  const drawCharts = () => {
    const drawn = [...historyCharts(summaries()), ...sweepCharts(results())];
    charts.replaceChildren(...(drawn.length > 0
      ? [part("over-time", "Over time and batch size", {}, h("div", { class: "charts pairs" }, drawn))] : []));
  };
  update();
  drawCharts();
  scope.watch(["results"], () => {
    update();
    drawCharts();
  });
  host.append(h("h1", { tabindex: "-1" }, "Results"), head, body, charts);
}

// --- one ---------------------------------------------------------------------------------------

function checks(m) {
  const c = format.known(m.checks);
  if (!c) {
    return "–";
  }
  return c.passed === true ? "passed" : h("b", {}, "not passed");
}

function laneHead(entry) {
  const observed = entry.observed || {};
  const what = [observed.device, observed.isa, observed.arch && format.arch(observed.arch)]
    .filter((v) => v && !format.isAbsent(v)).join(", ") || entry.engine || "";
  return [laneName(entry.lane), h("span", { class: "quiet" }, what,
    observed.translated === true ? ", translated" : ""),
  (entry.notes || []).map((note) => h("span", { class: "quiet" }, note))];
}

const testAccuracy = (m) => (format.isAbsent(m.training) ? m.training : m.training.test_accuracy);

function modelRow(m, head) {
  const step = m.step_ns || {};
  return [head, modelName(m.model), shown(m.samples_per_second, format.number),
    [shown(step.median, format.duration), Array.isArray(step.ci95)
      && h("span", { class: "quiet" }, format.interval(step.ci95, format.duration))],
    shown(m.cold_ns, format.duration), shown(testAccuracy(m), (v) => format.percent(v, 2)),
    shown(m.peak_memory_bytes, format.bytes), checks(m)];
}

function lanesTable(result) {
  const rows = (result.lanes || []).flatMap((entry) => {
    const models = entry.models || [];
    return models.length > 0
      ? models.map((m, i) => modelRow(m, i === 0 ? laneHead(entry)
        : h("span", { class: "again" }, laneName(entry.lane))))
      : [[laneHead(entry), h("span", {}, h("b", {}, `${format.capital(format.words(entry.state))}. `),
        entry.reason || ""), "", "", "", "", "", ""]];
  });
  return table({
    caption: "Lanes and models", cards: true,
    columns: [{ label: "Lane", head: true }, { label: "Model" },
      { label: "Samples a second", number: true }, { label: "Step, 95 % interval", number: true },
      { label: "Cold start", number: true }, { label: "Test accuracy", number: true },
      { label: "Memory", number: true }, { label: "Checks" }],
    rows,
  });
}

const described = (value, skip) => format.leaves(value || {}, skip).map(([path, v]) => [
  format.capital(format.pathWords(path)), shown(v, format.plain)]);

// The members of a request that people read in other words; what else it has comes as it is.
const IN_WORDS = new Set(["models", "lanes", "batch", "epochs", "blocks", "threads", "quick", "sweep"]);

function asked(spec) {
  return facts([
    ["Models", shown(spec.models, modelName)], ["Lanes", shown(spec.lanes, laneName)],
    ["Batch size", shown(spec.batch)], ["Epochs", shown(spec.epochs)],
    ["Blocks of samples", shown(spec.blocks)], ["Threads", shown(spec.threads, (n) => (n > 0 ? String(n) : "all"))],
    ["Length", spec.quick === true ? "quick" : "full"],
    spec.sweep === true && ["Batch sweep", "yes"],
    ...described(spec, IN_WORDS),
  ]);
}

const load = (value) => shown(value, (n) => format.number(n));

// What bears on the numbers first, all of it folded.
function surroundings(environment) {
  const { machine = {}, power = {}, thermal = {}, load: loads = {} } = environment;
  const os = machine.os || {};
  const seconds = (Date.parse(environment.finished) - Date.parse(environment.started)) / 1000;
  return [facts([
    ["Chip", shown(machine.chip)], ["Architecture", shown(machine.arch, format.arch)],
    ["System", shown(format.system(os) || null)],
    environment.threads !== undefined && ["Threads used", shown(environment.threads)],
    ["Power", shown(power.source, powerSource)], ["Power mode", shown(power.mode)],
    ["Thermal state", shown(thermal.state === undefined ? thermal.pressure : thermal.state)],
    ["Load before and after", [load(loads.before), ", ", load(loads.after)]],
    seconds > 0 && ["Took", format.clock(seconds)],
  ]), h("details", { class: "part-row", "data-key": "surroundings" },
    h("summary", {}, "All that was noted"),
    facts(described(environment, new Set(["machine.isa_meaning"]))))];
}

function documents(result) {
  const base = `api/v1/results/${encodeURIComponent(result.id)}`;
  return h("div", { class: "row" }, h("span", { class: "quiet" }, "Take it with you:"),
    [["json", "JSON"], ["csv", "CSV"], ["md", "Markdown"], ["ndjson", "NDJSON"]].map(([end, name]) => h("a",
      { href: `${base}.${end}`, download: `trilane-${result.id}.${end}` }, name)),
    copyButton(() => api.text(`results/${encodeURIComponent(result.id)}.md`, "text/markdown"),
      "Copy as Markdown", { what: "the result as Markdown" }));
}

function compareWith(result) {
  const others = model.results.filter((r) => r.id !== result.id);
  if (others.length === 0) {
    return null;
  }
  const choice = h("select", { "aria-label": "Compare with" }, others.map((r) => h("option",
    { value: r.id }, format.date(format.dateOf(r)))));
  return h("div", { class: "row" }, h("span", { class: "quiet" }, "Compare with"), choice,
    h("button", { type: "button", class: "small", onclick: () => go("compare", choice.value, result.id) }, "Compare"));
}

function trustLine(result) {
  const grade = format.fact(result, "trust.grade");
  if (!grade) {
    return null;
  }
  const reasons = format.fact(result, "trust.reasons") || [];
  return h("div", { class: "trust" },
    h("span", { class: "grade", role: "img", "aria-label": `Trust grade ${grade} of A to D` }, grade),
    reasons.length > 1 ? h("ul", { class: "dots" }, reasons.map((r) => h("li", {}, format.sentence(r))))
      : h("p", {}, reasons.length > 0 ? format.sentence(reasons[0]) : "Nothing disturbed this run."));
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
  const findings = result.findings || [];
  const throughputs = throughputCharts(result);
  host.append(h("p", { class: "crumbs" }, h("a", { href: "#/results" }, "Results")),
    h("header", { class: "stack" },
      h("h1", { tabindex: "-1" }, `Benchmark of ${format.date(date)}`),
      verdicts((result.comparisons || []).map((c) => c.sentence)), trustLine(result),
      documents(result), compareWith(result)),
    part("lanes", "Lanes", {}, lanesTable(result)),
    findings.length > 0 ? part("findings", "What it shows", {},
      findingList(findings, { link: false })) : "",
    throughputs.length > 0 ? part("charts", "Charts", {}, h("div", { class: "charts" }, throughputs),
      h("div", { class: "charts pairs" }, curveCharts(result), sweepCharts([result]))) : "",
    part("asked", "What was asked", {}, asked(result.spec || {})),
    part("environment", "Where it ran", {}, surroundings(result.environment || {})));
}

