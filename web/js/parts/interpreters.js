// SPDX-License-Identifier: MIT
// The Pythons of a report as a table, and one of them in full.

import { h } from "../dom.js";
import * as format from "../format.js";
import { to } from "../router.js";
import { command, facts, shown, table } from "./basics.js";

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

const archs = (value) => (format.isAbsent(value) ? "architecture not known"
  : shown(value, (a) => format.arch(a)));

// A path that may be broken after its slashes.
function path(text) {
  return text.split(/(?<=\/)(?=.)/).map((piece, i) => [i > 0 && h("wbr"), piece]);
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
  return [text.slice(0, at), h("a", { href: to("interpreters", i.id), title: i.path },
    format.known(i.name) || path(i.path)), text.slice(at + i.path.length)];
}

function tensorflowOf(interpreter) {
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

function pluginOf(interpreter) {
  const plugin = format.known(interpreter.plugin);
  return plugin && typeof plugin === "object" ? plugin : null;
}

const VENDORS = { apple: "Apple’s", "third-party": "third-party" };

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
    columns: [{ label: "Python", head: true }, { label: "Kind" }, { label: "Architecture" },
      { label: "TensorFlow" }, { label: "Verdict" }],
    rows: sorted(interpreters).map((i) => [
      [h("a", { href: to("interpreters", i.id), class: "path" }, path(i.path)),
        h("span", { class: "quiet" }, "Python ", shown(i.version))],
      [shown(i.kind), i.name && h("span", { class: "quiet" }, String(i.name))],
      shown(i.archs, format.arch),
      stackCell(i),
      [verdictWord(i), h("p", { class: "quiet" }, format.fact(i, "verdict.sentence") || "")],
    ]),
  });
}

// --- one in full -----------------------------------------------------------------------------

const PROBES = {
  tensorflow: "import tensorflow",
  tensorflow_after_pyarrow: "after pyarrow",
  tensorflow_before_pyarrow: "before pyarrow",
  tensorflow_without_plugin: "without the plugin",
  devices: "list devices",
};

const OUTCOMES = {
  ok: ["good", "Works"], failed: ["bad", "Fails"], crashed: ["bad", "Crashes"],
  hung: ["bad", "Hangs"], not_run: ["hollow", "Not run"],
};

function imports(interpreter) {
  const rows = format.known(interpreter.imports, []);
  if (!Array.isArray(rows) || rows.length === 0) {
    return h("p", { class: "quiet" }, "The import probes have not run in this report.");
  }
  return table({
    caption: "Import probes",
    cards: true,
    columns: [{ label: "Probe", head: true }, { label: "Outcome" }, { label: "Time", number: true },
      { label: "Last words" }],
    rows: rows.map((row) => {
      const [tone, word] = OUTCOMES[row.outcome] || ["", String(row.outcome)];
      const signal = format.known(row.signal);
      const devices = (row.devices || []).map((d) => `${d.type} ${d.name}`).join(", ");
      return [PROBES[row.probe] || String(row.probe),
        [h("span", { class: `word ${tone}` }, word), signal && ` (${signal})`],
        shown(row.duration_ns, format.duration),
        devices || h("span", { class: "path" }, format.known(row.stderr_tail, "") || format.known(row.detail, ""))];
    }),
  });
}

function packages(interpreter) {
  const all = Object.entries(format.known(interpreter.packages, {}));
  if (all.length === 0) {
    return null;
  }
  return h("details", { "data-key": "packages" },
    h("summary", {}, `${format.count(all.length, "package")}`),
    table({
      caption: "Packages",
      columns: [{ label: "Package", head: true }, { label: "Version" }, { label: "Architecture" },
        { label: "From" }],
      rows: all.sort(([a], [b]) => a.localeCompare(b)).map(([name, p]) => [name,
        shown(p.version), p.archs ? archs(p.archs) : "–",
        [p.installer || p.source || "–", p.damaged && h("span", { class: "quiet" }, String(p.damaged)),
          (p.shadowed || []).map((s) => h("span", { class: "quiet" }, "hides ", shown(s.version),
            ` in ${s.location}`))]]),
    }));
}

function requirements(interpreter) {
  const rows = format.fact(interpreter, "tensorflow.requires") || [];
  const unmet = rows.filter((r) => format.known(r.satisfied) === false);
  if (rows.length === 0) {
    return null;
  }
  return h("details", { open: unmet.length > 0, "data-key": "requires" },
    h("summary", {}, unmet.length > 0
      ? `${format.count(unmet.length, "requirement")} of TensorFlow not met`
      : `All ${rows.length} requirements of TensorFlow are met`),
    table({
      caption: "What TensorFlow requires",
      columns: [{ label: "Package", head: true }, { label: "Required" }, { label: "Installed" },
        { label: "Met" }],
      rows: [...unmet, ...rows.filter((r) => !unmet.includes(r))].map((r) => ({
        class: unmet.includes(r) ? "changed" : null,
        cells: [r.name, r.specifiers || "any", shown(r.installed), shown(r.satisfied)],
      })),
    }));
}

function files(title, key, rows) {
  return Array.isArray(rows) && rows.length > 0
    && h("details", { "data-key": key }, h("summary", {}, `${title} (${rows.length})`),
      h("ul", { class: "stack" }, rows.map((row) => h("li", { class: "path" },
        row.path || String(row), row.detail && ` – ${row.detail}`,
        Array.isArray(row.archs) && ` – ${row.archs.map(format.arch).join(", ")}`))));
}

const TOOLS = { pip: "pip", conda: "conda", uv: "uv" };

// The set of versions that this Python should have, as command lines of each tool.
function recommendation(i) {
  const r = format.known(i.recommendation);
  if (!r || !r.sentence) {
    return null;
  }
  return h("section", { class: "stack" }, h("h2", {}, "Recommended"), h("p", {}, r.sentence),
    Object.entries(r.commands || {}).filter(([, lines]) => Array.isArray(lines) && lines.length > 0)
      .map(([tool, lines]) => h("details", { "data-key": `set ${tool}`, open: tool === "pip" },
        h("summary", {}, `With ${TOOLS[tool] || tool}`), lines.map((line) => command(String(line))))));
}

export function interpreterDetails(i) {
  const plugin = pluginOf(i);
  const loads = plugin && plugin.loads_with;
  const stack = tensorflowOf(i);
  return [
    facts([
      ["Version", shown(i.version)],
      ["Kind", [shown(i.kind), i.distribution ? [" · ", shown(i.distribution)] : null]],
      ["Architecture", archs(i.archs)],
      i.runs_as !== undefined && ["Runs as", shown(i.runs_as, format.arch)],
      ["TensorFlow", stack ? [`${stack.name} `, shown(stack.version)] : "not installed"],
      stack && stack.archs && ["TensorFlow’s architecture", archs(stack.archs)],
      plugin && ["GPU plugin", [shown(plugin.version), VENDORS[plugin.vendor]
        ? `, ${VENDORS[plugin.vendor]}` : ""]],
      loads && typeof loads === "object" && ["Plugin loads", [shown(loads.loads ?? loads),
        loads.missing_symbol && h("span", { class: "path" }, ` ${loads.missing_symbol}`)]],
      ["Prefix", h("span", { class: "path" }, shown(i.prefix))],
      i.real_path !== i.path && ["Leads to", h("span", { class: "path" }, shown(i.real_path))],
    ]),
    recommendation(i), h("h2", {}, "Imports"), imports(i), requirements(i), packages(i),
    files("Libraries of another architecture", "foreign", i.foreign_libraries),
    files("Damaged files", "damaged", i.damaged),
    files("OpenMP runtimes", "openmp", i.openmp_runtimes),
    files("Other paths to it", "aliases", i.aliases),
  ];
}
