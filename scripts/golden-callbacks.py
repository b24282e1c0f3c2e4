"""Writes test/golden/callbacks.json: what Keras 3's callbacks decide on sequences of values, what its CSV logger
writes, and the bytes that TensorBoard's own classes write; test/callbacks.test.ts gives myelin's callbacks the same.
Every case is described by myelin's own option objects.

    pip install -r scripts/golden-requirements.txt && python scripts/golden-callbacks.py

The same versions write the same bytes.
"""

import io
import json
import os
import pathlib
import random
import tempfile

os.environ["KERAS_BACKEND"] = "numpy"

import keras
from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "golden" / "callbacks.json"
WORDS = {
    "minDelta": "min_delta",
    "restoreBestWeights": "restore_best_weights",
    "startFromEpoch": "start_from_epoch",
    "minLearningRate": "min_lr",
}
rng = random.Random(7)


class Model:
    """What callbacks see of a model: its weights are the number of the epoch that made them."""

    def __init__(self, rate):
        self.stop_training = False
        self.optimizer = type("Optimizer", (), {"learning_rate": rate})()
        self.weights = None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def values(count):
    """Values that float32 has exactly: Keras compares in it."""
    value, list_ = 1.0, []
    for _ in range(count):
        value += rng.choice([-8, -4, -2, -1, 0, 0, 1, 2, 4]) / 64
        list_.append(value)
    return list_


def run(make, options, monitored, rate=0.5):
    """The model after each epoch, as far as the callback lets it train."""
    model = Model(rate)
    callback = make(**{WORDS.get(name, name): value for name, value in options.items()})
    callback.set_model(model)
    callback.on_train_begin()
    seen = []
    for epoch, value in enumerate(monitored):
        model.weights = epoch
        callback.on_epoch_end(epoch, {options["monitor"]: value})
        seen.append(model.optimizer.learning_rate)
        if model.stop_training:
            break
    callback.on_train_end()
    return {"rates": seen, "weights": model.weights}


def choose(**choices):
    return {name: rng.choice(list_) for name, list_ in choices.items() if rng.random() < 0.6}


def stopping_case():
    options = choose(
        mode=["auto", "min"],
        minDelta=[0, 1 / 64, 1 / 16, -1 / 32],
        patience=[0, 1, 2, 3, 5, 20],
        baseline=[0.5, 0.75, 1.25],
        restoreBestWeights=[True],
        startFromEpoch=[0, 1, 3],
    )
    options["monitor"] = rng.choice(["val_loss", "loss"])
    if rng.random() < 0.3:
        options |= {"monitor": "val_accuracy", "mode": "max"}
    monitored = values(16)
    result = run(keras.callbacks.EarlyStopping, options, monitored)
    return {"options": options, "values": monitored, "epochs": len(result["rates"]), "weights": result["weights"]}


def reducing_case():
    options = choose(
        mode=["auto", "min"],
        minDelta=[0, 1 / 64, 1 / 16],
        cooldown=[0, 1, 3],
        factor=[0.5, 0.25],
        minLearningRate=[0.125, 0.03125],
    )
    options |= {"monitor": "val_loss", "patience": rng.choice([0, 1, 2, 3])}
    if rng.random() < 0.3:
        options |= {"monitor": "val_accuracy", "mode": "max"}
    monitored = values(24)
    return {"options": options, "values": monitored, "rates": run(keras.callbacks.ReduceLROnPlateau, options, monitored)["rates"]}


def directions():
    kinds = {
        "binaryAccuracy": keras.metrics.BinaryAccuracy,
        "categoricalAccuracy": keras.metrics.CategoricalAccuracy,
        "topKCategoricalAccuracy": keras.metrics.TopKCategoricalAccuracy,
        "meanSquaredError": keras.metrics.MeanSquaredError,
        "meanAbsoluteError": keras.metrics.MeanAbsoluteError,
        "r2": keras.metrics.R2Score,
        "precision": keras.metrics.Precision,
        "recall": keras.metrics.Recall,
        "f1": keras.metrics.F1Score,
    }
    return {kind: {"up": "max", "down": "min"}[make()._direction] for kind, make in kinds.items()}


def csv_case():
    epochs = [
        {"loss": 0.75, "accuracy": 0.5, "val_loss": 1.25, "val_accuracy": 0.25},
        {"loss": 1e-9, "accuracy": 0.625, "val_loss": 1e21, "val_accuracy": 1.0},
        {"loss": 0.1, "accuracy": 0.2, "val_loss": 0.3},
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "log.csv"
        logger = keras.callbacks.CSVLogger(path, separator=";")
        logger.on_train_begin()
        for epoch, logs in enumerate(epochs):
            logger.on_epoch_end(epoch, dict(logs))
        logger.on_train_end()
        return {"separator": ";", "epochs": epochs, "text": path.read_text()}


def event_case():
    """One file: the version, scalars in step 0 and 300, a histogram."""
    edges, counts = [-1.0, -0.5, 0.0, 0.5], [3.0, 0.0, 2.0]
    first = event_pb2.Event(wall_time=1.5, file_version="brain.Event:2")
    second = event_pb2.Event(wall_time=1234567890.25, step=0)
    second.summary.value.add(tag="epoch_loss", simple_value=0.75)
    second.summary.value.add(tag="epoch_é", simple_value=-0.0)
    third = event_pb2.Event(wall_time=1234567891.0, step=300)
    histogram = third.summary.value.add(tag="dense/kernel/histogram").histo
    histogram.min, histogram.max, histogram.num = edges[0], edges[-1], sum(counts)
    histogram.sum, histogram.sum_squares = -2.0, 3.25
    histogram.bucket_limit.extend(edges[1:])
    histogram.bucket.extend(counts)
    file = io.BytesIO()
    writer = RecordWriter(file)
    for event in (first, second, third):
        writer.write(event.SerializeToString())
    return {
        "records": [
            {
                "wallTime": 1234567890.25,
                "step": 0,
                "summaries": [{"tag": "epoch_loss", "scalar": 0.75}, {"tag": "epoch_é", "scalar": -0.0}],
            },
            {
                "wallTime": 1234567891.0,
                "step": 300,
                "summaries": [
                    {
                        "tag": "dense/kernel/histogram",
                        "histogram": {"edges": edges, "counts": counts, "sum": -2.0, "sumOfSquares": 3.25},
                    }
                ],
            },
        ],
        "hex": file.getvalue().hex(),
    }


golden = {
    "earlyStopping": [stopping_case() for _ in range(60)],
    "reduceLROnPlateau": [reducing_case() for _ in range(40)],
    "directions": directions(),
    "csv": csv_case(),
    "events": event_case(),
}
OUT.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
print(OUT.name, len(OUT.read_bytes()), "bytes")
