#include "convert.h"

#include <cmath>

#include "../engine/error.h"

namespace myelin {
namespace {

Napi::Value read(const Napi::Object& object, const char* key) { return object.Get(key); }

[[noreturn]] void expected(const Napi::Object& object, const char* what, const char* key) {
  fail(object.Env(), "ERR_OPTION", std::string("expected ") + what + " for `" + key + "`");
}

bool read_boolean(const Napi::Object& object, const char* key) {
  const Napi::Value value = read(object, key);
  if (!value.IsBoolean()) expected(object, "a boolean", key);
  return value.As<Napi::Boolean>();
}

Napi::Object read_object(const Napi::Object& object, const char* key) {
  const Napi::Value value = read(object, key);
  if (!value.IsObject()) expected(object, "an object", key);
  return value.As<Napi::Object>();
}

template <class E>
E read_name(const Napi::Object& object, const char* key) {
  return from_name<E>(read_string(object, key));
}

// Reads `key` with `reader` unless it is null.
template <class Spec, class Reader>
Spec read_optional(const Napi::Object& object, const char* key, Reader reader) {
  const Napi::Value value = read(object, key);
  if (value.IsNull() || value.IsUndefined()) return Spec{};
  return reader(read_object(object, key));
}

InitializerSpec read_initializer(const Napi::Object& o) {
  InitializerSpec s;
  s.kind = read_name<Initializer>(o, "kind");
  s.value = read_number(o, "value");
  s.min = read_number(o, "min");
  s.max = read_number(o, "max");
  s.mean = read_number(o, "mean");
  s.stddev = read_number(o, "stddev");
  s.gain = read_number(o, "gain");
  s.seed = read_number(o, "seed");
  return s;
}

RegularizerSpec read_regularizer(const Napi::Object& o) {
  return {read_number(o, "l1"), read_number(o, "l2"), read_number(o, "l2Cost")};
}

ConstraintSpec read_constraint(const Napi::Object& o) {
  return {true, read_name<Constraint>(o, "kind"), read_number(o, "minValue"), read_number(o, "maxValue"),
          read_number(o, "rate")};
}

LayerSpec read_layer(const Napi::Object& o) {
  LayerSpec s;
  s.kind = read_name<LayerKind>(o, "kind");
  switch (s.kind) {
    case LayerKind::kDense:
      s.units = read_size(o, "units");
      s.use_bias = read_boolean(o, "useBias");
      s.train_kernel = read_boolean(o, "trainKernel");
      s.train_bias = read_boolean(o, "trainBias");
      s.kernel_initializer = read_initializer(read_object(o, "kernelInitializer"));
      s.bias_initializer = read_initializer(read_object(o, "biasInitializer"));
      s.kernel_regularizer = read_optional<RegularizerSpec>(o, "kernelRegularizer", read_regularizer);
      s.bias_regularizer = read_optional<RegularizerSpec>(o, "biasRegularizer", read_regularizer);
      s.kernel_constraint = read_optional<ConstraintSpec>(o, "kernelConstraint", read_constraint);
      s.bias_constraint = read_optional<ConstraintSpec>(o, "biasConstraint", read_constraint);
      [[fallthrough]];
    case LayerKind::kActivation:
      s.activation = read_name<Activation>(o, "activation");
      s.alpha = read_number(o, "alpha");
      break;
    case LayerKind::kDropout:
      s.test_scaling = read_boolean(o, "testScaling");
      [[fallthrough]];
    case LayerKind::kAlphaDropout:
      s.keep = read_number(o, "keep");
      if (!(s.keep > 0 && s.keep <= 1)) expected(o, "a probability above 0", "keep");
      break;
    case LayerKind::kBatchNormalization:
      s.momentum = read_number(o, "momentum");
      [[fallthrough]];
    case LayerKind::kLayerNormalization:
      s.epsilon = read_number(o, "epsilon");
      s.center = read_boolean(o, "center");
      s.scale = read_boolean(o, "scale");
      s.trainable = read_boolean(o, "trainable");
      break;
    case LayerKind::kGaussianNoise:
      s.stddev = read_number(o, "stddev");
      break;
    case LayerKind::kCount:
      break;
  }
  return s;
}

// Calls reader(element) for each object of the array at `key`.
template <class Reader>
void read_array(const Napi::Object& object, const char* key, Reader reader) {
  const Napi::Value value = read(object, key);
  if (!value.IsArray()) expected(object, "an array", key);
  const Napi::Array array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Value element = array.Get(i);
    if (!element.IsObject()) expected(object, "objects", key);
    reader(element.As<Napi::Object>());
  }
}

}  // namespace

void fail(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  throw error;
}

double read_number(const Napi::Object& object, const char* key) {
  const Napi::Value value = read(object, key);
  if (!value.IsNumber()) expected(object, "a number", key);
  const double x = value.As<Napi::Number>();
  if (!std::isfinite(x)) expected(object, "a finite number", key);
  return x;
}

size_t read_size(const Napi::Object& object, const char* key) {
  const double x = read_number(object, key);
  if (x < 0 || x > 9007199254740992.0 || x != std::floor(x)) expected(object, "a whole number", key);
  return static_cast<size_t>(x);
}

std::string read_string(const Napi::Object& object, const char* key) {
  const Napi::Value value = read(object, key);
  if (!value.IsString()) expected(object, "a string", key);
  return value.As<Napi::String>();
}

Napi::Object object_argument(const Napi::CallbackInfo& info, size_t index) {
  if (index >= info.Length() || !info[index].IsObject())
    fail(info.Env(), "ERR_OPTION", "expected an object as argument");
  return info[index].As<Napi::Object>();
}

static size_t element_size(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    default:
      return 8;
  }
}

// One call of the Node-API an array: predictions of single rows are made of such calls.
View view_of(const Napi::Value& value) {
  View v{};
  void* data = nullptr;
  const napi_status status = napi_get_typedarray_info(value.Env(), value, &v.type, &v.length, &data, nullptr, nullptr);
  if (status != napi_ok) fail(value.Env(), "ERR_DATA", "expected a typed array that can be read");
  v.data = static_cast<const uint8_t*>(data);
  v.element_size = element_size(v.type);
  if (!v.data) v.length = 0;  // detached
  return v;
}

NetworkSpec read_network_spec(const Napi::Object& o) {
  NetworkSpec s;
  s.float64 = read_string(o, "dtype") == "float64";
  s.seed = read_size(o, "seed");
  s.inputs = read_size(o, "inputs");
  read_array(o, "layers", [&](const Napi::Object& layer) { s.layers.push_back(read_layer(layer)); });
  return s;
}

TrainingSpec read_training_spec(const Napi::Object& object) {
  TrainingSpec s;
  const Napi::Object loss = read_object(object, "loss");
  s.loss.kind = read_name<Loss>(loss, "kind");
  s.loss.label_smoothing = read_number(loss, "labelSmoothing");
  s.loss.delta = read_number(loss, "delta");
  s.loss.sum = read_string(loss, "reduction") == "sum";
  read_array(object, "metrics", [&](const Napi::Object& metric) {
    s.metrics.push_back({read_name<Metric>(metric, "kind"), read_size(metric, "k"), read_number(metric, "threshold")});
  });
  const Napi::Object o = read_object(object, "optimizer");
  s.optimizer.kind = read_name<Optimizer>(o, "kind");
  s.optimizer.momentum = read_number(o, "momentum");
  s.optimizer.nesterov = read_boolean(o, "nesterov");
  s.optimizer.rho = read_number(o, "rho");
  s.optimizer.beta1 = read_number(o, "beta1");
  s.optimizer.beta2 = read_number(o, "beta2");
  s.optimizer.epsilon = read_number(o, "epsilon");
  s.optimizer.centered = read_boolean(o, "centered");
  s.optimizer.amsgrad = read_boolean(o, "amsgrad");
  s.optimizer.initial_accumulator = read_number(o, "initialAccumulator");
  s.optimizer.weight_decay = read_number(o, "weightDecay");
  s.optimizer.clip_norm = read_number(o, "clipNorm");
  s.optimizer.global_clip_norm = read_number(o, "globalClipNorm");
  s.optimizer.clip_value = read_number(o, "clipValue");
  return s;
}

SessionOptions read_session_options(const Napi::Object& o) {
  SessionOptions s;
  const std::string task = read_string(o, "task");
  if (task != "train" && task != "evaluate" && task != "predict") expected(o, "train, evaluate or predict", "task");
  s.task = task == "train" ? Task::kTrain : task == "evaluate" ? Task::kEvaluate : Task::kPredict;
  s.batch_size = read_size(o, "batchSize");
  s.threads = static_cast<int>(std::min(read_size(o, "threads"), size_t{1024}));
  s.epochs = read_size(o, "epochs");
  s.shuffle = read_boolean(o, "shuffle");
  s.end_at_epoch = read_boolean(o, "endAtEpoch");
  const Napi::Value weights = read(o, "sampleWeights");
  if (weights.IsNull() || weights.IsUndefined()) return s;
  const View v = view_of(weights);
  s.sample_weights.resize(v.length);
  for (size_t i = 0; i < v.length; i++) {
    if (v.type == napi_float32_array)
      s.sample_weights[i] = static_cast<double>(reinterpret_cast<const float*>(v.data)[i]);
    else if (v.type == napi_float64_array)
      s.sample_weights[i] = reinterpret_cast<const double*>(v.data)[i];
    else
      expected(o, "a float array", "sampleWeights");
  }
  return s;
}

}  // namespace myelin
