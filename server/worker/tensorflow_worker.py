#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The worker protocol (docs/worker-protocol.md), spoken by a user's own TensorFlow.

Run by the interpreter whose TensorFlow is wanted; needs nothing else than what comes with
that, and its two modules beside it.  The model is written, compiled and fitted as its user
would: Sequential, compile, fit, in Keras 2 and 3.
"""
import argparse
import gzip
import os
import platform
import struct
import sys
import time
import traceback

from tensorflow_checks import Start, check
from tensorflow_protocol import (Commands, Failure, Lines, architecture, die_with_parent, keras_version,
                                 now_ns, peak_memory_bytes, process_started_ns, translated)

PROTOCOL = 1
LEAD_STEPS = 3  # of a timed fit, before the clock starts
STEPS_MIN = 10  # of a sample
PROGRESS_S = 0.5


# --- data -------------------------------------------------------------------------------


def read_idx(np, folder, name, dimensions):
    for path in (os.path.join(folder, name), os.path.join(folder, name + ".gz")):
        if os.path.exists(path):
            break
    else:
        raise Failure("not_found", "%s has neither %s nor %s.gz" % (folder, name, name))
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        data = f.read()
    header = 4 + 4 * dimensions
    if len(data) < header or data[:4] != bytes((0, 0, 8, dimensions)):
        raise Failure("damaged", "%s: not an IDX file of %d dimensions" % (path, dimensions))
    shape = struct.unpack(">%dI" % dimensions, data[4:header])
    array = np.frombuffer(data, np.uint8, offset=header)
    if shape[1:] not in ((), (28, 28)) or array.size != np.prod(shape, dtype=np.int64):
        raise Failure("damaged", "%s: cut off, or of another shape" % path)
    return array.reshape(shape)


def read_data(np, options):
    """x_train, y_train, x_test, y_test as a user scales them."""
    if os.path.isfile(options.data):
        with np.load(options.data, allow_pickle=False) as f:
            arrays = [f[k] for k in ("x_train", "y_train", "x_test", "y_test")]
    else:
        arrays = [read_idx(np, options.data, prefix + suffix, dimensions)
                  for prefix in ("train", "t10k")
                  for suffix, dimensions in (("-images-idx3-ubyte", 3), ("-labels-idx1-ubyte", 1))]
    if options.images:
        arrays = [a[:options.images] for a in arrays]
    x_train, y_train, x_test, y_test = arrays
    if len(x_train) < options.batch:
        raise Failure("invalid", "a batch of %d needs as many images; the data set has %d"
                      % (options.batch, len(x_train)))
    return ((x_train / np.float32(255)).astype(np.float32, copy=False), y_train,
            (x_test / np.float32(255)).astype(np.float32, copy=False), y_test)


# --- the models -------------------------------------------------------------------------


def build_model(keras, name):
    layers = keras.layers
    if name == "mlp":
        return keras.Sequential([
            keras.Input(shape=(28, 28)),
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ])
    return keras.Sequential([
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])


def compile_model(model, **more):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", **more)
    return model


def flop_per_sample(name):
    """As the C worker counts (include/trilane/engine.h)."""
    if name == "mlp":
        return 2 * (2 * 784 * 1024 + 3 * 1024 * 10)
    return 2 * (9 * 32 * (26 * 26 + 13 * 13) + 3 * 13 * 13 * 32 * 10)


# --- the work ---------------------------------------------------------------------------


class Worker:
    def __init__(self, options, lines, started_ns):
        self.options = options
        self.lines = lines
        self.started_ns = started_ns
        self.first_losses = []

    def say_hello(self):
        options = self.options
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        os.environ["KERAS_BACKEND"] = "tensorflow"
        try:
            import tensorflow
            import numpy
            keras = tensorflow.keras
            keras.layers  # loads it, where it is loaded late
        except BaseException as e:  # whatever a broken installation throws
            traceback.print_exc()
            raise Failure("import_failed", last_line(e))
        self.np, self.tf, self.keras = numpy, tensorflow, keras
        device = self.choose_device()
        tensorflow.config.threading.set_intra_op_parallelism_threads(options.threads)
        self.lines.write(
            "hello", protocol=PROTOCOL, arch=architecture(), translated=translated(), isa=None,
            engine="tensorflow", device=device, software_device=False, threads=options.threads,
            devices=", ".join(d.name for d in tensorflow.config.list_physical_devices())[:900],
            build="TensorFlow %s, Keras %s, NumPy %s, Python %s"
            % (tensorflow.__version__, keras_version(keras), numpy.__version__, platform.python_version()))
        self.cold_ns = now_ns() - self.started_ns

    def choose_device(self):
        """Makes the wanted device the only one beside the CPU, and returns its name."""
        tf = self.tf
        gpus = tf.config.list_physical_devices("GPU")
        if self.options.device == "cpu":
            tf.config.set_visible_devices([], "GPU")
            self.place = "/CPU:0"
            return "CPU" + (" (%d GPU hidden)" % len(gpus) if gpus else "")
        if not gpus:
            raise Failure("unsupported", "TensorFlow sees no GPU: its devices are "
                          + ", ".join(d.name for d in tf.config.list_physical_devices()))
        tf.config.set_visible_devices(gpus[:1], "GPU")
        self.place = "/GPU:0"
        try:
            details = tf.config.experimental.get_device_details(gpus[0])
        except (AttributeError, ValueError, RuntimeError):
            details = {}
        return details.get("device_name", gpus[0].name)

    def load_data(self):
        self.lines.write("progress", step="reading the data set", done=0.0)
        self.x, self.y, self.x_test, self.y_test = read_data(self.np, self.options)
        if self.options.model == "cnn":
            self.x, self.x_test = self.x[..., None], self.x_test[..., None]

    def new_model(self, place=None, **more):
        """A compiled model with the first weights, on its device."""
        with self.tf.device(place or self.place):
            model = compile_model(build_model(self.keras, self.options.model), **more)
            model.set_weights(self.weights)
        return model

    def make_first_step(self):
        started = now_ns()
        with self.tf.device(self.place):
            model = build_model(self.keras, self.options.model)
        shapes = [w.shape for w in model.get_weights()]
        folder = self.options.start or os.path.join(self.options.data, "start-" + self.options.model)
        reading = now_ns()
        self.start = Start(self.np, folder, shapes)
        started += now_ns() - reading
        if self.start.order is not None and len(self.start.order) != len(self.x):
            self.start.order = self.start.losses = None  # made of more or fewer images
        self.weights = self.start.weights or model.get_weights()
        model = self.new_model(metrics=["accuracy"])
        with self.tf.device(self.place):
            model.train_on_batch(self.x[:self.options.batch], self.y[:self.options.batch])
        self.cold_ns += now_ns() - started

    def run_checks(self):
        self.lines.write("progress", step="checking against the reference", done=0.05)
        report = check(self)
        self.first_losses = report.pop("first_losses")
        self.lines.write("checks", **report)
        if not report["passed"]:
            raise Failure("check_failed", "TensorFlow computes wrongly: " + report["detail"])

    # training

    def train(self):
        worker, epochs = self, self.options.epochs
        steps = -(-len(self.x) // self.options.batch)

        class Report(self.keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.epoch, self.started, self.told = epoch, now_ns(), 0.0

            def on_train_batch_end(self, batch, logs=None):
                if time.monotonic() - self.told < PROGRESS_S:
                    return
                self.told = time.monotonic()
                done = (self.epoch + (batch + 1) / steps) / epochs
                worker.lines.write("progress", done=0.1 + 0.85 * done,
                                   step="training %s, epoch %d of %d"
                                   % (worker.options.model, self.epoch + 1, epochs))

            def on_epoch_end(self, epoch, logs=None):
                worker.lines.write("epoch", epoch=epoch + 1, of=epochs, loss=float(logs["loss"]),
                                   accuracy=float(logs["accuracy"]),
                                   seconds=(now_ns() - self.started) / 1e9)

        self.model = self.new_model(metrics=["accuracy"])
        with self.tf.device(self.place):
            self.model.fit(self.x, self.y, batch_size=self.options.batch, epochs=epochs,
                           verbose=0, callbacks=[Report()])

    def test(self):
        with self.tf.device(self.place):
            loss, accuracy = self.model.evaluate(self.x_test, self.y_test, verbose=0)[:2]
        self.lines.write("trained", test_accuracy=float(accuracy), test_loss=float(loss),
                         first_losses=self.first_losses)

    # timing

    def timed_fit(self, steps):
        """Nanoseconds of STEPS steps in the middle of a fit: what fit costs a step, without
        what it costs a call."""
        class Clock(self.keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if batch + 1 == LEAD_STEPS:
                    self.started = now_ns()
                self.ended = now_ns()

        clock, batch, np = Clock(), self.options.batch, self.np
        wanted = (steps + LEAD_STEPS) * batch
        times = -(-wanted // len(self.x))
        x, y = self.x, self.y
        if times > 1:
            x, y = np.concatenate([x] * times), np.concatenate([y] * times)
        with self.tf.device(self.place):
            self.model.fit(x[:wanted], y[:wanted], batch_size=batch, epochs=1, verbose=0,
                           callbacks=[clock])
        return clock.ended - clock.started

    def get_ready(self):
        self.lines.write("progress", step="warming up", done=0.95)
        deadline, steps, before = time.monotonic() + 8, 10, 0.0
        while True:
            step_ns = max(self.timed_fit(steps) / steps, 1.0)
            if abs(step_ns - before) <= 0.05 * step_ns or time.monotonic() > deadline:
                break
            before = step_ns
            steps = max(1, min(int(2e8 / step_ns), 2000))
        self.steps = max(STEPS_MIN, int(1.1e6 * self.options.sample_ms / step_ns) + 1)
        self.lines.write("ready", cold_ns=self.cold_ns, step_ns=int(step_ns), steps=self.steps,
                         batch=self.options.batch)

    def sample(self):
        least, steps = self.options.sample_ms * 1000000, self.steps
        duration = self.timed_fit(steps)
        while duration < least:  # a quicker moment than the warm-up's
            steps = int(steps * min(1.2 * least / max(duration, 1), 10)) + 1
            duration = self.timed_fit(steps)
        self.lines.write("sample", steps=steps, duration_ns=duration)

    def latency_ns(self, n):
        times = []
        x = self.x_test[:n]
        while len(x) < n:
            x = self.np.concatenate([x, x])[:n]
        with self.tf.device(self.place):
            for _ in range(33):
                started = now_ns()
                self.model.predict_on_batch(x)
                times.append(now_ns() - started)
        return sorted(times[3:])[len(times[3:]) // 2]

    def obey(self):
        commands = self.options.commands
        while True:
            word = commands.next()
            if word == "quit":
                break
            if word != "sample":
                raise Failure("invalid", "an unknown command")
            self.sample()
        inference = [{"batch": n, "duration_ns": self.latency_ns(n)} for n in (1, 32)]
        self.lines.write("result", peak_memory_bytes=peak_memory_bytes(),
                         flop_per_sample=flop_per_sample(self.options.model), inference=inference)

    def run(self):
        for stage in (self.say_hello, self.load_data, self.make_first_step, self.run_checks,
                      self.train, self.test, self.get_ready, self.obey):
            stage()


def last_line(e):
    lines = traceback.format_exception_only(type(e), e)
    return " ".join(lines[-1].split())[:400] if lines else type(e).__name__


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Failure("invalid", message)


def parse(arguments):
    parser = Parser(prog="tensorflow_worker.py", description="Trains a model with TensorFlow, "
                    "then times it on request: docs/worker-protocol.md.", allow_abbrev=False)
    parser.add_argument("--model", choices=("mlp", "cnn"), default="mlp")
    parser.add_argument("--engine", choices=("tensorflow",), default="tensorflow")
    parser.add_argument("--data", required=True, metavar="PATH",
                        help="a folder with MNIST's IDX files, or mnist.npz")
    parser.add_argument("--start", metavar="DIR",
                        help="first weights, order and losses (PATH/start-MODEL, if there)")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument("--isa", help="has no meaning here")
    for name, least, most, default in (("batch", 1, 4096, 32), ("epochs", 1, 100, 10),
                                       ("threads", 0, 256, 0), ("seed", 0, 2**64 - 1, 1),
                                       ("images", 0, 300000, 0), ("sample-ms", 1, 60000, 100)):
        parser.add_argument("--" + name, type=bounded(name, least, most), default=default,
                            metavar="N", help="%d to %d (%d)" % (least, most, default))
    options = parser.parse_args(arguments)
    if not options.threads:
        options.threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") \
            else os.cpu_count() or 1
    return options


def bounded(name, least, most):
    def number(text):
        value = int(text) if text.isdigit() else -1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError("a number from %d to %d" % (least, most))
        return value
    return number


def main():
    started_ns = process_started_ns()
    lines, commands = Lines(), None
    try:
        options = parse(sys.argv[1:])
        die_with_parent()
        commands = options.commands = Commands()
        Worker(options, lines, started_ns).run()
    except Failure as e:
        failure = e
    except Exception as e:
        traceback.print_exc()
        failure = Failure("failed", last_line(e))
    else:
        return 0
    if commands:
        commands.stop()
    lines.write("error", code=failure.code, text=str(failure)[:900])
    print("tensorflow_worker.py: %s" % failure, file=sys.stderr)
    return 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # TensorFlow's threads are not waited for
