// SPDX-License-Identifier: MIT
// The page's pure parts: words, states, comparisons.
import { equal, ok, test } from "./harness.mjs";
import { tarOf, zipOf } from "./archives.mjs";
import { failed } from "./crowd.mjs";
import * as documents from "./documents.mjs";

globalThis.document = { baseURI: "http://127.0.0.1/" }; // api.js asks for it when it is loaded
const format = await import("../../web/js/format.js");
const lanes = await import("../../web/js/lanes.js");
const summary = await import("../../web/js/summary.js");
const comparing = await import("../../web/js/comparing.js");
const { redactions } = await import("../../web/js/redaction.js");
const { READ, recordingOf } = await import("../../web/js/recording.js");
const archive = await import("../../web/js/archive.js");
const { matches, search } = await import("../../web/js/search.js");

test("numbers, times and absences are words", () => {
  equal(format.number(88240.4), "88,240");
  equal(format.number(0.04123), "0.0412");
  equal(format.number(undefined), "–");
  equal([0.0034, 0.41, 12.34, 123.4].map(format.ratio), ["0.0034", "0.41", "12.3", "123"]);
  equal(format.bytes(17179869184), "16\u00a0GiB");
  equal(format.duration(1500), "1.5\u00a0µs");
  equal(format.percent(0.0123), "1.2\u202f%");
  equal(format.date("2026-11-24T09:05:00"), "24 Nov 2026, 09:05");
  equal(format.named("mlp: the gpu lane is slower"), "MLP: the GPU lane is slower");
  equal(format.leaves({ a: { b: 1, c: [2] }, d: 3 }, new Set(["d"])), [["a.b", 1], ["a.c", [2]]]);
  equal(format.clock(3700), "1:01:40");
  equal(format.roughly(100), "2 minutes");
  equal(format.age(new Date(Date.now() - 7300e3).toISOString()), "2 hours ago");
  equal(format.listed(["a", "b", "c"]), "a, b and c");
  equal(format.dateOfId(documents.id(1700000000000)), "2023-11-14T22:13:20.000Z");
  const absent = { value: null, reason: "unavailable", detail: "" };
  ok(format.isAbsent(absent) && !format.isAbsent(0) && !format.isAbsent({ reason: "x" }), "absence");
  equal(format.fact({ a: { b: absent } }, "a.b.c"), null);
});

const stateOf = (lane, more) => lanes.laneState(lane, {
  jobs: [], results: [], report: documents.report, service: null, ...more,
});

test("a lane is in one of five states", () => {
  equal(stateOf("gpu", {}).state, "not_run");
  equal(stateOf("gpu", { results: documents.results }).state, "value");
  equal(stateOf("gpu", { results: [documents.partial] }).state, "failed");
  const not = stateOf("translated", { results: [documents.partial] });
  equal([not.state, not.reason, not.finding], ["not_possible", "Rosetta 2 is not installed", "rosetta-end"]);
  const job = { kind: "benchmark", state: "running", step: "training", request: { lanes: ["gpu"] } };
  equal(stateOf("gpu", { jobs: [job] }).state, "running");
  equal(stateOf("native", { jobs: [job] }).state, "not_run");
  equal(stateOf("gpu", { service: { lanes: [{ lane: "gpu", possible: false, reason: "no driver" }] } }).reason, "no driver");
  equal(stateOf("translated", { results: [documents.partial], service: { lanes: [{ lane: "translated", possible: true }] } }).again, true);
});

test("the verdict comes first and names a next step", () => {
  equal(summary.verdict(null, []).next.kind, "look");
  const full = summary.verdict(documents.report, []);
  equal([full.tone, full.sentence, full.detail], ["warn", "TensorFlow works in /Users/ada/miniforge3/envs/tf/bin/python.",
    "Environments with TensorFlow: 1 ready, 1 usable with limits, 1 broken."], "the server's words");
  equal([full.next.id, full.next.text], ["x86-tensorflow-under-rosetta", "Use an arm64 Python."], "the worst finding");
  const healthy = { ...documents.report, findings: [], interpreters: [documents.report.interpreters[0]] };
  equal([summary.verdict(healthy, []).tone, summary.verdict(healthy, []).next.kind], ["good", "run"]);
  equal(summary.verdict(healthy, documents.results).next, null);
  equal(summary.verdict(healthy, [failed]).next.kind, "run", "no lane has come to its end");
  const none = { ...documents.report, findings: [], interpreters: [], verdict: { sentence: "No Python was found here.", next: "Install a Python." } };
  equal(summary.verdict(none, []).next, { kind: "text", text: "Install a Python." });
  ok(/^Fastest when measured: Native for the MLP and GPU for the CNN \(1\.4/.test(summary.fastest(documents.results)), "fastest");
});

test("what is not shown is not said: the fastest lane needs its comparisons", () => {
  const [measured] = documents.results;
  equal(lanes.fastestLane(measured, "mlp"), "native");
  equal(lanes.fastestLane(measured, "cnn"), "gpu");
  const open = { ...measured, comparisons: measured.comparisons.map((c) => ({ ...c, verdict: "cannot_tell" })) };
  equal([lanes.fastestLane(open, "mlp"), lanes.fastestLane(open, "cnn")], [null, null]);
  equal(summary.fastest([open]), "Fastest when measured: no lane beyond doubt for the MLP and no lane beyond doubt for the CNN.");
});

test("a package's name keeps its case where a sentence begins with it", () => {
  const small = { ...documents.report, verdict: { sentence: "TensorFlow works in x.", next: "Uninstall it." },
    findings: [{ ...documents.report.findings[0], title: "tensorflow-metal does not fit" }] };
  equal(summary.verdict(small, []).next.about, "tensorflow-metal does not fit.");
});

test("files are compared as the server compares saved results", () => {
  const sorted = Array.from({ length: 20 }, (_, i) => i + 1);
  equal(comparing.exactInterval(sorted), [6, 15]);
  equal(comparing.exactInterval([1, 2, 3, 4, 5]), null);
  equal(comparing.exactInterval([1, 2, 3, 4, 5, 6]), [1, 6]);
  const [a, b] = [documents.results[0], documents.results[4]];
  const rows = comparing.compareResults(a, b);
  equal(rows.length, 6);
  ok(rows.every((row) => row.verdict === "slower" && row.ratio > 0.88 && row.ratio < 0.92), "a tenth slower");
  equal(comparing.compareResults(a, a)[0].verdict, "no_difference");
  equal(comparing.summaryOf(rows), "B is slower in all 6");
  equal(comparing.summaryOf([...rows.slice(0, 2), comparing.compareResults(a, a)[0]]), "B is slower in 2 and no different in 1");
  const rest = comparing.differences({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } });
  equal(rest.filter((r) => r.differs), [{ path: "b.c", a: 2, b: 3, differs: true }]);
});

test("redaction is shown piece by piece", () => {
  const { lines, changed } = redactions(documents.markdown.redacted, documents.markdown.plain);
  equal(changed, 2);
  const removed = lines.flat().filter((p) => p.removed !== undefined);
  equal(removed.map((p) => [p.removed, p.text]), [["ada", "USER"], ["adas-mac.local", "HOST"], ["/Users/ada", "~"]], "pieces");
  equal(lines.map((l) => l.map((p) => p.text).join("")).join("\n"), documents.markdown.redacted);
});

test("search wants every word", () => {
  equal(search(documents.report, "anaconda rosetta").findings.length, 1);
  ok(matches({ a: ["X", { b: "yz" }] }, "x Y"), "words anywhere");
  ok(!matches({ a: "x" }, "x q"), "every word");
});

const RECORDING = new Map([
  ["recording.json", '{"schema":"trilane/recording/1","os":"macOS","arch":"arm64","translated":false}'],
  ["sysctl.txt", "hw.memsize: 17179869184\nmachdep.cpu.brand_string: Apple M1\nkern.hostname: secret\nhw.ncpu: 8\n"],
  ["commands/sw_vers", "ProductName:\t\tmacOS\nProductVersion:\t\t15.1\n"],
  ["imports.jsonl", '{"interpreter":"/Users/me/tf/bin/python","probe":"tensorflow","exit":null,"signal":"SIGILL"}\nno json\n'],
  ["root/Users/me/tf/bin/python3", ""],
  ["root/Users/me/tf/lib/python3.11/site-packages/tensorflow_metal-1.2.0.dist-info/METADATA", ""],
  ["root/Users/me/tf/lib/python3.11/site-packages/wrapt-1.16.0.dist-info/METADATA", ""],
  ["root/Users/me/conda/conda-meta/numpy-1.26.4-py310_0.json", ""],
  ["root/usr/bin/python3", ""],
]);

test("a recording's own words and the names in it are read", () => {
  const { machine, environments } = recordingOf([...RECORDING.keys()],
    new Map(READ.filter((path) => RECORDING.has(path)).map((path) => [path, RECORDING.get(path)])));
  equal([machine.system, machine.chip, machine.memory, machine.cores, machine.architecture],
    ["macOS 15.1", "Apple M1", "16 GiB", "8", "arm64"]);
  ok(!JSON.stringify(machine).includes("secret"), "the host's name");
  equal(environments, {
    "/Users/me/tf": { python: "3.11", "tensorflow-metal": "1.2.0", import: "crashes (SIGILL)" },
    "/Users/me/conda": { numpy: "1.26.4" }, "/usr": {},
  });
  const older = { machine, environments: { ...environments, "/Users/me/conda": { numpy: "1.21.0" } } };
  const rows = comparing.compareRecordings({ machine, environments }, older).environments;
  equal(rows.map((r) => [r.path, r.differs]), [["/Users/me/conda", true], ["/Users/me/tf", false], ["/usr", false]]);
});

// A file of the page's: a blob that has a name.
const blob = (name, bytes) => Object.assign(new Blob([bytes]), { name });

function inflatesRaw() {
  try {
    return Boolean(new DecompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

test("archives are opened without unpacking more than is read", async () => {
  const long = `folder/${"deep/".repeat(30)}end.txt`;
  const files = new Map([["folder/recording.json", "{}"], [long, "one\ntwo\n"], ["folder/empty", ""]]);
  const archives = [["a.tar.gz", tarOf(files)], ["a.zip", zipOf(files)]];
  if (!inflatesRaw()) {
    console.log("        skipped: a zip, for node is older than 21; the browser opens one in another test");
    archives.pop();
  }
  for (const [name, bytes] of archives) {
    const opened = await archive.open(blob(name, bytes));
    equal([...opened.keys()], [...files.keys()], name);
    for (const [path, text] of files) {
      equal(await opened.get(path).text(), text, `${name}: ${path}`);
    }
  }
  for (const [name, bytes] of [["cut.zip", zipOf(files).subarray(0, 60)], ["no.tgz", Buffer.from("no gzip")]]) {
    const refused = await archive.open(blob(name, bytes)).then(() => false, () => true);
    ok(refused, `${name} was opened`);
  }
});
