// SPDX-License-Identifier: MIT
// The little Markdown that rules' pages use, as elements: headings, paragraphs, lists, code
// and links.  Whatever else is in a text stays as it is written.

import { h } from "./dom.js";
import { inline } from "./inline.js";

function block(lines) {
  const [first] = lines;
  const heading = /^(#{1,6})\s+(.*)$/.exec(first);
  if (heading) {
    const rest = lines.slice(1);
    return [h(heading[1].length <= 2 ? "h3" : "h4", {}, inline(heading[2])),
      rest.length > 0 && block(rest)];
  }
  if (/^[-*]\s/.test(first)) {
    const items = lines.join("\n").split(/\n(?=[-*]\s)/);
    return h("ul", { class: "dots" }, items.map((item) => h("li", {},
      inline(item.replace(/^[-*]\s+/, "").replace(/\s*\n\s*/g, " ")))));
  }
  return h("p", {}, inline(lines.join(" ")));
}

export function markdown(text) {
  const out = [];
  // Fenced code first: what is in it is no Markdown.
  text.split(/^```.*$/m).forEach((part, i) => {
    if (i % 2 === 1) {
      out.push(h("pre", { class: "preview", tabindex: "0" }, part.replace(/^\n|\n$/g, "")));
      return;
    }
    for (const paragraph of part.split(/\n\s*\n/)) {
      const lines = paragraph.split("\n").filter((line) => line.trim() !== "");
      if (lines.length > 0) {
        out.push(block(lines));
      }
    }
  });
  return h("div", { class: "prose stack" }, out);
}
