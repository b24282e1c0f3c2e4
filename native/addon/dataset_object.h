// The Dataset handle.
#ifndef MYELIN_ADDON_DATASET_OBJECT_H
#define MYELIN_ADDON_DATASET_OBJECT_H

#include <napi.h>

#include <memory>

#include "../engine/dataset.h"

namespace myelin {

class DatasetObject : public Napi::ObjectWrap<DatasetObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // The dataset of a value that must be such a handle.
  static std::shared_ptr<const Dataset> unwrap(const Napi::Value& value);

  explicit DatasetObject(const Napi::CallbackInfo& info);
  void Finalize(Napi::Env env) override;

 private:
  Napi::Value js_subset(const Napi::CallbackInfo& info);
  Napi::Value js_moments(const Napi::CallbackInfo& info);
  Napi::Value js_standardized(const Napi::CallbackInfo& info);
  Napi::Value js_x(const Napi::CallbackInfo& info);
  Napi::Value js_y(const Napi::CallbackInfo& info);
  Napi::Value js_rows(const Napi::CallbackInfo& info);
  Napi::Value js_features(const Napi::CallbackInfo& info);
  Napi::Value js_outputs(const Napi::CallbackInfo& info);
  Napi::Value js_storage(const Napi::CallbackInfo& info);

  std::shared_ptr<const Dataset> dataset_;
  int64_t external_bytes_ = 0;  // told to the garbage collector
};

}  // namespace myelin

#endif
