// SPDX-License-Identifier: MIT
// One Python in full: loaded with the first page that shows one.

import { h } from "../dom.js";
import * as format from "../format.js";
import { command, facts, path, shown, table } from "./basics.js";
import { VENDORS, archs, pluginOf, tensorflowOf } from "./interpreters.js";

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
      ["Prefix", h("span", { class: "path" }, shown(i.prefix, path))],
      i.real_path !== i.path && ["Leads to", h("span", { class: "path" }, shown(i.real_path, path))],
    ]),
    recommendation(i), h("h2", {}, "Imports"), imports(i), requirements(i), packages(i),
    files("Libraries of another architecture", "foreign", i.foreign_libraries),
    files("Damaged files", "damaged", i.damaged),
    files("OpenMP runtimes", "openmp", i.openmp_runtimes),
    files("Other paths to it", "aliases", i.aliases),
  ];
}
