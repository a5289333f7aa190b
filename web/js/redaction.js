// SPDX-License-Identifier: MIT
// What redaction took out: the redacted and the plain report, line by line.  Pure.

const words = (line) => line.split(/(\s+|[/"'`,;|()[\]=:]+)/).filter((w) => w !== "");

// The pieces of the redacted LINE: [{ text, removed }] where `removed` is what stood there.
function pieces(line, plain) {
  const [now, then] = [words(line), words(plain)];
  let start = 0;
  while (start < now.length && start < then.length && now[start] === then[start]) {
    start += 1;
  }
  let end = 0;
  while (end < now.length - start && end < then.length - start
      && now[now.length - 1 - end] === then[then.length - 1 - end]) {
    end += 1;
  }
  const middle = (list) => list.slice(start, list.length - end).join("");
  return [{ text: now.slice(0, start).join("") },
    { text: middle(now), removed: middle(then) },
    { text: now.slice(now.length - end).join("") }].filter((p) => p.text || p.removed);
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
