#include "perceptron_object.h"

#include "addon.h"
#include "convert.h"
#include "dataset_object.h"

namespace myelin {
namespace {

// The elements of a typed array that must be of this type.
template <class T>
T* elements_of(const Napi::Value& value, napi_typedarray_type type, size_t& length) {
  const View view = view_of(value);
  if (view.type != type) throw Error("ERR_DATA", "a typed array has elements of another type than expected");
  length = view.length;
  return reinterpret_cast<T*>(const_cast<uint8_t*>(view.data));
}

template <class T>
std::vector<T> copy_of(const Napi::Value& value, napi_typedarray_type type) {
  size_t length = 0;
  const T* first = elements_of<const T>(value, type, length);
  return std::vector<T>(first, first + length);
}

PerceptronSpec read_perceptron_spec(const Napi::Object& source) {
  PerceptronSpec spec;
  spec.off = read_number(source, "off") < 0 ? -1 : 0;
  spec.learning_rate = read_number(source, "learningRate");
  spec.targets = copy_of<int8_t>(source.Get("targets"), napi_int8_array);
  spec.weights = copy_of<double>(source.Get("weights"), napi_float64_array);
  spec.biases = copy_of<double>(source.Get("biases"), napi_float64_array);
  return spec;
}

}  // namespace

Napi::Function PerceptronObject::define(Napi::Env env) {
  return DefineClass(
      env, "Perceptron",
      {InstanceMethod("epoch", &PerceptronObject::js_epoch), InstanceMethod("weights", &PerceptronObject::js_weights),
       InstanceMethod("biases", &PerceptronObject::js_biases),
       InstanceMethod("mistakes", &PerceptronObject::js_mistakes),
       InstanceAccessor("diverged", &PerceptronObject::js_diverged, nullptr)});
}

PerceptronObject::PerceptronObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PerceptronObject>(info) {
  guarded(info.Env(), [&] {
    perceptron_ =
        std::make_unique<Perceptron>(DatasetObject::unwrap(info[0]), read_perceptron_spec(object_argument(info, 1)));
    external_bytes_ = static_cast<int64_t>(perceptron_->bytes());
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), external_bytes_);
  });
}

void PerceptronObject::Finalize(Napi::Env env) { Napi::MemoryManagement::AdjustExternalMemory(env, -external_bytes_); }

Napi::Value PerceptronObject::js_epoch(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const uint32_t* order = nullptr;
    if (!info[0].IsNull()) {
      size_t length = 0;
      order = elements_of<const uint32_t>(info[0], napi_uint32_array, length);
      if (length != perceptron_->rows()) throw Error("ERR_SHAPE", "the order does not name as many rows as there are");
      for (size_t i = 0; i < length; i++)
        if (order[i] >= length) throw Error("ERR_DATA", "the order names a row that the dataset does not have");
    }
    return Napi::Number::New(info.Env(), static_cast<double>(perceptron_->epoch(order)));
  });
}

Napi::Value PerceptronObject::js_weights(const Napi::CallbackInfo& info) {
  return typed_array(info.Env(), perceptron_->weights());
}
Napi::Value PerceptronObject::js_biases(const Napi::CallbackInfo& info) {
  return typed_array(info.Env(), perceptron_->biases());
}
Napi::Value PerceptronObject::js_mistakes(const Napi::CallbackInfo& info) {
  return typed_array(info.Env(), perceptron_->mistakes());
}
Napi::Value PerceptronObject::js_diverged(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), !perceptron_->finite());
}

Napi::Value js_weighted_sums(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::shared_ptr<const Dataset> data = DatasetObject::unwrap(info[0]);
    size_t weights = 0, outputs = 0, sums = 0;
    const double* w = elements_of<const double>(info[1], napi_float64_array, weights);
    const double* b = elements_of<const double>(info[2], napi_float64_array, outputs);
    double* out = elements_of<double>(info[3], napi_float64_array, sums);
    if (outputs == 0 || weights / outputs != data->storage().features || weights % outputs != 0)
      throw Error("ERR_SHAPE", "the weights are not features × outputs");
    if (sums / outputs != data->rows() || sums % outputs != 0)
      throw Error("ERR_SHAPE", "the sums are not rows × outputs");
    weighted_sums(*data, w, b, outputs, out);
    return info.Env().Undefined();
  });
}

}  // namespace myelin
