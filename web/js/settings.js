// SPDX-License-Identifier: MIT
// What this browser remembers: the theme and what a run is asked for.  Kept locally.

const KEY = "trilane.settings";
const DEFAULTS = { theme: "system", quick: true, threads: 0, batch: 32, models: ["mlp", "cnn"], slash: true };

let settings = null;
const listeners = new Set();

function load() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) || "{}");
    return { ...DEFAULTS, ...(stored && typeof stored === "object" ? stored : {}) };
  } catch {
    return { ...DEFAULTS };
  }
}

export function get() {
  settings = settings || load();
  return settings;
}

export function set(changes) {
  settings = { ...get(), ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A private window may refuse: then they last as long as the page.
  }
  if ("theme" in changes) {
    applyTheme();
  }
  listeners.forEach((listener) => listener(settings));
}

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function applyTheme() {
  const { theme } = get();
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
}
