// SPDX-License-Identifier: MIT
// The Pythons of a report as a table.

import { h } from "../dom.js";
import * as format from "../format.js";
import { to } from "../router.js";
import { path, shown, table } from "./basics.js";

const VERDICTS = {
  ready: ["good", "Ready"],
  "works-with-limits": ["warn", "Works with limits"],
  broken: ["bad", "Broken"],
  "no-tensorflow": ["hollow", "No TensorFlow"],
};

const ORDER = ["broken", "works-with-limits", "ready", "no-tensorflow"];

export function verdictWord(interpreter) {
  const [tone, word] = VERDICTS[format.fact(interpreter, "verdict.state")] || ["", "Not judged"];
  return h("span", { class: `word ${tone}` }, word);
}

export function sorted(interpreters) {
  const rank = (i) => {
    const at = ORDER.indexOf(format.fact(i, "verdict.state"));
    return at < 0 ? ORDER.length : at;
  };
  return [...interpreters].sort((a, b) => rank(a) - rank(b));
}

export const archs = (value) => (format.isAbsent(value) ? "architecture not known"
  : shown(value, (a) => format.arch(a)));

// None of them is broken at its hyphen.
function archCell(value) {
  const names = format.known(value);
  return !Array.isArray(names) || names.length === 0 ? shown(value, format.arch)
    : names.map((a, i) => [i > 0 && ", ", h("span", { class: "whole" }, format.arch(a))]);
}

// TEXT with the interpreters of REPORT that it speaks of by path named, and linked.
export function naming(text, report) {
  const all = ((report && report.interpreters) || []).filter((i) => text.includes(i.path))
    .sort((a, b) => b.path.length - a.path.length);
  if (all.length === 0) {
    return text;
  }
  const [i] = all;
  const at = text.indexOf(i.path);
  const name = format.known(i.name);
  return [text.slice(0, at), h("a", { href: to("interpreters", i.id), title: i.path },
    name ? `the ${i.kind} environment ${name}` : path(i.path)), text.slice(at + i.path.length)];
}

export function tensorflowOf(interpreter) {
  const packages = format.known(interpreter.packages, {});
  const stack = format.fact(interpreter, "tensorflow");
  const name = (stack && format.known(stack.package)) || ["tensorflow", "tensorflow-macos",
    "tensorflow-cpu", "tf-nightly"].find((n) => n in packages) || null;
  if (!name && !stack) {
    return null;
  }
  const own = packages[name] || {};
  return {
    name: name || "tensorflow",
    version: (stack && stack.version) || own.version,
    archs: (stack && stack.archs) || own.archs,
  };
}

export function pluginOf(interpreter) {
  const plugin = format.known(interpreter.plugin);
  return plugin && typeof plugin === "object" ? plugin : null;
}

export const VENDORS = { apple: "Apple’s", "third-party": "third-party" };

function stackCell(interpreter) {
  const stack = tensorflowOf(interpreter);
  const plugin = pluginOf(interpreter);
  if (!stack) {
    return h("span", { class: "absent" }, "–");
  }
  return [`${stack.name} `, shown(stack.version),
    stack.archs && h("span", { class: "quiet" }, archs(stack.archs)),
    plugin && h("span", { class: "quiet" }, `plugin ${format.known(plugin.version, "of unknown version")}`,
      VENDORS[plugin.vendor] ? `, ${VENDORS[plugin.vendor]}` : "")];
}

export function interpreterTable(interpreters) {
  return table({
    caption: "Python interpreters",
    cards: true,
    name: "pythons",
    columns: [{ label: "Python", head: true }, { label: "Kind" }, { label: "Architecture" },
      { label: "TensorFlow" }, { label: "Verdict" }],
    rows: sorted(interpreters).map((i) => [
      [h("a", { href: to("interpreters", i.id), class: "path" }, path(i.path)),
        h("span", { class: "quiet" }, "Python ", shown(i.version))],
      [shown(i.kind), i.name && h("span", { class: "quiet clip", title: i.name }, String(i.name))],
      archCell(i.archs),
      stackCell(i),
      [verdictWord(i), h("p", { class: "quiet" }, format.fact(i, "verdict.sentence") || "")],
    ]),
  });
}
