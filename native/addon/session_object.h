// The Session handle and the worker that runs one slice of it off the event loop.
#ifndef MYELIN_ADDON_SESSION_OBJECT_H
#define MYELIN_ADDON_SESSION_OBJECT_H

#include <napi.h>

#include <memory>

#include "../engine/session.h"

namespace myelin {

class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SessionObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value js_run(const Napi::CallbackInfo& info);
  Napi::Value js_stop(const Napi::CallbackInfo& info);
  Napi::Value js_outputs(const Napi::CallbackInfo& info);
  Napi::Value js_close(const Napi::CallbackInfo& info);

  std::shared_ptr<AnyNetwork> network_;
  std::shared_ptr<AnySession> session_;  // null once closed
  size_t output_elements_ = 0;           // of outputs()
  bool trains_ = false;
  std::shared_ptr<bool> running_ = std::make_shared<bool>(false);
};

}  // namespace myelin

#endif
