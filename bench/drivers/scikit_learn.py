"""scikit-learn's MLPClassifier and MLPRegressor in float32, by their own fit. Reads a job, prints one JSON line."""

import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from job import CHECKED_ROWS, Clock, load, read_job, report

warnings.simplefilter("ignore", ConvergenceWarning)


def main():
    job = read_job()
    workload = job["workload"]
    wanted = workload["optimizer"]
    x, y = load(job)
    classes = workload["output"] == "softmax"
    net = (MLPClassifier if classes else MLPRegressor)(
        hidden_layer_sizes=tuple(workload["units"][1:-1]),
        activation=workload["activation"],
        solver=wanted["kind"],
        learning_rate_init=wanted["learningRate"],
        momentum=float(wanted["momentum"]),
        nesterovs_momentum=False,
        alpha=0,
        batch_size=min(workload["batchSize"], len(x)),
        shuffle=workload["batchSize"] < len(x),
        random_state=job["seed"],
        tol=0,
        n_iter_no_change=1_000_000,
    )

    def loss():
        if classes:
            right = net.predict_proba(x[:CHECKED_ROWS])[np.arange(CHECKED_ROWS), y[:CHECKED_ROWS]]
            return float(-np.log(np.maximum(right, 1e-12)).mean())
        return float(np.square(net.predict(x[:CHECKED_ROWS]) - y[:CHECKED_ROWS]).mean())

    # it has weights once it has trained: on one row, then, at a rate of almost nothing
    net.set_params(learning_rate_init=1e-9)
    net.partial_fit(x[:1], y[:1], **({"classes": np.arange(workload["units"][-1])} if classes else {}))
    first = loss()
    net.set_params(learning_rate_init=wanted["learningRate"], max_iter=workload["warmup"], warm_start=True)
    net.fit(x, y)
    net.set_params(max_iter=workload["timed"])
    clock = Clock()
    net.fit(x, y)
    clocked = clock.stop()
    samples = len(x) * workload["timed"]
    report(sklearn.__version__, job, **clocked, samples=samples, firstLoss=first, lastLoss=loss())


main()
