// SPDX-License-Identifier: MIT
// The machine's facts: those that people ask for first, and all of them with their sources.

import { h } from "../dom.js";
import * as format from "../format.js";
import { TRANSLATORS } from "../lanes.js";
import { facts, shown, table } from "./basics.js";

const SKIP = new Set(["sources", "isa_meaning"]);
const POWER = { ac: "mains", battery: "battery", ups: "UPS" };
export const powerSource = (name) => POWER[name] || name;
const BYTES = /(^|_)bytes$/;

function cell(path, value) {
  if (format.isAbsent(value)) {
    return h("span", { class: "absent" }, format.why(value),
      value && value.detail ? `: ${value.detail}` : "");
  }
  return shown(value, BYTES.test(path) ? format.bytes : format.plain);
}

function sourceOf(sources, path) {
  for (let at = path; at; at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "") {
    if (sources[at]) {
      return String(sources[at]);
    }
  }
  return "";
}

function every(machine) {
  const sources = format.known(machine.sources, {});
  const rows = format.leaves(machine, SKIP);
  return h("details", { "data-key": "all facts" },
    h("summary", {}, `All ${rows.length} facts, and where each is from`),
    table({
      caption: "Facts of the machine", cards: true,
      columns: [{ label: "Fact", head: true }, { label: "Value" }, { label: "From" }],
      rows: rows.map(([path, value]) => [format.pathWords(path),
        cell(path, value), h("span", { class: "quiet path" }, sourceOf(sources, path))]),
    }));
}

function cores(machine) {
  const levels = format.fact(machine, "cores.levels");
  const total = machine.cores && machine.cores.total;
  return [shown(total), Array.isArray(levels) && levels.length > 1
    && h("span", { class: "quiet" }, " ", levels.map((l) => `${l.count} ${String(l.name).toLowerCase()}`).join(", "))];
}

function gpus(machine) {
  const list = format.known(machine.gpus);
  if (!Array.isArray(list)) {
    return shown(machine.gpus);
  }
  return list.length === 0 ? "none was found" : list.map((gpu) => h("div", {},
    shown(gpu.name), format.known(gpu.api) ? `, ${format.capital(String(gpu.api))}` : ""));
}

function translator(machine) {
  const t = machine.translator || {};
  const kind = format.known(t.kind);
  if (!kind) {
    return format.isAbsent(t.kind) && t.kind ? shown(t.kind) : "none";
  }
  return `${TRANSLATORS[kind] || kind}${t.installed === false ? ", not installed" : ""}`;
}

function cuda(machine) {
  const c = format.known(machine.cuda, {});
  if (c.usable === true) {
    return "usable";
  }
  return c.hybrid === true ? "left behind, not usable here" : "none";
}

export function machineFacts(report) {
  const machine = report.machine || {};
  const memory = machine.memory || {};
  return h("div", { class: "stack-l" },
    facts([
      ["System", format.system(machine.os) || shown(null)],
      ["Chip", shown(machine.chip)],
      ["Architecture", [shown(machine.arch, format.arch), machine.translated === true
        && h("span", { class: "quiet" }, ", and Trilane itself is translated")]],
      ["Cores", cores(machine)],
      ["Memory", [shown(memory.total_bytes, format.bytes), format.known(memory.available_bytes)
        && h("span", { class: "quiet" }, ` ${format.bytes(memory.available_bytes)} free when read`)]],
      ["GPU", gpus(machine)],
      ["Translator", translator(machine)],
      ["Vector instructions", shown(machine.isa)],
      ["CUDA", cuda(machine)],
      ["Power", [shown((machine.power || {}).source, powerSource),
        format.fact(machine, "power.mode") ? `, ${format.fact(machine, "power.mode")} mode` : ""]],
    ]), every(machine));
}
