# SPDX-License-Identifier: MIT
"""The comparison of docs/performance.md; called by script/bench-train.

Every round times every subject once: the models in random order, and in random order what is
timed of each.  With each time goes what other programs took of the machine, and how fast one
step of ours, always the same, ran just before and just after: that slows down too when it is
a neighbour beyond a virtual machine's sight who takes the caches.  bench_report.py leaves out
the times of busy moments, as long as enough others remain.
"""

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import time

import bench_report

HERE = os.path.dirname(os.path.abspath(__file__))
COLD_STARTS = 15
MEMORY_STEPS = 500
GAUGE_BATCH, GAUGE_MS = 64, 50


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
        self.version = self.answer().get("version")
        if not self.version:
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


def gauge(options, isa, model):
    """How fast the machine is now, by a step of this model."""
    arguments = (model, "cpu", isa, options.threads, GAUGE_BATCH, GAUGE_MS)
    return measure(options, "train", *arguments)["samples_per_second"]


def run_rounds(options, isa, subjects, peers):
    """Model by model, so that one gauge between two subjects serves both."""
    samples = {name: [] for name in subjects}
    for number in range(options.rounds):
        for model in random.sample(options.models, len(options.models)):
            names = [name for name in subjects if name[0] == model]
            before = gauge(options, isa, model)
            for name in random.sample(names, len(names)):
                load = Load(peers.values())
                rate = subjects[name]()
                others = load.others()
                after = gauge(options, isa, model)
                if rate:
                    samples[name].append(
                        {"rate": rate, "others": others, "gauge": min(before, after)}
                    )
                before = after
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    return samples


def run_worker(options, model, *arguments):
    """The worker's time and the most memory it had."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [options.worker, "--model", model, "--threads", str(options.threads), *arguments],
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, usage.ru_maxrss * unit


def measure_processes(options, peers):
    """Milliseconds to the first step, by model; bytes at the peak, by model and peer."""
    cold, memory = {}, {name: peer.ask("memory", "-", 0, 0)["bytes"] for name, peer in peers.items()}
    for model in options.models if options.worker else []:
        starts = [
            run_worker(options, model, "--losses", "1", "--images", "64")[0]
            for _ in range(COLD_STARTS)
        ]
        cold[model] = 1000 * statistics.median(starts)
        memory[model] = run_worker(options, model, "--losses", str(MEMORY_STEPS))[1]
    return cold, memory


def describe_machine(peers):
    try:
        with open("/proc/cpuinfo") as f:
            names = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    except OSError:
        names = []
    return {
        "processor": f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "peers": ", ".join(f"{name} {peer.version}" for name, peer in peers.items()),
        "command": "script/bench-train " + " ".join(own_arguments(sys.argv[1:])),
    }


def own_arguments(argv):
    """Those that the user gave: script/bench-train adds others in front."""
    return argv[argv.index("--") + 1 :] if "--" in argv else argv


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
    parser.add_argument("--worker", help="the program trilane-worker")
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
    return parser.parse_args([a for a in sys.argv[1:] if a != "--"])


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
    samples = run_rounds(options, isas[0], subjects_of(options, isas, peers), peers)
    for (isa, threads), before in peaks.items():  # the better of before and after
        after = measure(options, "roofline", isa, threads, 300)
        peaks[isa, threads] = {key: max(before[key], after[key]) for key in before}
    cold, memory = measure_processes(options, peers)
    document = {
        "machine": describe_machine(peers),
        "flop_per_sample": flop,
        "peaks": list(peaks.values()),
        "instructions": count_instructions(options, isas) if options.instructions else {},
        "cold_ms": cold,
        "memory": memory,
        "samples": [
            dict(zip(("model", "who", "kind", "threads", "batch"), name)) | {"samples": s}
            for name, s in samples.items()
        ],
    }
    with open(options.json, "w") as f:
        json.dump(document, f, indent=1)
    bench_report.print_report(document)


if __name__ == "__main__":
    main()
