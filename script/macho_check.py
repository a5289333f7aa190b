#!/usr/bin/env python3
"""Inspects Mach-O programs that cannot be run here, and joins them into a universal one.

usage: macho_check.py --minimum VERSION [--universal OUT] FILE…

Of each FILE: the minimum macOS is VERSION, only libSystem is needed, nothing is imported
weakly (it would be NULL on an older system), and on arm64 the ad-hoc signature is there
and its page hashes are right.  Formats: <mach-o/loader.h>, <mach-o/fat.h>,
<kern/cs_blobs.h>.
"""
import argparse
import hashlib
import struct
import sys

CPU_NAMES = {0x01000007: "x86_64", 0x0100000C: "arm64"}
LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB = 0xC, 0x80000018, 0x8000001F
LC_BUILD_VERSION, LC_CODE_SIGNATURE, LC_DYLD_INFO_ONLY = 0x32, 0x1D, 0x80000022
LC_DYLD_CHAINED_FIXUPS = 0x80000034


def commands(data):
    magic, cpu, _, _, count, _, _, _ = struct.unpack_from("<8I", data)
    if magic != 0xFEEDFACF:
        raise ValueError("no 64-bit Mach-O file")
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<2I", data, at)
        yield command, at, size
        at += size


def text_at(data, at):
    return data[at:data.index(b"\0", at)].decode()


def weak_binds(data, at):
    """Names imported weakly, from classic bind opcodes (BIND_SYMBOL_FLAGS_WEAK_IMPORT)."""
    offset, size = struct.unpack_from("<2I", data, at + 16)
    names, i, end = [], offset, offset + size
    while i < end:
        opcode, immediate = data[i] & 0xF0, data[i] & 0x0F
        i += 1
        if opcode == 0x40:
            name = text_at(data, i)
            i += len(name) + 1
            if immediate & 1:
                names.append(name)
        elif opcode in (0x20, 0x60, 0x70, 0x80, 0xA0, 0xC0):
            for _ in range(2 if opcode == 0xC0 else 1):
                while data[i] & 0x80:
                    i += 1
                i += 1
    return names


def weak_chained(data, at):
    offset, _ = struct.unpack_from("<2I", data, at + 8)
    _, _, imports, symbols, count, form, _ = struct.unpack_from("<7I", data, offset)
    if form != 1:  # DYLD_CHAINED_IMPORT
        raise ValueError(f"chained imports of form {form}")
    entries = struct.unpack_from(f"<{count}I", data, offset + imports)
    return [text_at(data, offset + symbols + (e >> 9)) for e in entries if e >> 8 & 1]


def signature_problems(data, at):
    offset, _ = struct.unpack_from("<2I", data, at + 8)
    _, _, blobs = struct.unpack_from(">3I", data, offset)
    for i in range(blobs):
        kind, where = struct.unpack_from(">2I", data, offset + 12 + 8 * i)
        if kind != 0:  # CSSLOT_CODEDIRECTORY
            continue
        directory = offset + where
        _, _, _, _, hashes, _, _, slots, limit = struct.unpack_from(">9I", data, directory)
        size, kind, _, page = struct.unpack_from(">4B", data, directory + 36)
        if (size, kind) != (32, 2):
            return ["signature is not SHA-256"]
        step = 1 << page
        for slot in range(slots):
            chunk = data[slot * step:min((slot + 1) * step, limit)]
            if hashlib.sha256(chunk).digest() != data[directory + hashes + 32 * slot:][:32]:
                return [f"signature: page {slot} has another hash"]
        return []
    return ["signature without a code directory"]


def problems(data, minimum):
    arch = CPU_NAMES[struct.unpack_from("<I", data, 4)[0]]
    found, signed = [], False
    for command, at, _ in commands(data):
        if command in (LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB):
            name = text_at(data, at + struct.unpack_from("<I", data, at + 8)[0])
            if name != "/usr/lib/libSystem.B.dylib":
                found.append(f"needs {name}")
        elif command == LC_BUILD_VERSION:
            version = struct.unpack_from("<I", data, at + 12)[0]
            text = f"{version >> 16}.{version >> 8 & 255}"
            if text != minimum:
                found.append(f"minimum macOS is {text}, not {minimum}")
        elif command == LC_DYLD_INFO_ONLY:
            found += [f"weak import {n}" for n in weak_binds(data, at)]
        elif command == LC_DYLD_CHAINED_FIXUPS:
            found += [f"weak import {n}" for n in weak_chained(data, at)]
        elif command == LC_CODE_SIGNATURE:
            signed = True
            found += signature_problems(data, at)
    if arch == "arm64" and not signed:
        found.append("not signed: arm64 programs must be, ad hoc at least")
    return arch, found


def universal(slices):
    """The bytes of a universal file; slices start at multiples of 16 KiB."""
    align, at = 14, 0x4000
    header, body = struct.pack(">2I", 0xCAFEBABE, len(slices)), b""
    for data in slices:
        cpu, subtype = struct.unpack_from("<2I", data, 4)
        header += struct.pack(">5I", cpu, subtype, at, len(data), align)
        padding = -len(data) % (1 << align)
        body += data + b"\0" * padding
        at += len(data) + padding
    return header.ljust(0x4000, b"\0") + body


parser = argparse.ArgumentParser()
parser.add_argument("--minimum", required=True)
parser.add_argument("--universal")
parser.add_argument("files", nargs="+")
options = parser.parse_args()
slices = [open(f, "rb").read() for f in options.files]
failed = False
for data in slices:
    arch, found = problems(data, options.minimum)
    failed |= bool(found)
    print(f"{arch}: {len(data)} bytes, " + ("; ".join(found) if found else "as it should be"))
if options.universal and not failed:
    joined = universal(slices)
    open(options.universal, "wb").write(joined)
    print(f"universal: {len(joined)} bytes")
sys.exit(failed)
