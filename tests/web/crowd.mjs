// SPDX-License-Identifier: MIT
// A machine with too much of everything: forty Pythons with names of every length and script,
// sixty findings, five hundred results, numbers from tiny to huge.
import * as documents from "./documents.mjs";

const PYTHONS = 40;
const FINDINGS = 60;
const RESULTS = 500;

const NAMES = [
  `a-${"very-".repeat(56)}long-name`, documents.HOSTILE, "בדיקה-של-טנסורפלו", "مشروع التعلم العميق",
  "🦊🚀 日本語の環境", "with space & <b>bold</b>", "\u202Eexe.nohtyp", "x".repeat(300),
];
const STATES = [["broken", "It cannot be imported."], ["works-with-limits", "It works on the CPU."],
  ["ready", "It runs natively and sees the GPU."], ["no-tensorflow", "No TensorFlow."]];

function python(_, i) {
  const name = NAMES[i] || `env-${i}`;
  const [state, sentence] = STATES[i % STATES.length];
  const prefix = `/Users/ada/src/${name}`;
  return {
    id: (0xb000 + i).toString(16).padStart(16, "0"), path: `${prefix}/bin/python3.11`, real_path: `${prefix}/bin/python3.11`,
    kind: i % 3 ? "venv" : "conda", name, version: "3.11.9", archs: ["arm64", "x86_64"], runs_as: "arm64", prefix,
    packages: { tensorflow: { version: "2.18.1.dev20261124+local.build.of.somebody", archs: ["arm64"] }, [name]: { version: "1" } },
    tensorflow: state === "no-tensorflow" ? null : { package: "tensorflow", version: "2.18.1.dev20261124+local.build.of.somebody", archs: ["arm64"], requires: [] },
    plugin: null, foreign_libraries: [], imports: [], verdict: { state, sentence },
  };
}

function finding(pythons) {
  return (_, i) => ({
    id: `finding-${i}`, cause: `cause-${i}`, severity: ["blocker", "warning", "hint", "info"][i % 4], confidence: "likely",
    subject: i % 5 ? pythons[i % PYTHONS].path : "machine", title: `Finding ${i} about ${NAMES[i % NAMES.length]}`,
    explanation: `It says \`${NAMES[i % NAMES.length]}\`. `.repeat(3),
    evidence: [{ what: "path", value: pythons[i % PYTHONS].path, source: pythons[i % PYTHONS].path }],
    remedy: { text: "Make a new environment.", commands: [`${pythons[i % PYTHONS].path} -m pip install 'tensorflow==2.18.1'`] }, references: [],
  });
}

// Times that SCALE makes a sample take a fraction of a nanosecond, or minutes.
function measured(i) {
  const scale = [1, 1e-9, 1e6][i % 3];
  return documents.result({ time: Date.now() - i * 3600e3, tail: i, scale, quick: i % 2 === 0, batch: [32, 4096][i % 2] });
}

export function crowd() {
  const interpreters = Array.from({ length: PYTHONS }, python);
  return {
    report: { ...documents.report, interpreters, findings: Array.from({ length: FINDINGS }, finding(interpreters)) },
    results: Array.from({ length: RESULTS }, (_, i) => measured(i)),
  };
}

// A result in which no lane came to an end.
export const failed = {
  ...documents.partial, comparisons: [],
  lanes: ["native", "translated", "gpu"].map((lane) => ({
    lane, engine: "cpu", state: "failed", reason: "the worker was killed by SIGKILL", requested: {}, observed: {}, models: [],
  })),
};
