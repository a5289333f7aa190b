# SPDX-License-Identifier: MIT
"""TensorFlow or PyTorch as script/bench-train's other side: a process that waits.

usage: peers.py tensorflow|pytorch THREADS

Reads lines "KIND MODEL BATCH SECONDS" on standard input and answers each with one JSON
line {"samples_per_second": N}.  Kinds:
  fit      Keras' model.fit over one epoch, as a user calls it
  step     tf.function around one training step, or PyTorch's eager step with fused Adam
  forward  the model called on one batch (tf.function, or eager without gradients)
  memory   answers {"bytes": N}, the most that the process had so far
"""

import json
import os
import resource
import sys
import time

FRAMEWORK, THREADS = sys.argv[1], int(sys.argv[2])
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import numpy as np  # noqa: E402  (the variables above come first)


def batch_of(model, n):
    rng = np.random.default_rng(1)
    shape = (n, 784) if model == "mlp" else (n, 28, 28, 1)
    return rng.random(shape, np.float32), rng.integers(0, 10, n)


def time_calls(call, per_call, seconds):
    """Samples a second of the median call."""
    call()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 2:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return per_call / sorted(times)[len(times) // 2]


class TensorFlow:
    def __init__(self):
        import tensorflow as tf

        self.tf = tf
        self.version = tf.__version__
        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(THREADS)
        self.models = {}

    def model(self, name):
        if name not in self.models:
            layers = self.tf.keras.layers
            self.models[name] = self.tf.keras.Sequential(
                [layers.Input((784,)), layers.Dense(1024, "relu")]
                if name == "mlp"
                else [
                    layers.Input((28, 28, 1)),
                    layers.Conv2D(32, 3, activation="relu"),
                    layers.MaxPooling2D(),
                    layers.Flatten(),
                ]
            )
            self.models[name].add(layers.Dense(10, "softmax"))
            self.models[name].compile(
                optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
            )
        return self.models[name]

    def fit(self, name, batch, seconds):
        n = batch * 200
        x, y = batch_of(name, n)
        model = self.model(name)
        return time_calls(
            lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0), n, seconds
        )

    def step(self, name, batch, seconds):
        tf, model = self.tf, self.model(name)
        loss = tf.keras.losses.SparseCategoricalCrossentropy()
        optimizer = tf.keras.optimizers.Adam()
        optimizer.build(model.trainable_variables)

        @tf.function
        def train(x, y):
            with tf.GradientTape() as tape:
                value = loss(y, model(x, training=True))
            variables = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
            return value

        x, y = map(tf.constant, batch_of(name, batch))
        return time_calls(lambda: float(train(x, y)), batch, seconds)

    def forward(self, name, batch, seconds):
        model = self.model(name)
        call = self.tf.function(lambda x: model(x, training=False))
        x = self.tf.constant(batch_of(name, batch)[0])
        return time_calls(lambda: call(x).numpy(), batch, seconds)


class PyTorch:
    def __init__(self):
        import torch

        self.torch = torch
        self.version = torch.__version__
        torch.set_num_threads(THREADS)

    def model(self, name):
        nn = self.torch.nn
        if name == "mlp":
            return nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 10))
        return nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5408, 10)
        )

    def batch(self, name, n):
        x, y = batch_of(name, n)
        if name == "cnn":
            x = x.transpose(0, 3, 1, 2).copy()
        return self.torch.from_numpy(x), self.torch.from_numpy(y)

    def step(self, name, batch, seconds):
        model = self.model(name)
        optimizer = self.torch.optim.Adam(model.parameters(), fused=True)
        loss = self.torch.nn.CrossEntropyLoss()
        x, y = self.batch(name, batch)

        def train():
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            optimizer.step()
            return value.item()

        return time_calls(train, batch, seconds)

    def forward(self, name, batch, seconds):
        model = self.model(name).eval()
        x, _ = self.batch(name, batch)
        with self.torch.inference_mode():
            return time_calls(lambda: model(x), batch, seconds)


def peak_memory():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main():
    peer = TensorFlow() if FRAMEWORK == "tensorflow" else PyTorch()
    print(json.dumps({"ready": FRAMEWORK, "version": peer.version}), flush=True)
    for line in sys.stdin:
        kind, model, batch, seconds = line.split()
        if kind == "memory":
            print(json.dumps({"bytes": peak_memory()}), flush=True)
            continue
        rate = getattr(peer, kind)(model, int(batch), float(seconds))
        print(json.dumps({"samples_per_second": rate}), flush=True)


if __name__ == "__main__":
    main()
