// The engine's names, each list written once; those that kernels implement are in kernels/names.h.
#ifndef MYELIN_ENGINE_NAMES_H
#define MYELIN_ENGINE_NAMES_H

#include <string>
#include <vector>

#include "../kernels/names.h"

#define MYELIN_INITIALIZERS(X)          \
  X(Zeros, "zeros")                     \
  X(Ones, "ones")                       \
  X(Constant, "constant")               \
  X(RandomUniform, "randomUniform")     \
  X(RandomNormal, "randomNormal")       \
  X(TruncatedNormal, "truncatedNormal") \
  X(GlorotUniform, "glorotUniform")     \
  X(GlorotNormal, "glorotNormal")       \
  X(HeUniform, "heUniform")             \
  X(HeNormal, "heNormal")               \
  X(LecunUniform, "lecunUniform")       \
  X(LecunNormal, "lecunNormal")         \
  X(Orthogonal, "orthogonal")

#define MYELIN_METRICS(X)                               \
  X(BinaryAccuracy, "binaryAccuracy")                   \
  X(CategoricalAccuracy, "categoricalAccuracy")         \
  X(TopKCategoricalAccuracy, "topKCategoricalAccuracy") \
  X(MeanSquaredError, "meanSquaredError")               \
  X(MeanAbsoluteError, "meanAbsoluteError")             \
  X(R2, "r2")                                           \
  X(Precision, "precision")                             \
  X(Recall, "recall")                                   \
  X(F1, "f1")

#define MYELIN_CONSTRAINTS(X) \
  X(MaxNorm, "maxNorm")       \
  X(NonNeg, "nonNeg")         \
  X(UnitNorm, "unitNorm")     \
  X(MinMaxNorm, "minMaxNorm")

#define MYELIN_LAYERS(X)                      \
  X(Dense, "dense")                           \
  X(Dropout, "dropout")                       \
  X(Activation, "activation")                 \
  X(BatchNormalization, "batchNormalization") \
  X(LayerNormalization, "layerNormalization") \
  X(GaussianNoise, "gaussianNoise")           \
  X(AlphaDropout, "alphaDropout")

#define MYELIN_PARAMETERS(X)  \
  X(Kernel, "kernel")         \
  X(Bias, "bias")             \
  X(Gamma, "gamma")           \
  X(Beta, "beta")             \
  X(MovingMean, "movingMean") \
  X(MovingVariance, "movingVariance")

namespace myelin {

#define MYELIN_ENUMERATOR(name, text) k##name,
enum class Initializer { MYELIN_INITIALIZERS(MYELIN_ENUMERATOR) kCount };
enum class Metric { MYELIN_METRICS(MYELIN_ENUMERATOR) kCount };
enum class Constraint { MYELIN_CONSTRAINTS(MYELIN_ENUMERATOR) kCount };
enum class LayerKind { MYELIN_LAYERS(MYELIN_ENUMERATOR) kCount };
enum class ParameterKind { MYELIN_PARAMETERS(MYELIN_ENUMERATOR) kCount };
#undef MYELIN_ENUMERATOR

// The public names of an enum, in its order.
template <class E>
const std::vector<std::string>& names_of();

// The enumerator of that name; throws ERR_OPTION when there is none.
template <class E>
E from_name(const std::string& name);

}  // namespace myelin

#endif
