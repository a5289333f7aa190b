// SPDX-License-Identifier: MIT
// A finding: what is wrong, how it is known, what to do.  Commands are copied, never run.

import { h, outward } from "../dom.js";
import { plain } from "../format.js";
import { inline } from "../inline.js";
import { to } from "../router.js";
import { command, path } from "./basics.js";

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

function evidence(finding, open, key) {
  const items = finding.evidence || [];
  if (items.length === 0) {
    return null;
  }
  return h("details", { class: "proof", open, "data-key": `evidence ${key}` },
    h("summary", {}, `How this is known (${CONFIDENCE[finding.confidence] || "likely"})`),
    h("dl", { class: "evidence" }, items.map((item) => [
      h("dt", {}, plain(item.what)),
      h("dd", {}, plain(item.value), item.source
        && h("div", { class: "source" }, `from ${plain(item.source)}`)),
    ])));
}

export function references(list) {
  return (list || []).map((r) => outward(r.url, r.title));
}

const aboutMachine = (finding) => !finding.subject || finding.subject === "machine";

function links(finding, interpreters, link, more) {
  const known = (interpreters || []).find((i) => i.path === finding.subject);
  const all = [
    known && h("a", { href: to("interpreters", known.id) }, "This Python"),
    link && h("a", { href: to("findings", finding.id) },
      more.length > 0 ? `More about it, and ${more.length} more like it` : "More about it"),
    ...references(finding.references),
  ].filter(Boolean);
  return all.length > 0 && h("p", { class: "refs" }, all);
}

function head(finding, more) {
  return [h("span", { class: "sev" }, severity(finding)),
    h("div", {}, h("h3", {}, inline(finding.title || finding.id)),
      !aboutMachine(finding) && h("p", { class: "subject" }, path(finding.subject),
        more.length > 0 && ` and ${more.length} more`))];
}

// The options: FOLD makes it a row that opens, and is open if OPEN; PROOF shows the evidence
// at once; LINK leads to its own page; MORE are findings of the same rule about others.
function findingCard(finding, {
  interpreters, fold = false, open = false, proof = false, link = true, more = [],
} = {}) {
  const remedy = finding.remedy || {};
  const key = `${finding.id} ${finding.subject}`;
  const body = h("div", { class: "body" },
    finding.explanation && h("p", { class: "text" }, inline(finding.explanation)),
    remedy.text && h("p", { class: "do" }, h("b", {}, "What to do: "), inline(remedy.text)),
    (remedy.commands || []).map((line) => command(plain(line))),
    evidence(finding, proof, key),
    links(finding, interpreters, link, more));
  return h("article", { class: "finding" }, fold
    ? h("details", { open, "data-key": `finding ${key}` },
      h("summary", { class: "head" }, head(finding, more)), body)
    : [h("div", { class: "head" }, head(finding, more)), body]);
}

// A list of them; ALL are findings, or groups of them as summary.js' grouped() makes.
export function findingList(all, { openFirst = false, ...options } = {}) {
  return h("div", { class: "card findings" }, all.map((item, i) => {
    const [finding, ...more] = Array.isArray(item) ? item : [item];
    return findingCard(finding, { ...options, more, open: openFirst && i === 0 });
  }));
}
