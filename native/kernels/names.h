// The names that the kernels implement, each list written once. Enums, selection, the addon's
// `names()` and the tests are all made from these lists, in this order.
// The engine's own names (initializers, metrics, layers) are in engine/names.h.
#ifndef MYELIN_KERNELS_NAMES_H
#define MYELIN_KERNELS_NAMES_H

// X(Enumerator, "public name", traits). Softmax works on whole rows and has kernels of its own.
#define MYELIN_ACTIVATIONS(X)   \
  X(Linear, "linear")           \
  X(Sigmoid, "sigmoid")         \
  X(HardSigmoid, "hardSigmoid") \
  X(Tanh, "tanh")               \
  X(Relu, "relu")               \
  X(Relu6, "relu6")             \
  X(LeakyRelu, "leakyRelu")     \
  X(Elu, "elu")                 \
  X(Selu, "selu")               \
  X(Gelu, "gelu")               \
  X(Softplus, "softplus")       \
  X(Softsign, "softsign")       \
  X(Silu, "silu")               \
  X(Mish, "mish")               \
  X(Softmax, "softmax")

// Losses that are a sum of one term for each output (loss-inl.h, struct of the same name) ...
#define MYELIN_ELEMENT_LOSSES(X)                            \
  X(MeanSquaredError, "meanSquaredError")                   \
  X(SumSquaredError, "sumSquaredError")                     \
  X(MeanAbsoluteError, "meanAbsoluteError")                 \
  X(Huber, "huber")                                         \
  X(LogCosh, "logCosh")                                     \
  X(BinaryCrossentropy, "binaryCrossentropy")               \
  X(Hinge, "hinge")                                         \
  X(KullbackLeiblerDivergence, "kullbackLeiblerDivergence") \
  X(Poisson, "poisson")

// ... and those that look at a row as a whole.
#define MYELIN_ROW_LOSSES(X)                                        \
  X(CategoricalCrossentropy, "categoricalCrossentropy")             \
  X(SparseCategoricalCrossentropy, "sparseCategoricalCrossentropy") \
  X(CategoricalHinge, "categoricalHinge")

#define MYELIN_LOSSES(X)   \
  MYELIN_ELEMENT_LOSSES(X) \
  MYELIN_ROW_LOSSES(X)

#define MYELIN_OPTIMIZERS(X) \
  X(Sgd, "sgd")              \
  X(Rmsprop, "rmsprop")      \
  X(Adagrad, "adagrad")      \
  X(Adadelta, "adadelta")    \
  X(Adam, "adam")            \
  X(Adamw, "adamw")          \
  X(Adamax, "adamax")        \
  X(Nadam, "nadam")          \
  X(Lion, "lion")

namespace myelin {

#define MYELIN_ENUMERATOR(name, text) k##name,
enum class Activation { MYELIN_ACTIVATIONS(MYELIN_ENUMERATOR) kCount };
enum class Loss { MYELIN_LOSSES(MYELIN_ENUMERATOR) kCount };
enum class Optimizer { MYELIN_OPTIMIZERS(MYELIN_ENUMERATOR) kCount };
#undef MYELIN_ENUMERATOR

}  // namespace myelin

#endif
