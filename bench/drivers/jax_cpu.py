"""JAX on the CPU: one jitted function an epoch, a scan over shuffled batches, updates by optax, buffers donated.

The rows that do not fill a batch are left out of an epoch and of its count. Reads a job from its argument, prints one
JSON line.
"""

import os
from functools import partial

from job import CHECKED_ROWS, Clock, load, read_job, report

JOB = read_job()
if hasattr(os, "sched_setaffinity"):  # XLA has as many threads as the process has CPUs
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: JOB["threads"]])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import optax  # noqa: E402

jax.config.update("jax_platforms", "cpu")  # also where it knows of a graphics card
# The default generator costs more than the products of a small net.
jax.config.update("jax_default_prng_impl", "unsafe_rbg")


def initial(units, key):
    glorot = jax.nn.initializers.glorot_uniform()
    keys = jax.random.split(key, len(units) - 1)
    return [
        (glorot(one, (inputs, outputs)), jnp.zeros(outputs)) for one, inputs, outputs in zip(keys, units, units[1:])
    ]


def forward(workload, parameters, values, key):
    """Outputs before the softmax; with a key, units are dropped."""
    activation = {"relu": jax.nn.relu, "tanh": jnp.tanh}[workload["activation"]]
    for i, (kernel, bias) in enumerate(parameters):
        keep = workload["keepInput"] if i == 0 else workload["keepHidden"]
        if key is not None and keep < 1:
            kept = jax.random.bernoulli(jax.random.fold_in(key, i), keep, values.shape)
            values = jnp.where(kept, values / keep, 0)
        values = values @ kernel + bias
        if i + 1 < len(parameters):
            values = activation(values)
    return values


def limited(kernel, longest):
    norms = jnp.sqrt(jnp.sum(kernel * kernel, 0, keepdims=True))
    return kernel * jnp.minimum(1, longest / jnp.maximum(norms, 1e-7))


def main():
    workload, rows = JOB["workload"], JOB["rows"]
    batch = workload["batchSize"]
    steps = rows // batch
    x, y = (jnp.asarray(values) for values in load(JOB))
    wanted = workload["optimizer"]
    if wanted["kind"] == "adam":
        optimizer = optax.adam(wanted["learningRate"])
    else:
        optimizer = optax.sgd(wanted["learningRate"], momentum=wanted["momentum"] or None)

    def cost(parameters, inputs, targets, key=None):
        outputs = forward(workload, parameters, inputs, key)
        if workload["output"] == "softmax":
            return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()
        return jnp.mean((outputs - targets) ** 2)

    def step(state, chosen_and_key):
        parameters, memory = state
        chosen, key = chosen_and_key
        inputs, targets = (x, y) if chosen is None else (x[chosen], y[chosen])
        gradients = jax.grad(cost)(parameters, inputs, targets, key)
        updates, memory = optimizer.update(gradients, memory, parameters)
        parameters = optax.apply_updates(parameters, updates)
        if workload["maxNorm"]:
            parameters = [(limited(kernel, workload["maxNorm"]), bias) for kernel, bias in parameters]
        return (parameters, memory), None

    @partial(jax.jit, donate_argnums=0)
    def epoch(state, key):
        first, second = jax.random.split(key)
        chosen = jax.random.permutation(first, rows)[: steps * batch].reshape(steps, batch)
        return jax.lax.scan(step, state, (chosen, jax.random.split(second, steps)))[0]

    @partial(jax.jit, donate_argnums=0, static_argnums=2)
    def full_batches(state, key, count):
        return jax.lax.scan(lambda kept, one: step(kept, (None, one)), state, jax.random.split(key, count))[0]

    key = jax.random.key(JOB["seed"])
    parameters = initial(workload["units"], key)
    state = (parameters, optimizer.init(parameters))
    loss = jax.jit(lambda state: cost(state[0], x[:CHECKED_ROWS], y[:CHECKED_ROWS]))
    first = float(loss(state))
    warmup, timed = workload["warmup"], workload["timed"]
    if batch >= rows:
        compiled = full_batches.lower(state, key, timed).compile()
        state = full_batches(state, key, warmup)
        jax.block_until_ready(state)
        clock = Clock()
        state = compiled(state, key)
    else:
        for i in range(warmup):
            state = epoch(state, jax.random.fold_in(key, i))
        jax.block_until_ready(state)
        clock = Clock()
        for i in range(timed):
            state = epoch(state, jax.random.fold_in(key, warmup + i))
    jax.block_until_ready(state)
    clocked = clock.stop()
    samples = steps * batch * timed
    report(jax.__version__, JOB, **clocked, samples=samples, firstLoss=first, lastLoss=float(loss(state)))


main()
