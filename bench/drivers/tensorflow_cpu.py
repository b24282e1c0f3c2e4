"""TensorFlow on the CPU: a Keras net, and one tf.function a epoch that shuffles, gathers and trains in the graph.

Reads a job from its argument, prints one JSON line.
"""


import tensorflow as tf

from job import CHECKED_ROWS, Clock, load, read_job, report


def build(workload):
    units = workload["units"]
    limit = workload["maxNorm"]
    constraint = tf.keras.constraints.MaxNorm(limit) if limit else None
    layers = [tf.keras.layers.Input((units[0],))]
    for i, width in enumerate(units[1:]):
        keep = workload["keepInput"] if i == 0 else workload["keepHidden"]
        if keep < 1:
            layers.append(tf.keras.layers.Dropout(1 - keep))
        last = i + 2 == len(units)
        activation = None if last else workload["activation"]
        layers.append(tf.keras.layers.Dense(width, activation, kernel_constraint=constraint))
    return tf.keras.Sequential(layers)


def optimizer_of(wanted):
    if wanted["kind"] == "adam":
        return tf.keras.optimizers.Adam(wanted["learningRate"], epsilon=1e-8)
    return tf.keras.optimizers.SGD(wanted["learningRate"], momentum=float(wanted["momentum"]))


def main():
    job = read_job()
    tf.config.threading.set_intra_op_parallelism_threads(job["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(job["seed"])
    workload, rows = job["workload"], job["rows"]
    batch = workload["batchSize"]
    x, y = (tf.constant(values) for values in load(job))
    model = build(workload)
    optimizer = optimizer_of(workload["optimizer"])
    optimizer.build(model.trainable_variables)

    def cost(inputs, targets, training):
        outputs = model(inputs, training=training)
        if workload["output"] == "softmax":
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, outputs)
        else:
            losses = tf.math.squared_difference(outputs, targets)
        return tf.reduce_mean(losses)

    def step(inputs, targets):
        with tf.GradientTape() as tape:
            loss = cost(inputs, targets, True)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    @tf.function
    def epochs(count):
        for _ in tf.range(count):
            if batch >= rows:
                step(x, y)
            else:
                order = tf.random.shuffle(tf.range(rows))
                for start in tf.range(0, rows, batch):
                    chosen = order[start : start + batch]
                    step(tf.gather(x, chosen), tf.gather(y, chosen))

    def loss():
        return float(cost(x[:CHECKED_ROWS], y[:CHECKED_ROWS], False))

    first = loss()
    epochs(tf.constant(workload["warmup"]))
    clock = Clock()
    epochs(tf.constant(workload["timed"]))
    model.trainable_variables[0].numpy()
    clocked = clock.stop()
    samples = rows * workload["timed"]
    report(tf.__version__, job, **clocked, samples=samples, firstLoss=first, lastLoss=loss())


main()
