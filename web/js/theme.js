// SPDX-License-Identifier: MIT
// Sets the theme before the first paint: the one classic script of the page.
(function () {
  var chosen = null;
  try {
    chosen = JSON.parse(localStorage.getItem("trilane.settings") || "{}").theme;
  } catch (e) {
    // No storage, or not ours: the system decides.
  }
  if (chosen === "dark" || chosen === "light") {
    document.documentElement.dataset.theme = chosen;
  }
})();
