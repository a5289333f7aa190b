# SPDX-License-Identifier: MIT
"""What tensorflow_worker.py says and hears (docs/worker-protocol.md), and what it knows of
the process that it is.  Nothing here needs more than Python itself."""
import json
import os
import platform
import queue
import struct
import sys
import threading
import time


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
