// SPDX-License-Identifier: MIT
// Elements.  Whatever a machine, a package or a log says enters the page through here, and
// only as text nodes and attributes: nothing in this project parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "value" || name === "checked" || name === "disabled") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat(Infinity).filter(present).map(visible));
  return element;
}

// Characters that turn the direction of what follows could make a name look like another.
const visible = (child) => (typeof child !== "string" ? child
  : child.replace(/[\u202a-\u202e\u2066-\u2069]/g,
    (c) => `‹U+${c.codePointAt(0).toString(16).toUpperCase()}›`));

function present(child) {
  return child !== undefined && child !== null && child !== false && child !== "";
}

// h("a", { class: "quiet", href: "#/" }, "text", element, [more], null)
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

// Links to documents of others, from data: http and https only.
export function outward(url, text) {
  if (!/^https?:\/\//i.test(url || "")) {
    return h("span", {}, text || url);
  }
  return h("a", { href: url, rel: "noopener noreferrer", target: "_blank", class: "out" },
    text || url, h("span", { class: "unseen" }, " (opens in a new tab)"));
}

// What waits to be drawn until the reader lets go: a button that is replaced between press and
// release is never clicked.
const waiting = new Map();

function letGo() {
  setTimeout(() => { // the click comes after the release
    const all = [...waiting];
    waiting.clear();
    all.forEach(([host, children]) => redraw(host, ...children));
  });
}

for (const event of ["pointerup", "pointercancel", "dragend", "keyup"]) {
  document.addEventListener(event, letGo, true);
}

// The keys of ELEMENT and of what holds it, the nearest first.
function keysOf(element) {
  const keys = [];
  for (let at = element.closest("[data-key]"); at; at = at.parentElement.closest("[data-key]")) {
    keys.push(at.dataset.key);
  }
  return keys;
}

// The focus goes to what has the first of KEYS that is still there, else to the page's beginning:
// lost, it would begin before the header again.
function refocus(host, keys, start) {
  const [again] = keys.map((key) => host.querySelector(`[data-key="${CSS.escape(key)}"]`)).filter(Boolean);
  (again || document.getElementById("main")).focus({ preventScroll: true });
  if (again && start !== null && again.setSelectionRange && again.type !== "checkbox") {
    again.setSelectionRange(start, start);
  }
}

// Replaces what HOST holds, keeping the focus and what is unfolded: elements that have a
// data-key are the same before and after.
export function redraw(host, ...children) {
  waiting.delete(host);
  if (host.querySelector(":active")) {
    waiting.set(host, children);
    return;
  }
  const open = new Map();
  for (const details of host.querySelectorAll("details[data-key]")) {
    open.set(details.dataset.key, details.open);
  }
  const active = host.contains(document.activeElement) ? document.activeElement : null;
  const keys = active && keysOf(active);
  const start = active && "selectionStart" in active ? active.selectionStart : null;
  host.replaceChildren(...children.flat(Infinity).filter(present));
  for (const details of host.querySelectorAll("details[data-key]")) {
    if (open.has(details.dataset.key)) {
      details.open = open.get(details.dataset.key);
    }
  }
  if (active) {
    refocus(host, keys, start);
  }
}

let announcer = null;

// Says TEXT to a screen reader; the same text again is said again.
export function announce(text) {
  announcer = announcer || document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
  }
}
