"""What Python's safetensors makes of each file of a folder, as JSON: null for one it refuses, otherwise its tensors as
[dtype, shape, bytes in base64] by name, and its metadata."""

import base64
import json
import pathlib
import sys

import safetensors
from safetensors import SafetensorError
from safetensors.numpy import load_file


def metadata(path):
    with safetensors.safe_open(path, framework="numpy") as file:
        return file.metadata()


def described(path):
    try:
        tensors = safetensors.deserialize(path.read_bytes())
    except SafetensorError:
        return None
    values = load_file(path) if all(t["dtype"] in ("F32", "F64") for _, t in tensors) else {}
    for name, tensor in tensors:
        if name in values:  # what NumPy says, which is what people read
            array = values[name]
            dtype = {"float32": "F32", "float64": "F64"}[array.dtype.name]
            tensor.update(dtype=dtype, shape=list(array.shape), data=array.tobytes())
    found = {name: [t["dtype"], t["shape"], base64.b64encode(t["data"]).decode()] for name, t in tensors}
    return {"tensors": found, "metadata": metadata(path)}


paths = sorted(pathlib.Path(sys.argv[1]).iterdir())
json.dump({path.name: described(path) for path in paths}, sys.stdout)
