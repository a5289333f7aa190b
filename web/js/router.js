// SPDX-License-Identifier: MIT
// Addresses are fragments ("#/results/ID"): they only read, whoever opens them.

let routes = [];
let show = null;

function segments() {
  const path = location.hash.replace(/^#\/?/, "");
  return path.split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

// A pattern is "results/:id"; the first that fits is taken, with its names filled in.
function match(pattern, parts) {
  const wanted = pattern.split("/").filter(Boolean);
  if (wanted.length !== parts.length) {
    return null;
  }
  const parameters = {};
  for (let i = 0; i < wanted.length; i += 1) {
    if (wanted[i].startsWith(":")) {
      parameters[wanted[i].slice(1)] = parts[i];
    } else if (wanted[i] !== parts[i]) {
      return null;
    }
  }
  return parameters;
}

function change() {
  if (location.hash && !location.hash.startsWith("#/")) {
    return; // an anchor of this page
  }
  const parts = segments();
  for (const route of routes) {
    const parameters = match(route.path, parts);
    if (parameters) {
      show(route, parameters);
      return;
    }
  }
  show(null, {});
}

export function begin(table, onShow) {
  routes = table;
  show = onShow;
  addEventListener("hashchange", change);
  if (location.hash && !location.hash.startsWith("#/")) {
    replace(); // an anchor names no page: the first one is shown
  } else {
    change();
  }
}

// "#/a/b", each part escaped.
export function to(...parts) {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

// Shows an address, again if it is the one that is shown.
export function go(...parts) {
  if (location.hash === to(...parts)) {
    change();
  } else {
    location.hash = to(...parts);
  }
}

// Draws again what is shown.
export function again() {
  change();
}

export function replace(...parts) {
  history.replaceState(history.state, "", to(...parts));
  change();
}
