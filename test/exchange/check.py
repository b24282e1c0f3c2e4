"""Checks every ONNX file of a folder with onnx.checker, shape inference included, and prints what the files say of themselves
as one JSON object: file name to facts. Stops with an exception at the first that is wrong.

    python check.py <folder>
"""

import json
import pathlib
import sys

import onnx


def rows(value):
    tensor = value.type.tensor_type
    dims = [d.dim_param or d.dim_value for d in tensor.shape.dim]
    return [value.name, onnx.TensorProto.DataType.Name(tensor.elem_type), dims]


def facts(path):
    try:
        onnx.checker.check_model(str(path), full_check=True)
    except Exception as error:
        raise SystemExit(f"{path.name}: {error}")
    model = onnx.load(path)
    return {
        "producer": [model.producer_name, model.producer_version],
        "opsets": [[s.domain, s.version] for s in model.opset_import],
        "inputs": [rows(v) for v in model.graph.input],
        "outputs": [rows(v) for v in model.graph.output],
        "operators": [n.op_type for n in model.graph.node],
        "tensors": [t.name for t in model.graph.initializer],
        "metadata": {p.key: p.value for p in model.metadata_props},
    }


print(json.dumps({p.name: facts(p) for p in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))}))
