// The Session handle and the worker that runs one slice of it off the event loop.
#ifndef MYELIN_ADDON_SESSION_OBJECT_H
#define MYELIN_ADDON_SESSION_OBJECT_H

#include <napi.h>

#include <atomic>
#include <memory>
#include <vector>

#include "../engine/session.h"

namespace myelin {

// A session and what it is made of, shared with the slice in flight, so that neither garbage collection nor close() can
// take anything away from it. The session itself is built in the first slice: memory for a large network, or rows
// without their zeros, take longer than the event loop should wait.
class OpenSession {
 public:
  OpenSession(std::shared_ptr<AnyNetwork> network, std::shared_ptr<const Dataset> data, SessionOptions options);
  ~OpenSession();

  bool trains() const { return options_.task == Task::kTrain; }
  bool predicts() const { return options_.task == Task::kPredict; }
  const std::shared_ptr<AnyNetwork>& network() const { return network_; }
  size_t output_elements() const { return data_->rows() * network_->outputs(); }
  // Off the JavaScript thread, one at a time.
  Progress run(double budget_ms, const std::vector<double>& rates);
  void stop();
  AnySession* session() const { return session_.get(); }  // null before the first slice

  bool running = false;  // on the JavaScript thread: a slice is in flight

 private:
  const std::shared_ptr<AnyNetwork> network_;
  const std::shared_ptr<const Dataset> data_;
  const SessionOptions options_;
  std::unique_ptr<AnySession> session_;
  std::atomic<bool> stop_{false};
};

class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SessionObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value js_run(const Napi::CallbackInfo& info);
  Napi::Value js_stop(const Napi::CallbackInfo& info);
  Napi::Value js_outputs(const Napi::CallbackInfo& info);
  Napi::Value js_close(const Napi::CallbackInfo& info);

  std::shared_ptr<OpenSession> open_;  // null once closed
};

}  // namespace myelin

#endif
