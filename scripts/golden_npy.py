"""Writes test/golden/npy.json: files of numpy.save, in base64, and what is in them, for test/npy.test.ts.

    pip install numpy && python scripts/golden_npy.py
"""

import base64
import io
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "golden" / "npy.json"


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return base64.b64encode(file.getvalue()).decode()


def case(name, array):
    return {"name": name, "npy": saved(array), "shape": array.shape, "values": array.ravel().tolist()}


steps = np.arange(-6, 6).reshape(4, 3)
good = [case(str(np.dtype(kind)), (steps * 20).astype(kind)) for kind in ["i1", "<i2", "<i4", "<i8", "<f4", "<f8"]]
good += [case(str(np.dtype(kind)), (steps + 6).astype(kind) * 23) for kind in ["u1", "<u2", "<u4", "<u8"]]
good += [
    case("bool", steps > 0),
    case("fractions", np.linspace(-1, 1, 10).reshape(5, 2)),
    case("single fractions", np.linspace(-1, 1, 10, dtype="<f4").reshape(5, 2)),
    case("images", np.arange(24, dtype="u1").reshape(2, 3, 4)),
    case("a vector", np.arange(5, dtype="<i8")),
    case("a vector in Fortran order", np.asfortranarray(np.arange(5.0))),
    case("the largest integers", np.array([[2**53 - 1, -(2**53) + 1]], dtype="<i8")),
]
bad = {
    "Fortran order": saved(np.asfortranarray(np.ones((2, 3)))),
    "big-endian": saved(np.ones((2, 3), dtype=">f4")),
    "half": saved(np.ones((2, 3), dtype="<f2")),
    "complex": saved(np.ones((2, 3), dtype="<c8")),
    "text": saved(np.array(["a", "bc"])),
    "fields": saved(np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")])),
    "a single number": saved(np.array(5.0)),
    "no rows": saved(np.ones((0, 3))),
    "not finite": saved(np.array([[1.0, np.nan]])),
    "too large an integer": saved(np.array([[1, 2**60 + 1]], dtype="<i8")),
}
OUT.write_text(json.dumps({"numpy": np.__version__, "good": good, "bad": bad}, indent=1) + "\n")
