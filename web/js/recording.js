// SPDX-License-Identifier: MIT
// What a recording holds, as far as a browser can read it: the machine's own words, and the
// Pythons by the names of their files.  It judges nothing; that is `trilane probe`'s work.

const PROFILE = "commands/system_profiler SPHardwareDataType SPDisplaysDataType -json";

// The files whose text is read; of all others the name alone.
export const READ = ["recording.json", "sysctl.txt", "imports.jsonl", "commands/sw_vers", PROFILE,
  "root/etc/os-release", "root/proc/meminfo", "root/proc/cpuinfo"];

const STACK = new Set(["tensorflow", "tensorflow-macos", "tensorflow-metal", "tensorflow-cpu",
  "keras", "numpy", "protobuf", "jax-metal"]);

// Lines "name: value" of TEXT, as a function of the name.
function reader(text) {
  const values = new Map((text || "").split("\n").map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  }).reverse()); // of a name that comes twice the first counts
  return (name) => values.get(name);
}

const gib = (bytes) => (bytes > 0 ? `${Math.round(bytes / 2 ** 30)} GiB` : undefined);

function profileOf(text) {
  try {
    const profile = JSON.parse(text);
    const [hardware = {}] = profile.SPHardwareDataType || [];
    const [gpu = {}] = profile.SPDisplaysDataType || [];
    return { hardware, gpu };
  } catch {
    return { hardware: {}, gpu: {} };
  }
}

function macOf(texts) {
  const sysctl = reader(texts.get("sysctl.txt"));
  const version = reader(texts.get("commands/sw_vers"));
  const { hardware, gpu } = profileOf(texts.get(PROFILE));
  const levels = [0, 1].map((level) => sysctl(`hw.perflevel${level}.physicalcpu`)).filter(Boolean);
  return {
    system: [version("ProductName") || "macOS", version("ProductVersion")
      || sysctl("kern.osproductversion")].filter(Boolean).join(" "),
    build: version("BuildVersion") || sysctl("kern.osversion"),
    chip: sysctl("machdep.cpu.brand_string") || hardware.chip_type,
    model: sysctl("hw.model") || hardware.machine_model,
    cores: [sysctl("hw.ncpu"), levels.length > 1 && `(${levels.join(" + ")})`].filter(Boolean).join(" "),
    memory: gib(Number(sysctl("hw.memsize"))),
    GPU: [gpu.sppci_model, gpu.sppci_cores && `${gpu.sppci_cores} cores`].filter(Boolean).join(", "),
  };
}

function linuxOf(texts) {
  const release = /^PRETTY_NAME="?([^"\n]*)/m.exec(texts.get("root/etc/os-release") || "");
  const memory = /^MemTotal:\s*(\d+)/m.exec(texts.get("root/proc/meminfo") || "");
  const cpuinfo = texts.get("root/proc/cpuinfo") || "";
  return {
    system: release && release[1],
    chip: reader(cpuinfo)("model name"),
    cores: (cpuinfo.match(/^processor\s*:/gm) || []).length || undefined,
    memory: memory ? gib(Number(memory[1]) * 1024) : undefined,
  };
}

// --- Pythons ---------------------------------------------------------------------------------

const PLACES = [
  // of a package: where, which Python, name, version
  /^root(\/.+?)\/lib\/python(\d+\.\d+)\/site-packages\/([^/]+?)-([^-/]+)\.dist-info(?:\/|$)/,
  /^root(\/.+?)()\/conda-meta\/([^/]+?)-([^-/]+)-[^-/]+\.json$/,
];

const PROGRAM = /^root(\/.+)\/bin\/python(?:3(?:\.\d+)?)?$/;

// { prefix: { python, tensorflow, …, imports } } from the names below root/
function environmentsOf(paths) {
  const found = {};
  const at = (prefix) => {
    found[prefix] = found[prefix] || {};
    return found[prefix];
  };
  for (const path of paths) {
    const program = PROGRAM.exec(path);
    if (program) {
      at(program[1]);
    }
    for (const place of PLACES) {
      const [, prefix, python, raw, version] = place.exec(path) || [];
      const name = raw && raw.toLowerCase().replace(/[-_.]+/g, "-");
      if (prefix && python) {
        at(prefix).python = python;
      }
      if (STACK.has(name)) {
        at(prefix)[name] = version;
      }
    }
  }
  return found;
}

function outcome({ exit, signal }) {
  if (signal) {
    return `crashes (${signal})`;
  }
  return exit === 0 ? "works" : "fails";
}

function addImports(text, environments) {
  for (const line of (text || "").split("\n").filter(Boolean)) {
    let said;
    try {
      said = JSON.parse(line);
    } catch {
      continue;
    }
    const prefix = String(said.interpreter).replace(/\/bin\/[^/]*$/, "");
    if (environments[prefix] && said.probe === "tensorflow") {
      environments[prefix].import = outcome(said);
    }
  }
}

// PATHS: all of the recording's files; TEXTS: a map of those in READ that are there.
export function recordingOf(paths, texts) {
  const head = JSON.parse(texts.get("recording.json"));
  const { schema, os, arch, translated, taken, tool } = head;
  const environments = environmentsOf(paths);
  addImports(texts.get("imports.jsonl"), environments);
  return {
    schema,
    machine: {
      ...(os === "macOS" ? macOf(texts) : linuxOf(texts)), architecture: arch, translated,
      taken, "recorded by": tool && tool.version,
    },
    environments,
  };
}
