// SPDX-License-Identifier: MIT
// The log box: paste or drop what failed, get the cause.

import * as api from "../api.js";
import { announce, h } from "../dom.js";
import * as format from "../format.js";
import { model } from "../model.js";
import { action, empty } from "./basics.js";
import { findingCard } from "./finding.js";

const LIMIT_BYTES = 1024 * 1024;

// A log too long for one request: its beginning and its end, where causes stand.
export function bounded(text, limit = LIMIT_BYTES - 65536) {
  if (new Blob([JSON.stringify(text)]).size <= limit) {
    return { text, cut: false };
  }
  const half = Math.floor(limit / 8);
  return { text: `${text.slice(0, half)}\n…\n${text.slice(-half * 3)}`, cut: true };
}

function nothing({ sentence, collect = [] }) {
  return h("div", { class: "empty stack" },
    h("p", {}, sentence || "No cause that Trilane knows is in this log. Add the lines from the "
      + "very first error on, with the command that was run."),
    collect.length > 0 && h("ul", { class: "dots" }, collect.map((item) => h("li", {}, item))),
    h("div", { class: "row" }, h("a", { class: "button small", href: "#/interpreters" },
      "Let the import probes try")));
}

function answer(host, diagnosis, cut) {
  const findings = diagnosis.findings || [];
  announce(findings.length > 0 ? `${format.count(findings.length, "cause")} found.` : "No known cause.");
  host.replaceChildren(
    cut ? h("p", { class: "quiet" }, "The log was too long for one question: its beginning and its end were read.") : "",
    findings.length > 0
      ? h("div", { class: "findings" }, findings.map((finding) => findingCard(finding, {
        open: true, link: false, key: "log", interpreters: model.report && model.report.interpreters,
      })))
      : nothing(diagnosis.next || {}));
}

export function logBox() {
  const field = h("textarea", {
    id: "log-text", rows: 8, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    placeholder: "Traceback (most recent call last):\n  …",
  });
  const here = h("input", { type: "checkbox" });
  const found = h("div", { class: "stack", "aria-label": "Diagnosis", role: "region" });
  const box = h("div", { class: "stack" });
  const ask = action("Find the cause", async () => {
    if (field.value.trim() === "") {
      field.focus();
      throw Object.assign(new Error("Paste a log first, or drop a file on the box."),
        { title: "The box is empty." });
    }
    const { text, cut } = bounded(field.value);
    const body = here.checked ? { log: text, this_machine: true } : { log: text };
    answer(found, await api.diagnose(body), cut);
  }, { class: "main" });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      ask.click();
    }
  });
  acceptFile(box, field);
  box.append(h("label", { for: "log-text", class: "unseen" }, "Log"), field,
    h("div", { class: "row" }, ask, h("label", { class: "check" }, here, "This log is from this machine"),
      chooseFile(field), h("span", { class: "quiet" }, "Nothing leaves this machine.")),
    found);
  return box;
}

async function read(file, field) {
  field.value = await file.text();
  announce(`${file.name} was read.`);
}

function chooseFile(field) {
  const input = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-label": "Log file" });
  input.addEventListener("change", () => input.files[0] && read(input.files[0], field));
  return [input, h("button", { type: "button", class: "small", onclick: () => input.click() }, "Open a file")];
}

function acceptFile(box, field) {
  const over = (on) => (event) => {
    if ([...event.dataTransfer.types].includes("Files")) {
      event.preventDefault();
      event.stopPropagation();
      box.classList.toggle("over", on);
    }
  };
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => {
    over(false)(event);
    const [file] = event.dataTransfer.files;
    if (file) {
      read(file, field);
    }
  });
}
