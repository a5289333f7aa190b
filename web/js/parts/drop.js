// SPDX-License-Identifier: MIT
// Files dropped on the page.  Two of a kind are compared, a log goes to the log box.

import { loader } from "../api.js";
import { announce, h } from "../dom.js";
import { go } from "../router.js";
import { problem } from "./basics.js";
import { dropPlace, fileButton } from "./files.js";
import { offerLog } from "./log.js";

// Loaded with the first file: most pages see none.
const reading = loader("./reading.js");

// What was dropped, kept while the page lives: [{ name, kind, document }]
export const dropped = [];

export const exchange = () => dropped.reverse();

// A transfer is empty once its event is over: what it holds is taken out at once, read later.
function fromDrop(transfer) {
  const items = [...transfer.items].map((item) => ({
    entry: item.webkitGetAsEntry ? item.webkitGetAsEntry() : null, file: item.getAsFile(),
  }));
  return items.filter(({ entry, file }) => entry || file).map(({ entry, file }) => async () => (
    entry && entry.isDirectory ? (await reading()).readEntry(entry) : (await reading()).readFile(file)));
}

const fromFiles = (files) => files.map((file) => async () => (await reading()).readFile(file));

const fromFolder = (files) => [async () => (await reading()).readFolder(files)];

// Runs the READERS; the newest two documents stay.  True if there is something to compare.
async function take(readers, failed) {
  let news = false;
  for (const reader of readers) {
    try {
      const item = await reader();
      if (item.kind === "log") {
        offerLog(item.text);
      } else {
        dropped.push(item);
        news = true;
      }
      announce(`${item.name} was read.`);
    } catch (error) {
      failed(error);
    }
  }
  dropped.splice(0, Math.max(0, dropped.length - 2));
  return news;
}

const refused = []; // what could not be read when no box was there to say so

// ON_READ is called when there is something new to show; without it the page goes there.
export function dropBox(onRead = () => go("compare")) {
  const problems = h("div", { class: "stack" }, refused.splice(0).map(problem));
  const done = async (readers) => {
    problems.replaceChildren();
    if (await take(readers, (error) => problems.append(problem(error)))) {
      onRead();
    }
  };
  const box = dropPlace(h("div", { class: "drop" },
    h("p", {}, "Drop one or two results, reports or recordings here."),
    h("div", { class: "row" },
      fileButton("Choose files", (files) => done(fromFiles(files)), { many: true }),
      fileButton("Choose a recording", (files) => done(fromFolder(files)), { folder: true }))),
  (transfer) => done(fromDrop(transfer)));
  return h("div", { class: "stack" }, box, problems);
}

// What is dropped beside every box must not replace the page: it goes where it can be shown.
export function dropAnywhere() {
  dropPlace(document.body, async (transfer) => {
    const news = await take(fromDrop(transfer), (error) => refused.push(error));
    if (news || refused.length > 0) {
      go("compare");
    }
  });
}
