#include "dataset_object.h"

#include "../engine/error.h"
#include "../engine/standardize.h"
#include "addon.h"
#include "convert.h"
#include "csv_object.h"

namespace myelin {
namespace {

constexpr napi_type_tag kTag = {0x6d79656c696e0001, 0x4461746173657401};

Buffer copy_of(const View& view) {
  Buffer copy(view.length * view.element_size);
  memcpy(copy.data(), view.data, copy.size());
  return copy;
}

// Copies a typed array, or takes over what a reader of a file has read.
void read_features(const Napi::Value& value, Storage& storage) {
  if (CsvObject::is(value)) {
    CsvReader& reader = CsvObject::unwrap(value);
    if (reader.rows() != storage.rows || reader.shape().features() != storage.features)
      throw Error("ERR_SHAPE", "features are not rows × features");
    storage.element = reader.element();
    storage.x = reader.take_features();
    if (!storage.x.data()) throw Error("ERR_DATA", "these features were taken before");
    return;
  }
  const View x = view_of(value);
  switch (x.type) {
    case napi_uint8_array:
      storage.element = Element::kU8;
      break;
    case napi_float32_array:
      storage.element = Element::kF32;
      break;
    case napi_float64_array:
      storage.element = Element::kF64;
      break;
    default:
      throw Error("ERR_DATA", "features come as bytes or floats");
  }
  if (x.length / storage.rows != storage.features || x.length % storage.rows != 0)
    throw Error("ERR_SHAPE", "features are not rows × features");
  storage.x = copy_of(x);
}

std::shared_ptr<Storage> read_storage(const Napi::Object& source) {
  auto storage = std::make_shared<Storage>();
  storage->rows = read_size(source, "rows");
  storage->features = read_size(source, "features");
  storage->outputs = read_size(source, "outputs");
  storage->scale = read_number(source, "scale");
  if (storage->rows == 0 || storage->features == 0 || storage->rows > 0xffffffffu)
    throw Error("ERR_DATA", "a dataset needs rows and features");

  read_features(source.Get("x"), *storage);
  const Napi::Value targets = source.Get("y");
  if (targets.IsNull() || targets.IsUndefined()) return storage;
  const View y = view_of(targets);
  switch (y.type) {
    case napi_int32_array:
      storage->targets = Targets::kLabels;
      break;
    case napi_float32_array:
      storage->targets = Targets::kF32;
      break;
    case napi_float64_array:
      storage->targets = Targets::kF64;
      break;
    default:
      throw Error("ERR_DATA", "targets come as 32-bit integers or floats");
  }
  const size_t columns = storage->targets == Targets::kLabels ? 1 : storage->outputs;
  if (columns == 0 || storage->outputs == 0 || y.length / columns != storage->rows || y.length % columns != 0)
    throw Error("ERR_SHAPE", "targets are not rows × outputs");
  storage->y = copy_of(y);
  if (storage->targets == Targets::kLabels) storage->outputs = 1;
  return storage;
}

const double* doubles_of(const Napi::Value& value, size_t count) {
  const View view = view_of(value);
  if (view.type != napi_float64_array || view.length != count) throw Error("ERR_SHAPE", "expected a double a feature");
  return reinterpret_cast<const double*>(view.data);
}

// Rows of `data` as elements of type To, times scale, one after the other.
template <class To, class From>
Napi::Value gather(Napi::Env env, const Dataset& data, const Buffer& bytes, size_t columns, double scale) {
  auto out = Napi::TypedArrayOf<To>::New(env, data.rows() * columns);
  const From* from = reinterpret_cast<const From*>(bytes.data());
  To* to = out.Data();
  for (size_t r = 0; r < data.rows(); r++)
    for (size_t c = 0; c < columns; c++)
      *to++ = static_cast<To>(static_cast<To>(from[data.stored_row(r) * columns + c]) * static_cast<To>(scale));
  return out;
}

}  // namespace

Napi::Function DatasetObject::define(Napi::Env env) {
  return DefineClass(
      env, "Dataset",
      {InstanceMethod("subset", &DatasetObject::js_subset), InstanceMethod("moments", &DatasetObject::js_moments),
       InstanceMethod("standardized", &DatasetObject::js_standardized), InstanceMethod("x", &DatasetObject::js_x),
       InstanceMethod("y", &DatasetObject::js_y), InstanceAccessor("rows", &DatasetObject::js_rows, nullptr),
       InstanceAccessor("features", &DatasetObject::js_features, nullptr),
       InstanceAccessor("outputs", &DatasetObject::js_outputs, nullptr),
       InstanceAccessor("storage", &DatasetObject::js_storage, nullptr)});
}

std::shared_ptr<const Dataset> DatasetObject::unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag))
    fail(value.Env(), "ERR_OPTION", "expected a dataset handle");
  return Unwrap(value.As<Napi::Object>())->dataset_;
}

// new Dataset(source); from subset() alone, new Dataset(parent, rows); from standardized() alone,
// new Dataset(parent, means, deviations).
DatasetObject::DatasetObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<DatasetObject>(info) {
  guarded(info.Env(), [&] {
    const Napi::Object source = object_argument(info, 0);
    if (info.Length() > 2) {
      const std::shared_ptr<const Dataset> parent = unwrap(source);
      const size_t features = parent->storage().features;
      auto storage = standardized(*parent, doubles_of(info[1], features), doubles_of(info[2], features));
      external_bytes_ = static_cast<int64_t>(storage->x.size() + storage->y.size());
      dataset_ = std::make_shared<Dataset>(std::move(storage));
    } else if (info.Length() > 1) {
      const View rows = view_of(info[1]);
      if (rows.type != napi_uint32_array) throw Error("ERR_DATA", "rows come as 32-bit unsigned integers");
      dataset_ = std::make_shared<Dataset>(*unwrap(source), reinterpret_cast<const uint32_t*>(rows.data), rows.length);
      external_bytes_ = static_cast<int64_t>(rows.length * sizeof(uint32_t));
    } else {
      auto storage = read_storage(source);
      external_bytes_ = static_cast<int64_t>(storage->x.size() + storage->y.size());
      dataset_ = std::make_shared<Dataset>(std::move(storage));
    }
    info.This().As<Napi::Object>().TypeTag(&kTag);
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), external_bytes_);
  });
}

void DatasetObject::Finalize(Napi::Env env) { Napi::MemoryManagement::AdjustExternalMemory(env, -external_bytes_); }

Napi::Value DatasetObject::js_subset(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return classes_of(info.Env()).dataset.New({info.This(), info[0]});
  });
}

Napi::Value DatasetObject::js_moments(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Moments m = moments(*dataset_);
    Napi::Object out = Napi::Object::New(info.Env());
    out.Set("means", typed_array(info.Env(), m.means));
    out.Set("deviations", typed_array(info.Env(), m.deviations));
    return out;
  });
}

Napi::Value DatasetObject::js_standardized(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return classes_of(info.Env()).dataset.New({info.This(), info[0], info[1]});
  });
}

Napi::Value DatasetObject::js_x(const Napi::CallbackInfo& info) {
  const Storage& s = dataset_->storage();
  switch (s.element) {
    case Element::kU8:
      return gather<float, uint8_t>(info.Env(), *dataset_, s.x, s.features, s.scale);
    case Element::kF32:
      return gather<float, float>(info.Env(), *dataset_, s.x, s.features, s.scale);
    case Element::kF64:
      return gather<double, double>(info.Env(), *dataset_, s.x, s.features, s.scale);
  }
  return info.Env().Null();
}

Napi::Value DatasetObject::js_y(const Napi::CallbackInfo& info) {
  const Storage& s = dataset_->storage();
  switch (s.targets) {
    case Targets::kNone:
      break;
    case Targets::kLabels:
      return gather<int32_t, int32_t>(info.Env(), *dataset_, s.y, 1, 1);
    case Targets::kF32:
      return gather<float, float>(info.Env(), *dataset_, s.y, s.outputs, 1);
    case Targets::kF64:
      return gather<double, double>(info.Env(), *dataset_, s.y, s.outputs, 1);
  }
  return info.Env().Null();
}

Napi::Value DatasetObject::js_rows(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(dataset_->rows()));
}
Napi::Value DatasetObject::js_features(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(dataset_->storage().features));
}
Napi::Value DatasetObject::js_outputs(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(dataset_->storage().outputs));
}

Napi::Value DatasetObject::js_storage(const Napi::CallbackInfo& info) {
  const Element element = dataset_->storage().element;
  const char* name = element == Element::kU8 ? "uint8" : element == Element::kF32 ? "float32" : "float64";
  return Napi::String::New(info.Env(), name);
}

}  // namespace myelin
