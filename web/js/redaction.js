// SPDX-License-Identifier: MIT
// What redaction took out: the redacted and the plain report, line by line.  Pure.

const TOKENS_MAX = 400; // of a line; beyond, all of it counts as changed

const words = (line) => line.split(/([^\p{L}\p{N}_.-])/u).filter((w) => w !== "");

// The table of longest common subsequences of two lists, from their ends.
function common(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1
        : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

// The pieces of the redacted LINE: [{ text, removed }] where `removed` is what stood there.
function pieces(line, plain) {
  const [now, then] = [words(line), words(plain)];
  if (now.length > TOKENS_MAX || then.length > TOKENS_MAX) {
    return [{ text: line, removed: plain }];
  }
  const table = common(now, then);
  const out = [];
  let [i, j] = [0, 0];
  const put = (text, removed) => {
    const last = out.at(-1);
    if (last && (last.removed === undefined) === (removed === undefined)) {
      last.text += text;
      last.removed = removed === undefined ? undefined : last.removed + removed;
    } else {
      out.push({ text, removed });
    }
  };
  while (i < now.length || j < then.length) {
    if (i < now.length && j < then.length && now[i] === then[j]) {
      put(now[i], undefined);
      i += 1;
      j += 1;
    } else if (j < then.length && (i === now.length || table[i][j + 1] >= table[i + 1][j])) {
      put("", then[j]);
      j += 1;
    } else {
      put(now[i], "");
      i += 1;
    }
  }
  return out;
}

// [[piece…] a line] and how many lines were changed.
export function redactions(redacted, plain) {
  const [now, then] = [redacted.split("\n"), plain.split("\n")];
  const aligned = now.length === then.length;
  let changed = 0;
  const lines = now.map((line, i) => {
    if (!aligned || line === then[i]) {
      return [{ text: line }];
    }
    changed += 1;
    return pieces(line, then[i]);
  });
  return { lines, changed, aligned };
}
