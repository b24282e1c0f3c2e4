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
  void Finalize(Napi::Env env) override;

 private:
  static Napi::Value js_lay_out(const Napi::CallbackInfo& info);
  Napi::Value js_parameters(const Napi::CallbackInfo& info);
  Napi::Value js_get_parameter(const Napi::CallbackInfo& info);
  Napi::Value js_set_parameter(const Napi::CallbackInfo& info);
  Napi::Value js_states(const Napi::CallbackInfo& info);
  Napi::Value js_get_state(const Napi::CallbackInfo& info);
  Napi::Value js_set_state(const Napi::CallbackInfo& info);
  Napi::Value js_counters(const Napi::CallbackInfo& info);
  Napi::Value js_set_counters(const Napi::CallbackInfo& info);
  Napi::Value js_compile(const Napi::CallbackInfo& info);
  Napi::Value js_iterations(const Napi::CallbackInfo& info);
  Napi::Value js_predict_sync(const Napi::CallbackInfo& info);
  Napi::Value js_trace(const Napi::CallbackInfo& info);
  Napi::Value js_differences(const Napi::CallbackInfo& info);

  // Calls body(network, type tag value) with the Network<float> or Network<double> it is.
  template <class Body>
  Napi::Value with_network(const Napi::CallbackInfo& info, Body body);
  // Argument `at` as the place of a parameter, and as a state array that the optimizer uses.
  size_t parameter_index(const Napi::CallbackInfo& info, size_t at) const;
  int state_slot(const Napi::CallbackInfo& info, size_t at) const;
  void forbid_slices(Napi::Env env, bool readers_too) const;
  // Tells the garbage collector how much memory hangs on this object.
  void account(Napi::Env env, size_t bytes);

  std::shared_ptr<AnyNetwork> network_;
  size_t accounted_bytes_ = 0;
  std::unique_ptr<Predictor<float>> predictor_f32_;  // made at the first predictSync()
  std::unique_ptr<Predictor<double>> predictor_f64_;
};

}  // namespace myelin

#endif
