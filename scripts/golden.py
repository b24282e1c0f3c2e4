"""Writes test/golden/*.json: what Keras 3 (and PyTorch's OneCycleLR) compute, in float64, for nets,
batches and settings that test/golden.test.ts then gives to myelin. Every case is described by
myelin's own option objects; this file alone knows how they are said in Keras.

    pip install -r scripts/golden-requirements.txt && python scripts/golden.py

The same versions write the same bytes.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

keras.config.set_floatx("float64")
# Keras's type promotion turns float64 into float32 on every backend but TensorFlow's, floatx or not:
# ops.tanh and BatchNormalization then compute in float32. `in_float64` watches that nothing does.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "golden"

# --- from myelin to Keras


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def words(options, rename={}, skip=()):
    return {rename.get(k, snake(k)): v for k, v in options.items() if k not in skip}


class L2Cost(keras.regularizers.Regularizer):
    """The textbook's weight cost, λ/(2n) Σ w² with n the number of training samples."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, w):
        return self.factor * keras.ops.sum(keras.ops.square(w))


def regularizer(spec, rows):
    if spec is None:
        return None
    if spec["kind"] == "l2Cost":
        return L2Cost(spec["lambda"] / (2 * rows))
    return keras.regularizers.L1L2(spec.get("l1", 0.0), spec.get("l2", 0.0))


def constraint(spec):
    if spec is None:
        return None
    name = spec["kind"][0].upper() + spec["kind"][1:]
    return getattr(keras.constraints, name)(**words(spec, skip=["kind"]))


def activation(name):
    return getattr(keras.activations, snake(name))


def layer(spec, rows):
    kind = spec["kind"]
    if kind == "dense":
        return keras.layers.Dense(
            spec["units"],
            activation=activation(spec.get("activation", "linear")),
            use_bias=spec.get("useBias", True),
            trainable=spec.get("trainable", True),
            **{f"{part}_regularizer": regularizer(spec.get(f"{part}Regularizer"), rows) for part in ("kernel", "bias")},
            **{f"{part}_constraint": constraint(spec.get(f"{part}Constraint")) for part in ("kernel", "bias")},
        )
    if kind == "activation":
        return keras.layers.Activation(activation(spec["activation"]))
    make = keras.layers.BatchNormalization if kind == "batchNormalization" else keras.layers.LayerNormalization
    return make(**words(spec, skip=["kind"]))


class SumSquaredError(keras.losses.Loss):
    """The textbook's Σ ½ (target - output)²."""

    def call(self, y, p):
        return 0.5 * keras.ops.sum(keras.ops.square(y - p), axis=-1)


LOSSES = {
    "sumSquaredError": SumSquaredError,
    "meanSquaredError": keras.losses.MeanSquaredError,
    "meanAbsoluteError": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "logCosh": keras.losses.LogCosh,
    "binaryCrossentropy": keras.losses.BinaryCrossentropy,
    "categoricalCrossentropy": keras.losses.CategoricalCrossentropy,
    "sparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "hinge": keras.losses.Hinge,
    "categoricalHinge": keras.losses.CategoricalHinge,
    "kullbackLeiblerDivergence": keras.losses.KLDivergence,
    "poisson": keras.losses.Poisson,
}


def loss(spec):
    reduction = "sum" if spec.get("reduction") == "sum" else "sum_over_batch_size"
    return LOSSES[spec["kind"]](reduction=reduction, **words(spec, skip=["kind", "reduction"]))


SCHEDULES = {
    "exponentialDecay": keras.optimizers.schedules.ExponentialDecay,
    "piecewiseConstantDecay": keras.optimizers.schedules.PiecewiseConstantDecay,
    "polynomialDecay": keras.optimizers.schedules.PolynomialDecay,
    "inverseTimeDecay": keras.optimizers.schedules.InverseTimeDecay,
    "cosineDecay": keras.optimizers.schedules.CosineDecay,
}
OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adagrad": keras.optimizers.Adagrad,
    "adadelta": keras.optimizers.Adadelta,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adamax": keras.optimizers.Adamax,
    "nadam": keras.optimizers.Nadam,
    "lion": keras.optimizers.Lion,
}


def optimizer(kind, options):
    rename = {"clipNorm": "clipnorm", "clipValue": "clipvalue", "globalClipNorm": "global_clipnorm"}
    options = words(options, rename | {"beta1": "beta_1", "beta2": "beta_2"})
    rate = options.get("learning_rate")
    if isinstance(rate, dict):
        options["learning_rate"] = SCHEDULES[rate["kind"]](**words(rate, skip=["kind"]))
    return OPTIMIZERS[kind](**options)


def one_cycle(options, steps):
    """The rate of each step as PyTorch's OneCycleLR gives it."""
    sgd = torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=1.0)
    options = words(options, {"maxLearningRate": "max_lr"}, skip=["kind"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(sgd, cycle_momentum=False, **options)
    rates = []
    for _ in range(steps):
        rates.append(float(sgd.param_groups[0]["lr"]))
        sgd.step()
        schedule.step()
    return rates


# --- one net, step by step


class Net:
    def __init__(self, layers, features, rows):
        self.model = keras.Sequential([keras.Input([features])] + [layer(spec, rows) for spec in layers])
        assert all(v.dtype == "float64" for v in self.model.variables)

    def predict(self, x):
        return np.asarray(self.model(x, training=False))

    def weights(self):
        return [np.array(w) for w in self.model.get_weights()]

    def value_and_gradients(self, loss_of, x, y, sample_weight=None):
        def value(trainable, state):
            p, state, penalties = self.model.stateless_call(trainable, state, x, training=True, return_losses=True)
            return loss_of(y, p, sample_weight=sample_weight) + sum(penalties), state

        trainable = [v.value for v in self.model.trainable_variables]
        state = [v.value for v in self.model.non_trainable_variables]
        program = jax.value_and_grad(value, has_aux=True)
        in_float64(program, trainable, state)
        (result, state), gradients = program(trainable, state)
        for variable, new in zip(self.model.non_trainable_variables, state):
            variable.assign(new)
        return float(result), gradients

    def step(self, step_with, loss_of, x, y, sample_weight=None):
        result, gradients = self.value_and_gradients(loss_of, x, y, sample_weight)
        step_with.build(self.model.trainable_variables)
        state = [v.value for v in step_with.variables]
        in_float64(step_with.stateless_apply, state, gradients, [v.value for v in self.model.trainable_variables])
        step_with.apply(gradients, self.model.trainable_variables)
        return result


def in_float64(program, *arguments):
    """Fails if any number on the way has another precision."""
    text = str(jax.make_jaxpr(program)(*arguments))
    assert "f64" in text and not any(f"{small}[" in text for small in ("f32", "f16", "bf16")), text


# --- writing


def plain(value):
    """Arrays as { shape, data }, numbers with 14 significant digits."""
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "data": [plain(v) for v in value.ravel().tolist()]}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        assert np.isfinite(value)
        value = float(f"{float(value):.14g}")
        return int(value) if value == int(value) else value
    return value


def dump(value):
    return json.dumps(plain(value), separators=(",", ":"))


def write(name, shared, cases):
    """One line a shared value and one a case, so that a change reads well."""
    lines = [f"{json.dumps(key)}:{dump(value)}" for key, value in shared.items()]
    rows = ",\n".join(dump(case) for case in cases)
    text = "{\n" + ",\n".join(lines) + ',\n"cases":[\n' + rows + "\n]}\n"
    (OUT / name).write_text(text)
    print(f"{name}: {len(cases)} cases, {len(text)} bytes")


def flat(arrays):
    return np.concatenate([a.ravel() for a in arrays]).tolist()


def draw(seed, shape, scale=1.0, digits=3):
    return np.round(np.random.RandomState(seed).standard_normal(shape) * scale, digits)


# --- the optimizers

STEPS, BATCH = 10, 6
BASES = [
    ("sgd", {}),
    ("sgd", {"learningRate": 0.1, "momentum": 0.9}),
    ("sgd", {"learningRate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("rmsprop", {}),
    ("rmsprop", {"learningRate": 0.01, "rho": 0.8, "momentum": 0.7, "epsilon": 1e-5}),
    ("rmsprop", {"learningRate": 0.01, "centered": True}),
    ("adagrad", {}),
    ("adagrad", {"learningRate": 0.1, "initialAccumulatorValue": 0.01, "epsilon": 1e-5}),
    ("adadelta", {}),
    ("adadelta", {"learningRate": 1.0, "rho": 0.9, "epsilon": 1e-4}),
    ("adam", {}),
    ("adam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4}),
    ("adam", {"learningRate": 0.02, "beta2": 0.5, "amsgrad": True}),
    ("adamw", {}),
    ("adamax", {}),
    ("adamax", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.9}),
    ("nadam", {}),
    ("nadam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95}),
    ("lion", {}),
    ("lion", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9}),
]
VARIANTS = [{"weightDecay": 0.01}, {"clipNorm": 0.1}, {"clipValue": 0.02}, {"globalClipNorm": 0.15}]
RATES = [
    {"kind": "exponentialDecay", "initialLearningRate": 0.5, "decaySteps": 4, "decayRate": 0.7},
    {"kind": "exponentialDecay", "initialLearningRate": 0.5, "decaySteps": 4, "decayRate": 0.7, "staircase": True},
    {"kind": "piecewiseConstantDecay", "boundaries": [2, 5], "values": [0.5, 0.2, 0.05]},
    {"kind": "polynomialDecay", "initialLearningRate": 0.5, "decaySteps": 7, "endLearningRate": 0.02, "power": 1.5},
    {"kind": "polynomialDecay", "initialLearningRate": 0.5, "decaySteps": 4, "endLearningRate": 0.02, "cycle": True},
    {"kind": "polynomialDecay", "initialLearningRate": 0.5, "decaySteps": 8},
    {"kind": "inverseTimeDecay", "initialLearningRate": 0.5, "decaySteps": 3, "decayRate": 0.6},
    {"kind": "inverseTimeDecay", "initialLearningRate": 0.5, "decaySteps": 3, "decayRate": 0.6, "staircase": True},
    {"kind": "cosineDecay", "initialLearningRate": 0.5, "decaySteps": 8},
    {"kind": "cosineDecay", "initialLearningRate": 0.5, "decaySteps": 8, "alpha": 0.1},
    {"kind": "cosineDecay", "initialLearningRate": 0.05, "decaySteps": 6, "warmupTarget": 0.5, "warmupSteps": 3},
    {"kind": "oneCycle", "maxLearningRate": 0.5, "totalSteps": 10},
    {"kind": "oneCycle", "maxLearningRate": 0.5, "totalSteps": 10, "pctStart": 0.4, "divFactor": 10, "finalDivFactor": 9},
]


def dense(units, name="linear", **more):
    return {"kind": "dense", "units": units, "activation": name, **more}


def optimizer_cases():
    layers = [dense(5, "tanh"), dense(3, "softmax")]
    spec = {"kind": "categoricalCrossentropy"}
    weights = [draw(1, [4, 5], 0.6), draw(2, [5], 0.2), draw(3, [5, 3], 0.6), draw(4, [3], 0.2)]
    x = draw(5, [STEPS * BATCH, 4])
    classes = np.random.RandomState(6).randint(0, 3, STEPS * BATCH)
    y, loss_of = np.eye(3)[classes], loss(spec)

    def case(kind, options):
        net = Net(layers, 4, len(x))
        net.model.set_weights(weights)
        rate = options.get("learningRate")
        rates = one_cycle(rate, STEPS) if isinstance(rate, dict) and rate["kind"] == "oneCycle" else None
        step_with = optimizer(kind, {**options, "learningRate": 1.0} if rates else options)
        updates = []
        for t in range(STEPS):
            if rates:
                step_with.learning_rate = rates[t]
            batch = slice(t * BATCH, (t + 1) * BATCH)
            net.step(step_with, loss_of, x[batch], y[batch])
            if t in (0, STEPS - 1):
                updates.append([new - old for new, old in zip(net.weights(), weights)])
        return {"optimizer": kind, "options": options, "first": flat(updates[0]), "last": flat(updates[1])}

    cases = [case(kind, options) for kind, options in BASES]
    for at in (1, 2, 4, 5, 7, 9, 11, 12, 13, 15, 17, 19):
        kind, options = BASES[at]
        cases += [case(kind, {**options, **variant}) for variant in VARIANTS]
    cases += [case("sgd", {"learningRate": rate}) for rate in RATES]
    cases.append(case("adam", {"learningRate": RATES[0], "clipNorm": 0.1}))
    cases.append(case("adamw", {"learningRate": RATES[10], "weightDecay": 0.05}))
    shared = {"features": 4, "batchSize": BATCH, "layers": layers, "loss": spec, "weights": weights, "x": x}
    write("optimizers.json", shared | {"classes": classes.tolist()}, cases)


# --- layers and losses

ROWS, FEATURES = 6, 4
SAMPLE_WEIGHT = [0.5, 2.0, 0.0, 1.0, 1.5, 0.25]
ACTIVATIONS = "linear sigmoid hardSigmoid tanh relu relu6 leakyRelu elu selu gelu softplus softsign silu mish softmax"


def targets():
    random = np.random.RandomState(7)
    classes = random.randint(0, 3, ROWS)
    spread = random.uniform(0.2, 1.0, [ROWS, 3])
    return {
        "real": draw(8, [ROWS, 3]),
        "oneHot": np.eye(3)[classes],
        "classes": classes.tolist(),
        "binary": random.randint(0, 2, [ROWS, 3]).astype(float),
        "single": random.randint(0, 2, [ROWS, 1]).astype(float),
        "distribution": np.round(spread / spread.sum(1, keepdims=True), 3),
        "count": random.randint(0, 5, [ROWS, 3]).astype(float),
    }


def layer_specs():
    """(name, layers, loss, targets, more): the name is for people, `more` goes to `run` as it is."""
    mse, cce = {"kind": "meanSquaredError"}, {"kind": "categoricalCrossentropy"}
    for name in ACTIVATIONS.split():
        yield f"hidden {name}", [dense(5, name), dense(3)], mse, "real", {"x": "wide"}
        yield f"layer {name}", [dense(5), {"kind": "activation", "activation": name}, dense(3, "tanh")], mse, "real", {}
        yield f"output {name}", [dense(5, "tanh"), dense(3, name)], {"kind": "sumSquaredError"}, "real", {"x": "wide"}

    table = [
        ("meanSquaredError", "real", "linear sigmoid tanh softmax"),
        ("sumSquaredError", "real", "linear sigmoid"),
        ("meanAbsoluteError", "real", "linear tanh"),
        ("huber", "real", "linear tanh"),
        ("logCosh", "real", "linear tanh"),
        ("binaryCrossentropy", "binary", "sigmoid softmax"),
        ("categoricalCrossentropy", "oneHot", "softmax sigmoid softplus"),
        ("categoricalCrossentropy", "distribution", "softmax"),
        ("sparseCategoricalCrossentropy", "classes", "softmax sigmoid"),
        ("hinge", "binary", "tanh linear"),
        ("categoricalHinge", "oneHot", "linear softmax"),
        ("kullbackLeiblerDivergence", "distribution", "softmax sigmoid"),
        ("poisson", "count", "softplus softmax"),
    ]
    for kind, y, names in table:
        for name in names.split():
            net = [dense(5, "tanh"), dense(3, name)]
            yield f"{kind} of {name}, {y}", net, {"kind": kind}, y, {}
            if name == names.split()[0]:
                yield f"{kind} of {name}, {y}, summed", net, {"kind": kind, "reduction": "sum"}, y, {}
                yield f"{kind} of {name}, {y}, weighted", net, {"kind": kind}, y, {"sampleWeight": SAMPLE_WEIGHT}
    bce = {"kind": "binaryCrossentropy"}
    yield "one output", [dense(5, "tanh"), dense(1, "sigmoid")], bce, "single", {}
    yield "binary smoothing", [dense(5, "tanh"), dense(3, "sigmoid")], bce | {"labelSmoothing": 0.2}, "binary", {}
    yield "categorical smoothing", [dense(5, "tanh"), dense(3, "softmax")], cce | {"labelSmoothing": 0.2}, "oneHot", {}
    yield "huber 0.4", [dense(5, "tanh"), dense(3)], {"kind": "huber", "delta": 0.4}, "real", {}
    yield "huber 2.5, wide", [dense(3)], {"kind": "huber", "delta": 2.5}, "real", {"x": "wide"}
    yield "no bias", [dense(5, "tanh", useBias=False), dense(3, useBias=False)], mse, "real", {}
    yield "frozen", [dense(5, "tanh", trainable=False), dense(3)], mse, "real", {}

    terms = [{"kind": "l1", "l1": 0.03}, {"kind": "l2", "l2": 0.05}, {"kind": "l1l2", "l1": 0.03, "l2": 0.05}]
    for term in terms + [{"kind": "l2Cost", "lambda": 0.7}]:
        net = [dense(5, "tanh", kernelRegularizer=term), dense(3, kernelRegularizer=term)]
        yield f"kernel {term['kind']}", net, mse, "real", {}
        yield f"bias {term['kind']}", [dense(3, biasRegularizer=term)], mse, "real", {}
        net = [dense(5, "tanh", kernelRegularizer=term), dense(3, "softmax")]
        yield f"kernel {term['kind']}, summed loss", net, cce | {"reduction": "sum"}, "oneHot", {}

    norm = {"kind": "batchNormalization"}
    three = {"steps": 3, "learningRate": 0.3}
    tanh = {"kind": "activation", "activation": "tanh"}
    for more in ({}, {"momentum": 0.7, "epsilon": 0.01}, {"center": False}, {"scale": False}, {"trainable": False}):
        net = [dense(5), norm | more, tanh, dense(3, "softmax")]
        yield f"batch normalization {more}", net, cce, "oneHot", {}
        yield f"batch normalization {more}, 3 steps", net, cce, "oneHot", three
    norm = {"kind": "layerNormalization"}
    for more in ({}, {"epsilon": 0.01}, {"center": False}, {"scale": False}):
        net = [dense(5), norm | more, tanh, dense(3, "softmax")]
        yield f"layer normalization {more}", net, cce, "oneHot", {}
    yield "normalized input", [{"kind": "batchNormalization"}, dense(5, "relu"), norm, dense(3)], mse, "real", three

    terms = [{"kind": "maxNorm", "maxValue": 0.8}, {"kind": "maxNorm"}, {"kind": "nonNeg"}, {"kind": "unitNorm"}]
    between = {"kind": "minMaxNorm", "minValue": 0.7, "maxValue": 0.9}
    for term in terms + [between, between | {"rate": 0.4}]:
        net = [dense(5, "tanh", kernelConstraint=term), dense(3, kernelConstraint=term)]
        yield f"kernel {term}", net, mse, "real", three
    yield "bias nonNeg", [dense(3, biasConstraint={"kind": "nonNeg"})], mse, "real", three


def layer_cases():
    y_of = targets()
    inputs = {"x": draw(9, [ROWS, FEATURES]), "wide": draw(10, [ROWS, FEATURES], 3.0)}
    cases, starts = [], {}
    for name, layers, spec, y_name, more in layer_specs():
        net = Net(layers, FEATURES, ROWS)
        before = start(net, starts)
        case = {"name": name, "layers": layers, "loss": spec, "x": "x", "y": y_name, "weights": before[0]}
        case |= {"steps": 1, "learningRate": 1.0} | more
        x, y = inputs[case["x"]], np.asarray(y_of[y_name])
        loss_of = loss(spec)
        case["outputs"] = net.predict(x).ravel().tolist()
        step_with = keras.optimizers.SGD(case["learningRate"])
        weight = np.asarray(more["sampleWeight"]) if "sampleWeight" in more else None
        case["losses"] = [net.step(step_with, loss_of, x, y, weight) for _ in range(case["steps"])]
        case["updates"] = flat([new - old for new, old in zip(net.weights(), before[1])])
        if case["steps"] > 1:
            case["outputsAfter"] = net.predict(x).ravel().tolist()
        cases.append(case)
    shared = {"features": FEATURES, "inputs": inputs, "targets": y_of}
    write("layers.json", shared | {"weights": {k: v for k, v in starts.values()}}, cases)


def start(net, starts):
    """Sets and returns (name, weights): the same for all nets with the same parameters."""
    names = [(w.name, tuple(w.shape)) for w in net.model.weights]
    key = str(names)
    if key not in starts:
        arrays = []
        for at, (name, shape) in enumerate(names):
            array = draw(20 + at, shape, 0.5 if name == "kernel" else 0.2)
            positive = name in ("gamma", "moving_variance")
            arrays.append(np.round(1 + array, 3) if positive else array)
        starts[key] = (f"w{len(starts)}", arrays)
    net.model.set_weights(starts[key][1])
    return starts[key]


# --- metrics


def metric_cases():
    random = np.random.RandomState(30)
    rows = 40
    scores = np.round(random.uniform(0.02, 0.98, [rows, 4]), 3)
    classes = random.randint(0, 4, rows)
    binary = random.randint(0, 2, [rows, 4]).astype(float)
    real = draw(31, [rows, 4])
    metric, one_hot = keras.metrics, np.eye(4)[classes]
    top = metric.TopKCategoricalAccuracy
    table = [
        ("accuracy", {}, "categoricalCrossentropy", scores, one_hot, metric.CategoricalAccuracy),
        ("accuracy", {}, "sparseCategoricalCrossentropy", scores, classes, metric.SparseCategoricalAccuracy),
        ("accuracy", {}, "binaryCrossentropy", scores[:, :1], binary[:, :1], metric.BinaryAccuracy),
        ("binaryAccuracy", {}, "binaryCrossentropy", scores, binary, metric.BinaryAccuracy),
        ("topKCategoricalAccuracy", {"k": 2}, "categoricalCrossentropy", scores, one_hot, lambda: top(k=2)),
        ("topKCategoricalAccuracy", {"k": 3}, "categoricalCrossentropy", scores, one_hot, lambda: top(k=3)),
        ("precision", {}, "binaryCrossentropy", scores, binary, metric.Precision),
        ("recall", {}, "binaryCrossentropy", scores, binary, metric.Recall),
        ("precision", {}, "categoricalCrossentropy", scores, one_hot, metric.Precision),
        ("recall", {}, "categoricalCrossentropy", scores, one_hot, metric.Recall),
        ("r2", {}, "meanSquaredError", real + scores, real, metric.R2Score),
        ("r2", {}, "meanSquaredError", (real + scores)[:, :1], real[:, :1], metric.R2Score),
        ("meanSquaredError", {}, "meanAbsoluteError", real + scores, real, metric.MeanSquaredError),
        ("meanAbsoluteError", {}, "meanSquaredError", real + scores, real, metric.MeanAbsoluteError),
    ]
    cases, inputs, seen = [], {}, {}

    def share(array):
        name = seen.setdefault(array.tobytes(), f"a{len(seen)}")
        inputs[name] = array if array.dtype == float else array.tolist()
        return name

    for name, options, kind, p, y, make in table:
        m = make()
        m.update_state(y, p)
        case = {"metric": name, "options": options, "loss": kind, "predictions": share(p), "targets": share(y)}
        cases.append(case | {"value": float(np.asarray(m.result(), dtype=np.float64))})
    by_name = {(case["metric"], case["loss"]): case for case in cases}
    for kind in ("binaryCrossentropy", "categoricalCrossentropy"):
        p, r = by_name["precision", kind]["value"], by_name["recall", kind]["value"]
        cases.append(by_name["precision", kind] | {"metric": "f1", "value": 2 * p * r / (p + r)})
    write("metrics.json", {"arrays": inputs}, cases)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    optimizer_cases()
    layer_cases()
    metric_cases()
