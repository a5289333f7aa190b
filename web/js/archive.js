// SPDX-License-Identifier: MIT
// A zip or .tar.gz as a tree of files: a map of path to { size, text() }.  Nothing is unpacked
// but what is asked for, and no more of it than LIMIT_BYTES.

const LIMIT_BYTES = 256 * 1024 * 1024;
const FILES_MAX = 50000;
const decoder = new TextDecoder();

async function unpack(blob, format, limit) {
  const reader = blob.stream().pipeThrough(new DecompressionStream(format)).getReader();
  const pieces = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new Error("what is packed in it is larger than it says, or than 256 MiB");
    }
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

// --- zip: a directory at the end, each file compressed by itself ------------------------------

const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const END_BYTES = 22;
const COMMENT_MAX = 0xffff;

const viewOf = async (blob, from, to) => new DataView(await blob.slice(from, to).arrayBuffer());

async function directoryOf(file) {
  const from = Math.max(0, file.size - END_BYTES - COMMENT_MAX);
  const tail = await viewOf(file, from, file.size);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) === END_MARK) {
      const [size, start] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
      return viewOf(file, start, start + size);
    }
  }
  throw new Error("it is cut: the directory at its end is missing");
}

function zipped(file, { method, packed, size, offset }) {
  return {
    size,
    async text() {
      const head = await viewOf(file, offset, offset + 30);
      const start = offset + 30 + head.getUint16(26, true) + head.getUint16(28, true);
      const bytes = file.slice(start, start + packed);
      return method === 0 ? bytes.text()
        : decoder.decode(await unpack(bytes, "deflate-raw", Math.min(size, LIMIT_BYTES)));
    },
  };
}

async function zip(file) {
  const directory = await directoryOf(file);
  const files = new Map();
  for (let at = 0; at + 46 <= directory.byteLength && files.size < FILES_MAX;) {
    if (directory.getUint32(at, true) !== ENTRY_MARK) {
      break;
    }
    const length = directory.getUint16(at + 28, true);
    const name = decoder.decode(new Uint8Array(directory.buffer, at + 46,
      Math.min(length, directory.byteLength - at - 46)));
    files.set(name, zipped(file, {
      method: directory.getUint16(at + 10, true), packed: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true), offset: directory.getUint32(at + 42, true),
    }));
    at += 46 + length + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  return files;
}

// --- tar: a header of 512 bytes before each file, all of it compressed at once -----------------

const BLOCK = 512;

const field = (bytes, at, length) => decoder.decode(bytes.subarray(at, at + length)).split("\0")[0];

// The name that a header of its own gives the next file: GNU's "L", or pax' "x".
const longName = (kind, text) => (kind === "L" ? text.split("\0")[0]
  : (/(?:^|\n)\d+ path=([^\n]*)\n/.exec(text) || [])[1]);

async function tar(file) {
  const bytes = await unpack(file, "gzip", LIMIT_BYTES);
  const files = new Map();
  let long;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0 && files.size < FILES_MAX;) {
    const size = parseInt(field(bytes, at + 124, 12), 8) || 0;
    const kind = String.fromCharCode(bytes[at + 156]);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (kind === "L" || kind === "x") {
      long = longName(kind, decoder.decode(content));
    } else {
      const folder = field(bytes, at + 345, 155);
      const name = long || (folder ? `${folder}/` : "") + field(bytes, at, 100);
      files.set(name, { size, text: async () => decoder.decode(content) });
      long = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

export const open = (file) => (/\.zip$/i.test(file.name) ? zip(file) : tar(file));
