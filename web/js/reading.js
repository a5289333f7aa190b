// SPDX-License-Identifier: MIT
// What was dropped or chosen, read here and sent nowhere: { name, kind, document } of a result,
// report or recording, { name, kind: "log", text } of anything else that is text.  A recording is a
// folder, or an archive of one.

import { loader } from "./api.js";
import { kindOf } from "./comparing.js";

const LIMIT_BYTES = 32 * 1024 * 1024;
const FILES_MAX = 50000;
const recordings = loader("./recording.js");
const archives = loader("./archive.js");
const ARCHIVE = /\.(zip|tar\.gz|tgz)$/i;

function refuse(name, reason) {
  return Object.assign(new Error(reason), { title: `${name} was not read.` });
}

// FILES: a map of path to what has a size and a text().  The recording may lie in a folder of it.
async function readRecording(name, files) {
  const { READ, recordingOf } = await recordings();
  const head = [...files.keys()].filter((path) => /(^|\/)recording\.json$/.test(path))
    .sort((a, b) => a.length - b.length)[0];
  if (head === undefined) {
    throw refuse(name, "There is no recording.json in it.");
  }
  const base = head.slice(0, -"recording.json".length);
  const paths = [...files.keys()].filter((path) => path.startsWith(base))
    .map((path) => path.slice(base.length));
  const texts = new Map();
  for (const path of READ) {
    const file = files.get(base + path);
    if (file && file.size <= LIMIT_BYTES) {
      texts.set(path, await file.text());
    }
  }
  try {
    if (kindOf(JSON.parse(texts.get("recording.json"))) !== "recording") {
      throw new Error("its recording.json is of another kind or version");
    }
    return { name, kind: "recording", document: recordingOf(paths, texts) };
  } catch (error) {
    throw refuse(name, `This is no recording that can be read: ${error.message}.`);
  }
}

async function readArchive(file) {
  const { open } = await archives();
  let files;
  try {
    files = await open(file);
  } catch (error) {
    throw refuse(file.name, `It cannot be unpacked: ${error.message}.`);
  }
  return readRecording(file.name, files);
}

async function readDocument(file) {
  const text = await file.text();
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    if (/\.json$/i.test(file.name)) {
      throw refuse(file.name, "It is not JSON. Drop what “--json” printed, or the .json of a result.");
    }
    if (text.includes("\0")) {
      throw refuse(file.name, "It is neither text nor an archive of a recording.");
    }
    return { name: file.name, kind: "log", text };
  }
  const kind = kindOf(document);
  if (kind === "recording") {
    throw refuse(file.name, "A recording is a folder: drop the folder that holds it, or an archive of it.");
  }
  if (!kind) {
    throw refuse(file.name, "It is neither a result nor a report of Trilane.");
  }
  return { name: file.name, kind, document };
}

export async function readFile(file) {
  if (ARCHIVE.test(file.name)) {
    return readArchive(file);
  }
  if (file.size > LIMIT_BYTES) {
    throw refuse(file.name, "It is larger than 32 MiB.");
  }
  return readDocument(file);
}

// The FILES of a chosen folder.
export function readFolder(files) {
  const name = (files[0] && files[0].webkitRelativePath.split("/")[0]) || "The folder";
  return readRecording(name, new Map(files.slice(0, FILES_MAX)
    .map((file) => [file.webkitRelativePath, file])));
}

const promised = (ask) => new Promise((resolve, reject) => {
  ask(resolve, reject);
});

// All files below a dropped folder.  Only what is read is opened.
async function below(entry, path = "", files = new Map()) {
  const reader = entry.createReader();
  for (;;) {
    const some = await promised((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0 || files.size >= FILES_MAX) {
      return files;
    }
    for (const item of some) {
      if (item.isDirectory) {
        await below(item, `${path}${item.name}/`, files);
      } else {
        files.set(path + item.name, {
          size: 0,
          text: async () => (await promised((resolve, reject) => item.file(resolve, reject))).text(),
        });
      }
    }
  }
}

export const readEntry = async (entry) => readRecording(entry.name, await below(entry));
