// SPDX-License-Identifier: MIT
// The first page: the verdict and the next step, the lanes, the findings, the Pythons, the
// charts, and the boxes for logs and files.

import { h, redraw } from "../dom.js";
import * as format from "../format.js";
import { curveCharts } from "../charts/curves.js";
import { historyCharts } from "../charts/history.js";
import { sweepCharts } from "../charts/sweep.js";
import { throughputCharts } from "../charts/throughput.js";
import { inline } from "../inline.js";
import { MODELS_ARE, isMeasured } from "../lanes.js";
import { activeJobs, hasEnded, model, results, startReport, summaries } from "../model.js";
import { to } from "../router.js";
import * as settings from "../settings.js";
import { fastest, grouped, machineLine, verdict } from "../summary.js";
import { action, empty, part, problem, when } from "../parts/basics.js";
import { dropBox } from "../parts/drop.js";
import { findingList } from "../parts/finding.js";
import { interpreterTable, naming, sorted } from "../parts/interpreters.js";
import { logBox } from "../parts/log.js";
import { machineFacts } from "../parts/machine.js";
import { options, optionsLine, run, sweep } from "../parts/run.js";
import { laneStates, tiles } from "../parts/tiles.js";

const FINDINGS_FIRST = 6;
const INTERPRETERS_FIRST = 8;

// The three lanes, without those that cannot be here.
function possibleLanes() {
  const states = laneStates();
  return ["native", "translated", "gpu"].filter((l) => states[l].state !== "not_possible");
}

const isRunning = () => activeJobs().some((job) => job.kind === "benchmark");

const runLabel = () => (possibleLanes().length > 1 ? "Compare the lanes" : "Measure this machine");

// Nothing while a run is under way: what it does stands in its own place.
function runButton(main = true) {
  return !isRunning() && action(runLabel(), () => run(possibleLanes()),
    { class: main ? "main" : null, "data-key": "run main" });
}

// The room that the button leaves then, at the end of its row: no row gets shorter.
const runRoom = () => isRunning() && h("span", { class: "button room" }, runLabel());

function nextButton(next) {
  if (next && next.kind === "finding") {
    return h("a", { class: "button main", href: to("findings", next.id) }, "Show what to do");
  }
  if (next && next.kind === "text") {
    return h("a", { class: "button main", href: "#/compatibility" }, "Show which versions fit");
  }
  if (next && next.kind === "look") {
    return action("Look at this machine", () => startReport(false), { class: "main" });
  }
  return null;
}

const TONES = { good: "Ready", warn: "Needs attention", bad: "Does not work" };

function verdictPart() {
  const { report } = model;
  const all = results();
  const looking = activeJobs().some((job) => job.kind === "report");
  const { tone, sentence, detail, next } = verdict(report, all, looking);
  const measuring = next && next.kind === "run" && isRunning();
  const said = fastest(all);
  const lead = nextButton(next);
  return h("section", { class: "verdict", "aria-labelledby": "verdict", "data-key": "verdict",
    tabindex: "-1" },
    h("p", { class: "machine" }, tone in TONES && h("span", { class: `word ${tone}` }, TONES[tone]),
      report ? h("span", {}, machineLine(report), " · ", when(report.taken, "read ")) : "Trilane"),
    h("h1", { id: "verdict", tabindex: "-1" }, naming(sentence, report)),
    detail && h("p", { class: "said" }, inline(detail)),
    measuring ? h("p", { class: "next" }, "Measuring: the lanes below fill as the run goes on, in a minute or two.")
      : next && h("p", { class: "next" }, h("b", {}, "Next: "),
      next.about && next.about !== sentence && !detail?.includes(next.about) && [inline(next.about), " "],
      inline(next.text)),
    said && h("p", { class: "said" }, said),
    h("div", { class: "row" }, lead, runButton(lead === null), lead === null && report
      && action("Look again", () => startReport(false), { "data-key": "look" }), runRoom()),
    lastTrouble());
}

// The newest job, if it failed: why, and what to do.
function lastTrouble() {
  const last = [...model.jobs.values()].filter(hasEnded)
    .sort((a, b) => String(b.created).localeCompare(String(a.created)))[0];
  if (!last || last.state !== "failed") {
    return null;
  }
  return h("div", { class: "problem" },
    h("p", {}, h("b", {}, "The last run failed "), when(last.finished || last.created), "."),
    last.error && h("p", {}, String(last.error.detail || last.error.title || last.error)));
}

function optionsPart() {
  return h("details", { "data-key": "options" },
    h("summary", {}, `Options for a run: ${optionsLine()}`), options());
}

function findingsPart() {
  const { report } = model;
  const all = grouped(report && report.findings);
  if (!report) {
    return null;
  }
  const list = (some, openFirst) => findingList(some,
    { fold: true, openFirst, interpreters: report.interpreters });
  const rest = all.slice(FINDINGS_FIRST);
  return part("findings", "Findings", {
    more: all.length > 0 && h("a", { href: "#/findings" }, `All ${report.findings.length}`),
  },
    all.length === 0
      ? empty("Nothing is wrong that Trilane knows of. A failing program may still say more: paste its output below.",
        h("a", { class: "button small", href: "#/diagnose" }, "Diagnose a log"))
      : list(all.slice(0, FINDINGS_FIRST), true),
    rest.length > 0 && h("details", { "data-key": "more findings", class: "part-row" },
      h("summary", {}, format.count(rest.length, "more finding")), list(rest, false)));
}

function interpretersPart() {
  const { report } = model;
  if (!report) {
    return null;
  }
  const all = report.interpreters || [];
  return part("pythons", "Pythons", {
    more: all.length > 0 && h("a", { href: "#/interpreters" },
      all.length > INTERPRETERS_FIRST ? `All ${all.length}` : "Details"),
  }, all.length === 0
    ? empty("No Python was found. Install one, then look again.",
      action("Look again", () => startReport(false), { class: "small" }))
    : interpreterTable(sorted(all).slice(0, INTERPRETERS_FIRST)));
}

function machinePart() {
  const { report } = model;
  return report && part("machine", "Machine", { more: when(report.taken, "read ") },
    machineFacts(report));
}

function chartsPart() {
  const all = results();
  if (all.length === 0) {
    return part("charts", "Measurements", {}, empty(isRunning()
      ? "The run that is under way fills this with throughput, loss curves and a history."
      : "There are no measurements yet. The first run fills this with throughput, loss curves and a history.",
    ...[runButton(false)].filter(Boolean)));
  }
  const newest = all.find(isMeasured);
  if (!newest) {
    return part("charts", "Measurements", {}, empty(
      "No lane has come to an end yet. The newest result tells why, lane by lane.",
      h("a", { class: "button small", href: to("results", all[0].id) }, "Show why")));
  }
  const sweeps = sweepCharts(all);
  return part("charts", "Measurements", {
    more: [h("a", { href: to("results", newest.id) }, "This result"), " · ",
      h("a", { href: "#/results" }, "All results")],
    lead: ["From ", when(format.dateOf(newest)), trust(newest), " ", MODELS_ARE],
  }, h("div", { class: "charts" }, throughputCharts(newest)),
  h("div", { class: "charts pairs" }, curveCharts(newest, ["loss"]), sweeps, historyCharts(summaries())),
  sweeps.length === 0 && sweepHint());
}

function sweepHint() {
  const lanes = possibleLanes().filter((lane) => lane !== "translated");
  return h("div", { class: "part-row" }, empty(
    "How the batch size matters is not known yet: a quick run through 8 to 1024 tells.",
    action("Sweep the batch size", () => sweep(lanes), { class: "small" })));
}

function trust(result) {
  const grade = format.fact(result, "trust.grade");
  const reasons = format.fact(result, "trust.reasons") || [];
  return grade ? `, trust ${grade}${reasons[0] ? `: ${format.ended(reasons[0])}` : ", undisturbed."}` : ".";
}

// A section that is drawn again when one of its topics changes and its key with it.
function section(scope, topics, draw, key) {
  const host = h("div", { class: "host" });
  let last = null;
  const update = () => {
    const now = key ? key() : {};
    if (now !== last) {
      last = now;
      redraw(host, draw());
    }
  };
  update();
  scope.watch(topics, update);
  return host;
}

function unreachable() {
  return h("section", { class: "verdict" }, h("h1", { tabindex: "-1" }, "Trilane does not answer."),
    problem(model.problem));
}

export function view(host, parameters, scope) {
  scope.title("");
  if (model.problem && !model.report) {
    host.append(unreachable());
    return;
  }
  host.append(
    section(scope, ["report", "results", "jobs"], verdictPart, () => JSON.stringify([
      model.report && model.report.id, model.results.map((r) => r.id),
      [...model.jobs.values()].map((j) => [j.id, j.state])])),
    section(scope, ["report", "results", "jobs", "service", "live"], () => h("section",
      { "aria-label": "Lanes" }, h("h2", { class: "unseen" }, "Lanes"),
      h("div", { class: "tiles" }, tiles()))),
    settingsSection(scope),
    section(scope, ["report"], findingsPart),
    section(scope, ["report"], interpretersPart),
    section(scope, ["results", "jobs"], chartsPart, () => [isRunning() && results().length === 0,
      ...results().map((r) => r.id)].join()),
    section(scope, ["report"], machinePart),
    h("div", { class: "beside" },
      part("log", "Diagnose a log", { lead: "Paste what a program printed when it failed, or a requirements.txt, and get the cause." },
        logBox()),
      part("files", "Compare files", { lead: "Results, reports and recordings of other machines. They stay in this browser." },
        dropBox())));
}

function settingsSection(scope) {
  const host = h("div", { class: "options" }, optionsPart());
  scope.onLeave(settings.onChange(() => {
    host.querySelector("summary").textContent = `Options for a run: ${optionsLine()}`;
  }));
  return host;
}
