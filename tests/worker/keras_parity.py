#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the lanes train as Keras does?

From the same weights, on the same batches in the same order, the loss of every step of one
epoch must equal Keras' within 1e-3 relative, and their mean within 1e-4, for both models and
on every lane that works here: the reference, the tuned kernels (also under a translator), BLAS
and the GPU.  The epoch is of 3,200 images, because qemu and Mesa's software device take half a
second a step.  Needs TensorFlow.  Last line: "N passed, N failed".
"""
import argparse
import os
import subprocess
import sys
import tempfile

LIMIT = 1e-3
MEAN_LIMIT = 1e-4
BATCH = 32
STEPS = 100
IMAGES = STEPS * BATCH


def run(command, *arguments):
    return subprocess.run(command + list(arguments), check=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL).stdout.decode()


def lanes(worker):
    """(name, command, engine) of each that may work here."""
    folder = os.path.dirname(worker[0])
    foreign = os.path.join(folder, "images", "trilane-worker-linux-arm64")
    found = [(engine, worker, engine) for engine in ("reference", "cpu", "blas", "vulkan", "metal")]
    qemu = "/usr/bin/qemu-aarch64-static"
    if os.uname().machine == "x86_64" and os.path.exists(foreign) and os.path.exists(qemu):
        found.append(("translated", [qemu, foreign], "cpu"))
    return found


def losses(command, engine, *arguments):
    """Those of the epoch; None, with a word, where this engine does not work here."""
    result = subprocess.run(command + ["--engine", engine, "--losses", str(STEPS)] + list(arguments),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if result.returncode == 0:
        return [float(line) for line in result.stdout.split() if not line.startswith(b"{")]
    print("left out %s: %s" % (engine, result.stderr.decode().strip().split("\n")[-1]), flush=True)
    return None


def read_images(np, folder, name, header, shape):
    with open(os.path.join(folder, name), "rb") as f:
        return np.frombuffer(f.read(), np.uint8, offset=header).reshape(shape)


def build(keras, model):
    layers = keras.layers
    if model == "mlp":
        stack = [keras.Input(shape=(28, 28)), layers.Flatten(),
                 layers.Dense(1024, activation="relu")]
    else:
        stack = [keras.Input(shape=(28, 28, 1)), layers.Conv2D(32, 3, activation="relu"),
                 layers.MaxPooling2D(), layers.Flatten()]
    network = keras.Sequential(stack + [layers.Dense(10, activation="softmax")])
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return network


def keras_losses(np, keras, model, data, start):
    network = build(keras, model)
    network.set_weights([
        np.fromfile(os.path.join(start, "parameter%d.f32" % i), "<f4").reshape(w.shape)
        for i, w in enumerate(network.get_weights())])
    x = read_images(np, data, "train-images-idx3-ubyte", 16, (-1, 28, 28))
    y = read_images(np, data, "train-labels-idx1-ubyte", 8, (-1,))
    order = np.fromfile(os.path.join(start, "order.u32"), "<u4")
    losses = []
    for k in range(STEPS):
        batch = order[k * BATCH:(k + 1) * BATCH]
        images = (x[batch] / 255.0).astype("float32")
        network.reset_metrics()  # Keras 3 would return the mean since the first
        loss = network.train_on_batch(images[..., None] if model == "cnn" else images, y[batch])
        losses.append(float(np.ravel(loss)[0]))
    return losses


def compare(np, keras, worker, data, seed):
    failed = passed = 0
    for model in ("mlp", "cnn"):
        common = ["--model", model, "--data", data, "--seed", seed, "--images", str(IMAGES)]
        with tempfile.TemporaryDirectory() as start:
            run(worker, "--engine", "reference", "--dump-start", start, *common)
            expected = keras_losses(np, keras, model, data, start)
        for name, command, engine in lanes(worker):
            got = losses(command, engine, *common)
            if got is None:
                continue
            error = max(abs(a - b) / abs(b) for a, b in zip(got, expected))
            mean = abs(sum(got) - sum(expected)) / sum(expected)
            fine = len(got) == len(expected) == STEPS and error <= LIMIT and mean <= MEAN_LIMIT
            print("%-8s %s %-10s mean loss %.6f, last %.6f: largest relative difference of a step "
                  "%.2e, of the mean %.2e" % ("ok" if fine else "FAILED", model, name,
                                              sum(got) / len(got), got[-1], error, mean), flush=True)
            passed, failed = passed + fine, failed + (not fine)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worker", required=True, help="path of trilane-worker")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        import numpy as np
        import tensorflow as tf
    except ImportError as e:
        print("skipped: TensorFlow cannot be imported: %s" % e)
        return 77
    print("TensorFlow %s" % tf.__version__)
    tf.config.set_visible_devices([], "GPU")
    with tempfile.TemporaryDirectory() as data:
        worker = [os.path.abspath(options.worker)]
        run(worker, "--export-data", data, "--seed", options.seed)
        passed, failed = compare(np, tf.keras, worker, data, options.seed)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
