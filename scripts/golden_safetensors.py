"""Writes test/golden/safetensors.json: a file in base64 that Python's safetensors wrote, and what it holds, which
test/safetensors.test.ts then reads.

    pip install -r scripts/golden-requirements.txt && python scripts/golden_safetensors.py

The same versions write the same but for the order of the metadata.
"""

import base64
import json
import pathlib

import numpy as np
from safetensors.numpy import save

OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "golden" / "safetensors.json"
random = np.random.default_rng(1)

tensors = {
    "kernel": random.standard_normal((7, 5)).astype(np.float32),
    "bias": random.standard_normal(5),
    "a scalar": np.array(0.1, np.float32),
    "nothing": np.zeros((0, 3), np.float32),
    "four sizes": random.standard_normal((2, 1, 3, 2)).astype(np.float32),
    "extremes": np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308], np.float64),
    "halves": random.standard_normal(3).astype(np.float16),
    "bytes": np.arange(7, dtype=np.uint8),
    "flags": np.array([True, False, True]),
    "whole": np.array([-(2**63), 2**63 - 1], np.int64),
    'names \u00e4 \u795e \U0001f9e0 "quoted" \\ \n': np.arange(3, dtype=np.int16),
    "__proto__": np.arange(3, dtype=np.uint32),
}
metadata = {"format": "np", "text": 'a "quoted" text \\ \n \u795e \U0001f9e0', "": "an empty name"}


def described(array):
    return {
        "type": array.dtype.name,
        "shape": array.shape,
        "bytes": base64.b64encode(array.tobytes()).decode(),
    }


golden = {
    "file": base64.b64encode(save(tensors, metadata)).decode(),
    "metadata": metadata,
    "tensors": [[name, described(array)] for name, array in tensors.items()],
}
OUT.write_text(json.dumps(golden, indent=1) + "\n")
