#include "network_object.h"

#include "../kernels/select.h"
#include "addon.h"
#include "dataset_object.h"

namespace myelin {
namespace {

constexpr napi_type_tag kTag = {0x6d79656c696e0002, 0x4e6574776f726b01};

size_t elements(const Parameter& p) { return p.rows * p.cols; }

// A float array of a network's own type.
template <class T>
const T* floats(const Napi::Value& value, size_t* length) {
  const View v = view_of(value);
  if (v.type != (sizeof(T) == 4 ? napi_float32_array : napi_float64_array))
    throw Error("ERR_DATA", "the array is not of the network's dtype");
  *length = v.length;
  return reinterpret_cast<const T*>(v.data);
}

// One that fills a parameter.
template <class T>
const T* filling(const Napi::Value& value, const Parameter& p) {
  size_t length = 0;
  const T* values = floats<T>(value, &length);
  if (length != elements(p)) throw Error("ERR_SHAPE", "the array does not fill the parameter");
  return values;
}

template <class T>
Napi::Value or_null(Napi::Env env, const std::vector<T>& values) {
  return values.empty() ? env.Null() : typed_array(env, values);
}

template <class T>
Napi::Array gradient_array(Napi::Env env, const std::vector<std::vector<T>>& gradients) {
  Napi::Array out = Napi::Array::New(env, gradients.size());
  for (size_t i = 0; i < gradients.size(); i++) out.Set(static_cast<uint32_t>(i), or_null(env, gradients[i]));
  return out;
}

}  // namespace

Napi::Function NetworkObject::define(Napi::Env env) {
  return DefineClass(
      env, "Network",
      {StaticMethod("layOut", &NetworkObject::js_lay_out), InstanceMethod("parameters", &NetworkObject::js_parameters),
       InstanceMethod("getParameter", &NetworkObject::js_get_parameter),
       InstanceMethod("setParameter", &NetworkObject::js_set_parameter),
       InstanceMethod("states", &NetworkObject::js_states), InstanceMethod("getState", &NetworkObject::js_get_state),
       InstanceMethod("setState", &NetworkObject::js_set_state),
       InstanceMethod("counters", &NetworkObject::js_counters),
       InstanceMethod("setCounters", &NetworkObject::js_set_counters),
       InstanceMethod("compile", &NetworkObject::js_compile),
       InstanceAccessor("iterations", &NetworkObject::js_iterations, nullptr),
       InstanceMethod("predictSync", &NetworkObject::js_predict_sync),
       InstanceMethod("trace", &NetworkObject::js_trace),
       InstanceMethod("differences", &NetworkObject::js_differences)});
}

std::shared_ptr<AnyNetwork> NetworkObject::unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag))
    fail(value.Env(), "ERR_OPTION", "expected a network handle");
  return Unwrap(value.As<Napi::Object>())->network_;
}

NetworkObject::NetworkObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NetworkObject>(info) {
  guarded(info.Env(), [&] {
    NetworkSpec spec = read_network_spec(object_argument(info, 0));
    const KernelSet* set = selected_kernels();
    if (!set)
      throw Error("ERR_OPTION", "the environment variable MYELIN_ISA names no instruction set of this processor");
    if (spec.float64)
      network_ = std::make_shared<Network<double>>(std::move(spec), *set);
    else
      network_ = std::make_shared<Network<float>>(std::move(spec), *set);
    info.This().As<Napi::Object>().TypeTag(&kTag);
    account(info.Env(), network_->bytes());
  });
}

void NetworkObject::Finalize(Napi::Env env) { account(env, 0); }

void NetworkObject::account(Napi::Env env, size_t bytes) {
  Napi::MemoryManagement::AdjustExternalMemory(env,
                                               static_cast<int64_t>(bytes) - static_cast<int64_t>(accounted_bytes_));
  accounted_bytes_ = bytes;
}

template <class Body>
Napi::Value NetworkObject::with_network(const Napi::CallbackInfo& info, Body body) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (network_->spec().float64) return body(static_cast<Network<double>&>(*network_), double{});
    return body(static_cast<Network<float>&>(*network_), float{});
  });
}

// A whole number below `count`, or `count`.
static size_t place_below(size_t count, const Napi::Value& value) {
  const double place = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  return place >= 0 && place < static_cast<double>(count) ? static_cast<size_t>(place) : count;
}

size_t NetworkObject::parameter_index(const Napi::CallbackInfo& info, size_t at) const {
  const size_t count = network_->parameters().size(), index = place_below(count, info[at]);
  if (index == count) throw Error("ERR_OPTION", "there is no such parameter");
  return index;
}

int NetworkObject::state_slot(const Napi::CallbackInfo& info, size_t at) const {
  const int slot = static_cast<int>(place_below(kStates, info[at]));
  if (slot == kStates || !network_->has_state(slot)) throw Error("ERR_OPTION", "the optimizer has no such state");
  return slot;
}

// Slices run on other threads: what they read must not change under them, and what they write must not be read.
void NetworkObject::forbid_slices(Napi::Env env, bool readers_too) const {
  if (network_->training_now || (readers_too && network_->readers > 0))
    fail(env, "ERR_BUSY", "a slice is working on this network");
}

static Napi::Array parameter_array(Napi::Env env, const std::vector<Parameter>& list) {
  Napi::Array out = Napi::Array::New(env, list.size());
  for (size_t i = 0; i < list.size(); i++) {
    const Parameter& p = list[i];
    Napi::Array shape = Napi::Array::New(env);
    uint32_t axis = 0;
    if (p.kind == ParameterKind::kKernel) shape.Set(axis++, static_cast<double>(p.rows));
    shape.Set(axis, static_cast<double>(p.cols));
    Napi::Object o = Napi::Object::New(env);
    o.Set("layer", static_cast<double>(p.layer));
    o.Set("name", names_of<ParameterKind>()[static_cast<size_t>(p.kind)]);
    o.Set("shape", shape);
    o.Set("trainable", p.trainable);
    out.Set(static_cast<uint32_t>(i), o);
  }
  return out;
}

Napi::Value NetworkObject::js_lay_out(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const NetworkSpec spec = read_network_spec(object_argument(info, 0));
    check_spec(spec);
    return parameter_array(info.Env(), spec.float64 ? lay_out<double>(spec) : lay_out<float>(spec));
  });
}

Napi::Value NetworkObject::js_parameters(const Napi::CallbackInfo& info) {
  return parameter_array(info.Env(), network_->parameters());
}

Napi::Value NetworkObject::js_get_parameter(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto zero) -> Napi::Value {
    forbid_slices(info.Env(), false);
    const size_t index = parameter_index(info, 0);
    auto out = Napi::TypedArrayOf<decltype(zero)>::New(info.Env(), elements(network.parameters()[index]));
    network.get_parameter(index, out.Data());
    return out;
  });
}

Napi::Value NetworkObject::js_set_parameter(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto zero) -> Napi::Value {
    forbid_slices(info.Env(), true);
    const size_t index = parameter_index(info, 0);
    network.set_parameter(index, filling<decltype(zero)>(info[1], network.parameters()[index]));
    return info.Env().Undefined();
  });
}

Napi::Value NetworkObject::js_states(const Napi::CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env());
  for (int slot = 0; slot < kStates; slot++)
    if (network_->has_state(slot)) out.Set(out.Length(), slot);
  return out;
}

Napi::Value NetworkObject::js_get_state(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto zero) -> Napi::Value {
    forbid_slices(info.Env(), false);
    const int slot = state_slot(info, 0);
    const size_t index = parameter_index(info, 1);
    auto out = Napi::TypedArrayOf<decltype(zero)>::New(info.Env(), elements(network.parameters()[index]));
    network.get_state(slot, index, out.Data());
    return out;
  });
}

Napi::Value NetworkObject::js_set_state(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto zero) -> Napi::Value {
    forbid_slices(info.Env(), true);
    const int slot = state_slot(info, 0);
    const size_t index = parameter_index(info, 1);
    network.set_state(slot, index, filling<decltype(zero)>(info[2], network.parameters()[index]));
    return info.Env().Undefined();
  });
}

Napi::Value NetworkObject::js_counters(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    forbid_slices(info.Env(), false);
    Napi::Object out = Napi::Object::New(info.Env());
    out.Set("epochs", static_cast<double>(network_->epochs));
    out.Set("steps", static_cast<double>(network_->steps));
    out.Set("iterations", static_cast<double>(network_->iterations));
    out.Set("samples", static_cast<double>(network_->samples));
    out.Set("nadamProduct", network_->nadam_product);
    return out;
  });
}

Napi::Value NetworkObject::js_set_counters(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    forbid_slices(info.Env(), true);
    const Napi::Object counters = object_argument(info, 0);
    const size_t epochs = read_size(counters, "epochs"), steps = read_size(counters, "steps"),
                 iterations = read_size(counters, "iterations"), samples = read_size(counters, "samples");
    network_->nadam_product = read_number(counters, "nadamProduct");
    network_->epochs = epochs;
    network_->steps = steps;
    network_->iterations = iterations;
    network_->samples = samples;
    return info.Env().Undefined();
  });
}

Napi::Value NetworkObject::js_compile(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (network_->has_training_session || network_->readers > 0) throw Error("ERR_BUSY", "a session uses this network");
    network_->compile(read_training_spec(object_argument(info, 0)));
    account(info.Env(), network_->bytes());
    return info.Env().Undefined();
  });
}

Napi::Value NetworkObject::js_iterations(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(network_->iterations));
}

Napi::Value NetworkObject::js_predict_sync(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto zero) -> Napi::Value {
    using T = decltype(zero);
    forbid_slices(info.Env(), false);
    size_t length = 0, room = 0;
    const T* x = floats<T>(info[0], &length);
    T* y = const_cast<T*>(floats<T>(info[1], &room));
    const size_t inputs = network.spec().inputs;
    if (length == 0 || length % inputs != 0) throw Error("ERR_SHAPE", "the array does not hold whole rows");
    if (room < length / inputs * network.outputs()) throw Error("ERR_SHAPE", "there is no room for the outputs");
    auto& predictor = [this]() -> std::unique_ptr<Predictor<T>>& {
      if constexpr (sizeof(T) == 4)
        return predictor_f32_;
      else
        return predictor_f64_;
    }();
    if (!predictor) predictor = std::make_unique<Predictor<T>>(network);
    return Napi::Boolean::New(info.Env(), predictor->predict(x, length / inputs, y));
  });
}

Napi::Value NetworkObject::js_trace(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto zero) -> Napi::Value {
    const Napi::Env env = info.Env();
    forbid_slices(env, false);
    const Trace<decltype(zero)> t = trace(network, *DatasetObject::unwrap(info[0]), info[1].ToBoolean());
    Napi::Array layers = Napi::Array::New(env, t.layers.size());
    for (size_t i = 0; i < t.layers.size(); i++) {
      Napi::Object layer = Napi::Object::New(env);
      layer.Set("input", typed_array(env, t.layers[i].input));
      layer.Set("preActivation", or_null(env, t.layers[i].pre_activation));
      layer.Set("output", typed_array(env, t.layers[i].output));
      layer.Set("delta", typed_array(env, t.layers[i].delta));
      layers.Set(static_cast<uint32_t>(i), layer);
    }
    Napi::Object out = Napi::Object::New(env);
    out.Set("loss", t.loss);
    out.Set("layers", layers);
    out.Set("gradients", gradient_array(env, t.gradients));
    return out;
  });
}

Napi::Value NetworkObject::js_differences(const Napi::CallbackInfo& info) {
  return with_network(info, [&](auto& network, auto) -> Napi::Value {
    forbid_slices(info.Env(), true);
    if (!info[2].IsNumber()) throw Error("ERR_OPTION", "expected a step");
    const double h = info[2].As<Napi::Number>();
    return gradient_array(info.Env(), differences(network, *DatasetObject::unwrap(info[0]), info[1].ToBoolean(), h));
  });
}

}  // namespace myelin
