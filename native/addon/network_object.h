// The Network handle.
#ifndef MYELIN_ADDON_NETWORK_OBJECT_H
#define MYELIN_ADDON_NETWORK_OBJECT_H

#include <napi.h>

#include <memory>

#include "../engine/inspect.h"
#include "../engine/network.h"

namespace myelin {

class NetworkObject : public Napi::ObjectWrap<NetworkObject> {
 public:
  static Napi::Function define(Napi::Env env);
  static std::shared_ptr<AnyNetwork> unwrap(const Napi::Value& value);

  explicit NetworkObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value js_parameters(const Napi::CallbackInfo& info);
  Napi::Value js_get_parameter(const Napi::CallbackInfo& info);
  Napi::Value js_set_parameter(const Napi::CallbackInfo& info);
  Napi::Value js_compile(const Napi::CallbackInfo& info);
  Napi::Value js_iterations(const Napi::CallbackInfo& info);
  Napi::Value js_predict_sync(const Napi::CallbackInfo& info);
  Napi::Value js_trace(const Napi::CallbackInfo& info);
  Napi::Value js_differences(const Napi::CallbackInfo& info);

  // Calls body(network, type tag value) with the Network<float> or Network<double> it is.
  template <class Body>
  Napi::Value with_network(const Napi::CallbackInfo& info, Body body);
  size_t parameter_index(const Napi::CallbackInfo& info) const;
  void forbid_slices(Napi::Env env, bool readers_too) const;

  std::shared_ptr<AnyNetwork> network_;
  std::unique_ptr<Predictor<float>> predictor_f32_;  // made at the first predictSync()
  std::unique_ptr<Predictor<double>> predictor_f64_;
};

}  // namespace myelin

#endif
