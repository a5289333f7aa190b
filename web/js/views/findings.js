// SPDX-License-Identifier: MIT
// All findings, and one with the rule behind it.

import * as api from "../api.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import { markdown } from "../markdown.js";
import { model } from "../model.js";
import { grouped, ranked } from "../summary.js";
import { empty, part, when } from "../parts/basics.js";
import { findingList, references } from "../parts/finding.js";

export function list(host, parameters, scope) {
  scope.title("Findings");
  const all = ranked(model.report && model.report.findings);
  host.append(h("h1", { tabindex: "-1" }, all.length === 0 ? "Nothing was found"
    : format.count(all.length, "finding")),
  all.length > 0 && h("h2", { class: "unseen" }, "Ranked"),
  h("div", { class: "part" }, all.length > 0
    ? findingList(grouped(all), { fold: true, openFirst: true, interpreters: model.report.interpreters })
    : empty("Nothing is wrong that Trilane knows of.",
      h("a", { class: "button small", href: "#/diagnose" }, "Diagnose a log"))));
}

async function ruleOf(id) {
  try {
    return await api.get(`rules/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error.gone) {
      throw error;
    }
    return null;
  }
}

const resolved = (list) => (list || []).filter((r) => r && r.url);

function rulePart(rule) {
  const page = typeof rule.page === "string" ? rule.page.replace(/^#\s.*\n/, "") : null;
  return part("rule", "What is behind it", {},
    h("div", { class: "stack" },
      page ? markdown(page) : [rule.explanation && h("p", { class: "lead" }, rule.explanation),
        rule.remedy && rule.remedy.text && h("p", { class: "lead" }, rule.remedy.text),
        h("p", { class: "refs" }, references(resolved(rule.references)))],
      h("p", { class: "quiet" }, `Cause: ${rule.cause || rule.id}`,
        rule.family ? ` · family: ${rule.family}` : "")));
}

export async function one(host, { id }, scope) {
  const own = ranked(model.report && model.report.findings).filter((f) => f.id === id);
  const rule = await ruleOf(id);
  const title = (own[0] && own[0].title) || (rule && rule.title) || "This finding is not there";
  scope.title(title);
  host.append(h("p", { class: "crumbs" }, h("a", { href: "#/findings" }, "Findings")),
    h("header", { class: "stack" }, h("h1", { tabindex: "-1" }, title),
      own.length > 0 && h("p", { class: "quiet" }, when(model.report.taken, "judged "), ` · ${id}`)));
  if (own.length === 0) {
    host.append(h("div", { class: "part" }, empty(rule
      ? "The newest report of this machine does not have this finding."
      : "Neither the newest report nor the rules know it.",
    h("a", { class: "button small", href: "#/" }, "Overview"))));
  } else {
    host.append(h("h2", { class: "unseen" }, "Where"), h("div", { class: "part" },
      findingList(own, { proof: own.length === 1, fold: own.length > 1, openFirst: true, link: false,
        interpreters: model.report.interpreters })));
  }
  if (rule) {
    host.append(rulePart(rule));
  }
}
