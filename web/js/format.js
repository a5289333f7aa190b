// SPDX-License-Identifier: MIT
// Numbers, times and facts as people read them.

const LOCALE = "en-GB";
// Between a number and its unit no line is broken; a percent sign stands closer.
const GAP = "\u00a0";
const THIN = "\u202f";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

// Three significant digits, thousands grouped: 88,240 · 4,120 · 12.3 · 0.041
export function number(value) {
  if (typeof value !== "number" || !isFinite(value)) {
    return "–";
  }
  const size = Math.abs(value);
  if (size >= 1000) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(size)) - 3);
    return whole.format(Math.round(value / step) * step);
  }
  return new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 }).format(value);
}

export function ratio(value) {
  if (typeof value !== "number" || !isFinite(value)) {
    return "–";
  }
  if (value > 0 && value < 0.1) {
    return String(Number(value.toPrecision(2)));
  }
  return value >= 100 ? whole.format(value) : value.toFixed(value >= 10 ? 1 : 2);
}

export function percent(value, digits = 1) {
  return typeof value === "number" && isFinite(value)
    ? `${(value * 100).toFixed(digits)}${THIN}%` : "–";
}

export function bytes(value) {
  if (typeof value !== "number" || !isFinite(value)) {
    return "–";
  }
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${number(value >= 100 ? Math.round(value) : value)}${GAP}${units[unit]}`;
}

export function duration(ns) {
  if (typeof ns !== "number" || !isFinite(ns)) {
    return "–";
  }
  if (ns < 1e3) {
    return `${number(ns)}${GAP}ns`;
  }
  if (ns < 1e6) {
    return `${number(ns / 1e3)}${GAP}µs`;
  }
  if (ns < 1e9) {
    return `${number(ns / 1e6)}${GAP}ms`;
  }
  return ns < 60e9 ? `${number(ns / 1e9)}${GAP}s` : clock(ns / 1e9);
}

// 75 s as 1:15, 3700 s as 1:01:40.
export function clock(seconds) {
  const all = Math.max(0, Math.round(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(all / 60);
  if (minutes < 60) {
    return `${minutes}:${two(all % 60)}`;
  }
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(all % 60)}`;
}

// A span of time in words, coarse on purpose: an estimate is no clock.
export function roughly(seconds) {
  if (seconds < 5) {
    return "a few seconds";
  }
  if (seconds < 55) {
    return `${Math.ceil(seconds / 5) * 5} seconds`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return minutes === 1 ? "a minute" : `${minutes} minutes`;
  }
  const hours = Math.round(minutes / 60);
  return hours === 1 ? "an hour" : `${hours} hours`;
}

const SPANS = [[60, "second"], [3600, "minute"], [86400, "hour"], [86400 * 30, "day"],
  [86400 * 365, "month"], [Infinity, "year"]];
const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86400, month: 2592000, year: 31536000 };

export function age(date, now = Date.now()) {
  const seconds = (now - Date.parse(date)) / 1000;
  if (!isFinite(seconds)) {
    return "at an unknown time";
  }
  if (seconds < 10) {
    return "just now";
  }
  const unit = SPANS.find(([limit]) => seconds < limit)[1];
  const n = Math.floor(seconds / SECONDS[unit]);
  return `${n} ${unit}${n === 1 ? "" : "s"} ago`;
}

export function date(text) {
  const time = Date.parse(text);
  return isFinite(time)
    ? new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" }).format(time)
    : String(text || "–");
}

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

// The time at which an id was made: its first ten digits are milliseconds (a ULID).
export function dateOfId(id) {
  let ms = 0;
  for (const digit of String(id).slice(0, 10).toLowerCase()) {
    const value = BASE32.indexOf(digit);
    if (value < 0) {
      return "";
    }
    ms = ms * 32 + value;
  }
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : "";
}

export const dateOf = (document) => document.created || document.taken || dateOfId(document.id);

export function count(n, one, many = `${one}s`) {
  return n === 1 ? `1 ${one}` : `${whole.format(n)} ${many}`;
}

// "a", "a and b", "a, b and c"
export function listed(words) {
  const items = words.filter(Boolean);
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

export function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}

// A value of a document as one text.
export function plain(value) {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    return value.join(", ");
  }
  return value && typeof value === "object" ? JSON.stringify(value) : String(value);
}

// "mlp: gpu is faster" as "MLP: GPU is faster": names in the server's sentences as we write them.
export const named = (text) => String(text).replace(/\b(mlp|cnn|gpu|blas)\b/g, (s) => s.toUpperCase());

// A step of a run, without what it says twice: "native, mlp: training mlp, epoch 1 of 1".
export const step = (text) => named(String(text).replace(/\b(\w+): training \1,/, "$1: training,"));

// TEXT with an end, in the case that its author gave it: pip and tensorflow-metal begin small.
export const ended = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`);

// TEXT as a sentence: with a capital and an end.
export const sentence = (text) => capital(ended(text));

// "not_possible" as "not possible".
export const words = (name) => String(name || "–").replaceAll("_", " ");

// [low, high] as "1.2 – 1.4", each end in FORM.
export const interval = (pair, form) => (Array.isArray(pair) ? pair.map(form).join(" – ") : "–");

// "memory.total_bytes" as "memory · total bytes".
export const pathWords = (path) => path.replaceAll("_", " ").replaceAll(".", " · ");

// --- facts -------------------------------------------------------------------------------

export function isAbsent(value) {
  return value === null || value === undefined
    || (typeof value === "object" && !Array.isArray(value) && "reason" in value
        && value.value === null);
}

const REASONS = {
  unavailable: "not available",
  not_applicable: "does not apply",
  not_measured: "not measured",
  failed: "could not be read",
};

export function why(value) {
  if (!value || typeof value !== "object") {
    return "not known";
  }
  return REASONS[value.reason] || "not known";
}

// The value, or OTHERWISE where it is absent.
export function known(value, otherwise = null) {
  return isAbsent(value) ? otherwise : value;
}

// A path into a document; null where any step is absent.
export function fact(document, path) {
  let value = document;
  for (const step of path.split(".")) {
    if (isAbsent(value)) {
      return null;
    }
    value = value[step];
  }
  return known(value);
}

// Every leaf below VALUE with its path, in the document's order: [[path, value]…].  SKIP holds
// the paths of branches to leave out.
export function leaves(value, skip = new Set(), path = "", out = []) {
  if (value && typeof value === "object" && !Array.isArray(value) && !isAbsent(value)) {
    for (const [name, item] of Object.entries(value)) {
      const below = path ? `${path}.${name}` : name;
      if (!skip.has(below)) {
        leaves(item, skip, below, out);
      }
    }
  } else if (path) {
    out.push([path, value]);
  }
  return out;
}

// "Debian GNU/Linux 12 (bookworm)", "macOS 15.1"; empty if it is not known.
export const system = (os) => fact(os, "pretty_name")
  || [fact(os, "name"), fact(os, "version")].filter(Boolean).join(" ");

// The names of architectures as the two worlds say them.
export function arch(name) {
  return { arm64: "arm64", x86_64: "x86-64" }[name] || name || "–";
}
