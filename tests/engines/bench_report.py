# SPDX-License-Identifier: MIT
"""The tables of docs/performance.md, in Markdown, from what bench_train.py measured.

usage: bench_report.py bench-train.json
"""

import json
import statistics
import sys

CONTENDED = 0.05  # of all processors, used by others
SLOWED = 0.05  # by which the gauge may be slower than at its best
ENOUGH = 3  # clean samples
NOISE = 0.03  # by which a larger batch may be slower: a median's play


class Figures:
    """One run's samples by (model, who, kind, threads, batch)."""

    def __init__(self, document):
        self.document = document
        self.samples = {
            (s["model"], s["who"], s["kind"], s["threads"], s["batch"]): s["samples"]
            for s in document["samples"]
        }
        self.models = list(document["flop_per_sample"])
        self.mark_clean()
        self.threads = max(name[3] for name in self.samples)
        self.isas = list(dict.fromkeys(p["isa"] for p in document["peaks"]))
        self.peaks = {(p["isa"], p["threads"]): p["peak_gflops"] for p in document["peaks"]}

    def mark_clean(self):
        """Nobody else had the processors, and the gauge ran at its best before and after."""
        for model in self.models:
            found = [s for name, of in self.samples.items() if name[0] == model for s in of]
            gauges = sorted(s["gauge"] for s in found)
            best = gauges[len(gauges) * 9 // 10] if gauges else 0
            for s in found:
                slowed = s["gauge"] < (1 - SLOWED) * best
                s["clean"] = s["others"] <= CONTENDED and not slowed

    @staticmethod
    def used(found):
        """The clean samples, or all where too few are clean."""
        clean = [s for s in found if s["clean"]]
        return clean if len(clean) >= ENOUGH else found

    def rate(self, *name):
        """Samples a second, the median; None if there is none."""
        used = self.used(self.samples.get(name, []))
        return statistics.median(s["rate"] for s in used) if used else None

    def best_step(self, model, batch=32):
        rates = [self.rate(model, who, "step", self.threads, batch) for who in PEERS]
        return max((r for r in rates if r), default=None)

    def of_peak(self, model, isa, threads, rate):
        peak = self.peaks.get((isa, threads))
        flop = self.document["flop_per_sample"][model]
        return rate and peak and rate * flop / peak / 1e9


PEERS = ("tensorflow", "pytorch")


def times(value, base):
    return f"{value / base:.1f}×" if value and base else ""


def percent(value):
    return f"{100 * value:.0f} %" if value else ""


def number(value, form=",.0f"):
    return format(value, form) if value else ""


def print_rows(head, rows):
    print("\n| " + " | ".join(head) + " |")
    print("|---|" + "---:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def print_training(figures):
    rows = []
    for model in figures.models:
        fit = figures.rate(model, "tensorflow", "fit", figures.threads, 32)
        step = figures.best_step(model)
        for isa in figures.isas:
            for threads in dict.fromkeys((1, figures.threads)):
                rate = figures.rate(model, f"trilane {isa}", "train", threads, 32)
                one = figures.rate(model, f"trilane {isa}", "train", 1, 32)
                counts = figures.document["instructions"]
                rows.append(
                    (
                        f"{model.upper()} `{isa}`",
                        threads,
                        number(rate),
                        times(rate, fit),
                        times(rate, step),
                        percent(figures.of_peak(model, isa, threads, rate)),
                        f"{rate / one:.2f}" if threads > 1 and rate and one else "",
                        number(threads == 1 and counts.get(f"{model} {isa}")),
                    )
                )
        others = [("trilane blas", "train")]
        others += [("tensorflow", "fit"), ("tensorflow", "step"), ("pytorch", "step")]
        for who, kind in others:
            rate = figures.rate(model, who, kind, figures.threads, 32)
            if rate:
                cells = (number(rate), times(rate, fit), times(rate, step), "", "", "")
                rows.append((f"{model.upper()} {who} {kind}", figures.threads, *cells))
    print("\nTraining, batch 32:")
    head = ["", "threads", "samples/s", "to `fit`", "to the best step", "of the roofline"]
    print_rows(head + ["over one thread", "instructions a step"], rows)


def print_batches(figures):
    who = f"trilane {figures.isas[0]}"
    batches = sorted({b for (_, w, _, _, b) in figures.samples if w == who})
    subjects = [(m, kind) for m in figures.models for kind in ("train", "forward")]
    rows, falls = [], []
    for before, batch in zip([None, *batches], batches):
        cells = []
        for model, kind in subjects:
            name = (model, who, kind, figures.threads)
            rate, smaller = figures.rate(*name, batch), figures.rate(*name, before)
            cells.append(number(rate))
            if rate and smaller and rate < (1 - NOISE) * smaller:
                falls.append(f"{model} {kind} {before} → {batch}: {rate / smaller - 1:+.1%}")
        rows.append((batch, *cells))
    print(f"\nSamples a second by batch, `{figures.isas[0]}`, {figures.threads} threads:")
    print_rows(["batch", *(f"{m.upper()} {kind}" for m, kind in subjects)], rows)
    print(
        f"\nNever slower per sample than the next smaller batch, by more than {NOISE:.0%} of "
        f"noise: {'no: ' + '; '.join(falls) if falls else 'yes'}."
    )


def print_small(figures):
    """Batch 1, and forward passes at 1 and 32."""
    threads, ours = figures.threads, f"trilane {figures.isas[0]}"
    rows = []
    for model in figures.models:
        for kind, batch in (("train", 1), ("forward", 1), ("forward", 32)):
            mine = figures.rate(model, ours, kind, threads, batch)
            cells = [number(mine), number(mine and 1e6 * batch / mine, ".0f")]
            for who in PEERS:
                kinds = ("fit", "step") if kind == "train" else (kind,)
                for their in kinds:
                    if (who, their) == ("pytorch", "fit"):
                        continue
                    rate = figures.rate(model, who, their, threads, batch)
                    cells.append(f"{number(rate)} ({times(mine, rate)})" if rate else "")
                if kind == "forward" and who == "tensorflow":
                    cells.insert(2, "")
            rows.append((f"{model.upper()} {kind}, batch {batch}", *cells))
    print("\nOne sample at a time, and inference (in brackets how many times as fast we are):")
    head = ["", "samples/s", "µs a call", "TensorFlow `fit`", "TensorFlow", "PyTorch"]
    print_rows(head, rows)


def print_process(figures):
    cold, memory = figures.document.get("cold_ms", {}), figures.document.get("memory", {})
    rows = [
        (
            f"trilane {model.upper()}",
            number(cold.get(model), ".0f"),
            number(memory.get(model, 0) / 1e6, ".0f"),
        )
        for model in figures.models
    ]
    rows += [(who, "", number(memory.get(who, 0) / 1e6, ".0f")) for who in PEERS if who in memory]
    print("\nA whole process: to the end of its first step on a handful of digits, and the")
    print("most memory while it trains on all 60 000:")
    print_rows(["", "cold start ms", "peak memory MB"], rows)


def print_peaks(figures):
    rows = [
        (f"`{p['isa']}`", p["threads"], p["peak_gflops"], p["triad_gbytes"])
        for p in figures.document["peaks"]
    ]
    print("\nMeasured in the same run:")
    print_rows(["set", "threads", "peak GFLOP/s", "triad GB/s"], rows)


def print_report(document):
    figures = Figures(document)
    samples = [s for found in figures.samples.values() for s in found]
    clean = sum(s["clean"] for s in samples)
    print("\n".join(f"- {key}: {value}" for key, value in document.get("machine", {}).items()))
    print(
        f"- {clean} of {len(samples)} samples clean (others used at most {CONTENDED:.0%}, "
        f"and the gauge was at most {SLOWED:.0%} below its best)"
    )
    print_training(figures)
    print_batches(figures)
    print_small(figures)
    print_process(figures)
    print_peaks(figures)


if __name__ == "__main__":
    with open(sys.argv[1]) as f:
        print_report(json.load(f))
