// SPDX-License-Identifier: MIT
// The page's pure parts: words, states, comparisons.
import { equal, ok, test } from "./harness.mjs";
import * as documents from "./documents.mjs";

globalThis.document = { baseURI: "http://127.0.0.1/" }; // api.js asks for it when it is loaded
const format = await import("../../web/js/format.js");
const lanes = await import("../../web/js/lanes.js");
const summary = await import("../../web/js/summary.js");
const comparing = await import("../../web/js/comparing.js");
const { redactions } = await import("../../web/js/redaction.js");
const { matches, search } = await import("../../web/js/search.js");

test("numbers, times and absences are words", () => {
  equal(format.number(88240.4), "88,240");
  equal(format.number(0.04123), "0.0412");
  equal(format.number(undefined), "–");
  equal([0.0034, 0.41, 12.34, 123.4].map(format.ratio), ["0.0034", "0.41", "12.3", "123"]);
  equal(format.bytes(17179869184), "16 GiB");
  equal(format.duration(1500), "1.5 µs");
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
  equal(full.sentence, "TensorFlow works in 2 of 5 Pythons on this Mac; one is broken.");
  equal(full.next.id, "x86-tensorflow-under-rosetta");
  const healthy = { ...documents.report, findings: [], interpreters: [documents.report.interpreters[0]] };
  equal(summary.verdict(healthy, []).sentence, "TensorFlow is ready on this Mac.");
  equal(summary.verdict(healthy, []).next.kind, "run");
  equal(summary.verdict(healthy, documents.results).next, null);
  const none = { ...documents.report, findings: [], interpreters: [] };
  equal(summary.verdict(none, []).sentence, "There is no Python on this Mac.");
  ok(/^Fastest when measured: Native for the MLP and GPU for the CNN \(1\.4/.test(summary.fastest(documents.results)), "fastest");
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

test("a recording's own words are read", () => {
  const files = new Map([
    ["recording.json", '{"schema":"trilane/recording/1","os":"macOS","arch":"arm64"}'],
    ["sysctl.txt", "hw.memsize: 17179869184\nmachdep.cpu.brand_string: Apple M1\nkern.hostname: secret\n"],
    ["commands/sw_vers", "ProductName:\t\tmacOS\nProductVersion:\t\t15.1\n"],
  ]);
  equal(comparing.recordingOf(files), {
    schema: "trilane/recording/1", recording: { os: "macOS", arch: "arm64" },
    system: { ProductName: "macOS", ProductVersion: "15.1" },
    sysctl: { "hw.memsize": "17179869184", "machdep.cpu.brand_string": "Apple M1" },
  });
});
