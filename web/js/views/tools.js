// SPDX-License-Identifier: MIT
// The log box on a page of its own, the report as Markdown, and the compatibility table.

import * as api from "../api.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import { copyButton, empty, facts, part, shown, table } from "../parts/basics.js";
import { logBox } from "../parts/log.js";
import { redactions } from "../redaction.js";

export function diagnose(host, parameters, scope) {
  scope.title("Diagnose a log");
  host.append(h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "Diagnose a log"),
    h("p", { class: "lead" }, "Paste what a program printed when it failed: a traceback, the output of pip or conda, "
      + "a crash report. The deciding line is found and quoted. A requirements.txt, environment.yml, "
      + "pyproject.toml or Pipfile is judged line by line.")),
  h("div", { class: "part" }, h("h2", { class: "unseen" }, "Log"), logBox()));
}

// --- report ------------------------------------------------------------------------------------

function preview(lines) {
  return h("div", { class: "preview path", tabindex: "0", role: "region", "aria-label": "Preview of the report" },
    lines.map((line) => [line.map((piece) => (piece.removed === undefined ? piece.text
      : h("mark", { title: `was: ${piece.removed}` }, piece.text || "(removed)"))), "\n"]));
}

function removedTable(lines) {
  const seen = new Map();
  for (const piece of lines.flat()) {
    if (piece.removed !== undefined) {
      const key = `${piece.removed}\n${piece.text}`;
      seen.set(key, { ...piece, count: (seen.get(key)?.count || 0) + 1 });
    }
  }
  return table({
    caption: "What was replaced",
    columns: [{ label: "Was", head: true }, { label: "Is now" }, { label: "Times", number: true }],
    rows: [...seen.values()].map((p) => [h("span", { class: "path" }, p.removed || "–"),
      h("span", { class: "path" }, p.text || "(removed)"), String(p.count)]),
  });
}

export async function report(host, parameters, scope) {
  scope.title("Copy a report");
  const redacted = await api.text("report.md?redact=1", "text/markdown");
  const plain = await api.text("report.md?redact=0", "text/markdown").catch(() => null);
  const { lines, changed, aligned } = redactions(redacted, plain === null ? redacted : plain);
  const say = plain === null || !aligned ? "User name, host name, serial numbers and the home path are taken out."
    : changed === 0 ? "Nothing in it had to be taken out."
      : `${format.count(changed, "line")} had something taken out; it is marked below.`;
  host.append(h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "A report to paste"),
    h("p", { class: "lead" }, `Markdown for an issue or a question. ${say} Read it before you paste it.`),
    h("div", { class: "row" }, copyButton(redacted, "Copy as Markdown", { main: true, what: "the report" }),
      h("a", { class: "button small", href: "api/v1/report.md?redact=1", download: "trilane-report.md" }, "Save"))),
  h("div", { class: "part stack-l" }, changed > 0 && h("div", { class: "prose" }, removedTable(lines)), preview(lines)));
}

// --- compatibility -----------------------------------------------------------------------------

// [{ name, title, rows }] of whatever tables the document has.
function tablesOf(document) {
  return Object.entries(document.tables || {}).map(([name, t]) => ({
    name, title: t.title || name, rows: (t.rows || []).filter((row) => row && typeof row === "object"),
  })).filter(({ rows }) => rows.length > 0);
}

function recommended(document) {
  const sets = Object.entries(document.recommended || {});
  return sets.length > 0 && part("start", "To start with", {},
    facts(sets.map(([name, set]) => [{ metal: "With the GPU", cpu: "On the CPU" }[name] || name,
      Object.entries(set).map(([k, v]) => `${k} ${v}`).join(", ")])));
}

function anyTable({ name, title, rows }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return part(`table-${name}`, format.capital(format.words(title)), {},
    table({
      caption: name, columns: columns.map((c, i) => ({ label: format.capital(format.words(c)), head: i === 0 })),
      rows: rows.map((row) => columns.map((c) => (row[c] === undefined ? "–" : shown(row[c], format.plain)))),
    }));
}

export async function compatibility(host, parameters, scope) {
  scope.title("Compatibility");
  const document = await api.get("compatibility").catch((error) => {
    if (error.status === 404) {
      return null;
    }
    throw error;
  });
  host.append(h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, "What goes together"),
    h("p", { class: "lead" }, "TensorFlow, its GPU plugin, Python and macOS, as the published wheels say.",
      document && typeof document.date === "string" ? ` As of ${document.date}.` : "")));
  if (!document) {
    host.append(h("div", { class: "part" }, empty("This server carries no such table.")));
    return;
  }
  host.append(recommended(document) || "", ...tablesOf(document).map(anyTable));
}
