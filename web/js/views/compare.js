// SPDX-License-Identifier: MIT
// Two results, reports or recordings side by side: stored ones by their ids, or files.

import * as api from "../api.js";
import { h, redraw } from "../dom.js";
import * as format from "../format.js";
import { compareRecordings, compareReports, compareResults, differences, summaryOf }
  from "../comparing.js";
import { laneName, modelName } from "../lanes.js";
import { loadResult, model, results } from "../model.js";
import { to } from "../router.js";
import { empty, part, shown, table, verdicts } from "../parts/basics.js";
import { dropBox, dropped, exchange } from "../parts/drop.js";
import { severity } from "../parts/finding.js";

const changed = (row) => (row.differs ? "changed" : null);

// DRAWs those ROWS that differ, and folded those that do not.
function parted(name, rows, differs, draw) {
  const [news, same] = [rows.filter(differs), rows.filter((row) => !differs(row))];
  return [news.length > 0 ? draw(news)
    : h("p", { class: "quiet" }, rows.length === 0 ? "Neither has one." : "Nothing differs."),
  same.length > 0 && h("details", { "data-key": name, class: "part-row" },
    h("summary", {}, `What is the same (${same.length})`), draw(same))];
}

// Rows { path, a, b, differs }: what differs, and folded what does not.
function differenceTable(caption, rows, label = format.pathWords) {
  return parted(caption, rows, (row) => row.differs, (some) => table({
    caption, cards: true, columns: [{ label: "What", head: true }, { label: "A" }, { label: "B" }],
    rows: some.map((row) => ({
      class: changed(row),
      cells: [label(row.path), shown(row.a, format.plain), shown(row.b, format.plain)],
    })),
  }));
}

function resultRows(rows) {
  return table({
    caption: "Lane by lane, samples a second", cards: true,
    columns: [{ label: "Lane", head: true }, { label: "Model" }, { label: "A", number: true },
      { label: "B", number: true }, { label: "B to A", number: true },
      { label: "95 % interval", number: true }, { label: "B is" }],
    rows: rows.map((row) => [laneName(row.lane), modelName(row.model), format.number(row.a.value),
      format.number(row.b.value), format.ratio(row.ratio), format.interval(row.interval, format.ratio),
      row.ratio ? format.words(row.verdict) : "–"]),
  });
}

const about = (result) => ({ ...(result.environment || {}), asked: result.spec });

function resultsSideBySide(a, b, said) {
  const rows = compareResults(a, b);
  return [
    part("lanes", summaryOf(rows), { lead: "Samples a second in training." }, verdicts(said),
      resultRows(rows)),
    part("where", "What differs around them", {}, differenceTable("Environment and request",
      differences(about(a), about(b)))),
  ];
}

function findingTable(rows) {
  return table({
    caption: "Findings", cards: true,
    columns: [{ label: "Finding", head: true }, { label: "Severity" }, { label: "A" }, { label: "B" }],
    rows: rows.map(({ finding, a, b }) => ({
      class: changed({ differs: a !== b }),
      cells: [[finding.title, finding.subject !== "machine"
        && h("span", { class: "quiet path" }, finding.subject)],
      severity(finding), a ? "yes" : "no", b ? "yes" : "no"],
    })),
  });
}

const gist = (value) => (value ? Object.entries(value).filter(([, v]) => v)
  .map(([name, v]) => h("div", {}, h("span", { class: "label" }, `${name} `), format.plain(v))) : "–");

const findingsSideBySide = (rows) => parted("findings", rows, (row) => row.a !== row.b, findingTable);

function pythonTable(rows) {
  return table({
    caption: "Pythons", cards: true,
    columns: [{ label: "Path", head: true }, { label: "A" }, { label: "B" }],
    rows: rows.map((row) => ({
      class: changed(row),
      cells: [h("span", { class: "path" }, row.path), gist(row.a), gist(row.b)],
    })),
  });
}

const pythonsSideBySide = (rows) => parted("pythons", rows, (row) => row.differs, pythonTable);

function reportsSideBySide(a, b) {
  const { machine, interpreters, findings } = compareReports(a, b);
  const counts = [[machine.filter((r) => r.differs), "fact"], [findings.filter((r) => r.a !== r.b), "finding"],
    [interpreters.filter((r) => r.differs), "Python"]].filter(([rows]) => rows.length > 0)
    .map(([rows, name]) => format.count(rows.length, name));
  const one = counts.length === 1 && counts[0].startsWith("1 ");
  return [
    h("p", { class: "lead part-row" }, counts.length === 0 ? "The two reports say the same."
      : `${format.listed(counts)} ${one ? "differs" : "differ"}.`),
    part("machine", "The machines", {}, differenceTable("Machines", machine)),
    part("findings", "Findings", {}, findingsSideBySide(findings)),
    part("pythons", "Pythons", {}, pythonsSideBySide(interpreters)),
  ];
}

function recordingsSideBySide(a, b) {
  const { machine, environments } = compareRecordings(a, b);
  return [
    part("recordings", "The machines", {
      lead: "What the recordings hold, read in this browser. Nobody has judged it: for verdicts "
        + "and findings run “trilane probe --recording DIR --json” and drop the report.",
    }, differenceTable("Recordings", machine)),
    part("pythons", "Pythons and their TensorFlow", {}, pythonsSideBySide(environments)),
  ];
}

function sideBySide(kind, a, b, said = []) {
  if (kind === "result") {
    return resultsSideBySide(a, b, said);
  }
  return kind === "report" ? reportsSideBySide(a, b) : recordingsSideBySide(a, b);
}

// --- stored results ------------------------------------------------------------------------

async function serversWord(a, b) {
  try {
    const query = `a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`;
    return await api.get(`compare?${query}`);
  } catch (error) {
    if (error.gone) {
      throw error;
    }
    return {};
  }
}

// "A: this. B: that.", and the way to the opposite.
function names(a, b, turned) {
  return h("p", { class: "row" }, h("span", {}, h("b", {}, "A: "), a), h("span", {}, h("b", {}, "B: "), b),
    turned);
}

export async function stored(host, { a, b }, scope) {
  scope.title("Comparison");
  const [one, other, said] = await Promise.all([loadResult(a), loadResult(b), serversWord(a, b)]);
  const sentences = (said.comparisons || []).map((c) => c.sentence);
  const link = (result) => h("a", { href: to("results", result.id) }, format.date(format.dateOf(result)));
  host.append(h("p", { class: "crumbs" }, h("a", { href: "#/results" }, "Results")),
    h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "Two results side by side"),
      names(link(one), link(other), h("a", { href: to("compare", b, a) }, "Exchange A and B"))),
    ...sideBySide("result", one, other, sentences));
}

// --- files -----------------------------------------------------------------------------------

// One file alone stands against this machine's newest of its kind.
function pair() {
  if (dropped.length >= 2) {
    return dropped.slice(-2);
  }
  const [only] = dropped;
  const own = only && { result: results()[0], report: model.report }[only.kind];
  return own ? [{ name: "this machine, newest", kind: only.kind, document: own }, only] : dropped;
}

function filesBody(update) {
  const [a, b] = pair();
  if (!a) {
    return [];
  }
  if (!b) {
    return h("div", { class: "part" }, empty(`${a.name} was read. Drop a second ${a.kind} to compare it with.`));
  }
  if (a.kind !== b.kind) {
    return h("div", { class: "part" }, empty(
      `${a.name} is a ${a.kind} and ${b.name} a ${b.kind}: two of a kind can be compared.`));
  }
  const turn = dropped.length >= 2 && h("button", {
    type: "button", class: "small", "data-key": "exchange",
    onclick() {
      exchange();
      update();
    },
  }, "Exchange A and B");
  return [h("div", { class: "part" }, names(a.name, b.name, turn)), sideBySide(a.kind, a.document, b.document)];
}

export function files(host, parameters, scope) {
  scope.title("Compare");
  const body = h("div", { "aria-live": "polite" });
  const update = () => redraw(body, filesBody(update));
  update();
  host.append(h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "Compare"),
    h("p", { class: "lead" }, "Results, reports and recordings of any machines, read in this browser and sent nowhere. "
      + "One file alone is compared with this machine.")),
  h("div", { class: "part" }, dropBox(update)), body);
}
