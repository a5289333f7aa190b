// SPDX-License-Identifier: MIT
// Two results, reports or recordings side by side: stored ones by their ids, or files.

import * as api from "../api.js";
import { h, redraw } from "../dom.js";
import * as format from "../format.js";
import { compareReports, compareResults, differences, sentenceOf, verdictWord }
  from "../comparing.js";
import { laneName, modelName } from "../lanes.js";
import { loadResult, model, results } from "../model.js";
import { to } from "../router.js";
import { empty, part, shown, table } from "../parts/basics.js";
import { dropBox, dropped } from "../parts/drop.js";
import { severity } from "../parts/finding.js";

const plain = (v) => (v && typeof v === "object" ? JSON.stringify(v) : String(v));
const human = (path) => path.replaceAll("_", " ").replaceAll(".", " · ");

function differenceTable(caption, rows) {
  const differ = rows.filter((row) => row.differs);
  const draw = (some) => table({
    caption, columns: [{ label: "What", head: true }, { label: "A" }, { label: "B" }],
    rows: some.map((row) => ({
      class: row.differs ? "changed" : null,
      cells: [human(row.path), shown(row.a, plain), shown(row.b, plain)],
    })),
  });
  return [differ.length > 0 ? draw(differ) : h("p", { class: "quiet" }, "Nothing differs."),
    rows.length > differ.length && h("details", { "data-key": caption },
      h("summary", {}, `What is the same (${rows.length - differ.length})`),
      draw(rows.filter((row) => !row.differs)))];
}

const interval = (pair, form) => (pair ? `${form(pair[0])} – ${form(pair[1])}` : "–");

function resultRows(rows) {
  return table({
    caption: "Lane by lane", cards: true,
    columns: [{ label: "Lane", head: true }, { label: "Model" }, { label: "A, samples a second", number: true },
      { label: "B, samples a second", number: true }, { label: "B to A", number: true },
      { label: "95 % interval", number: true }, { label: "Verdict" }],
    rows: rows.map((row) => [laneName(row.lane), modelName(row.model), format.number(row.a.value),
      format.number(row.b.value), format.ratio(row.ratio), interval(row.interval, format.ratio),
      row.ratio ? `B is ${row.verdict === "faster" || row.verdict === "slower" ? "" : "– "}${verdictWord(row.verdict)}` : "–"]),
  });
}

const about = (result) => ({ ...(result.environment || {}), spec: result.spec });

function resultsSideBySide(a, b, said) {
  const rows = compareResults(a, b);
  const sentences = said.length > 0 ? said : rows.map(sentenceOf);
  return [
    h("div", { class: "lead stack" }, sentences.map((s) => h("p", {}, s))),
    part("where", "What differs around them", {}, differenceTable("Environment and request",
      differences(about(a), about(b)))),
    part("lanes", "Lane by lane", {}, resultRows(rows)),
  ];
}

function reportsSideBySide(a, b) {
  const { machine, interpreters, findings } = compareReports(a, b);
  const gist = (i) => (i ? Object.entries(i).filter(([, v]) => v).map(([k, v]) => `${k} ${v}`).join(", ") : "–");
  return [
    part("machine", "The machines", {}, differenceTable("Machines", machine)),
    part("findings", "Findings", {}, findings.length === 0 ? h("p", { class: "quiet" }, "Neither has one.")
      : table({
        caption: "Findings", columns: [{ label: "Finding", head: true }, { label: "Severity" }, { label: "A" }, { label: "B" }],
        rows: findings.map(({ finding, a: one, b: other }) => ({
          class: one !== other ? "changed" : null,
          cells: [[finding.title, finding.subject !== "machine" && h("span", { class: "quiet path" }, finding.subject)],
            severity(finding), one ? "yes" : "no", other ? "yes" : "no"],
        })),
      })),
    part("pythons", "Pythons", {}, table({
      caption: "Pythons", cards: true, columns: [{ label: "Path", head: true }, { label: "A" }, { label: "B" }],
      rows: interpreters.map((row) => ({
        class: row.differs ? "changed" : null,
        cells: [h("span", { class: "path" }, row.path), gist(row.a), gist(row.b)],
      })),
    })),
  ];
}

function recordingsSideBySide(a, b) {
  const { schema: _a, ...one } = a;
  const { schema: _b, ...other } = b;
  return [part("recordings", "The recordings", {
    lead: "A browser reads what a recording says of itself. For its Pythons and findings run "
      + "“trilane probe --recording DIR --json” and drop the report.",
  }, differenceTable("Recordings", differences(one, other)))];
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

export async function stored(host, { a, b }, scope) {
  scope.title("Comparison");
  const [one, other, said] = await Promise.all([loadResult(a), loadResult(b), serversWord(a, b)]);
  const sentences = (said.comparisons || []).map((c) => c.sentence).filter(Boolean);
  const name = (label, result) => h("p", {}, h("b", {}, `${label}: `),
    h("a", { href: to("results", result.id) }, format.date(format.dateOf(result))));
  host.append(h("p", { class: "crumbs" }, h("a", { href: "#/results" }, "Results")),
    h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "Two results side by side"),
      name("A", one), name("B", other),
      h("p", {}, h("a", { href: to("compare", b, a) }, "Exchange A and B"))),
    h("div", { class: "part" }, sideBySide("result", one, other, sentences)));
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

function filesBody() {
  const [a, b] = pair();
  if (!a) {
    return [];
  }
  if (!b) {
    return empty(`${a.name} was read. Drop a second ${a.kind} to compare it with.`);
  }
  if (a.kind !== b.kind) {
    return empty(`${a.name} is a ${a.kind} and ${b.name} a ${b.kind}: two of a kind can be compared.`);
  }
  return h("div", { class: "stack" }, h("p", {}, h("b", {}, "A: "), a.name), h("p", {}, h("b", {}, "B: "), b.name),
    sideBySide(a.kind, a.document, b.document));
}

export function files(host, parameters, scope) {
  scope.title("Compare");
  const body = h("div", { class: "part", "aria-live": "polite" });
  const update = () => redraw(body, filesBody());
  update();
  host.append(h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "Compare"),
    h("p", { class: "lead" }, "Results, reports and recordings of any machines, read in this browser and sent nowhere. "
      + "One file alone is compared with this machine.")),
  h("div", { class: "part" }, dropBox(update)), body);
}
