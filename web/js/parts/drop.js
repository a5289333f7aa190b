// SPDX-License-Identifier: MIT
// Files dropped on the page: read here, sent nowhere.  A result or report is a JSON file; a
// recording is a folder.

import { announce, h } from "../dom.js";
import { problem } from "./basics.js";

// Loaded with the first file: most pages see none.
const comparing = () => import("../comparing.js");

const LIMIT_BYTES = 32 * 1024 * 1024;
const FILES_MAX = 50000;

// What was dropped, kept while the page lives: [{ name, kind, document }]
export const dropped = [];

function refuse(name, reason) {
  return Object.assign(new Error(reason), { title: `${name} was not read.` });
}

async function readFile(file) {
  if (file.size > LIMIT_BYTES) {
    throw refuse(file.name, "It is larger than 32 MiB.");
  }
  let document;
  try {
    document = JSON.parse(await file.text());
  } catch {
    throw refuse(file.name, "It is not JSON. Drop what “--json” printed, or the .json of a result.");
  }
  const kind = (await comparing()).kindOf(document);
  if (kind === "recording") {
    throw refuse(file.name, "A recording is a folder: drop the folder that holds it.");
  }
  if (!kind) {
    throw refuse(file.name, "It is neither a result nor a report of Trilane.");
  }
  return { name: file.name, kind, document };
}

async function readFolder(name, files) {
  const { RECORDING_FILES, recordingOf } = await comparing();
  const texts = new Map();
  for (const path of RECORDING_FILES) {
    const file = files.get(path);
    if (file && file.size <= LIMIT_BYTES) {
      texts.set(path, await file.text());
    }
  }
  if (!texts.has("recording.json")) {
    throw refuse(name, "There is no recording.json in this folder.");
  }
  try {
    return { name, kind: "recording", document: recordingOf(texts) };
  } catch (error) {
    throw refuse(name, `This is no recording that can be read: ${error.message}.`);
  }
}

function entryFile(entry) {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

// Only the files that are shown are looked up: a recording may hold thousands.
async function folderFiles(entry) {
  const { RECORDING_FILES } = await comparing();
  const files = new Map();
  for (const path of RECORDING_FILES) {
    const found = await new Promise((resolve) => {
      entry.getFile(path, {}, resolve, () => resolve(null));
    });
    if (found) {
      files.set(path, await entryFile(found));
    }
  }
  return files;
}

async function take(readers, failed) {
  for (const reader of readers) {
    try {
      dropped.push(await reader());
      announce(`${dropped.at(-1).name} was read.`);
    } catch (error) {
      failed(error);
    }
  }
  dropped.splice(0, Math.max(0, dropped.length - 2)); // the newest two are compared
}

function fromDrop(transfer) {
  const entries = [...transfer.items].map((item) => ({
    entry: item.webkitGetAsEntry ? item.webkitGetAsEntry() : null, file: item.getAsFile(),
  }));
  return entries.filter(({ entry, file }) => entry || file).map(({ entry, file }) => async () => (
    entry && entry.isDirectory ? readFolder(entry.name, await folderFiles(entry)) : readFile(file)));
}

function fromInput(input) {
  const files = [...input.files];
  if (!input.webkitdirectory) {
    return files.map((file) => () => readFile(file));
  }
  const name = (files[0] && files[0].webkitRelativePath.split("/")[0]) || "The folder";
  const below = new Map(files.slice(0, FILES_MAX).map((file) => [
    file.webkitRelativePath.split("/").slice(1).join("/"), file]));
  return [() => readFolder(name, below)];
}

function chooser(label, directory, onFiles) {
  const input = h("input", {
    type: "file", class: "unseen", tabindex: "-1", "aria-label": label, multiple: !directory,
    webkitdirectory: directory, accept: directory ? null : ".json,application/json",
  });
  input.addEventListener("change", () => {
    onFiles(fromInput(input));
    input.value = "";
  });
  return [input, h("button", { type: "button", class: "small", onclick: () => input.click() }, label)];
}

// ON_READ is called when there is something new to show; without it the page goes there.
export function dropBox(onRead) {
  const problems = h("div", { class: "stack" });
  const done = async (readers) => {
    problems.replaceChildren();
    const before = dropped.length;
    await take(readers, (error) => problems.append(problem(error)));
    if (dropped.length > 0 && (readers.length > 0 || dropped.length !== before)
        && problems.childElementCount < readers.length) {
      if (onRead) {
        onRead();
      } else {
        location.hash = "#/compare";
      }
    }
  };
  const box = h("div", { class: "drop" },
    h("p", {}, "Drop one or two result, report or recording files here."),
    h("div", { class: "row" }, chooser("Choose files", false, done), chooser("Choose a recording", true, done)));
  const over = (on) => (event) => {
    event.preventDefault();
    box.classList.toggle("over", on);
  };
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => {
    over(false)(event);
    done(fromDrop(event.dataTransfer));
  });
  return h("div", { class: "stack" }, box, problems);
}
