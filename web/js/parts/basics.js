// SPDX-License-Identifier: MIT
// Small parts: buttons, times that grow older, problems, tables.

import { announce, h, svg } from "../dom.js";
import * as format from "../format.js";

export function logo() {
  return svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" },
    svg("rect", { x: 1, y: 3, width: 18, height: 3.4, rx: 1.7, fill: "var(--native)" }),
    svg("rect", { x: 1, y: 8.3, width: 8, height: 3.4, rx: 1.7, fill: "var(--translated)" }),
    svg("rect", { x: 1, y: 13.6, width: 13, height: 3.4, rx: 1.7, fill: "var(--gpu)" }));
}

const STROKE = { fill: "none", stroke: "currentColor", "stroke-width": 1.6,
  "stroke-linecap": "round", "stroke-linejoin": "round" };

export function icon(name) {
  const shapes = {
    settings: ["M4 6h6M14 6h2M4 14h2M10 14h6", "M12 4v4M8 12v4"],
  };
  return svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true", ...STROKE },
    shapes[name].map((d) => svg("path", { d })));
}

// A button whose action may take time: pressing it again meanwhile does nothing, and a problem
// that it meets is shown after it.  It keeps the focus, which a disabled one would lose.
export function action(label, run, properties = {}) {
  const button = h("button", { type: "button", ...properties }, label);
  button.addEventListener("click", async (event) => {
    // The second half of a double click may fall on what stands there by now.
    if (event.detail > 1 || button.ariaDisabled) {
      return;
    }
    const old = button.nextElementSibling;
    if (old && old.classList.contains("problem")) {
      old.remove();
    }
    button.ariaDisabled = "true";
    try {
      await run(button);
    } catch (error) {
      standing(button).after(problem(error));
    }
    button.ariaDisabled = null;
  });
  return button;
}

// BUTTON, or what stands in its place since its part was drawn again.
function standing(button) {
  const { key } = button.dataset;
  return (!button.isConnected && key && document.querySelector(`[data-key="${CSS.escape(key)}"]`))
    || button;
}

export function problem(error) {
  const detail = error.name === "Problem" ? error.detail : error.message;
  // "Forbidden" tells a reader less than why.
  const title = ([401, 403].includes(error.status) && detail) || error.title
    || "Something went wrong in this page.";
  return h("div", { class: "problem", role: "alert" },
    h("p", {}, h("b", {}, title)),
    detail && detail !== title && h("p", {}, detail),
    error.hint && h("p", {}, error.hint),
    (error.status === 401 || (error.status === 403 && /token/.test(detail)))
      && h("p", {}, h("a", { href: "login" }, "Sign in")),
    error.retryAfter && h("p", {}, `Try again in ${format.roughly(error.retryAfter)}.`));
}

export function empty(sentence, ...actions) {
  return h("div", { class: "empty" }, h("p", {}, sentence),
    actions.length > 0 && h("div", { class: "row" }, actions));
}

// --- copying -----------------------------------------------------------------------------

async function toClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = h("textarea", { class: "unseen", readonly: true });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) {
    throw new Error("The browser did not let the page copy. Select the text instead.");
  }
}

// TEXT is the text, or a function that fetches it; WHAT names it to who cannot see it.
export function copyButton(text, label = "Copy", { what = "", main = false } = {}) {
  return action(label, async (button) => {
    await toClipboard(typeof text === "function" ? await text() : text);
    announce(`Copied ${what || "it"}.`);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = label;
    }, 1600);
  }, { class: main ? "main" : "small", "aria-label": label === "Copy" ? `Copy ${what}` : null });
}

export function command(text) {
  return h("div", { class: "command" }, h("pre", {}, text),
    copyButton(text, "Copy", { what: `the command ${text}` }));
}

// --- times -------------------------------------------------------------------------------

export function when(date, prefix = "") {
  return h("time", { datetime: date, title: format.date(date), "data-age": prefix },
    prefix + format.age(date));
}

export function keepAges() {
  setInterval(() => {
    for (const time of document.querySelectorAll("time[data-age]")) {
      const text = time.dataset.age + format.age(time.dateTime);
      if (time.textContent !== text) {
        time.textContent = text;
      }
    }
  }, 10000);
}

// --- values and tables ---------------------------------------------------------------------

// A value, or why there is none.
export function shown(value, form = String) {
  if (format.isAbsent(value)) {
    const detail = value && typeof value === "object" && value.detail;
    return h("span", { class: "absent", title: detail || null }, format.why(value));
  }
  if (Array.isArray(value)) {
    return value.length > 0 ? value.map((item) => form(item)).join(", ") : "none";
  }
  if (typeof value === "boolean") {
    return value ? "yes" : "no";
  }
  return form(value);
}

// A path that may be broken after its slashes.
export const path = (text) => String(text).split(/(?<=\/)(?=.)/)
  .map((piece, i) => [i > 0 && h("wbr"), piece]);

// What is wider than its place can be scrolled, and then the keyboard must reach it.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth;
    for (const [name, value] of [["tabindex", "0"], ["role", "region"],
      ["aria-label", target.dataset.label]]) {
      if (scrolls) {
        target.setAttribute(name, value);
      } else {
        target.removeAttribute(name);
      }
    }
  }
});

// columns: [{ label, number, head }]; rows: [[cell…]]; NAME is a class.  With CARDS a narrow screen shows each row as
// a card; the roles keep it a table for screen readers all the same.
export function table({ caption, columns, rows, cards = false, name = "" }) {
  const role = (name) => (cards ? { role: name } : {});
  const cell = (content, i) => {
    const column = columns[i];
    const tag = column.head ? "th" : "td";
    return h(tag, {
      class: column.number ? "n" : null,
      scope: column.head ? "row" : null,
      "data-label": column.label,
      ...role(column.head ? "rowheader" : "cell"),
    }, content);
  };
  const box = h("div", { class: "scroll", "data-label": `${caption}, table` },
    h("table", { class: [cards && "cards", name].filter(Boolean).join(" ") || null, ...role("table") },
      h("caption", { class: "unseen" }, caption),
      h("thead", role("rowgroup"), h("tr", role("row"), columns.map((column) => h("th",
        { scope: "col", class: column.number ? "n" : null, ...role("columnheader") },
        column.label)))),
      h("tbody", role("rowgroup"),
        rows.map((row) => h("tr", { class: row.class || null, ...role("row") },
          (row.cells || row).map(cell))))));
  sizes.observe(box);
  return box;
}

// The server's sentences about a comparison, one below the other.
export function verdicts(sentences) {
  const said = sentences.filter(Boolean);
  return said.length > 0 && h("ul", { class: "lead" }, said.map((s) => h("li", {}, format.named(s))));
}

export function facts(rows) {
  return h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) => h("div", {},
    h("dt", {}, name), h("dd", {}, value))));
}

export function part(id, title, { more, lead } = {}, ...content) {
  return h("section", { class: "part", "aria-labelledby": `${id}-title`, id },
    h("header", {}, h("h2", { id: `${id}-title` }, title),
      more && h("p", { class: "more" }, more)),
    lead && h("p", { class: "lead" }, lead),
    content);
}
