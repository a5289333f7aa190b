#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The worker protocol (docs/worker-protocol.md), spoken by a user's own TensorFlow.

Run by the interpreter whose TensorFlow is wanted; needs nothing else than what comes with
that.  The model is written, compiled and fitted as its user would: Sequential, compile,
fit, in Keras 2 and 3.  The checks compare TensorFlow with the reference engine's start
(weights, order and losses beside the exported data), with finite differences taken in
float64, itself run eagerly, and the GPU with the CPU.
"""
import argparse
import gzip
import json
import os
import platform
import queue
import struct
import sys
import threading
import time
import traceback

PROTOCOL = 1
FIRST_LOSSES = 20
EAGER_STEPS = 5
CHECK_BATCH = 32
LIMIT = 1e-3
GPU_LIMIT = 1e-2  # TensorFlow may round a GPU's products to ten bits (TensorFloat-32)
GRADIENT_LIMIT = 1e-3
LEAD_STEPS = 3  # of a timed fit, before the clock starts
STEPS_MIN = 10  # of a sample
PROGRESS_S = 0.5


class Failure(Exception):
    """What ends the worker with an `error` line."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def now_ns():
    return int(time.monotonic() * 1e9)


def process_started_ns():
    """When this process began, on the clock of now_ns(); the kernel knows it to 10 ms."""
    try:
        with open("/proc/self/stat") as f:
            ticks = int(f.read().rsplit(")", 1)[1].split()[19])
        since_boot = time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", 7))
        age = since_boot - ticks / os.sysconf("SC_CLK_TCK")
        return int(now_ns() - max(age, 0) * 1e9)
    except (OSError, ValueError, IndexError, AttributeError):
        return now_ns()


def die_with_parent():
    """Asks Linux to end this process with its parent; elsewhere standard input tells."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL
    except (ImportError, OSError, AttributeError):
        pass


class Lines:
    """JSON lines to descriptor 3, or to standard output if that is not open."""

    def __init__(self):
        try:
            os.fstat(3)
            self.fd = 3
        except OSError:
            self.fd = 1
        self.lock = threading.Lock()

    def write(self, kind, **members):
        members = dict({"type": kind}, **members)
        text = json.dumps(finite(members), ensure_ascii=True, allow_nan=False) + "\n"
        with self.lock:
            data = text.encode("ascii")
            while data:
                data = data[os.write(self.fd, data):]


def finite(value):
    """The same with null for numbers that JSON does not have."""
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return None
    return value


class Commands:
    """Words on standard input, read by a thread; its end ends the process."""

    def __init__(self):
        self.queue = queue.Queue()
        self.lock = threading.Lock()
        self.stopped = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        word = b""
        while True:
            data = os.read(0, 64)
            if not data:
                with self.lock:
                    if not self.stopped:
                        os._exit(0)
                return
            for i in range(len(data)):
                char = data[i:i + 1]
                if not char.isspace():
                    word = (word + char)[:16]
                    continue
                if word:
                    self.queue.put(word.decode("ascii", "replace"))
                if word == b"quit":
                    return  # the end of input is no news any more
                word = b""

    def next(self):
        return self.queue.get()

    def stop(self):
        """The process ends by itself: the end of input no longer does it."""
        with self.lock:
            self.stopped = True


# --- the machine ------------------------------------------------------------------------


def architecture():
    machine = platform.machine()
    return {"AMD64": "x86_64", "amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine)


def translated():
    if sys.platform == "darwin":
        return translated_by_rosetta()
    own = {"x86_64": 62, "arm64": 183}.get(architecture())  # ELF machine numbers
    try:
        # A translator disguises /proc/self/exe, but not this one.
        with open("/proc/thread-self/exe", "rb") as f:
            header = f.read(20)
    except OSError:
        return False
    return header[:4] == b"\x7fELF" and struct.unpack("<H", header[18:20])[0] != own


def translated_by_rosetta():
    import ctypes
    value, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
    result = ctypes.CDLL(None).sysctlbyname(b"sysctl.proc_translated", ctypes.byref(value),
                                            ctypes.byref(size), None, ctypes.c_size_t(0))
    return result == 0 and value.value == 1


def peak_memory_bytes():
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def keras_version(keras):
    """tf.keras tells its own from Keras 3 on; before, the package beside it does."""
    try:
        return getattr(keras, "__version__", None) or __import__("keras").__version__
    except (ImportError, AttributeError):
        return "of TensorFlow"


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
    return ((x_train / np.float32(255)).astype(np.float32), y_train,
            (x_test / np.float32(255)).astype(np.float32), y_test)


class Start:
    """Weights, order and losses that `trilane-worker --export-data` wrote; may be absent."""

    def __init__(self, np, folder, shapes):
        self.weights = self.order = self.losses = None
        if not os.path.isdir(folder):
            return
        self.weights = [np.fromfile(os.path.join(folder, "parameter%d.f32" % i), "<f4")
                        for i in range(len(shapes))]
        if [w.size for w in self.weights] != [int(np.prod(s)) for s in shapes]:
            raise Failure("damaged", "%s: weights of another model" % folder)
        self.weights = [w.reshape(s) for w, s in zip(self.weights, shapes)]
        self.order = np.fromfile(os.path.join(folder, "order.u32"), "<u4").astype(np.int64)
        self.losses = np.fromfile(os.path.join(folder, "losses.f32"), "<f4")


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


def forward64(np, name, weights, x):
    """Logits in float64, and the smallest distance from a kink of relu or maximum."""
    if name == "mlp":
        hidden = x.reshape(len(x), -1) @ weights[0] + weights[1]
        margin = np.abs(hidden).min()
        features = np.maximum(hidden, 0)
    else:
        hidden = sum(x[:, i:i + 26, j:j + 26, None] * weights[0][i, j, 0]
                     for i in range(3) for j in range(3)) + weights[1]
        margin = np.abs(hidden).min()
        windows = np.maximum(hidden, 0).reshape(len(x), 13, 2, 13, 2, 32)
        windows = np.sort(windows.transpose(0, 1, 3, 5, 2, 4).reshape(len(x), 13, 13, 32, 4))
        lead = (windows[..., 3] - windows[..., 2])[windows[..., 3] > 0]
        margin = min(margin, lead.min())
        features = windows[..., 3].reshape(len(x), -1)
    return features @ weights[2] + weights[3], margin


def loss64(np, name, weights, x, y):
    z = forward64(np, name, weights, x)[0]
    z = z - z.max(axis=1, keepdims=True)
    return float((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean())


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

    # checks

    def losses_of(self, steps, place=None, **more):
        """Losses of the first steps, one batch after the other in the reference's order."""
        np, n = self.np, min(CHECK_BATCH, len(self.x))
        order = self.start.order
        if order is None:
            order = np.arange(len(self.x))
        model = self.new_model(place, **more)
        losses = []
        for k in range(min(steps, len(order) // n)):
            batch = order[k * n:(k + 1) * n]
            model.reset_metrics()  # Keras 3 would return the mean since the first
            with self.tf.device(place or self.place):
                losses.append(float(np.ravel(model.train_on_batch(self.x[batch], self.y[batch]))[0]))
        return losses

    def gradients_of(self, x, y):
        model = self.new_model()
        loss = self.keras.losses.SparseCategoricalCrossentropy()
        with self.tf.device(self.place), self.tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        return [g.numpy() for g in tape.gradient(value, model.trainable_weights)]

    def check_gradients(self):
        """Gradients against central differences at four places of each array."""
        np, name = self.np, self.options.model
        random = np.random.RandomState(1)
        weights = [w.astype(np.float64) for w in self.weights]
        limit = 1e-5 if name == "mlp" else 2e-6
        for _ in range(100):  # away from every kink, where both sides are right
            x = random.uniform(size=(2, 28, 28)).astype(np.float32)
            if forward64(np, name, weights, x.astype(np.float64))[1] > limit:
                break
        y = random.randint(10, size=2)
        got = self.gradients_of(x[..., None] if name == "cnn" else x, y)
        x, h, worst = x.astype(np.float64), 1e-7, 0.0
        for w, g in zip(weights, got):
            flat, scale = w.reshape(-1), float(np.abs(g).max())
            for i in range(0, flat.size, max(1, flat.size // 4)):
                before = flat[i]
                flat[i] = before + h
                above = loss64(np, name, weights, x, y)
                flat[i] = before - h
                below = loss64(np, name, weights, x, y)
                flat[i] = before
                worst = max(worst, abs((above - below) / (2 * h) - float(g.reshape(-1)[i])) / scale)
        return worst

    def run_checks(self):
        self.lines.write("progress", step="checking against the reference", done=0.05)
        gradient = self.check_gradients()
        self.first_losses = self.losses_of(FIRST_LOSSES)
        eager = self.losses_of(EAGER_STEPS, run_eagerly=True)
        compared = [("eager against compiled", distance(eager, self.first_losses), LIMIT)]
        gpu = self.place != "/CPU:0"
        limit = GPU_LIMIT if gpu else LIMIT
        if gpu:
            on_cpu = self.losses_of(FIRST_LOSSES, place="/CPU:0")
            compared.append(("GPU against CPU", distance(self.first_losses, on_cpu), limit))
        if self.start.losses is not None:
            compared.append(("losses against the reference",
                             distance(self.first_losses, list(self.start.losses)), limit))
        passed = gradient <= GRADIENT_LIMIT and all(e <= most for _, e, most in compared)
        parts = [("gradients against finite differences", gradient)] + [c[:2] for c in compared]
        self.lines.write("checks", gradient_max_error=gradient,
                         oracle_max_error=max(c[1] for c in compared), passed=passed,
                         detail="; ".join("%s %.2g" % part for part in parts)
                         + ("" if self.start.losses is not None
                            else "; no start of the reference to compare with"))
        if not passed:
            raise Failure("check_failed", "TensorFlow computes wrongly: "
                          + "; ".join("%s %.2g" % part for part in parts))

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


def distance(got, expected):
    """The largest relative difference; infinite where there is nothing to compare."""
    pairs = list(zip(got, expected))
    if not pairs:
        return float("inf")
    worst = max(abs(a - float(b)) / max(abs(float(b)), 1e-30) for a, b in pairs)
    return worst if worst == worst else float("inf")


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
