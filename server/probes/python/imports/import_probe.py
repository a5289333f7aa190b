"""What an import probe runs inside an interpreter: python -c TEXT PROBE SECONDS PARENT.

Kept to what Python 3.6 understands, and to modules that cannot themselves be the problem.
"""
import os
import signal
import sys

PROBE, SECONDS, PARENT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def die_with_parent():
    """The alarm works everywhere, even in a deadlock; Linux can do better."""
    signal.alarm(SECONDS)
    if sys.platform.startswith("linux"):
        import ctypes
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != PARENT:
            sys.exit(3)


def hide_plugins():
    """tensorflow/__init__.py looks for a folder of plugins by os.path.exists."""
    exists = os.path.exists
    os.path.exists = lambda path: not str(path).endswith("tensorflow-plugins") and exists(path)


die_with_parent()
if PROBE == "tensorflow_without_plugin":
    hide_plugins()
if PROBE == "tensorflow_after_pyarrow":
    import pyarrow  # noqa: F401
import tensorflow  # noqa: E402

if PROBE == "tensorflow_before_pyarrow":
    import pyarrow  # noqa: F401,F811
print("version", getattr(tensorflow, "__version__", ""))
if PROBE == "devices":
    import json
    rows = [{"name": device.name, "type": device.device_type}
            for device in tensorflow.config.list_physical_devices()]
    print("devices", json.dumps(rows))
sys.stdout.flush()
# Libraries that crash when they are torn down say nothing about the import.
os._exit(0)
