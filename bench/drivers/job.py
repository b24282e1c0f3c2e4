"""What the Python drivers share: the job, its arrays, and how a result is printed."""

import json
import sys
import time

import numpy as np

# Of the data, from its start: what the loss is taken over before and after training.
CHECKED_ROWS = 1000


def read_job():
    return json.loads(sys.argv[1])


def read(part, rows):
    """A part of the job as an array of its own type."""
    kind = np.dtype(part["type"])
    width = int(np.prod(part["shape"][1:]))
    rows = min(rows, part["shape"][0])
    values = np.fromfile(part["path"], kind, rows * width, offset=part["offset"])
    return values.reshape(rows, *part["shape"][1:])


def load(job, x="x", y="y"):
    """x in float32 and scaled, y as class indices in int64 or targets in float32."""
    rows = job["rows"]
    inputs = read(job[x], rows).astype(np.float32) * np.float32(job[x]["scale"])
    targets = read(job[y], rows)
    return inputs, targets.astype(np.int64) if targets.dtype == np.uint8 else targets


def load_weights(job):
    """Kernels [inputs, units] and biases of the trained net, layer after layer."""
    units = job["workload"]["units"]
    flat = read(job["weights"], job["weights"]["shape"][0])
    layers, at = [], 0
    for inputs, outputs in zip(units, units[1:]):
        kernel = flat[at : at + inputs * outputs].reshape(inputs, outputs)
        at += inputs * outputs
        layers.append((kernel, flat[at : at + outputs]))
        at += outputs
    return layers


class Clock:
    """Seconds since it was made, and of the process on all cores."""

    def __init__(self):
        self.started, self.cpu = time.perf_counter(), time.process_time()

    def stop(self):
        return {"seconds": time.perf_counter() - self.started, "cpuSeconds": time.process_time() - self.cpu}


def report(version, job, **result):
    print(json.dumps({"version": version, "threads": job["threads"], **result}))
