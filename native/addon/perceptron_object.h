// The Perceptron handle, and the sums of one that is trained.
#ifndef MYELIN_ADDON_PERCEPTRON_OBJECT_H
#define MYELIN_ADDON_PERCEPTRON_OBJECT_H

#include <napi.h>

#include <memory>

#include "../engine/perceptron.h"

namespace myelin {

class PerceptronObject : public Napi::ObjectWrap<PerceptronObject> {
 public:
  static Napi::Function define(Napi::Env env);

  explicit PerceptronObject(const Napi::CallbackInfo& info);
  void Finalize(Napi::Env env) override;

 private:
  Napi::Value js_epoch(const Napi::CallbackInfo& info);
  Napi::Value js_weights(const Napi::CallbackInfo& info);
  Napi::Value js_biases(const Napi::CallbackInfo& info);
  Napi::Value js_mistakes(const Napi::CallbackInfo& info);
  Napi::Value js_diverged(const Napi::CallbackInfo& info);

  std::unique_ptr<Perceptron> perceptron_;
  int64_t external_bytes_ = 0;  // told to the garbage collector
};

Napi::Value js_weighted_sums(const Napi::CallbackInfo& info);

}  // namespace myelin

#endif
