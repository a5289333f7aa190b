// SPDX-License-Identifier: MIT
// Where the reader was on each page of the history: one step back leads to the same place, a link
// to the top.  A reload keeps it too.

const KEY = "trilane.places";

let places = {};
let current = null;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || "{}") || {};
  } catch {
    return {};
  }
}

export function begin() {
  history.scrollRestoration = "manual"; // the browser would do it before the page is drawn
  places = stored();
  addEventListener("scroll", () => {
    if (current !== null) {
      places[current] = Math.round(scrollY);
    }
  }, { passive: true });
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(places));
    } catch {
      // Without storage a reload begins at the top.
    }
  });
}

// Enters the page that the history now stands at; how far down it the reader was.
export function enter() {
  if (!(history.state && history.state.place)) {
    history.replaceState({ place: `${Date.now()}.${Math.random()}` }, "");
  }
  const { place } = history.state;
  current = null; // the old page's last movements are not the new one's
  requestAnimationFrame(() => {
    current = place;
  });
  return places[place] || 0;
}
