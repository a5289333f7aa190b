# SPDX-License-Identifier: MIT
"""The comparison of docs/performance.md; called by script/bench-train.

Every round times every subject once, in random order.  A time during which other programs
took more than a little of the machine is marked and left out of the medians, as long as
enough others remain.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONTENDED = 0.05  # of all processors, used by others
ENOUGH = 3  # clean samples


class Peer:
    """A framework's process, started once."""

    def __init__(self, python, framework, threads):
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "peers.py"), framework, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if "ready" not in self.answer():
            raise OSError(f"{framework} does not start")

    def answer(self):
        return json.loads(self.process.stdout.readline() or "{}")

    def ask(self, kind, model, batch, seconds):
        self.process.stdin.write(f"{kind} {model} {batch} {seconds}\n")
        self.process.stdin.flush()
        return self.answer()

    def processor_seconds(self):
        try:
            with open(f"/proc/{self.process.pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load:
    """What other programs took of the processors since the beginning; 0 if unknown."""

    def __init__(self, peers):
        self.peers = peers
        self.start, self.busy, self.own = time.monotonic(), self.all_busy(), self.ours()

    @staticmethod
    def all_busy():
        try:
            with open("/proc/stat") as f:
                fields = [int(x) for x in f.readline().split()[1:9]]
        except OSError:
            return None
        return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")

    def ours(self):
        usage = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in usage) + sum(
            p.processor_seconds() for p in self.peers
        )

    def others(self):
        if self.busy is None:
            return 0.0
        used = (self.all_busy() - self.busy) - (self.ours() - self.own)
        return max(0.0, used / ((time.monotonic() - self.start) * os.cpu_count()))


def measure(options, *arguments):
    out = subprocess.run(
        [options.measure, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return json.loads(out.stdout) if out.returncode == 0 else None


def subjects_of(options, isas, peers):
    """Name -> function that returns samples a second."""
    subjects = {}
    ms = options.ms

    def ours(*arguments):
        result = measure(options, *arguments)
        return result and result["samples_per_second"]

    for model in options.models:
        for isa in isas:
            for threads in dict.fromkeys((1, options.threads)):
                subjects[model, f"trilane {isa}", "train", threads, 32] = (
                    lambda a=("train", model, "cpu", isa, threads, 32, ms): ours(*a)
                )
        for batch in options.batches:
            for kind in ("train", "forward"):
                subjects.setdefault(
                    (model, f"trilane {isas[0]}", kind, options.threads, batch),
                    lambda a=(kind, model, "cpu", isas[0], options.threads, batch, ms): ours(*a),
                )
        subjects[model, "trilane blas", "train", options.threads, 32] = (
            lambda a=("train", model, "blas", "-", options.threads, 32, ms): ours(*a)
        )
        for framework, peer in peers.items():
            kinds = ["fit", "step", "forward"] if framework == "tensorflow" else ["step", "forward"]
            for kind in kinds:
                for batch in (1, 32):
                    subjects[model, framework, kind, options.threads, batch] = (
                        lambda p=peer, a=(kind, model, batch, ms / 1000): p.ask(*a).get(
                            "samples_per_second"
                        )
                    )
    return subjects


def run_rounds(options, subjects, peers):
    samples = {name: [] for name in subjects}
    for number in range(options.rounds):
        names = list(subjects)
        random.shuffle(names)
        for name in names:
            load = Load(peers.values())
            rate = subjects[name]()
            if rate:
                samples[name].append({"rate": rate, "others": load.others()})
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    return samples


def summarise(samples):
    """The median of clean samples, or of all where too few are clean."""
    rows = {}
    for name, found in samples.items():
        clean = [s["rate"] for s in found if s["others"] <= CONTENDED]
        used = clean if len(clean) >= ENOUGH else [s["rate"] for s in found]
        if used:
            rows[name] = {
                "median": statistics.median(used),
                "best": max(s["rate"] for s in found),
                "clean": len(clean),
                "of": len(found),
            }
    return rows


def print_table(options, rows, flop, peaks):
    threads = options.threads
    for model in options.models:
        fit = rows.get((model, "tensorflow", "fit", threads, 32))
        steps = [
            row["median"]
            for (m, who, kind, _, batch), row in rows.items()
            if m == model and who in ("tensorflow", "pytorch") and kind == "step" and batch == 32
        ]
        print(f"\n### {model}\n")
        print("| who | what | threads | batch | samples/s | to fit | to best step | of peak | clean |")
        print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
        for (m, who, kind, t, batch), row in rows.items():
            if m != model:
                continue
            rate, cells = row["median"], ["", "", ""]
            if batch == 32 and kind in ("train", "fit", "step"):
                cells[0] = f"{rate / fit['median']:.1f}" if fit else ""
                cells[1] = f"{rate / max(steps):.1f}" if steps else ""
            peak = peaks.get((who.removeprefix("trilane "), t))
            if kind == "train" and peak:
                cells[2] = f"{100 * rate * flop[model] / peak['peak_gflops'] / 1e9:.0f} %"
            print(
                f"| {who} | {kind} | {t} | {batch} | {rate:,.0f} | "
                + " | ".join(cells)
                + f" | {row['clean']}/{row['of']} |"
            )


def count_instructions(options, isas):
    """Of one step, by callgrind: the difference of two runs."""
    counts = {}
    for model in options.models:
        for isa in isas:
            totals = []
            for steps in (2, 12):
                out = subprocess.run(
                    ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                     options.measure, "train", model, "cpu", isa, "1", "32", f"x{steps}"],
                    capture_output=True, text=True, check=False,
                )  # fmt: skip
                line = [x for x in out.stderr.splitlines() if "Collected" in x]
                totals.append(int(line[0].split()[-1]) if line else 0)
            if all(totals):
                counts[f"{model} {isa}"] = (totals[1] - totals[0]) // 10
    return counts


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", required=True, help="the program measure-engines")
    parser.add_argument("--tensorflow", help="a Python that has TensorFlow")
    parser.add_argument("--pytorch", help="a Python that has PyTorch")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--ms", type=int, default=400, help="of one sample")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count()))
    parser.add_argument("--models", nargs="+", default=["mlp", "cnn"])
    parser.add_argument(
        "--batches", type=int, nargs="*", default=[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    )
    parser.add_argument("--instructions", action="store_true", help="count them (valgrind)")
    parser.add_argument("--json", default="bench-train.json")
    return parser.parse_args()


def main():
    options = parse_arguments()
    peers = {}
    for framework in ("tensorflow", "pytorch"):
        python = getattr(options, framework)
        if not python:
            continue
        try:
            peers[framework] = Peer(python, framework, options.threads)
        except OSError as error:
            print(f"without {framework}: {error}", file=sys.stderr)
    isas, peaks = [], {}
    for isa in ("avx512", "avx2", "sse4", "sse2", "neon", "plain"):
        if not measure(options, "train", "mlp", "cpu", isa, 1, 1, "1"):
            continue
        isas.append(isa)
        for threads in dict.fromkeys((1, options.threads)):
            peaks[isa, threads] = measure(options, "roofline", isa, threads, 300)
    flop = {}
    for model in options.models:
        result = measure(options, "train", model, "cpu", isas[0], 1, 32, 50)
        flop[model] = result["gflops"] * 1e9 / result["samples_per_second"]
    samples = run_rounds(options, subjects_of(options, isas, peers), peers)
    for (isa, threads), before in peaks.items():  # the better of before and after
        after = measure(options, "roofline", isa, threads, 300)
        peaks[isa, threads] = {key: max(before[key], after[key]) for key in before}
    rows = summarise(samples)
    print_table(options, rows, flop, peaks)
    print("\n| set | threads | peak GFLOP/s | triad GB/s |\n|---|---:|---:|---:|")
    for (isa, threads), peak in peaks.items():
        print(f"| {isa} | {threads} | {peak['peak_gflops']} | {peak['triad_gbytes']} |")
    counts = count_instructions(options, isas) if options.instructions else {}
    for name, count in counts.items():
        print(f"{name}: {count:,} instructions a step")
    with open(options.json, "w") as f:
        json.dump(
            {
                "flop_per_sample": flop,
                "peaks": list(peaks.values()),
                "instructions": counts,
                "samples": [
                    dict(zip(("model", "who", "kind", "threads", "batch"), name)) | {"samples": s}
                    for name, s in samples.items()
                ],
            },
            f,
            indent=1,
        )


if __name__ == "__main__":
    main()
