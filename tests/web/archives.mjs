// SPDX-License-Identifier: MIT
// Archives of a map of path to text, as tar and zip programs write them.

import { deflateRawSync, gzipSync } from "node:zlib";

export function tarOf(files) {
  const blocks = [];
  for (const [name, text] of files) {
    const content = Buffer.from(text);
    const head = Buffer.alloc(512);
    // Names of more than 100 bytes come in a header of their own.
    for (const [kind, about, data] of name.length > 100
      ? [["L", "././@LongLink", Buffer.from(name)], ["0", name.slice(0, 100), content]] : [["0", name, content]]) {
      head.fill(0);
      head.write(about, 0);
      head.write(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
      head.write(kind, 156);
      blocks.push(Buffer.from(head), data, Buffer.alloc((512 - (data.length % 512)) % 512));
    }
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

export function zipOf(files) {
  const [bodies, directory] = [[], []];
  let at = 0;
  for (const [i, [name, text]] of [...files].entries()) {
    const [label, content] = [Buffer.from(name), Buffer.from(text)];
    const [method, packed] = i % 2 === 0 ? [8, deflateRawSync(content)] : [0, content];
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(label.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(label.length, 28);
    entry.writeUInt32LE(at, 42);
    bodies.push(head, label, packed);
    directory.push(entry, label);
    at += 30 + label.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}
