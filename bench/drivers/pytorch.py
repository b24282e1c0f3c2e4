"""PyTorch on the CPU, as a careful user would write it. Reads a job from its argument, prints one JSON line.

Data is one tensor in memory, batches are index-selected, gradients are set to none, the optimizer is the fused one,
subnormal numbers are zero, and nothing in the loop asks for a value.
"""

import time

import torch
from torch import nn

from job import CHECKED_ROWS, Clock, load, load_weights, read_job, report


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


def tensors(job, x="x", y="y"):
    return tuple(torch.from_numpy(values) for values in load(job, x, y))


def trainer(job, model, x, y, scheduler=None):
    """The loss, and a function that trains one epoch."""
    workload = job["workload"]
    rows, batch = job["rows"], workload["batchSize"]
    criterion = nn.CrossEntropyLoss() if workload["output"] == "softmax" else nn.MSELoss()
    optimizer = optimizer_of(workload, model.parameters())
    limited = [layer.weight for layer in model if isinstance(layer, nn.Linear)] if workload["maxNorm"] else []
    scheduler = scheduler(optimizer) if scheduler else None

    def cost(xb, yb):
        return criterion(model(xb), yb)

    if batch >= rows:  # with batches it loses a tenth to a quarter here, to its own checks before each call
        torch._dynamo.config.suppress_errors = True  # where there is no compiler it goes on without
        cost = torch.compile(cost)

    def step(xb, yb):
        optimizer.zero_grad(set_to_none=True)
        cost(xb, yb).backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        with torch.no_grad():
            for weight in limited:
                weight.renorm_(2, 0, workload["maxNorm"])

    def epoch():
        model.train()
        if batch >= rows:
            return step(x, y)
        for chosen in torch.randperm(rows).split(batch):
            step(x.index_select(0, chosen), y.index_select(0, chosen))

    def loss():
        model.eval()
        with torch.inference_mode():
            return criterion(model(x[:CHECKED_ROWS]), y[:CHECKED_ROWS]).item()

    return loss, epoch


def train(job):
    workload = job["workload"]
    x, y = tensors(job)
    loss, epoch = trainer(job, build(workload), x, y)
    first = loss()
    for _ in range(workload["warmup"]):
        epoch()
    clock = Clock()
    for _ in range(workload["timed"]):
        epoch()
    return {**clock.stop(), "samples": job["rows"] * workload["timed"], "firstLoss": first, "lastLoss": loss()}


def predict(job):
    """One row after the other by hand: without modules, and quicker by a quarter than the traced and frozen net."""
    workload = job["workload"]
    x, y = tensors(job, "testX", "testY")
    rows = list(x)
    (kernel, bias), (last_kernel, last_bias) = (
        (torch.from_numpy(kernel.T.copy()), torch.from_numpy(bias)) for kernel, bias in load_weights(job)
    )

    def run(row):
        hidden = torch.addmv(bias, kernel, row).relu_()
        return torch.softmax(torch.addmv(last_bias, last_kernel, hidden), 0)

    with torch.inference_mode():
        outputs = torch.stack([run(row) for row in rows])
        loss = nn.functional.nll_loss(outputs.log(), y).item()
        clock = Clock()
        for _ in range(workload["timed"]):
            for row in rows:
                run(row)
    return {**clock.stop(), "samples": len(rows) * workload["timed"], "firstLoss": loss, "lastLoss": loss}


def race(job):
    """Trains until the test digits are right often enough, testing after each epoch."""
    workload = job["workload"]
    x, y = tensors(job)
    test_x, test_y = tensors(job, "testX", "testY")
    ready = time.perf_counter()
    model = build(workload)
    steps = workload["timed"] * -(-job["rows"] // workload["batchSize"])
    peak = workload["optimizer"]["learningRate"]
    loss, epoch = trainer(
        job, model, x, y, lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps, cycle_momentum=False)
    )
    first = loss()
    for epochs in range(1, workload["timed"] + 1):
        epoch()
        model.eval()
        with torch.inference_mode():
            accuracy = (model(test_x).argmax(1) == test_y).float().mean().item()
        if accuracy >= workload["accuracy"]:
            break
    return {
        "seconds": time.time() - job["started"] / 1000,
        "cpuSeconds": time.process_time(),
        "samples": job["rows"] * epochs,
        "firstLoss": first,
        "lastLoss": loss(),
        "accuracy": accuracy,
        "trainingSeconds": time.perf_counter() - ready,
        "epochs": epochs,
    }


def main():
    job = read_job()
    torch.set_num_threads(job["threads"])
    torch.set_flush_denormal(True)
    torch.manual_seed(job["seed"])
    result = {"train": train, "predict": predict, "race": race}[job["workload"]["kind"]](job)
    report(torch.__version__.split("+")[0], job, **result)


main()
