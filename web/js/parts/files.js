// SPDX-License-Identifier: MIT
// Files from the reader's machine: a button that asks for them, and a place to drop them.

import { h } from "../dom.js";

// A button that asks for files, or for a FOLDER, and hands over the list of them.
export function fileButton(label, onFiles, { folder = false, many = false, accept } = {}) {
  const input = h("input", {
    type: "file", class: "unseen", tabindex: "-1", "aria-label": label, multiple: many,
    webkitdirectory: folder, accept,
  });
  input.addEventListener("change", () => {
    onFiles([...input.files]);
    input.value = "";
  });
  return [input, h("button", { type: "button", class: "small", onclick: () => input.click() }, label)];
}

const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

// Files dropped on ELEMENT go to ON_DROP, and to no place around it.
export function dropPlace(element, onDrop) {
  const handle = (over) => (event) => {
    if (!holdsFiles(event)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    element.classList.toggle("over", over);
  };
  element.addEventListener("dragover", handle(true));
  element.addEventListener("dragleave", handle(false));
  element.addEventListener("drop", (event) => {
    handle(false)(event);
    if (holdsFiles(event)) {
      onDrop(event.dataTransfer);
    }
  });
  return element;
}
