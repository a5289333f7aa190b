// SPDX-License-Identifier: MIT
// The log box: paste or drop what failed, or a list of requirements, and get the cause.

import * as api from "../api.js";
import { announce, h } from "../dom.js";
import * as format from "../format.js";
import { model } from "../model.js";
import { go } from "../router.js";
import { action, empty } from "./basics.js";
import { dropPlace, fileButton } from "./files.js";
import { findingList } from "./finding.js";

const LIMIT_BYTES = 1024 * 1024;

// A log too long for one request: its beginning and its end, where causes stand.
export function bounded(text, limit = LIMIT_BYTES - 65536) {
  if (new Blob([JSON.stringify(text)]).size <= limit) {
    return { text, cut: false };
  }
  const half = Math.floor(limit / 8);
  return { text: `${text.slice(0, half)}\n…\n${text.slice(-half * 3)}`, cut: true };
}

// What to do when nothing was found.  A list of requirements that fits everywhere may still not
// fit here: JUDGE_HERE asks that.
function nothing({ sentence, collect = [] }, judgeHere) {
  return h("div", { class: "empty stack" },
    h("p", {}, sentence || "No cause that Trilane knows is in this log. Add the lines from the "
      + "very first error on, with the command that was run."),
    collect.length > 0 && h("ul", { class: "dots" }, collect.map((item) => h("li", {}, item))),
    h("div", { class: "row" }, judgeHere
      ? h("button", { type: "button", class: "small", onclick: judgeHere }, "Judge it on this machine")
      : h("a", { class: "button small", href: "#/interpreters" }, "Let the import probes try")));
}

function answer(host, diagnosis, cut, judgeHere) {
  const { findings = [], input } = diagnosis;
  announce(findings.length > 0 ? `${format.count(findings.length, "cause")} found.` : "No known cause.");
  host.replaceChildren(
    cut ? h("p", { class: "quiet" }, "The text was too long for one question: its beginning and its end were read.") : "",
    input ? h("p", { class: "quiet" }, `Read as ${input}.`) : "",
    findings.length > 0
      ? findingList(findings, {
        proof: true, link: false, interpreters: model.report && model.report.interpreters,
      })
      : nothing(diagnosis.next || {}, input && judgeHere));
}

let field = null; // of the newest box
let offered = null; // a text that waits for a box

// Puts TEXT into the box, on whatever page it is dropped.
export function offerLog(text) {
  if (field && field.isConnected) {
    field.value = text;
    field.scrollIntoView({ block: "center" });
    field.focus();
  } else {
    offered = text;
    go("diagnose");
  }
}

async function take(files) {
  if (files[0]) {
    offerLog(await files[0].text());
    announce(`${files[0].name} was read.`);
  }
}

export function logBox() {
  field = h("textarea", {
    id: "log-text", rows: 8, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    placeholder: "Traceback (most recent call last):\n  …", value: offered || "",
  });
  offered = null;
  const own = field;
  const here = h("input", { type: "checkbox" });
  const found = h("div", { class: "stack", "aria-label": "Diagnosis", role: "region" });
  const ask = action("Find the cause", async () => {
    if (own.value.trim() === "") {
      own.focus();
      throw Object.assign(new Error("Paste a log first, or drop a file on the page."),
        { title: "The box is empty." });
    }
    const { text, cut } = bounded(own.value);
    const body = here.checked ? { log: text, this_machine: true } : { log: text };
    answer(found, await api.diagnose(body), cut, !here.checked && (() => {
      here.checked = true;
      ask.click();
    }));
  }, { class: "main" });
  own.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      ask.click();
    }
  });
  return dropPlace(h("div", { class: "stack" }, h("label", { for: "log-text", class: "unseen" }, "Log or list of requirements"), own,
    h("div", { class: "row" }, ask, fileButton("Open a file", take),
      h("label", { class: "check" }, here, "It is from this machine")), found),
  (transfer) => take([...transfer.files]));
}
