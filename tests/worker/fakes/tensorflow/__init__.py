# SPDX-License-Identifier: MIT
"""A TensorFlow that is hardly one: the few names that tensorflow_worker.py uses, over NumPy.

FAKE_TENSORFLOW says what is wrong with it: "import" fails, "hang" never comes back, and
"OPERATION", "OPERATION compiled" or "OPERATION GPU" compute a wrong answer (always, only
when compiled, only on the GPU).  FAKE_GPU gives it a GPU.
"""
import contextlib
import os
import time
import types

_orders = os.environ.get("FAKE_TENSORFLOW", "").split()
if _orders == ["import"]:
    raise ImportError("cannot load libtensorflow:\nno such instruction")
if _orders == ["hang"]:
    time.sleep(3600)

import numpy as _np  # noqa: E402

__version__ = "0.0-fake"
_state = types.SimpleNamespace(place="", compiled=False)


class Tensor:
    def __init__(self, value):
        self.value = value

    def numpy(self):
        return self.value

    def __add__(self, other):
        return Tensor(self.value + other.value)


def _operation(name, work):
    def run(*inputs):
        got = work(*[i.value if isinstance(i, Tensor) else i for i in inputs]).astype(_np.float32)
        wanted = {"compiled": _state.compiled, "GPU": "GPU" in _state.place}
        if _orders[:1] == [name] and all(wanted[w] for w in _orders[1:]):
            got = got * _np.float32(1.5)
        return Tensor(got)
    return run


def _convolution(x, kernel, strides, padding):
    assert (strides, padding) == (1, "VALID")
    return sum(x[:, i:i + 26, j:j + 26, :] * kernel[i, j, 0] for i in range(3) for j in range(3))


def _pool(x, size, strides, padding):
    assert (size, strides, padding) == (2, 2, "VALID")
    return x.reshape(len(x), 13, 2, 13, 2, -1).max(axis=(2, 4))


def _softmax(x):
    e = _np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


matmul = _operation("Dense", lambda x, w: x @ w)
nn = types.SimpleNamespace(
    relu=_operation("ReLU", lambda x: _np.maximum(x, 0)),
    conv2d=_operation("Conv2D", _convolution),
    max_pool2d=_operation("MaxPooling2D", _pool),
    softmax=_operation("softmax", _softmax))
constant = Tensor


@contextlib.contextmanager
def device(place):
    before, _state.place = _state.place, place
    yield
    _state.place = before


def function(work, autograph=True):
    def compiled(*inputs):
        _state.compiled = True
        try:
            return work(*inputs)
        finally:
            _state.compiled = False
    return compiled


def _devices(kind=None):
    names = ["CPU"] + (["GPU"] if os.environ.get("FAKE_GPU") else [])
    return [types.SimpleNamespace(name="/physical_device:%s:0" % n) for n in names if kind in (None, n)]


config = types.SimpleNamespace(
    list_physical_devices=_devices,
    set_visible_devices=lambda devices, kind: None,
    threading=types.SimpleNamespace(set_intra_op_parallelism_threads=lambda n: None),
    experimental=types.SimpleNamespace(get_device_details=lambda d: {"device_name": "Fake GPU"}))


class _Model:
    def __init__(self, layers):
        self.weights = [_np.zeros(s, _np.float32) for s in ((784, 1024), (1024,), (1024, 10), (10,))]

    def compile(self, **how):
        pass

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        pass

    def train_on_batch(self, x, y):
        return [2.3]


def _layer(*arguments, **more):
    return None


keras = types.SimpleNamespace(
    __version__="0.0-fake", Sequential=_Model, Input=_layer,
    layers=types.SimpleNamespace(Dense=_layer, Flatten=_layer, Conv2D=_layer, MaxPooling2D=_layer))
