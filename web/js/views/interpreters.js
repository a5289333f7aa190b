// SPDX-License-Identifier: MIT
// All Pythons, and one in full.

import { h, redraw } from "../dom.js";
import * as format from "../format.js";
import { model, startReport } from "../model.js";
import { able, ranked } from "../summary.js";
import { action, copyButton, empty, part, path, when } from "../parts/basics.js";
import { findingList } from "../parts/finding.js";
import { interpreterDetails } from "../parts/interpreter.js";
import { interpreterTable, verdictWord } from "../parts/interpreters.js";
import { matches } from "../search.js";

function probeButton() {
  return action("Run import probes", () => startReport(true), { "data-key": "probes" });
}

function heading(report) {
  const all = report.interpreters || [];
  const working = able(report).length;
  return h("header", { class: "stack" },
    h("h1", { tabindex: "-1" }, all.length === 0 ? "No Python was found"
      : `${format.count(all.length, "Python")}, ${working === 0 ? "none" : working} with a working TensorFlow`),
    h("p", { class: "lead" }, "Found by reading files; nothing was run. The import probes start each "
      + "interpreter under guard and see what happens."),
    h("div", { class: "row" }, probeButton(), action("Look again", () => startReport(false)),
      h("span", { class: "quiet" }, when(report.taken, "all of it read "))));
}

export function list(host, parameters, scope) {
  scope.title("Pythons");
  const filter = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the Pythons" });
  const head = h("div");
  const body = h("div", { class: "part-row" });
  const shownRows = () => (model.report.interpreters || [])
    .filter((i) => matches(i, filter.value));
  const update = () => {
    if (!model.report) {
      redraw(head, h("h1", { tabindex: "-1" }, "Pythons"),
        empty("This machine has not been looked at yet.",
          action("Look at this machine", () => startReport(false), { class: "main" })));
      body.replaceChildren();
      return;
    }
    redraw(head, heading(model.report));
    const rows = shownRows();
    redraw(body, rows.length > 0 ? interpreterTable(rows)
      : empty(filter.value ? "No Python fits the filter." : "Install a Python, then look again."));
  };
  filter.addEventListener("input", update);
  scope.watch(["report"], update);
  update();
  host.append(head, h("div", { class: "part row" }, filter), body);
}

export function one(host, { id }, scope) {
  const update = () => {
    const all = (model.report && model.report.interpreters) || [];
    const i = all.find((item) => item.id === id || item.path === id);
    scope.title(i ? i.path : "Python");
    const crumbs = h("p", { class: "crumbs" }, h("a", { href: "#/interpreters" }, "Pythons"));
    if (!i) {
      redraw(host, crumbs, h("h1", { tabindex: "-1" }, "This Python is not there"),
        empty("The newest report does not know it. It may have been removed.",
          h("a", { class: "button small", href: "#/interpreters" }, "All Pythons")));
      return;
    }
    const own = ranked(model.report.findings).filter((f) => f.subject === i.path);
    redraw(host, crumbs, h("div", { class: "stack" },
      h("h1", { tabindex: "-1" }, path(i.path)),
      h("div", { class: "row" }, verdictWord(i),
        h("span", {}, format.fact(i, "verdict.sentence") || ""),
        h("span", { class: "quiet" }, when(model.report.taken, "read ")))),
    own.length > 0 && part("own", "Findings", {},
      findingList(own, { fold: own.length > 1, openFirst: true })),
    h("div", { class: "part stack-l" }, interpreterDetails(i)),
    h("div", { class: "part row" }, probeButton(), copyButton(i.path, "Copy path", { what: "the path" })));
  };
  update();
  scope.watch(["report"], update);
}

