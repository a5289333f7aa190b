// SPDX-License-Identifier: MIT
// The Markdown that stands within a line of a finding.

import { h, outward } from "./dom.js";

// `code`, **strong** and [links](https://…) within a line.
export function inline(text) {
  const parts = [];
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:[^)\s]+)\)|<(https?:[^>\s]+)>/g;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    parts.push(text.slice(at, found.index));
    const [, code, strong, label, url, bare] = found;
    parts.push(code ? h("code", {}, code) : strong ? h("strong", {}, strong)
      : outward(url || bare, label || bare));
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)];
}
