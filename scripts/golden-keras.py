"""Writes test/golden/keras/*.keras and test/golden/keras.json: models that Keras 3 saved, with inputs and Keras's own
outputs; and optimizers, losses, metrics and parts of layers as Keras describes them in its files, beside ours.
test/keras.test.ts loads all of it.

    pip install -r scripts/golden-requirements.txt && python scripts/golden-keras.py

The files are packed again, deflated and without dates, which makes them small and the same each time; `trained.keras`
stays as Keras wrote it.
"""

import io
import json
import os
import pathlib
import tempfile
import zipfile

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
import numpy as np
from keras import layers as L
from keras.src.backend.common import dtypes

# As in golden.py: otherwise Keras computes some of float64 in float32.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "golden"
FOLDER = OUT / "keras"
FEATURES = 4
rng = np.random.default_rng(17)
keras.utils.set_random_seed(17)

# --- models

ACTIVATIONS = "linear sigmoid hard_sigmoid tanh relu relu6 leaky_relu elu selu gelu softplus softsign silu mish softmax"


def chain(*layers, shape=(FEATURES,), **options):
    return keras.Sequential([L.Input(shape), *layers], **options)


def functional():
    inputs = keras.Input((2, 2))
    x = L.Flatten()(inputs)
    last = L.Dense(2, name="last")  # is made before the layer that comes before it
    x = L.Dense(5, activation="tanh", name="first")(x)
    x = L.Dropout(0.4)(x)
    return keras.Model(inputs, last(x))


def trained():
    model = chain(
        L.Dense(5, activation="relu", kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm(3)),
        L.BatchNormalization(),
        L.Dense(3, activation="softmax", trainable=False),
    )
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 100)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule, clipnorm=1.0),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy", keras.metrics.Precision(0.6)],
    )
    model.fit(rng.normal(size=(64, FEATURES)), np.eye(3)[rng.integers(0, 3, 64)], epochs=3, verbose=0)
    return model


FLAGS = [{"center": c, "scale": s, "epsilon": 0.01} for c in (True, False) for s in (True, False)]
MODELS = {
    **{f"activation {name}": (lambda name=name: chain(L.Dense(3, activation=name))) for name in ACTIVATIONS.split()},
    "layer activation": lambda: chain(L.Dense(3), L.Activation("gelu")),
    "layer relu": lambda: chain(L.ReLU()),
    "layer relu 6": lambda: chain(L.ReLU(max_value=6.0)),
    "layer relu bent": lambda: chain(L.ReLU(negative_slope=0.4)),
    "layer leaky relu": lambda: chain(L.LeakyReLU(negative_slope=0.1)),
    "layer elu": lambda: chain(L.ELU(alpha=0.7)),
    "layer softmax": lambda: chain(L.Softmax()),
    "layer in a layer": lambda: chain(L.Dense(3, use_bias=False, activation=L.LeakyReLU(negative_slope=0.3))),
    **{f"batch normalization {i}": (lambda f=f: chain(L.BatchNormalization(**f))) for i, f in enumerate(FLAGS)},
    **{f"layer normalization {i}": (lambda f=f: chain(L.LayerNormalization(**f))) for i, f in enumerate(FLAGS)},
    "noise": lambda: chain(L.GaussianNoise(0.1), L.Dense(3), L.AlphaDropout(0.2), L.Dropout(0.3, seed=3), L.Dense(2)),
    "flatten": lambda: chain(L.Activation("tanh"), L.Flatten(), L.Dense(3), shape=(2, 1, 2)),
    "functional": functional,
    "float64": lambda: chain(
        L.Dense(3, activation="gelu", dtype="float64"), L.LayerNormalization(dtype="float64"), L.Dense(2, dtype="float64")
    ),
    "trained": trained,
}


def randomize(model):
    """Weights that leave nothing at its neutral value."""
    for weight in model.weights:
        values = rng.normal(size=weight.shape)
        weight.assign(0.5 + values**2 if "variance" in weight.path else values)


def without_ids(value):
    """Without the addresses of Python's objects, which differ each time."""
    if isinstance(value, dict):
        return {k: without_ids(v) for k, v in value.items() if k != "shared_object_id"}
    return [without_ids(v) for v in value] if isinstance(value, list) else value


def pack_again(data):
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = old.read(name)
            if name == "metadata.json":
                member = json.dumps({**json.loads(member), "date_saved": "2026-01-01@00:00:00"})
            if name == "config.json":
                member = json.dumps(without_ids(json.loads(member)))
            new.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def save(name, build):
    model = build()
    if name != "trained":
        randomize(model)
    file = name.replace(" ", "-") + ".keras"
    with tempfile.TemporaryDirectory() as folder:
        model.save(pathlib.Path(folder) / file)
        data = (pathlib.Path(folder) / file).read_bytes()
    (FOLDER / file).write_bytes(data if name == "trained" else pack_again(data))
    outputs = model(X.reshape(-1, *model.input_shape[1:]).astype(model.layers[-1].compute_dtype), training=False)
    return {"name": name, "file": file, "outputs": np.asarray(outputs, "float64").ravel().tolist()}


# --- parts of files, each as ours and as Keras says it


def serialized(thing):
    return without_ids(keras.saving.serialize_keras_object(thing))


def pair(kind, mine, theirs):
    return {"mine": {"kind": kind, **mine}, "keras": theirs if isinstance(theirs, str) else serialized(theirs)}


O = keras.optimizers
S = keras.optimizers.schedules
SCHEDULES = [
    pair(
        "exponentialDecay",
        {"initialLearningRate": 0.1, "decaySteps": 10, "decayRate": 0.5, "staircase": True},
        S.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    ),
    pair(
        "piecewiseConstantDecay", {"boundaries": [2, 5], "values": [1, 0.5, 0.1]}, S.PiecewiseConstantDecay([2, 5], [1, 0.5, 0.1])
    ),
    pair(
        "polynomialDecay",
        {"initialLearningRate": 0.1, "decaySteps": 10, "endLearningRate": 0.01, "power": 2.0, "cycle": True},
        S.PolynomialDecay(0.1, 10, 0.01, 2.0, True),
    ),
    pair(
        "inverseTimeDecay",
        {"initialLearningRate": 0.1, "decaySteps": 10, "decayRate": 0.5, "staircase": False},
        S.InverseTimeDecay(0.1, 10, 0.5),
    ),
    pair(
        "cosineDecay",
        {"initialLearningRate": 0.1, "decaySteps": 10, "alpha": 0.2, "warmupTarget": 0.3, "warmupSteps": 5},
        S.CosineDecay(0.1, 10, 0.2, warmup_target=0.3, warmup_steps=5),
    ),
]
RATE = {"learningRate": 0.5}  # a float32, as which Keras keeps it
OPTIMIZERS = [
    pair("sgd", {**RATE, "momentum": 0.9, "nesterov": True}, O.SGD(0.5, 0.9, True)),
    pair("rmsprop", {**RATE, "rho": 0.8, "momentum": 0.1, "epsilon": 1e-5, "centered": True}, O.RMSprop(0.5, 0.8, 0.1, 1e-5, True)),
    pair("adagrad", {**RATE, "initialAccumulatorValue": 0.2, "epsilon": 1e-6}, O.Adagrad(0.5, 0.2, 1e-6)),
    pair("adadelta", {**RATE, "rho": 0.9, "epsilon": 1e-6}, O.Adadelta(0.5, 0.9, 1e-6)),
    pair("adam", {**RATE, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6, "amsgrad": True}, O.Adam(0.5, 0.8, 0.99, 1e-6, True)),
    pair("adamw", {**RATE, "weightDecay": 0.01, "clipNorm": 2.0}, O.AdamW(0.5, 0.01, clipnorm=2.0)),
    pair("adamax", {**RATE, "beta1": 0.8, "clipValue": 0.3}, O.Adamax(0.5, 0.8, clipvalue=0.3)),
    pair("nadam", {**RATE, "beta2": 0.99, "globalClipNorm": 0.3}, O.Nadam(0.5, beta_2=0.99, global_clipnorm=0.3)),
    pair("lion", {**RATE, "beta1": 0.8, "beta2": 0.9}, O.Lion(0.5, 0.8, 0.9)),
]
C = keras.losses
LOSSES = [
    pair("meanSquaredError", {}, "mse"),
    pair("meanSquaredError", {"reduction": "sum"}, C.MeanSquaredError(reduction="sum")),
    pair("meanAbsoluteError", {}, C.MeanAbsoluteError()),
    pair("huber", {}, C.Huber()),  # Keras 3.15 leaves its delta out of files
    pair("logCosh", {}, C.LogCosh()),
    pair("binaryCrossentropy", {"labelSmoothing": 0.1}, C.BinaryCrossentropy(label_smoothing=0.1)),
    pair("categoricalCrossentropy", {"labelSmoothing": 0.2}, C.CategoricalCrossentropy(label_smoothing=0.2)),
    pair("categoricalCrossentropy", {}, "categorical_crossentropy"),
    pair("sparseCategoricalCrossentropy", {}, C.SparseCategoricalCrossentropy()),
    pair("hinge", {}, keras.losses.hinge),
    pair("categoricalHinge", {}, C.CategoricalHinge()),
    pair("kullbackLeiblerDivergence", {}, C.KLDivergence()),
    pair("poisson", {}, C.Poisson()),
]
M = keras.metrics
METRICS = [
    pair("accuracy", {}, "accuracy"),
    pair("accuracy", {}, "acc"),
    pair("binaryAccuracy", {"threshold": 0.7}, M.BinaryAccuracy(threshold=0.7)),
    pair("categoricalAccuracy", {}, M.CategoricalAccuracy()),
    pair("categoricalAccuracy", {}, M.SparseCategoricalAccuracy()),
    pair("topKCategoricalAccuracy", {"k": 3}, M.TopKCategoricalAccuracy(k=3)),
    pair("meanSquaredError", {}, "mse"),
    pair("meanAbsoluteError", {"name": "mine"}, M.MeanAbsoluteError(name="mine")),
    pair("r2", {}, M.R2Score()),
    pair("precision", {"threshold": 0.6}, M.Precision(thresholds=0.6)),
    pair("recall", {}, M.Recall()),
    pair("f1", {"threshold": 0.4}, M.F1Score(average="micro", threshold=0.4)),
]
I = keras.initializers
INITIALIZERS = [
    pair("zeros", {}, I.Zeros()),
    pair("ones", {}, I.Ones()),
    pair("constant", {"value": 0.3}, I.Constant(0.3)),
    pair("randomUniform", {"minval": -0.2, "maxval": 0.3}, I.RandomUniform(-0.2, 0.3, seed=3)),
    pair("randomNormal", {"mean": 0.1, "stddev": 0.2}, I.RandomNormal(0.1, 0.2)),
    pair("truncatedNormal", {"mean": 0.1, "stddev": 0.2}, I.TruncatedNormal(0.1, 0.2)),
    *[
        pair(f"{who}{how}", {}, getattr(I, f"{who.capitalize()}{how}")())
        for who in ("glorot", "he", "lecun")
        for how in ("Uniform", "Normal")
    ],
    pair("orthogonal", {"gain": 1.5}, I.Orthogonal(1.5)),
]
R = keras.regularizers
REGULARIZERS = [
    pair("l1", {"l1": 0.1}, R.L1(0.1)),
    pair("l2", {"l2": 0.2}, R.L2(0.2)),
    pair("l1l2", {"l1": 0.1, "l2": 0.2}, R.L1L2(0.1, 0.2)),
]
K = keras.constraints
CONSTRAINTS = [
    pair("maxNorm", {"maxValue": 3.0}, K.MaxNorm(3.0)),
    pair("nonNeg", {}, K.NonNeg()),
    pair("unitNorm", {}, K.UnitNorm()),
    pair("minMaxNorm", {"minValue": 0.5, "maxValue": 2.0, "rate": 0.9}, K.MinMaxNorm(0.5, 2.0, 0.9)),
]
PARTS = {
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "losses": LOSSES,
    "metrics": METRICS,
    "initializers": INITIALIZERS,
    "regularizers": REGULARIZERS,
    "constraints": CONSTRAINTS,
}

# --- written

FOLDER.mkdir(exist_ok=True)
for old in FOLDER.glob("*.keras"):
    old.unlink()
X = np.concatenate([rng.normal(size=(6, FEATURES)) * 3, [[0, -0.5, 8, -8]]]).astype("float32")
cases = [save(name, build) for name, build in MODELS.items()]
text = json.dumps({"features": FEATURES, "x": X.ravel().tolist(), "cases": cases, "parts": PARTS}, indent=1)
(OUT / "keras.json").write_text(text + "\n")
print(f"keras {keras.__version__}: {len(cases)} models, {sum(len(part) for part in PARTS.values())} parts")
