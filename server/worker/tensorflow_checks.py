# SPDX-License-Identifier: MIT
"""Does this TensorFlow compute what it should?  Asked before anything is timed.

Each operation of the models, run eagerly and compiled on the lane's device, is compared
with NumPy in float64; gradients with finite differences in float64; and the first losses of
a training with the reference engine's (weights, order and losses beside the exported data),
with the same steps run eagerly, and on a GPU with those of the CPU.
"""
import os

from tensorflow_protocol import Failure

FIRST_LOSSES = 20
EAGER_STEPS = 5
CHECK_BATCH = 32
LIMIT = 1e-3
GPU_LIMIT = 1e-2  # TensorFlow may round a GPU's products to ten bits (TensorFloat-32)
GRADIENT_LIMIT = 1e-3


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


# --- operations -------------------------------------------------------------------------


def convolution64(np, images, kernel):
    return sum(images[:, i:i + 26, j:j + 26, :] * kernel[i, j, 0] for i in range(3) for j in range(3))


def softmax64(np, z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def operations(np, tf):
    """What the models are made of: name, TensorFlow's way, NumPy's way, inputs."""
    random = np.random.RandomState(1)

    def some(*shape):
        return random.uniform(-1, 1, size=shape).astype(np.float32)

    return (
        ("Dense", lambda x, w, b: tf.matmul(x, w) + b, lambda x, w, b: x @ w + b,
         (some(32, 784), some(784, 1024), some(1024))),
        ("ReLU", lambda x: tf.nn.relu(x), lambda x: np.maximum(x, 0), (some(32, 26, 26, 32),)),
        ("Conv2D", lambda x, k: tf.nn.conv2d(x, k, 1, "VALID"),
         lambda x, k: convolution64(np, x, k), (some(32, 28, 28, 1), some(3, 3, 1, 32))),
        ("MaxPooling2D", lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"),
         lambda x: x.reshape(32, 13, 2, 13, 2, 32).max(axis=(2, 4)), (some(32, 26, 26, 32),)),
        ("softmax", lambda x: tf.nn.softmax(x), lambda x: softmax64(np, x), (some(32, 10),)),
    )


def strays(np, got, expected):
    """The largest difference, as a part of the largest value; infinite if it is none."""
    if got.shape != expected.shape or not np.isfinite(got).all():
        return float("inf")
    return float(np.abs(got - expected).max() / np.abs(expected).max())


def operation_errors(np, tf, place):
    """[(operation and way, error)] of all operations on the device PLACE."""
    errors = []
    for name, work, reference, inputs in operations(np, tf):
        expected = reference(*[i.astype(np.float64) for i in inputs])
        for way, call in (("eager", work), ("compiled", tf.function(work, autograph=False))):
            with tf.device(place):
                got = call(*[tf.constant(i) for i in inputs]).numpy()
            errors.append(("%s (%s)" % (name, way), strays(np, got, expected)))
    return errors


# --- gradients --------------------------------------------------------------------------


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


def gradients_of(w, x, y):
    model = w.new_model()
    loss = w.keras.losses.SparseCategoricalCrossentropy()
    with w.tf.device(w.place), w.tf.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    return [g.numpy() for g in tape.gradient(value, model.trainable_weights)]


def gradient_error(w):
    """Gradients against central differences at four places of each array."""
    np, name = w.np, w.options.model
    random = np.random.RandomState(1)
    weights = [array.astype(np.float64) for array in w.weights]
    limit = 1e-5 if name == "mlp" else 2e-6
    for _ in range(100):  # away from every kink, where both sides are right
        x = random.uniform(size=(2, 28, 28)).astype(np.float32)
        if forward64(np, name, weights, x.astype(np.float64))[1] > limit:
            break
    y = random.randint(10, size=2)
    got = gradients_of(w, x[..., None] if name == "cnn" else x, y)
    x, h, worst = x.astype(np.float64), 1e-7, 0.0
    for array, g in zip(weights, got):
        flat, scale = array.reshape(-1), float(np.abs(g).max())
        for i in range(0, flat.size, max(1, flat.size // 4)):
            before = flat[i]
            flat[i] = before + h
            above = loss64(np, name, weights, x, y)
            flat[i] = before - h
            below = loss64(np, name, weights, x, y)
            flat[i] = before
            worst = max(worst, abs((above - below) / (2 * h) - float(g.reshape(-1)[i])) / scale)
    return worst


# --- losses -----------------------------------------------------------------------------


def distance(got, expected):
    """The largest relative difference; infinite where there is nothing to compare."""
    pairs = list(zip(got, expected))
    if not pairs:
        return float("inf")
    worst = max(abs(a - float(b)) / max(abs(float(b)), 1e-30) for a, b in pairs)
    return worst if worst == worst else float("inf")


def losses_of(w, steps, place=None, **more):
    """Losses of the first steps, one batch after the other in the reference's order."""
    np, n = w.np, min(CHECK_BATCH, len(w.x))
    order = w.start.order
    if order is None:
        order = np.arange(len(w.x))
    model = w.new_model(place, **more)
    losses = []
    for k in range(min(steps, len(order) // n)):
        batch = order[k * n:(k + 1) * n]
        model.reset_metrics()  # Keras 3 would return the mean since the first
        with w.tf.device(place or w.place):
            losses.append(float(np.ravel(model.train_on_batch(w.x[batch], w.y[batch]))[0]))
    return losses


def loss_errors(w, first):
    """[(what is compared with what, error)]"""
    errors = [("eager against compiled", distance(losses_of(w, EAGER_STEPS, run_eagerly=True), first))]
    if w.place != "/CPU:0":
        errors.append(("GPU against CPU", distance(first, losses_of(w, FIRST_LOSSES, place="/CPU:0"))))
    if w.start.losses is not None:
        errors.append(("losses against the reference", distance(first, list(w.start.losses))))
    return errors


# --- all of it --------------------------------------------------------------------------


def check(w):
    """The members of a `checks` line, and the first losses.  An operation that is wrong
    speaks for itself: what is made of it is not looked at."""
    limit = LIMIT if w.place == "/CPU:0" else GPU_LIMIT
    found = operation_errors(w.np, w.tf, w.place)
    wrong = ["%s on %s strays by %.2g" % (name, w.place.strip("/"), e) for name, e in found if not e <= limit]
    worst = max(e for _, e in found)
    if wrong:
        return {"passed": False, "gradient_max_error": None, "oracle_max_error": worst,
                "detail": "; ".join(wrong), "first_losses": []}
    gradient = gradient_error(w)
    first = losses_of(w, FIRST_LOSSES)
    compared = loss_errors(w, first)
    passed = gradient <= GRADIENT_LIMIT and all(e <= limit for _, e in compared)
    parts = [("operations", worst), ("gradients against finite differences", gradient)] + compared
    detail = "; ".join("%s %.2g" % part for part in parts)
    if w.start.losses is None:
        detail += "; no start of the reference to compare with"
    return {"passed": passed, "gradient_max_error": gradient,
            "oracle_max_error": max([worst] + [e for _, e in compared]), "detail": detail,
            "first_losses": first}
