"""Trains one workload with PyTorch on the CPU, as a careful user would, and prints one JSON line.

Data is one tensor in memory, batches are index-selected, gradients are set to none, the optimizer is the fused one,
and nothing in the loop asks for a value. Reads the job as JSON from its argument; `{}` only asks for the version.
"""

import json
import sys
import time

import torch
from torch import nn


def load(part, rows):
    with open(part["path"], "rb") as file:
        file.seek(part["offset"])
        data = bytearray(file.read())
    kind = {"uint8": torch.uint8, "float32": torch.float32}[part["type"]]
    return torch.frombuffer(data, dtype=kind).reshape(-1, *part["shape"][1:])[:rows]


def build(workload):
    units = workload["units"]
    layers = []
    for i, (inputs, outputs) in enumerate(zip(units, units[1:])):
        keep = workload["keepInput"] if i == 0 else workload["keepHidden"]
        if keep < 1:
            layers.append(nn.Dropout(1 - keep))
        linear = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(linear.weight)
        nn.init.zeros_(linear.bias)
        layers.append(linear)
        if i + 2 < len(units):
            layers.append({"relu": nn.ReLU, "tanh": nn.Tanh}[workload["activation"]]())
    return nn.Sequential(*layers)


def optimizer_of(workload, parameters):
    wanted = workload["optimizer"]
    if wanted["kind"] == "adam":
        return torch.optim.Adam(parameters, lr=wanted["learningRate"], fused=True)
    return torch.optim.SGD(parameters, lr=wanted["learningRate"], momentum=wanted["momentum"], fused=True)


def main():
    job = json.loads(sys.argv[1])
    if not job:
        print(json.dumps({"version": torch.__version__}))
        return
    workload = job["workload"]
    rows, batch = workload["rows"], workload["batchSize"]
    torch.set_num_threads(job["threads"])
    torch.manual_seed(job["seed"])

    x = load(job["x"], rows).to(torch.float32).mul_(job["x"]["scale"]).contiguous()
    y = load(job["y"], rows)
    if workload["output"] == "softmax":
        y, criterion = y.to(torch.int64), nn.CrossEntropyLoss()
    else:
        criterion = nn.MSELoss()

    model = build(workload).train()
    optimizer = optimizer_of(workload, model.parameters())
    limited = [layer.weight for layer in model if isinstance(layer, nn.Linear)] if workload["maxNorm"] else []

    def step(xb, yb):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for weight in limited:
                weight.renorm_(2, 0, workload["maxNorm"])
        return loss.detach()

    def epoch():
        if batch >= rows:
            return step(x, y)
        total = torch.zeros(())
        for chosen in torch.randperm(rows).split(batch):
            total += step(x.index_select(0, chosen), y.index_select(0, chosen)) * len(chosen)
        return total / rows

    losses = [epoch() for _ in range(workload["warmup"])]
    started = time.perf_counter()
    for _ in range(workload["timed"]):
        losses.append(epoch())
    last = losses[-1].item()
    seconds = time.perf_counter() - started
    print(json.dumps({
        "seconds": seconds,
        "firstLoss": losses[0].item(),
        "lastLoss": last,
        "version": torch.__version__,
        "threads": job["threads"],
    }))


main()
