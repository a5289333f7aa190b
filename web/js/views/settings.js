// SPDX-License-Identifier: MIT
// The settings: a dialog, loaded when it is first opened.

import { h } from "../dom.js";
import { options } from "../parts/run.js";
import * as settings from "../settings.js";

const THEMES = { system: "As the system", light: "Light", dark: "Dark" };

function themeField() {
  const theme = h("select", { id: "theme" }, Object.entries(THEMES).map(([name, text]) => h("option",
    { value: name, selected: settings.get().theme === name }, text)));
  theme.addEventListener("change", () => settings.set({ theme: theme.value }));
  return h("label", {}, "Theme", theme);
}

// Who speaks to the computer may want no key of one character.
function slashBox() {
  const box = h("input", { type: "checkbox", checked: settings.get().slash });
  box.addEventListener("change", () => settings.set({ slash: box.checked }));
  return h("fieldset", {}, h("legend", {}, "Keys"),
    h("label", { class: "check" }, box, h("span", {}, h("kbd", {}, "/"), " leads to the search")));
}

export function open() {
  const dialog = h("dialog", { "aria-labelledby": "settings-title" },
    h("h2", { id: "settings-title" }, "Settings"),
    h("div", { class: "stack-l" },
      h("div", { class: "fields" }, themeField(), slashBox()),
      h("div", { class: "stack" }, h("h3", {}, "A run"), options()),
      h("div", { class: "row" },
        h("button", { type: "button", class: "main", onclick: () => dialog.close() }, "Done"),
        h("span", { class: "quiet" }, "Kept in this browser."))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
