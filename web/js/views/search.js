// SPDX-License-Identifier: MIT
// What was searched for, among findings and interpreters.

import { announce, h } from "../dom.js";
import * as format from "../format.js";
import { model } from "../model.js";
import { search } from "../search.js";
import { ranked } from "../summary.js";
import { empty, part } from "../parts/basics.js";
import { findingList } from "../parts/finding.js";
import { interpreterTable } from "../parts/interpreters.js";

export function view(host, { query = "" }, scope) {
  scope.title(query ? `Search: ${query}` : "Search");
  const field = document.getElementById("search");
  if (field && document.activeElement !== field) {
    field.value = query;
  }
  const { findings, interpreters } = search(model.report, query);
  const total = findings.length + interpreters.length;
  const heading = !query ? "Search" : total === 0 ? `Nothing for “${query}”`
    : `${total} for “${query}”`;
  announce(query ? `${format.count(total, "hit")}.` : "");
  host.append(h("h1", { tabindex: "-1" }, heading));
  if (!query || total === 0) {
    host.append(h("div", { class: "part" }, empty(query
      ? "Try a package, a path, an architecture or a word of an error."
      : "Type a package, a path, an architecture or a word of an error.",
    h("a", { class: "button small", href: "#/" }, "Overview"))));
    return;
  }
  if (findings.length > 0) {
    host.append(part("found-findings", "Findings", {}, findingList(ranked(findings),
      { fold: true, interpreters: model.report.interpreters })));
  }
  if (interpreters.length > 0) {
    host.append(part("found-pythons", "Pythons", {}, interpreterTable(interpreters)));
  }
}
