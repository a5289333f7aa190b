// SPDX-License-Identifier: MIT
// The shell: header, footer, the view that the address names, and what is said when the
// server is gone.

import { loader, signOut, unanswered } from "./api.js";
import { h, redraw } from "./dom.js";
import { begin as beginModel, model, watch } from "./model.js";
import * as places from "./places.js";
import { again, begin as beginRouter, go, replace } from "./router.js";
import * as settings from "./settings.js";
import { empty, icon, keepAges, logo, problem } from "./parts/basics.js";
import { dropAnywhere } from "./parts/drop.js";
import { keepProgress } from "./parts/progress.js";
import * as overview from "./views/overview.js";

// A view is a function (host, parameters, scope).  All but the first are loaded when their
// address is first asked for.
const later = (load, name) => async (...args) => {
  const views = await load().catch(() => {
    throw unanswered("This page was not loaded before it went.");
  });
  return views[name](...args);
};
const interpreters = loader("./views/interpreters.js");
const results = loader("./views/results.js");
const compare = loader("./views/compare.js");
const findings = loader("./views/findings.js");
const tools = loader("./views/tools.js");
const search = later(loader("./views/search.js"), "view");

const ROUTES = [
  { path: "", view: overview.view, nav: "" },
  { path: "interpreters", view: later(interpreters, "list"), nav: "interpreters" },
  { path: "interpreters/:id", view: later(interpreters, "one"), nav: "interpreters" },
  { path: "results", view: later(results, "list"), nav: "results" },
  { path: "results/:id", view: later(results, "one"), nav: "results" },
  { path: "compare", view: later(compare, "files"), nav: "compare" },
  { path: "compare/:a/:b", view: later(compare, "stored"), nav: "compare" },
  { path: "findings", view: later(findings, "list"), nav: "" },
  { path: "findings/:id", view: later(findings, "one"), nav: "" },
  { path: "diagnose", view: later(tools, "diagnose"), nav: "diagnose" },
  { path: "report", view: later(tools, "report"), nav: "report" },
  { path: "compatibility", view: later(tools, "compatibility") },
  { path: "search", view: search },
  { path: "search/:query", view: search },
];

const NAV = [["", "Overview"], ["interpreters", "Pythons"], ["results", "Results"],
  ["compare", "Compare"], ["diagnose", "Diagnose"], ["report", "Report"]];

// --- header --------------------------------------------------------------------------------

const settingsView = later(loader("./views/settings.js"), "open");
// A button of the header, which has no place of its own for what goes wrong.
const orSay = (action) => () => action().catch((error) => {
  document.getElementById("main").prepend(problem(error));
});

function searchField() {
  const field = h("input", { type: "search", placeholder: "Search", "aria-label": "Search findings and Pythons", id: "search" });
  const told = () => field.setAttribute("aria-keyshortcuts", settings.get().slash ? "/" : "");
  settings.onChange(told);
  told();
  field.addEventListener("input", () => {
    const searching = location.hash.startsWith("#/search");
    if (field.value.trim()) { // one step back leads to where the search began
      (searching ? replace : go)("search", field.value.trim());
    } else if (searching) {
      replace("search");
    }
  });
  return field;
}

function header() {
  redraw(document.getElementById("bar"), h("div", {},
    h("a", { class: "mark", href: "#/" }, logo(), "Trilane"),
    h("nav", { "aria-label": "Pages" }, h("ul", {}, NAV.map(([path, name]) => h("li", {},
      h("a", { href: `#/${path}`, "data-nav": path }, name))))),
    h("div", { class: "tools" }, h("search", { role: "search" }, searchField()),
      h("button", { type: "button", class: "bare", "aria-label": "Settings", onclick: orSay(settingsView) },
        icon("settings")),
      h("span", { id: "session" }))));
}

// In lab mode: as whom the browser is signed in, and the way out.
const ROLES = { run: "This browser may look and start work.", view: "This browser may look." };

function session() {
  const role = ROLES[model.service && model.service.role];
  redraw(document.getElementById("session"), role && h("button",
    { type: "button", class: "bare small", title: role, onclick: orSay(signOut) }, "Sign out"));
}

function footer() {
  redraw(document.getElementById("foot"), h("div", {},
    h("span", {}, `Trilane ${model.service ? model.service.version : ""}`),
    h("a", { href: "#/compatibility" }, "Compatibility"),
    h("a", { href: "api/v1/openapi.json" }, "API"),
    h("a", { href: "#/report" }, "Copy a report"),
    h("span", { class: "last" }, "Nothing leaves this machine.")));
}

function markNav(nav) {
  for (const link of document.querySelectorAll("[data-nav]")) {
    if (link.dataset.nav === nav) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

function notice() {
  const element = document.getElementById("notice");
  const { title, hint } = unanswered();
  const text = model.online === false ? `${title} ${hint}` : "";
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

// --- views -----------------------------------------------------------------------------------

let leave = [];

function scopeOf() {
  const mine = [];
  leave = mine;
  return {
    watch: (topics, listener) => mine.push(watch(topics, listener)),
    onLeave: (stop) => mine.push(stop),
    title: (text) => {
      document.title = text ? `${text} – Trilane` : "Trilane";
    },
    // Has the reader gone elsewhere since?
    get over() {
      return leave !== mine;
    },
  };
}

function missing(host, parameters, scope) {
  scope.title("Not found");
  host.append(h("h1", { tabindex: "-1" }, "There is no such page"),
    empty("The address names nothing that this page can show.",
      h("a", { class: "button small", href: "#/" }, "Overview")));
}

let shown = null;
let failed = false; // could the last view not be drawn?

async function show(route, parameters) {
  leave.forEach((stop) => stop());
  const scope = scopeOf();
  const main = document.getElementById("main");
  const host = h("div");
  const place = places.enter();
  markNav(route ? route.nav : null);
  failed = Boolean(model.problem && !model.report);
  try {
    await (route ? route.view : missing)(host, parameters, scope);
  } catch (error) {
    failed = failed || !scope.over;
    host.append(h("h1", { tabindex: "-1" }, "This could not be shown"), problem(error));
  }
  if (scope.over) {
    return;
  }
  main.replaceChildren(host);
  main.setAttribute("aria-busy", "false");
  // Who types a search goes on typing.
  const field = document.getElementById("search");
  const typing = document.activeElement === field;
  if (!typing && !(route && route.path.startsWith("search"))) {
    field.value = "";
  }
  if (!typing) {
    scrollTo({ top: place, behavior: "instant" });
  }
  if (shown !== null && !typing) {
    (host.querySelector("h1") || main).focus({ preventScroll: true });
  }
  shown = route;
}

// --- keys ------------------------------------------------------------------------------------

function keys(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const plain = !event.metaKey && !event.ctrlKey && !event.altKey;
  if (event.key === "/" && settings.get().slash && plain && !typing) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
}

async function begin() {
  header();
  footer();
  keepAges();
  places.begin();
  dropAnywhere();
  addEventListener("keydown", keys);
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  watch(["online"], notice);
  watch(["service"], footer);
  watch(["service"], session);
  keepProgress(document.getElementById("dock"));
  await beginModel();
  beginRouter(ROUTES, show);
  watch(["online"], () => {
    if (failed && model.online) {
      again(); // what is drawn stays, with all that the reader wrote in it
    }
  });
}

begin();
