// SPDX-License-Identifier: MIT
// Search over findings and interpreters: every word must occur somewhere.

const words = (query) => query.toLowerCase().split(/\s+/).filter(Boolean);

function haystack(value, depth = 0) {
  if (typeof value === "string" || typeof value === "number") {
    return String(value).toLowerCase();
  }
  if (!value || typeof value !== "object" || depth > 6) {
    return "";
  }
  return Object.entries(value).map(([key, item]) => (Array.isArray(value)
    ? haystack(item, depth + 1) : `${key} ${haystack(item, depth + 1)}`)).join("\n");
}

export function matches(item, query) {
  const wanted = words(query);
  if (wanted.length === 0) {
    return true;
  }
  const text = haystack(item);
  return wanted.every((word) => text.includes(word));
}

// What a person would recognise counts; a package list would match nearly everything.
const gist = ({ packages, ...rest }) => ({ ...rest, stack: Object.keys(packages || {})
  .filter((name) => /tensorflow|keras|numpy|torch|jax|metal|protobuf/.test(name)) });

export function search(report, query) {
  return {
    findings: ((report && report.findings) || []).filter((f) => matches(f, query)),
    interpreters: ((report && report.interpreters) || []).filter((i) => matches(gist(i), query)),
  };
}
