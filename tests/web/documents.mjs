// SPDX-License-Identifier: MIT
// Documents for the fake server: every state that the page must show, and names that a
// hostile machine could hold.

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

export function id(time, tail = 0) {
  let digits = "";
  for (let ms = time, i = 0; i < 10; i += 1) {
    digits = BASE32[ms % 32] + digits;
    ms = Math.floor(ms / 32);
  }
  return digits + String(tail).padStart(16, "0");
}

export function timeOf(made) {
  return [...made.slice(0, 10)].reduce((ms, digit) => ms * 32 + BASE32.indexOf(digit), 0);
}

export const HOSTILE = "<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script>";

const absent = (reason, detail) => ({ value: null, reason, detail });

export const report = {
  schema: "trilane/report/1",
  id: id(Date.now() - 180e3, 1),
  taken: new Date(Date.now() - 180e3).toISOString(),
  tool: { version: "0.1.0", build: "release" },
  machine: {
    os: { name: "macOS", version: "15.1", build: "24B83" },
    kernel: "Darwin 24.1.0", model: "MacBookPro18,3", chip: "Apple M1 Pro", arch: "arm64",
    cores: { total: 10, levels: [{ name: "Performance", count: 8 }, { name: "Efficiency", count: 2 }] },
    memory: { total_bytes: 17179869184, available_bytes: 6442450944, swap_used_bytes: 0 },
    isa: ["neon", "dotprod", "fp16"],
    gpus: [{ name: "Apple M1 Pro", cores: 16, api: "metal", family: "apple7", memory_bytes: absent("not_applicable", "unified memory") }],
    translator: { kind: "rosetta", installed: true, avx: absent("not_measured", "nobody has looked yet") },
    translated: false, container: null,
    power: { source: "ac", mode: "automatic" }, thermal: { pressure: "nominal" },
    cuda: {}, tools: { conda: { path: "/opt/homebrew/bin/conda", version: "24.9.2", subdir: "osx-arm64" } },
  },
  verdict: {
    sentence: "TensorFlow works in /Users/ada/miniforge3/envs/tf/bin/python (environments with TensorFlow: 1 ready, 1 usable with limits, 1 broken).",
    next: "Use an arm64 Python. Make a new environment with Miniforge and install TensorFlow there.",
  },
  interpreters: [
    {
      id: "00000000000000a1", path: "/Users/ada/miniforge3/envs/tf/bin/python",
      real_path: "/Users/ada/miniforge3/envs/tf/bin/python3.11", kind: "conda", distribution: "conda-env", name: "tf",
      version: "3.11.9", archs: ["arm64"], runs_as: "arm64", prefix: "/Users/ada/miniforge3/envs/tf",
      packages: {
        tensorflow: { version: "2.18.1", archs: ["arm64"], source: "dist-info", installer: "pip" },
        "tensorflow-metal": { version: "1.2.0", archs: ["arm64"], source: "dist-info", installer: "pip" },
        numpy: { version: "2.0.2", archs: ["arm64"], source: "dist-info", shadowed: [{ version: "1.26.4", location: "/Users/ada/miniforge3/envs/tf/lib", source: "conda-meta" }] },
        keras: { version: "3.6.0", source: "dist-info" },
      },
      tensorflow: {
        package: "tensorflow", version: "2.18.1", archs: ["arm64"], module: "package",
        requires: [{ name: "numpy", specifiers: "<2.1.0,>=1.26.0", installed: "2.0.2", satisfied: true },
          { name: "keras", specifiers: ">=3.5.0", installed: "3.6.0", satisfied: true }],
      },
      plugin: { path: "/Users/ada/…/libmetal_plugin.dylib", vendor: "apple", version: "1.2.0", archs: ["arm64"], loads_with: { tensorflow: "2.18.1", loads: true, basis: "file" } },
      foreign_libraries: [], imports: [
        { probe: "tensorflow", outcome: "ok", exit: 0, signal: null, duration_ns: 2900000000, stderr_tail: "" },
        { probe: "devices", outcome: "ok", exit: 0, signal: null, duration_ns: 3100000000, stderr_tail: "", devices: [{ name: "/physical_device:CPU:0", type: "CPU" }, { name: "/physical_device:GPU:0", type: "GPU" }] },
      ],
      verdict: { state: "ready", sentence: "TensorFlow 2.18.1 runs natively and sees the GPU." },
      recommendation: { keep: true, sentence: "Keep this set.", commands: { pip: ["python -m pip install 'tensorflow==2.18.1'"], conda: [], uv: ["uv pip install 'tensorflow==2.18.1'"] } },
    },
    {
      id: "00000000000000a2", path: "/Users/ada/opt/anaconda3/bin/python", real_path: "/Users/ada/opt/anaconda3/bin/python3.9",
      kind: "conda", distribution: "anaconda", version: "3.9.12", archs: ["x86_64"], runs_as: "x86_64", prefix: "/Users/ada/opt/anaconda3",
      packages: { tensorflow: { version: "2.10.0", archs: ["x86_64"] }, numpy: { version: absent("failed", "its metadata are damaged") }, [HOSTILE]: { version: "1.0" } },
      tensorflow: { package: "tensorflow", version: "2.10.0", archs: ["x86_64"], requires: [{ name: "protobuf", specifiers: "<3.20,>=3.9.2", installed: "4.25.3", satisfied: false }] },
      plugin: null, foreign_libraries: [{ path: "/Users/ada/opt/anaconda3/lib/libfoo.dylib", archs: ["arm64"] }],
      imports: [{ probe: "tensorflow", outcome: "crashed", exit: null, signal: "SIGILL", duration_ns: 812000000, stderr_tail: "illegal hardware instruction" },
        { probe: "tensorflow_after_pyarrow", outcome: "hung", duration_ns: 60000000000, stderr_tail: "" },
        { probe: "devices", outcome: "not_run", detail: "the import crashed" }],
      verdict: { state: "broken", sentence: "An Intel TensorFlow that needs AVX, which Rosetta does not offer here." },
    },
    {
      id: "00000000000000a3", path: `/Users/ada/src/${HOSTILE}/.venv/bin/python`, real_path: absent("failed", "the link leads in a circle"),
      kind: "venv", version: absent("failed", "pyvenv.cfg is damaged"), archs: absent("unavailable", "the file cannot be read"),
      prefix: `/Users/ada/src/${HOSTILE}/.venv`, packages: {}, plugin: null, foreign_libraries: [], imports: [],
      verdict: { state: "no-tensorflow", sentence: `No TensorFlow. ${HOSTILE}` },
    },
    {
      id: "00000000000000a4", path: "/opt/homebrew/bin/python3.12", real_path: "/opt/homebrew/Cellar/python@3.12/3.12.7/bin/python3.12",
      kind: "homebrew", version: "3.12.7", archs: ["arm64"], runs_as: "arm64", prefix: "/opt/homebrew/Frameworks", externally_managed: true,
      packages: { tensorflow: { version: "2.17.0", archs: ["arm64"] } }, tensorflow: { package: "tensorflow", version: "2.17.0", archs: ["arm64"], requires: [] },
      plugin: null, foreign_libraries: [], imports: [], verdict: { state: "works-with-limits", sentence: "TensorFlow 2.17.0 on the CPU; no GPU plugin." },
    },
    {
      id: "00000000000000a5", path: "/usr/bin/python3", real_path: "/Library/Developer/CommandLineTools/usr/bin/python3", kind: "system",
      version: "3.9.6", archs: ["arm64", "x86_64"], runs_as: "arm64", prefix: "/Library/Developer", packages: {}, plugin: null, foreign_libraries: [],
      imports: [], verdict: { state: "no-tensorflow", sentence: "Apple's own; leave it alone." },
    },
  ],
  findings: [
    {
      id: "x86-tensorflow-under-rosetta", cause: "x86-tf-under-rosetta", severity: "blocker", confidence: "certain",
      subject: "/Users/ada/opt/anaconda3/bin/python", title: "An Intel TensorFlow cannot start under Rosetta",
      explanation: "This Anaconda is the Intel build. Its TensorFlow uses AVX instructions that Rosetta does not translate, so the process dies at import with “illegal hardware instruction”.",
      evidence: [{ what: "interpreter", value: "x86_64", source: "Mach-O header" }, { what: "hardware", value: "arm64", source: "sysctl hw.optional.arm64" }, { what: "name", value: HOSTILE, source: HOSTILE }],
      remedy: { text: "Use an arm64 Python. Make a new environment with Miniforge and install TensorFlow there.", commands: ["conda create -n tf python=3.11", "conda run -n tf python -m pip install 'tensorflow==2.18.1' 'tensorflow-metal==1.2.0'"] },
      references: [{ title: "Install TensorFlow with pip", url: "https://www.tensorflow.org/install/pip" }, { title: "a script", url: "javascript:window.hacked=1" }],
    },
    {
      id: "protobuf-too-new", cause: "protobuf-too-new", severity: "warning", confidence: "likely", subject: "/Users/ada/opt/anaconda3/bin/python",
      title: "protobuf is newer than this TensorFlow allows", explanation: "TensorFlow 2.10 needs protobuf below 3.20; 4.25.3 is installed.",
      evidence: [{ what: "protobuf", value: "4.25.3", source: "dist-info" }], remedy: { text: "Install an older protobuf.", commands: ["/Users/ada/opt/anaconda3/bin/python -m pip install 'protobuf<3.20'"] }, references: [],
    },
    {
      id: "gpu-small-batch", cause: "gpu-slow-small-models", severity: "hint", confidence: "possible", subject: "machine",
      title: "Small batches train faster on the CPU here", explanation: "Below batch 256 the launch cost of the GPU outweighs its speed.", evidence: [], remedy: { text: "Raise the batch size, or train on the CPU." }, references: [],
    },
    { id: "rosetta-end", cause: "rosetta-end", severity: "info", confidence: "certain", subject: "machine", title: "macOS 27 is the last with general Rosetta", explanation: "One Python of this machine needs it.", evidence: [], remedy: {}, references: [] },
    { id: "homebrew-python-externally-managed", cause: "externally-managed", severity: "info", confidence: "certain", subject: "/opt/homebrew/bin/python3.12", title: "pip refuses to install into Homebrew's Python", explanation: "It is marked as externally managed.", evidence: [], remedy: { text: "Make a virtual environment." }, references: [] },
  ],
};

// Specified noise, so that every run of the tests sees the same charts.
function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

function measured(model, rate, seed, batch, blocks = 20, epochs = 10) {
  const next = noise(seed);
  const median = batch * 1e9 / rate;
  const samples = Array.from({ length: blocks }, () => Math.round(median * (1 + 0.03 * next())));
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted[blocks >> 1];
  return {
    model, samples_per_second: batch * 1e9 / middle,
    step_ns: { median: middle, ci95: [sorted[5 % blocks], sorted[Math.min(14, blocks - 1)]], samples },
    cold_ns: 180000000,
    training: {
      epochs: Array.from({ length: epochs }, (_, i) => ({
        loss: 0.32 * Math.exp(-i / 3) + 0.012 + 0.004 * next(), accuracy: 0.998 - 0.09 * Math.exp(-i / 2) + 0.001 * next(), seconds: 60000 / rate,
      })),
      test_accuracy: 0.978 + 0.004 * next(),
    },
    checks: { gradient_max_error: 1.2e-6, oracle_max_error: 3e-6, passed: true },
    peak_memory_bytes: 88 * 1024 * 1024, flop_per_sample: 4.9e6,
  };
}

const SPEEDS = { native: [88240, 41300], translated: [36100, 15800], gpu: [52400, 61200] };

export function result({ time, tail, batch = 32, scale = 1, lanes = ["native", "translated", "gpu"], quick = false, chip = "Apple M1 Pro" }) {
  const blocks = quick ? 6 : 20;
  const comparisons = [];
  const entry = (lane, i) => {
    const grow = lane === "gpu" ? (batch / 32) ** 0.7 : (batch / 32) ** 0.15;
    return {
      lane, engine: lane === "gpu" ? "metal" : "cpu", state: "done", reason: null, requested: { threads: 10 },
      observed: { arch: lane === "translated" ? "x86_64" : "arm64", translated: lane === "translated", device: lane === "gpu" ? "Apple M1 Pro" : "CPU", isa: lane === "translated" ? "sse4.2" : "neon", threads: 10, software_device: false },
      models: ["mlp", "cnn"].map((m, j) => measured(m, SPEEDS[lane][j] * scale * grow, tail * 31 + i * 7 + j, batch, blocks, quick ? 1 : 10)),
    };
  };
  const all = lanes.map(entry);
  for (const other of all.filter((e) => e.lane !== "native")) {
    const native = all.find((e) => e.lane === "native");
    for (const [j, m] of ["mlp", "cnn"].entries()) {
      if (!native) {
        break;
      }
      const ratio = other.models[j].samples_per_second / native.models[j].samples_per_second;
      const verdict = ratio > 1 ? "faster" : "slower";
      comparisons.push({
        model: m, a: other.lane, b: "native", ratio, ci95: [ratio * 0.985, ratio * 1.012], verdict,
        sentence: ratio > 1 ? `${m} on ${other.lane} is ${ratio.toFixed(2)} times as fast as on native (95 % interval ${(ratio * 0.985).toFixed(2)} to ${(ratio * 1.012).toFixed(2)}).`
          : `${m} on native is ${(1 / ratio).toFixed(2)} times as fast as on ${other.lane} (95 % interval ${(0.985 / ratio).toFixed(2)} to ${(1.012 / ratio).toFixed(2)}).`,
      });
    }
  }
  return {
    schema: "trilane/result/1", id: id(time, tail),
    spec: { models: ["mlp", "cnn"], lanes, batch, epochs: quick ? 1 : 10, blocks, data: "digits", threads: 0, seed: 1, quick },
    environment: { machine: { chip, arch: "arm64", os: { name: "macOS", version: "15.1" }, processors: 10 }, power: { source: "ac", mode: "automatic" }, thermal: { state: "nominal" }, load: { before: 1.2, after: 1.9 }, threads: 10 },
    lanes: all, comparisons,
    trust: quick ? { grade: "B", reasons: ["six blocks only: a quick run"] } : { grade: "A", reasons: [] },
  };
}

const now = Date.now();

export const results = [
  result({ time: now - 2 * 3600e3, tail: 5 }),
  result({ time: now - 26 * 3600e3, tail: 4, batch: 128, scale: 0.99 }),
  result({ time: now - 50 * 3600e3, tail: 3, batch: 512, scale: 0.98 }),
  result({ time: now - 74 * 3600e3, tail: 2, scale: 0.97, quick: true }),
  result({ time: now - 300 * 3600e3, tail: 1, scale: 0.9 }),
];

// The newest went through the batch sizes.
results[0].sweep = ["mlp", "cnn"].map((model, j) => ({
  model,
  points: [8, 32, 128, 512, 1024].map((batch) => ({
    batch,
    lanes: ["native", "gpu"].map((lane) => ({
      lane, state: "done", reason: null,
      ...measured(model, SPEEDS[lane][j] * (lane === "gpu" ? (batch / 128) ** 0.7 : (batch / 32) ** 0.15), batch + j, batch, 10, 1),
    })),
  })),
  crossover: { batch: 128, interval: [32, 128] },
  sentence: `${model}: the gpu lane overtakes native from batch 128 on.`,
}));

// A result in which only the native lane worked.
export const partial = {
  ...result({ time: now - 600e3, tail: 9, lanes: ["native"] }),
  lanes: [
    ...result({ time: now - 600e3, tail: 9, lanes: ["native"] }).lanes,
    { lane: "translated", engine: "cpu", state: "not_possible", reason: "Rosetta 2 is not installed", finding: "rosetta-end", requested: {}, observed: {}, models: [] },
    { lane: "gpu", engine: "metal", state: "failed", reason: `the worker was killed by SIGKILL: ${HOSTILE}`, requested: {}, observed: {}, models: [] },
  ],
};

export const rule = {
  id: "x86-tensorflow-under-rosetta", cause: "x86-tf-under-rosetta", title: "An Intel TensorFlow under Rosetta",
  explanation: "Symptom: import tensorflow dies with “illegal hardware instruction”.",
  page: "# x86-tensorflow-under-rosetta\n\n## Symptom\n\n`import tensorflow` ends with **illegal hardware instruction**.\n\n```\nzsh: illegal hardware instruction  python\n```\n\n## Fix\n\n- Use an arm64 Python.\n- See [Rosetta](https://support.apple.com/102527).\n", references: [{ title: "Rosetta", url: "https://support.apple.com/102527" }],
};

export const markdown = {
  plain: "# Trilane report\n\nMachine: Apple M1 Pro\nUser: ada on adas-mac.local\n\n- `/Users/ada/miniforge3/envs/tf/bin/python` ready\n- nothing else\n",
  redacted: "# Trilane report\n\nMachine: Apple M1 Pro\nUser: USER on HOST\n\n- `~/miniforge3/envs/tf/bin/python` ready\n- nothing else\n",
};

export const compatibility = {
  schema: "trilane/compatibility/1", date: "2026-11-01",
  recommended: { metal: { tensorflow: "2.18.1", "tensorflow-metal": "1.2.0", python: "3.11" } },
  tables: {
    tensorflow: {
      title: "TensorFlow and what belongs to it",
      rows: [{ series: "2.18", python: ">=3.9,<3.13", numpy: ">=1.26,<2.1", plugin: "1.2.0" }, { series: "2.17", python: ">=3.9,<3.13", numpy: ">=1.23.5,<2", plugin: "1.1.0" }],
    },
  },
};
