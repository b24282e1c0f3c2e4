#include "session_object.h"

#include "addon.h"
#include "dataset_object.h"
#include "network_object.h"

namespace myelin {
namespace {

// Runs one slice on a thread of the libuv pool. It owns all it touches there, so neither garbage collection nor close()
// can take anything away from it.
class SliceWorker : public Napi::AsyncWorker {
 public:
  SliceWorker(Napi::Env env, std::shared_ptr<AnySession> session, std::shared_ptr<AnyNetwork> network,
              std::shared_ptr<bool> running, bool trains, double budget_ms, std::vector<double> rates)
      : Napi::AsyncWorker(env, "myelin.slice"),
        deferred_(Napi::Promise::Deferred::New(env)),
        session_(std::move(session)),
        network_(std::move(network)),
        running_(std::move(running)),
        trains_(trains),
        budget_ms_(budget_ms),
        rates_(std::move(rates)) {
    mark(true);
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { progress_ = session_->run(budget_ms_, rates_.data(), rates_.size()); }

  void OnOK() override {
    const Napi::Env env = Env();
    mark(false);
    Napi::Object out = Napi::Object::New(env);
    out.Set("done", progress_.done);
    out.Set("diverged", progress_.diverged);
    out.Set("epoch", static_cast<double>(progress_.epoch));
    out.Set("batch", static_cast<double>(progress_.batch));
    out.Set("batches", static_cast<double>(progress_.batches));
    out.Set("running", typed_array(env, session_->running()));
    out.Set("finished", typed_array(env, session_->finished()));
    deferred_.Resolve(out);
  }

  void OnError(const Napi::Error& error) override {
    mark(false);
    deferred_.Reject(error.Value());
  }

 private:
  // On the JavaScript thread, before and after the slice.
  void mark(bool begins) {
    *running_ = begins;
    if (trains_)
      network_->training_now = begins;
    else
      network_->readers += begins ? 1 : -1;
  }

  const Napi::Promise::Deferred deferred_;
  const std::shared_ptr<AnySession> session_;
  const std::shared_ptr<AnyNetwork> network_;
  const std::shared_ptr<bool> running_;
  const bool trains_;
  const double budget_ms_;
  const std::vector<double> rates_;
  Progress progress_;
};

}  // namespace

Napi::Function SessionObject::define(Napi::Env env) {
  return DefineClass(
      env, "Session",
      {InstanceMethod("run", &SessionObject::js_run), InstanceMethod("stop", &SessionObject::js_stop),
       InstanceMethod("outputs", &SessionObject::js_outputs), InstanceMethod("close", &SessionObject::js_close)});
}

SessionObject::SessionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionObject>(info) {
  guarded(info.Env(), [&] {
    network_ = NetworkObject::unwrap(info[0]);
    const std::shared_ptr<const Dataset> data = DatasetObject::unwrap(info[1]);
    const SessionOptions options = read_session_options(object_argument(info, 2));
    if (network_->training_now) throw Error("ERR_BUSY", "a slice trains this network");
    trains_ = options.task == Task::kTrain;
    if (options.task == Task::kPredict) output_elements_ = data->rows() * network_->outputs();
    session_ = make_session(network_, data, options);
  });
}

Napi::Value SessionObject::js_run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!session_) throw Error("ERR_OPTION", "the session is closed");
    if (*running_ || network_->training_now || (trains_ && network_->readers > 0))
      throw Error("ERR_BUSY", "a slice is working on this network");
    if (!info[0].IsNumber()) throw Error("ERR_OPTION", "expected a budget in milliseconds");
    const View rates = view_of(info[1]);
    if (rates.type != napi_float64_array) throw Error("ERR_OPTION", "learning rates come as doubles");
    const double* first = reinterpret_cast<const double*>(rates.data);
    if (trains_ && rates.length == 0) throw Error("ERR_OPTION", "training needs a learning rate");
    auto* worker = new SliceWorker(info.Env(), session_, network_, running_, trains_, info[0].As<Napi::Number>(),
                                   std::vector<double>(first, first + rates.length));
    const Napi::Promise promise = worker->promise();
    worker->Queue();  // deletes itself when done
    return promise;
  });
}

Napi::Value SessionObject::js_stop(const Napi::CallbackInfo& info) {
  if (session_) session_->stop();
  return info.Env().Undefined();
}

Napi::Value SessionObject::js_outputs(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!session_ || *running_) throw Error("ERR_BUSY", "the session is closed or still at work");
    if (network_->spec().float64)
      return typed_array(info.Env(), static_cast<const double*>(session_->outputs()), output_elements_);
    return typed_array(info.Env(), static_cast<const float*>(session_->outputs()), output_elements_);
  });
}

Napi::Value SessionObject::js_close(const Napi::CallbackInfo& info) {
  if (session_) session_->stop();
  session_.reset();  // a slice in flight holds its own
  return info.Env().Undefined();
}

}  // namespace myelin
