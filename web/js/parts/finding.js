// SPDX-License-Identifier: MIT
// A finding: what is wrong, how it is known, what to do.  Commands are copied, never run.

import { h, outward } from "../dom.js";
import { to } from "../router.js";
import { command } from "./basics.js";

const SEVERITY = {
  blocker: ["bad", "Blocker"],
  warning: ["warn", "Warning"],
  hint: ["hint", "Hint"],
  info: ["", "Note"],
};

const CONFIDENCE = { certain: "certain", likely: "likely", possible: "possible" };

export function severity(finding) {
  const [tone, name] = SEVERITY[finding.severity] || SEVERITY.info;
  return h("span", { class: `word ${tone}` }, name);
}

function text(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function evidence(finding) {
  const items = finding.evidence || [];
  if (items.length === 0) {
    return null;
  }
  return h("dl", { class: "evidence" }, items.map((item) => [
    h("dt", {}, text(item.what)),
    h("dd", {}, text(item.value), item.source
      && h("div", { class: "source" }, `from ${text(item.source)}`)),
  ]));
}

export function references(list) {
  return (list || []).length > 0
    && h("p", { class: "refs" }, list.map((r) => outward(r.url, r.title)));
}

function subject(finding, interpreters) {
  if (!finding.subject || finding.subject === "machine") {
    return null;
  }
  const known = (interpreters || []).find((i) => i.path === finding.subject);
  return h("p", { class: "subject" }, known
    ? h("a", { href: to("interpreters", known.id) }, finding.subject) : finding.subject);
}

// OPEN shows the evidence at once; MORE are findings of the same rule about other subjects.
export function findingCard(finding, {
  interpreters, open = false, link = true, key = "", more = [],
} = {}) {
  const remedy = finding.remedy || {};
  const proof = evidence(finding);
  return h("article", { class: "card finding" },
    h("div", { class: "sev" }, severity(finding)),
    h("div", {},
      h("h3", {}, link ? h("a", { href: to("findings", finding.id) }, finding.title)
        : finding.title),
      subject(finding, interpreters),
      more.length > 0 && h("p", { class: "subject" }, h("a", { href: to("findings", finding.id) },
        `and ${more.length} more like it`)),
      finding.explanation && h("p", { class: "text" }, finding.explanation),
      remedy.text && h("p", { class: "do" }, h("b", {}, "What to do: "), remedy.text),
      (remedy.commands || []).map((line) => command(text(line))),
      proof && h("details", { open, "data-key": `evidence ${key} ${finding.id} ${finding.subject}` },
        h("summary", {}, `How this is known (${CONFIDENCE[finding.confidence] || "likely"})`),
        proof),
      references(finding.references)));
}
